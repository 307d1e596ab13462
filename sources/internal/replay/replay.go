// Package replay plays recorded messages of a service instead of listening to it, so
// that a recipe can be tried, shown and tested without the service: the key path.
//
// A recording is JSON, one message a line:
//
//	{"at": "2026-11-28T10:00:00.25Z", "topic": "orders/paid", "id": "w-17", "body": {"id": 4500}}
//	{"at": "2026-11-28T10:00:01Z", "topic": "PRIVMSG", "text": "what came, if it is no JSON"}
//
// All but body or text may be missing. A line with other keys is the body itself, as
// a tool that records a stream writes it, and so is each value of a file that is JSON
// over several lines. What other tools save is a recording, too: a stream of server-sent
// events, as by curl, where the name of an event is its topic, or the data lines of one;
// a broker's messages as mosquitto_sub -v prints them, a topic (with a / in it), a
// blank or a tab, and what was said; and the lines of a chat, as a server of IRC says them.
//
// The recording has a clock of its own: what its events say, and where they say
// nothing, "at". It begins with the first event, and does not run backwards. A recording
// that has no times at all, as mosquitto_sub -v prints one, is played at a pace of its
// own, a message every [Pace]; a piece that wants another says clock = "step" and step.
package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/sse"
)

// Config has the key of every recipe that can play a recording. It is embedded in
// the recipe's own configuration.
type Config struct {
	Path string `toml:"path" doc:"a recording of the service's messages, from the piece's folder on; it is played instead of listening, a message every 500 ms if it has no times, or by clock and step" default:"" example:"night.jsonl"`
}

// Recorded reports whether a recording is played.
func (c *Config) Recorded() bool { return c.Path != "" }

// maxMessage is the longest message of a recording, in bytes.
const maxMessage = 16 << 20

// Pace is the time from one message to the next of a recording that has no times: that
// of the events of any source without a clock, which is the default of the key step.
const Pace = 500 * time.Millisecond

// paced is counted of the messages of such a recording.
const paced = "message without a time, half a second after the one before (or clock = \"step\")"

// notJSON is counted where a line is none, and no part of any.
const notJSON = "lines that are no JSON"

// backwards is counted when the clock does not advance.
const backwards = "clock ran backwards, held"

