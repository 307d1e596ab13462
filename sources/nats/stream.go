package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/topic"
)

// place is where the source stands in a stream: after which message, and in which
// stream of that name, because one that was made anew counts from 1 again.
type place struct {
	made int64 // when, in ns since 1970
	seq  uint64
}

func (p place) String() string {
	return strconv.FormatInt(p.made, 36) + ":" + strconv.FormatUint(p.seq, 10)
}

func readPlace(text string) (p place, ok bool) {
	made, seq, ok := strings.Cut(text, ":")
	if !ok {
		return p, false
	}
	var err, err2 error
	p.made, err = strconv.ParseInt(made, 36, 64)
	p.seq, err2 = strconv.ParseUint(seq, 10, 64)
	return p, err == nil && err2 == nil
}

// stream hears what a stream keeps, from where the source stands.
func (s *source) stream(ctx context.Context, nc *nats.Conn, emit func(sonify.Event)) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	st, err := js.Stream(ctx, s.c.Stream)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return fmt.Errorf("there is no stream %q", s.c.Stream) // it may come
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return &sonify.Permanent{Err: errors.New("the server keeps no streams: JetStream is not enabled")}
	case errors.Is(err, nats.ErrNoResponders):
		return errors.New("nobody answers for streams: is JetStream enabled?")
	case err != nil:
		return err
	}
	info := st.CachedInfo()
	at := s.stands(info)
	var cons jetstream.Consumer
	if s.c.Durable != "" {
		cons, err = s.durable(ctx, js, at)
	} else {
		c := jetstream.OrderedConsumerConfig{FilterSubjects: topic.NATS.Filters(s.subjects...), DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: at.seq + 1}
		cons, err = js.OrderedConsumer(ctx, s.c.Stream, c)
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	in := make(chan jetstream.Msg, queued)
	ended := make(chan error, 1)
	run, err := cons.Consume(func(m jetstream.Msg) {
		select {
		case in <- m:
		case <-ctx.Done():
		}
	}, jetstream.PullMaxMessages(queued), jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		if errors.Is(err, jetstream.ErrNoHeartbeat) && s.c.Durable == "" {
			return // the ordered consumer makes itself anew
		}
		select {
		case ended <- err:
		default:
		}
	}))
	if err != nil {
		return err
	}
	s.env.Link.Up() // what comes from now on is heard
	go func() {
		select {
		case err := <-ended:
			cancel(err)
		case <-ctx.Done():
		}
	}()
	err = relay.Run(ctx, in, s.decoder, emit, func(m jetstream.Msg) error {
		s.env.Link.Count(1, len(m.Data()))
		md, err := m.Metadata()
		if err != nil {
			return err
		}
		seq := md.Sequence.Stream
		d := decode.Message{Body: m.Data(), ID: m.Headers().Get(nats.MsgIdHdr), At: md.Timestamp}
		switch {
		case s.c.Durable != "":
			if s.again(seq) {
				s.env.Tally.Add(sonify.Skipped, cameAgain, 0)
			} else if err := s.give(m.Subject(), &d, emit); err != nil {
				return err
			}
			return m.Ack()
		case seq <= at.seq:
			s.env.Tally.Add(sonify.Skipped, cameAgain, 0)
			return nil
		}
		at.seq = seq
		s.asked = at
		d.Place = at.String()
		return s.give(m.Subject(), &d, emit)
	})
	// What the server has sent and nobody took it is to give to the next.
	run.Stop()
	select {
	case <-run.Closed():
		nc.FlushTimeout(200 * time.Millisecond)
	case <-time.After(200 * time.Millisecond):
	}
	return err
}

// cameAgain is counted for messages that were heard before.
const cameAgain = "message that came again"

// stands returns after which message of the stream to go on.
func (s *source) stands(info *jetstream.StreamInfo) place {
	made := info.Created.UnixNano()
	p, ok := readPlace(s.env.Place.Get())
	if !ok {
		p, ok = s.asked, s.asked.made != 0
	}
	first := info.State.FirstSeq
	switch {
	case ok && p.made != made:
		s.env.Tally.Add(sonify.Repaired, "the stream was made anew, begun at its first message", 0)
		p = place{made, max(first, 1) - 1}
	case ok:
		if lost := int64(first) - int64(p.seq) - 1; lost > 0 {
			s.env.Tally.Add(sonify.Dropped, "messages that the stream no longer keeps, with those before them", 0)
			p.seq = first - 1
		}
	case s.c.Begin == "all":
		p = place{made, max(first, 1) - 1}
	case s.c.Begin == "last" && info.State.LastSeq > 0:
		p = place{made, info.State.LastSeq - 1}
	default:
		p = place{made, info.State.LastSeq}
	}
	// A connection that breaks before the first event goes on from here as well.
	s.asked = p
	return p
}

// durable returns the server's consumer, made at a place if there is none. One that is
// there knows itself where it stands.
func (s *source) durable(ctx context.Context, js jetstream.JetStream, at place) (jetstream.Consumer, error) {
	cons, err := js.Consumer(ctx, s.c.Stream, s.c.Durable)
	if err == nil || !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return cons, err
	}
	return js.CreateConsumer(ctx, s.c.Stream, jetstream.ConsumerConfig{
		Durable: s.c.Durable, FilterSubjects: topic.NATS.Filters(s.subjects...), AckPolicy: jetstream.AckExplicitPolicy, AckWait: 30 * time.Second,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: at.seq + 1, MaxAckPending: 4 * queued,
	})
}

// again reports whether a message of a durable consumer was taken over before: its
// acknowledgement was lost, or came too late. Of the last ones it is known.
func (s *source) again(seq uint64) bool {
	if s.heard[seq] {
		return true
	}
	s.heard[seq] = true
	if len(s.heard) > 16*queued {
		clear(s.heard)
		s.heard[seq] = true
	}
	return false
}
