package mqtt

import (
	"context"
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/relay"
)

const (
	// batches is how many batches of messages there are: one being filled, one on its
	// way, one being decoded.
	batches = 3
	// batchMessages and batchBytes are when a batch is full.
	batchMessages = 128
	batchBytes    = 256 << 10
)

// batch are messages on their way from the goroutine that reads to the one that
// decodes.
type batch struct {
	bytes    []byte
	messages []held
	long     int // messages too long to read
}

// held is one message, as parts of the batch's bytes.
type held struct {
	topic, end int // where the topic ends, and the body
	id         int
	retain     bool
}

func (b *batch) add(m *message) {
	h := held{id: m.id, retain: m.retain}
	b.bytes = append(b.bytes, m.topic...)
	h.topic = len(b.bytes)
	b.bytes = append(b.bytes, m.body...)
	h.end = len(b.bytes)
	b.messages = append(b.messages, h)
}

func (b *batch) full() bool { return len(b.messages) >= batchMessages || len(b.bytes) >= batchBytes }

func (b *batch) reset() {
	if cap(b.bytes) > 2*batchBytes {
		b.bytes = nil // one long message is no reason to keep room for the next
	}
	b.bytes, b.messages, b.long = b.bytes[:0], b.messages[:0], 0
}

// listen subscribes and relays until the connection breaks.
func (e *Engine) listen(ctx context.Context, c *client, n decode.Normaliser, emit func(sonify.Event)) error {
	e.old = c.version == 4 && e.o.Version == "auto"
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()

	free, full := make(chan *batch, batches), make(chan *batch, batches)
	for range batches {
		free <- new(batch)
	}
	first := <-free
	subscribed := context.AfterFunc(ctx, func() { c.conn.Close() })
	err := c.subscribe(e.filters, byte(e.o.QoS), func(p *packet) error { return fill(c, p, first) })
	subscribed()
	if err != nil {
		return err
	}
	e.env.Link.Up()
	context.AfterFunc(ctx, c.close)

	var broke error
	wg.Add(2)
	go func() {
		defer wg.Done()
		defer close(full)
		broke = read(ctx, c, first, free, full)
	}()
	go func() {
		defer wg.Done()
		c.ping(ctx)
	}()
	err = relay.Run(ctx, full, n, emit, func(b *batch) error {
		if err := e.take(c, b, n, emit); err != nil {
			return err
		}
		b.reset()
		free <- b
		return c.flush()
	})
	if err != nil {
		return err
	}
	return broke // full was closed after it was set
}

// fill puts a message into a batch.
func fill(c *client, p *packet, b *batch) error {
	if p.long > 0 {
		b.long++
		return nil
	}
	m, err := p.message(c.version)
	if err != nil {
		return err
	}
	if m.qos == 2 {
		return fmt.Errorf("%w: a message in a quality of service that was not asked for", errMalformed)
	}
	b.add(&m)
	return nil
}

// read reads what comes and sends it on in batches: as soon as nothing more is there
// to be read at once.
func read(ctx context.Context, c *client, b *batch, free, full chan *batch) error {
	for {
		if (len(b.messages) > 0 || b.long > 0) && (b.full() || c.in.src.Buffered() == 0) {
			full <- b // has room for all
			select {
			case b = <-free:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		p, err := c.next()
		if err == nil {
			switch p.kind {
			case publish:
				err = fill(c, &p, b)
			case disconnect:
				err = c.left(&p)
			case pingresp:
			default:
				err = fmt.Errorf("%w: a packet of kind %d", errMalformed, p.kind)
			}
		}
		if err != nil {
			full <- b
			return err
		}
	}
}

// take has the messages of a batch decoded.
func (e *Engine) take(c *client, b *batch, n decode.Normaliser, emit func(sonify.Event)) error {
	for range b.long {
		e.env.Tally.Add(sonify.Skipped, "message longer than max_message_kib", 0)
	}
	e.env.Link.Count(len(b.messages)+b.long, len(b.bytes))
	begin := 0
	var m decode.Message
	now := time.Now()
	for i := range b.messages {
		h := &b.messages[i]
		t := e.topic(b.bytes[begin:h.topic])
		body := b.bytes[h.topic:h.end:h.end]
		begin = h.end
		switch {
		case t.kind == availability:
			e.present.Heard(t.device, body, h.retain, now, emit)
		case t.kind == told || t.kind == heard && e.news(t, body, h.retain):
			m = decode.Message{Body: body, Topic: t.name, At: now, Labels: t.labels}
			if e.o.Retained == "mark" {
				m.Labels = t.marked[h.retain]
			}
			if err := relay.Normalise(&e.env, n, &m, emit); err != nil {
				return err
			}
		}
		if h.id > 0 {
			c.ack(h.id)
		}
	}
	return nil
}

// news reports whether a message is one: not what a broker has kept for whoever
// comes, unless the piece wants that.
func (e *Engine) news(t *topics, body []byte, retained bool) bool {
	changed := false
	if e.o.Retained == "changed" {
		key := maphash.String(e.seed, t.name)
		says := maphash.Bytes(e.seed, body)
		before, known := e.seen[key]
		changed = known && before != says
		if known || len(e.seen) < maxTopicsSeen {
			e.seen[key] = says
		}
	}
	if !retained || e.o.Retained == "mark" || changed {
		return true
	}
	e.env.Tally.Add(sonify.Skipped, "retained message, not played as new", 0)
	return false
}

// topic returns what is known of a topic.
func (e *Engine) topic(name []byte) *topics {
	if t := e.labels[string(name)]; t != nil {
		return t
	}
	t := &topics{name: string(name)}
	e.classify(t)
	if len(e.labels) < maxTopicsSeen {
		e.labels[t.name] = t
	}
	return t
}

func (e *Engine) classify(t *topics) {
	for _, p := range e.o.Availability {
		if p.Match(t.name, e.parts) {
			t.kind = availability
			t.device = strings.Join(e.parts[:len(p.Names())], "/")
			if t.device == "" {
				t.device = t.name
			}
			return
		}
	}
	for _, p := range e.o.Ignore {
		if p.Match(t.name, e.parts) {
			return
		}
	}
	for _, p := range e.o.Told {
		if p.Match(t.name, e.parts) {
			t.kind = told
			return
		}
	}
	for _, p := range e.o.Topics {
		if p.Match(t.name, e.parts) {
			t.kind = heard
			for i, n := range p.Names() {
				t.labels = append(t.labels, decode.Label{Name: n, Value: sonify.Word(strings.Clone(e.parts[i]))})
			}
			if e.o.Retained == "mark" {
				t.marked = make(map[bool][]decode.Label)
				for _, b := range []bool{false, true} {
					t.marked[b] = append(t.labels[:len(t.labels):len(t.labels)], decode.Label{Name: "retained", Value: sonify.Truth(b)})
				}
			}
			return
		}
	}
}