// Run gives n the messages of the recording, in order, and emit the events with the
// recording's clock. It returns nil at the end. An error is a sonify.Permanent.
func Run(ctx context.Context, env sonify.SourceEnv, path string, n decode.Normaliser, emit func(sonify.Event)) error {
	f, err := open(env, path)
	if err != nil {
		return err
	}
	defer f.Close()
	c := &clock{tally: env.Tally, emit: emit}
	err = Read(ctx, f, env.Tally, func(m *decode.Message) error {
		c.at, c.line = m.At, m.Line
		if err := n.Normalise(m, c.event); err != nil {
			var p *sonify.Permanent
			if errors.As(err, &p) {
				return err
			}
			env.Tally.Add(sonify.Skipped, "message that tells nothing readable", m.Line)
		}
		if !m.At.IsZero() {
			decode.Flush(n, m.At, c.event)
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.at = time.Time{}
	decode.Flush(n, time.Time{}, c.event)
	return nil
}

func open(env sonify.SourceEnv, path string) (io.ReadCloser, error) {
	if path == "-" {
		if env.Stdin == nil {
			return nil, &sonify.Permanent{Err: errors.New("there is no standard input here")}
		}
		return io.NopCloser(env.Stdin), nil
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &sonify.Permanent{Err: err}
	}
	return f, nil
}

// Probe says whether the recording can be read and what it will report: what n says,
// with a clock.
func Probe(env sonify.SourceEnv, path string, n decode.Normaliser) (sonify.Prospect, error) {
	p := n.Prospect()
	p.Timed = true
	if path == "-" {
		return p, nil
	}
	f, err := open(env, path)
	if err != nil {
		return p, err
	}
	defer f.Close()
	first := errors.New("there is one")
	err = Read(context.Background(), f, new(sonify.Tally), func(*decode.Message) error { return first })
	if err == first {
		return p, nil
	}
	if err == nil {
		err = &sonify.Permanent{Err: fmt.Errorf("%s: there is no message in it: JSON, a saved stream of events, lines of mosquitto_sub -v or of a chat were expected", path)}
	}
	return p, err
}

// clock gives events the recording's time.
type clock struct {
	tally   *sonify.Tally
	emit    func(sonify.Event)
	at      time.Time // of the message
	line    int64
	begun   bool // an event has said a time
	origin  time.Time
	elapsed time.Duration

	paced  int64 // the line that was last given a time by the pace
	before bool  // an event has been emitted
}

func (c *clock) event(ev sonify.Event) {
	if ev.At.IsZero() {
		ev.At = c.at
	}
	if ev.Line == 0 {
		ev.Line = c.line
	}
	switch {
	case ev.Timed:
		// Those that come without a clock between those that have one keep step.
		if !c.begun && !ev.At.IsZero() {
			c.origin = ev.At.Add(-ev.Clock)
		}
		c.begun = true
		c.elapsed = max(c.elapsed, ev.Clock)
	case ev.At.IsZero() && c.begun:
		c.tally.Add(sonify.Absent, "time of an event, taken for that of the one before", ev.Line)
	case ev.At.IsZero():
		if c.line != c.paced {
			if c.before {
				c.elapsed += Pace
			}
			c.paced = c.line
			c.tally.Add(sonify.Absent, paced, c.line)
		}
	case c.origin.IsZero():
		c.begun, c.origin = true, ev.At.Add(-c.elapsed)
	case ev.At.Sub(c.origin) < c.elapsed:
		c.tally.Add(sonify.Repaired, backwards, ev.Line)
	default:
		c.elapsed = ev.At.Sub(c.origin)
	}
	if !ev.Timed {
		ev.Clock, ev.Timed = c.elapsed, true
	}
	c.before = true
	c.emit(ev)
}

// line is a message as a recording writes it.
type line struct {
	At    *time.Time      `json:"at"`
	Topic *string         `json:"topic"`
	ID    *string         `json:"id"`
	Body  json.RawMessage `json:"body"`
	Text  *string         `json:"text"`
}

// Read calls each with the messages of a recording. What is no JSON is skipped and
// counted. The error is each's, the cause of ctx, or about reading.
func Read(ctx context.Context, r io.Reader, tally *sonify.Tally, each func(*decode.Message) error) error {
	text, err := input.Text(r, input.Auto, 64<<10)
	if err != nil {
		return err
	}
	if stream, lines := isStream(text); lines {
		return readLines(ctx, text, each)
	} else if stream {
		return readStream(ctx, text, tally, each)
	}
	at := int64(0)
	var pretty []byte // lines that are not JSON yet, but may become it
	first := int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		raw, err := readLine(text)
		if len(raw) > 0 {
			at++
		}
		if b := bytes.TrimSpace(raw); len(b) > 0 {
			switch alone := (len(pretty) == 0 || raw[0] == '{' && pretty[0] == '{') && json.Valid(b); {
			case alone:
				if len(pretty) > 0 { // a message of a line of its own: what began before it was cut off
					tally.Add(sonify.Skipped, notJSON, first)
					pretty = nil
				}
				if err := each(message(b, at)); err != nil {
					return err
				}
			case len(pretty)+len(b) > maxMessage:
				tally.Add(sonify.Skipped, "message too long", at)
				pretty = nil
			default:
				if len(pretty) == 0 {
					if m := told(b, at); m != nil {
						if err := each(m); err != nil {
							return err
						}
						break
					}
					if b[0] != '{' && b[0] != '[' { // nothing that becomes JSON begins so
						tally.Add(sonify.Skipped, notJSON, at)
						break
					}
					first = at
				}
				pretty = append(append(pretty, b...), '\n')
				// What is written over several lines ends where it begins, at the margin.
				if (raw[0] == '}' || raw[0] == ']') && json.Valid(pretty) {
					if err := each(message(bytes.TrimSpace(pretty), first)); err != nil {
						return err
					}
					pretty = nil
				}
			}
		}
		if err == io.EOF {
			if json.Valid(pretty) { // the whole file is one value, however it is laid out
				return each(message(bytes.TrimSpace(pretty), first))
			}
			if len(pretty) > 0 {
				tally.Add(sonify.Skipped, notJSON, first)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// isStream reports whether a recording is a stream of server-sent events: whether one
// of its first lines is a field of such. No line of JSON begins so. lines means that
// there are only lines of data, and none between them: each is an event.
func isStream(r *bufio.Reader) (stream, lines bool) {
	r.Peek(1) // of a pipe what has come
	head, _ := r.Peek(r.Buffered())
	lines = true
	for line := range bytes.Lines(head) {
		switch {
		case bytes.HasPrefix(line, []byte("data:")):
			stream = true
		case bytes.HasPrefix(line, []byte("event:")):
			stream, lines = true, false
		case len(bytes.TrimSpace(line)) == 0:
			lines = false
		}
	}
	return stream, stream && lines
}

// readLines calls each with the data lines of a stream.
func readLines(ctx context.Context, r *bufio.Reader, each func(*decode.Message) error) error {
	for at := int64(1); ; at++ {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		raw, err := readLine(r)
		if data, ok := bytes.CutPrefix(bytes.TrimSpace(raw), []byte("data:")); ok {
			if err := each(&decode.Message{Body: bytes.Clone(bytes.TrimSpace(data)), Line: at}); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// told returns the message of a line as mosquitto_sub -v prints it, or as a server of IRC
// says it; nil if it is neither. A topic may have blanks in it, as names of devices do:
// before an object it is all that stands there, and so before a tab.
func told(b []byte, at int64) *decode.Message {
	if isIRC(b) {
		return &decode.Message{Body: bytes.Clone(b), Line: at}
	}
	i := bytes.IndexByte(b, '\t')
	if i < 0 {
		if i = bytes.Index(b, []byte(" {")); i < 0 || !json.Valid(b[i:]) {
			i = bytes.IndexByte(b, ' ')
		}
	}
	if i < 0 || !bytes.Contains(b[:i], []byte("/")) || bytes.ContainsAny(b[:i], "{}[]\"@:,;=") {
		return nil
	}
	return &decode.Message{Topic: string(b[:i]), Body: bytes.Clone(bytes.TrimSpace(b[i:])), Line: at}
}

// isIRC reports whether a line is one of Internet Relay Chat: perhaps tags, who says it, and
// a command in capital letters or a number of three digits (RFC 2812, 2.3.1).
func isIRC(b []byte) bool {
	parts := bytes.SplitN(b, []byte(" "), 4)
	if len(parts) > 1 && len(parts[0]) > 1 && parts[0][0] == '@' {
		parts = parts[1:]
	}
	if len(parts) < 3 || len(parts[0]) < 2 || parts[0][0] != ':' {
		return false
	}
	command := parts[1]
	if len(command) == 3 && command[0] >= '0' && command[0] <= '9' {
		return true
	}
	for _, c := range command {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	return len(command) > 2
}

// readStream calls each with the events of a stream.
func readStream(ctx context.Context, r io.Reader, tally *sonify.Tally, each func(*decode.Message) error) error {
	in := sse.NewReader(r, maxMessage, "")
	in.Note = func(what string, line int64) { tally.Add(sonify.Skipped, what, line) }
	for {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		f, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := each(&decode.Message{Body: bytes.Clone(f.Data), Topic: f.Event, Place: f.ID, Line: f.Line}); err != nil {
			return err
		}
	}
}

// readLine reads a line without its limit being the reader's buffer.
func readLine(r *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(out)+len(part) <= maxMessage+1 {
			out = append(out, part...)
		}
		if err != bufio.ErrBufferFull {
			return out, err
		}
	}
}

// message makes a message of a JSON value.
func message(b []byte, at int64) *decode.Message {
	m := &decode.Message{Line: at}
	var l line
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if b[0] == '{' && d.Decode(&l) == nil && (l.Body != nil || l.Text != nil) {
		if l.At != nil {
			m.At = *l.At
		}
		if l.Topic != nil {
			m.Topic = *l.Topic
		}
		if l.ID != nil {
			m.ID = *l.ID
		}
		m.Body = append([]byte(nil), l.Body...)
		if l.Text != nil {
			m.Body = []byte(*l.Text)
		}
		return m
	}
	m.Body = append([]byte(nil), b...)
	return m
}
