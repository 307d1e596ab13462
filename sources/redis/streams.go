package redis

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/resp"
)

// read reads streams, from where the source stands.
func (s *source) read(ctx context.Context, c *client, emit func(sonify.Event)) error {
	if err := s.stand(c); err != nil {
		return err
	}
	s.env.Link.Up() // what comes from now on is heard
	in := make(chan []entry)
	ctx, cancel := context.WithCancel(ctx)
	broke := make(chan error, 1)
	at := make(map[string]string, len(s.last))
	for k, v := range s.last {
		at[k] = v
	}
	go func() {
		defer close(in)
		broke <- fetch(ctx, c, s.c.Streams, at, in)
	}()
	err := relay.Run(ctx, in, s.decoder, emit, func(es []entry) error {
		for i := range es {
			if err := s.take(&es[i], emit); err != nil {
				return err
			}
		}
		return nil
	})
	cancel()
	c.close()
	if gone := <-broke; err == nil {
		err = gone
	}
	return err
}

// stand finds out after which entry of each stream to go on: the place that was kept,
// the last entry that this source has heard, or what the piece says.
func (s *source) stand(c *client) error {
	kept, _ := url.ParseQuery(s.env.Place.Get())
	for _, name := range s.c.Streams {
		switch {
		case kept.Get(name) != "" && isID(kept.Get(name)):
			s.last[name] = kept.Get(name)
		case s.last[name] != "":
		case s.c.Begin == "all":
			s.last[name] = "0-0"
		default:
			// "$" would be another place after each connection that breaks.
			c.conn.SetReadDeadline(time.Now().Add(patience))
			v, err := c.ask("XREVRANGE", name, "+", "-", "COUNT", "1")
			if err != nil {
				return err
			}
			s.last[name] = "0-0"
			if len(v.List) == 1 && len(v.List[0].List) > 0 && isID(string(v.List[0].List[0].Text)) {
				s.last[name] = string(v.List[0].List[0].Text)
			}
		}
	}
	return nil
}

func isID(text string) bool {
	ms, seq, _ := strings.Cut(text, "-")
	_, err := strconv.ParseUint(ms, 10, 64)
	_, err2 := strconv.ParseUint(seq, 10, 64)
	return err == nil && err2 == nil && len(text) <= 42
}

// place is where the source stands in all its streams.
func (s *source) place() string {
	if len(s.c.Streams) == 1 {
		return url.QueryEscape(s.c.Streams[0]) + "=" + s.last[s.c.Streams[0]]
	}
	q := make(url.Values, len(s.last))
	for k, v := range s.last {
		q.Set(k, v)
	}
	return q.Encode()
}

// entry is one of a stream.
type entry struct {
	stream string
	id     string
	fields []resp.Value
}

// fetch asks for entries after those in at until the connection breaks.
func fetch(ctx context.Context, c *client, streams []string, at map[string]string, in chan<- []entry) error {
	for {
		words := []string{"XREAD", "COUNT", strconv.Itoa(entries), "BLOCK", strconv.FormatInt(heartbeat.Milliseconds(), 10), "STREAMS"}
		words = append(words, streams...)
		for _, name := range streams {
			words = append(words, at[name])
		}
		v, err := c.ask(words...)
		if err != nil {
			return err
		}
		var es []entry
		for _, st := range v.List {
			if len(st.List) != 2 {
				return fmt.Errorf("%w: a stream of %d parts", resp.ErrProtocol, len(st.List))
			}
			name := string(st.List[0].Text)
			for _, e := range st.List[1].List {
				if len(e.List) != 2 || !isID(string(e.List[0].Text)) {
					return fmt.Errorf("%w: an entry of %d parts", resp.ErrProtocol, len(e.List))
				}
				id := string(e.List[0].Text)
				at[name] = id
				es = append(es, entry{name, id, e.List[1].List})
			}
		}
		if len(es) == 0 {
			continue
		}
		select {
		case in <- es:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take has an entry decoded.
func (s *source) take(e *entry, emit func(sonify.Event)) error {
	s.last[e.stream] = e.id
	m := decode.Message{Topic: e.stream, ID: e.stream + " " + e.id, Place: s.place()}
	if ms, _, ok := strings.Cut(e.id, "-"); ok {
		if n, err := strconv.ParseInt(ms, 10, 64); err == nil {
			m.At = time.UnixMilli(n)
		}
	}
	bytes, found := 0, s.c.Body == ""
	for i, f := range e.fields {
		bytes += len(f.Text)
		if f.Kind == resp.Long {
			s.env.Link.Count(1, bytes)
			s.env.Tally.Add(sonify.Skipped, tooLong, 0)
			return nil
		}
		if i%2 == 1 && s.c.Body != "" && string(e.fields[i-1].Text) == s.c.Body {
			m.Body, found = f.Text, true
		}
	}
	s.env.Link.Count(1, bytes)
	if !found {
		s.env.Tally.Add(sonify.Skipped, "entry without the field that body names", 0)
		return nil
	}
	if s.c.Body == "" {
		m.Body = object(e.fields)
	}
	return relay.Normalise(&s.env, s.decoder, &m, emit)
}

// object writes an entry as an object of JSON. What is written as a number, or as an
// object or a list, is one; Redis itself knows only texts.
func object(fields []resp.Value) []byte {
	b := []byte{'{'}
	for i := 0; i+1 < len(fields); i += 2 {
		if i > 0 {
			b = append(b, ',')
		}
		b = sonify.AppendJSONString(b, string(fields[i].Text))
		b = append(b, ':')
		v := fields[i+1].Text
		if len(v) > 0 && (v[0] == '{' || v[0] == '[' || v[0] == '-' || v[0] >= '0' && v[0] <= '9') && utf8.Valid(v) && json.Valid(v) {
			b = append(b, v...)
		} else {
			b = sonify.AppendJSONString(b, string(v))
		}
	}
	return append(b, '}')
}
