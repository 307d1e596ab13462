package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/resp"
)

// queued is how many messages may be on their way to the decoder.
const queued = 256

// listen hears what is sent to channels.
func (s *source) listen(ctx context.Context, c *client, emit func(sonify.Event)) error {
	plain, globs := []string{"SUBSCRIBE"}, []string{"PSUBSCRIBE"}
	byFilter := make(map[string]*channel)
	for i := range s.channels {
		ch := &s.channels[i]
		switch {
		case byFilter[ch.filter] != nil:
			continue
		case ch.glob:
			globs = append(globs, ch.filter)
		default:
			plain = append(plain, ch.filter)
		}
		byFilter[ch.filter] = ch
	}
	for _, words := range [][]string{plain, globs} {
		if len(words) > 1 {
			if err := c.send(words...); err != nil {
				return err
			}
		}
	}
	s.env.Link.Up()
	in := make(chan message, queued)
	ctx, cancel := context.WithCancel(ctx)
	broke := make(chan error, 1)
	go func() {
		defer close(in)
		broke <- receive(ctx, c, in)
	}()
	go beat(ctx, c)
	err := relay.Run(ctx, in, s.decoder, emit, func(m message) error {
		s.env.Link.Count(1, len(m.body))
		if m.long {
			s.env.Tally.Add(sonify.Skipped, tooLong, 0)
			return nil
		}
		d := decode.Message{Body: m.body, Topic: m.channel, At: time.Now()}
		if ch := byFilter[m.filter]; ch != nil && ch.names != nil {
			if !ch.names.Match(m.channel, s.parts) {
				return nil
			}
			for i, name := range ch.names.Names() {
				d.Labels = append(d.Labels, decode.Label{Name: name, Value: sonify.Word(s.parts[i])})
			}
		}
		return relay.Normalise(&s.env, s.decoder, &d, emit)
	})
	cancel()
	c.close()
	if gone := <-broke; err == nil {
		err = gone
	}
	return err
}

// tooLong is counted for messages that are longer than the piece allows.
const tooLong = "message longer than max_message_kib"

// message is what was sent to a channel.
type message struct {
	filter  string // by which it came
	channel string
	body    []byte
	long    bool
}

// beat asks whether the server is there, until it is not or ctx is done.
func beat(ctx context.Context, c *client) {
	t := time.NewTicker(heartbeat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if c.send("PING") != nil {
				c.close()
				return
			}
		}
	}
}

// receive reads what comes until the connection breaks.
func receive(ctx context.Context, c *client, in chan<- message) error {
	for {
		v, err := c.next()
		if err != nil {
			return err
		}
		l := v.List
		if len(l) < 3 {
			continue // PONG, or how many channels there are
		}
		var m message
		switch string(l[0].Text) {
		case "message":
			m = message{filter: string(l[1].Text), channel: string(l[1].Text), body: l[2].Text, long: l[2].Kind == resp.Long}
		case "pmessage":
			if len(l) < 4 {
				return fmt.Errorf("%w: a message of %d parts", resp.ErrProtocol, len(l))
			}
			m = message{filter: string(l[1].Text), channel: string(l[2].Text), body: l[3].Text, long: l[3].Kind == resp.Long}
		default:
			continue
		}
		m.channel = strings.ToValidUTF8(m.channel, "\ufffd")
		select {
		case in <- m:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
