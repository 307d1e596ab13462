package replay_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/replay"
)

func messages(t *testing.T, text string) (out []string, tally *sonify.Tally) {
	t.Helper()
	tally = new(sonify.Tally)
	err := replay.Read(t.Context(), strings.NewReader(text), tally, func(m *decode.Message) error {
		at := ""
		if !m.At.IsZero() {
			at = m.At.Format(time.RFC3339)
		}
		out = append(out, fmt.Sprintf("%d|%s|%s|%s|%s", m.Line, at, m.Topic, m.ID, m.Body))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out, tally
}

func TestRead(t *testing.T) {
	got, tally := messages(t, `{"at":"2026-11-28T10:00:00Z","topic":"a/b","id":"7","body":{"x":1}}
{"body":[1,2]}

{"text":"PING :x\r\n"}
{"body":{"x":1},"more":2}
{"x":1}
{
 "x": {
  "y": 2
 }
}
{"at":"yesterday","body":1}
7
`)
	want := []string{
		`1|2026-11-28T10:00:00Z|a/b|7|{"x":1}`, `2||||[1,2]`, "4||||PING :x\r\n", `5||||{"body":{"x":1},"more":2}`, `6||||{"x":1}`,
		"7||||{\n\"x\": {\n\"y\": 2\n}\n}", `12||||{"at":"yesterday","body":1}`, `13||||7`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(tally.Counts()) != 0 {
		t.Error(tally.Counts())
	}
	for _, whole := range []string{"[{\"x\":1},\n {\"x\":2}]", "[\n{\"x\":1},\n{\"x\":2}\n]\n", "{\"x\":\n  {\"y\": 1}}"} {
		if got, tally = messages(t, whole); len(got) != 1 || len(tally.Counts()) != 0 {
			t.Errorf("%q: %q, %v", whole, got, tally.Counts())
		}
	}
	got, tally = messages(t, "{\"x\":\n{\"y\":1}\n")
	if len(got) != 1 || len(tally.Counts()) != 1 {
		t.Errorf("a line that was cut off before another: %q, %v", got, tally.Counts())
	}
	if got, tally = messages(t, "connected\n{\"x\":1}\n[\n1]\n"); len(got) != 2 || len(tally.Counts()) != 1 || tally.Counts()[0].First != 1 {
		t.Errorf("a line that is none of them: %q, %v", got, tally.Counts())
	}
	if _, tally = messages(t, "{\"x\":1}\n{\"x\":\n"); len(tally.Counts()) != 1 || tally.Counts()[0].First != 2 {
		t.Errorf("a line that was cut off: %v", tally.Counts())
	}
}

var said = sonify.NewShape("said")

// times emits an event at the time that the body says, one without a time for null.
type times struct{}

func (times) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: []*sonify.Shape{said}} }
func (times) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if string(m.Body) == "null" {
		emit(sonify.Event{Shape: said})
		return nil
	}
	at, err := time.Parse(`"`+time.RFC3339+`"`, string(m.Body))
	if err != nil {
		return err
	}
	emit(sonify.Event{Shape: said, At: at})
	return nil
}

func TestRun_HasAClock(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "r.jsonl")
	text := `"2026-11-28T10:00:00Z"
"2026-11-28T10:00:05Z"
"2026-11-28T10:00:03Z"
null
{"at":"2026-11-28T10:00:09Z","body":null}
"nonsense"
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}
	var got []string
	if err := replay.Run(t.Context(), env, "r.jsonl", times{}, func(ev sonify.Event) {
		got = append(got, fmt.Sprint(ev.Clock, ev.Timed, ev.Line))
	}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"0s true 1", "5s true 2", "5s true 3", "5s true 4", "9s true 5"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if n := len(env.Tally.Counts()); n != 3 {
		t.Errorf("%d oddities: %v", n, env.Tally.Counts())
	}
	p, err := replay.Probe(env, "r.jsonl", times{})
	if err != nil || !p.Timed {
		t.Errorf("%+v, %v", p, err)
	}
	var perm *sonify.Permanent
	if _, err := replay.Probe(env, "no.jsonl", times{}); !errors.As(err, &perm) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("why")
	cancel(why)
	if err := replay.Run(ctx, env, "r.jsonl", times{}, func(sonify.Event) {}); err != why {
		t.Error(err)
	}
}

// What other tools save is a recording as it is.
func TestRead_OfOthers(t *testing.T) {
	for text, want := range map[string]string{
		":thump\n\nevent: update\nid: 7\ndata: {\"a\":\ndata: 1}\n\ndata: x\n\nevent: cut\ndata: off": `[7 update 7 "{\"a\":\n1}" 9  7 "x"]`,
		"data: {\"a\":1}\ndata:{\"a\":2}\r\n":                                                                 `[1   "{\"a\":1}" 2   "{\"a\":2}"]`,
		"hall/lamp\tON\nhall/lamp {\"v\": 1}\n\n{\"b\":2}\nno topic\n":                                        `[1 hall/lamp  "ON" 2 hall/lamp  "{\"v\": 1}" 4   "{\"b\":2}"]`,
		"house/front door {\"v\": 1}\nhouse/front door\tON\n":                                                 `[1 house/front door  "{\"v\": 1}" 2 house/front door  "ON"]`,
		"@id=1;tmi-sent-ts=5 :x!x@x PRIVMSG #hall :more {\"a\":1}\r\n:server 001 me :hi\nPING :x\n:no line\n": `[1   "@id=1;tmi-sent-ts=5 :x!x@x PRIVMSG #hall :more {\"a\":1}" 2   ":server 001 me :hi"]`,
	} {
		var got []string
		if err := replay.Read(t.Context(), strings.NewReader(text), new(sonify.Tally), func(m *decode.Message) error {
			got = append(got, fmt.Sprintf("%d %s %s %q", m.Line, m.Topic, m.Place, m.Body))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%q: %s, not %s", text, fmt.Sprint(got), want)
		}
	}
}

// A recording without times does not sound at once: its messages follow each other at a
// pace, those that make several events make them together.
func TestRun_WithoutTimesHasAPace(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"null\n{\"x\":1}\nnull\nnull\n", "[0s 500ms 1s]"},
		{"null\nnull\n\"2026-11-28T10:00:00Z\"\nnull\n\"2026-11-28T10:00:05Z\"\n", "[0s 500ms 500ms 500ms 5.5s]"},
		{"a/b\t1\na/b\t2\n", "[0s 0s 500ms 500ms]"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "r"), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var n decode.Normaliser = times{}
		if c.text[0] == 'a' {
			n = twice{}
		}
		env := sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}
		var got []time.Duration
		if err := replay.Run(t.Context(), env, "r", n, func(ev sonify.Event) {
			if !ev.Timed {
				t.Errorf("%q: an event without a clock", c.text)
			}
			got = append(got, ev.Clock)
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%q: %v, not %s", c.text, got, c.want)
		}
		if len(env.Tally.Counts()) == 0 {
			t.Errorf("%q: that it has no times is not told", c.text)
		}
	}
}

// twice emits two events without a time.
type twice struct{ times }

func (twice) Normalise(_ *decode.Message, emit func(sonify.Event)) error {
	emit(sonify.Event{Shape: said})
	emit(sonify.Event{Shape: said})
	return nil
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"data: 1\n\nevent: a\ndata: 2\n\n", `{"at":"2026-11-28T10:00:00Z","topic":"a","body":{}}`, "{\n}", "1\n2\n", `{"text":"x"}`, "{\"x\":\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := int64(0)
		replay.Read(t.Context(), strings.NewReader(text), new(sonify.Tally), func(m *decode.Message) error {
			if m.Line <= last {
				t.Fatalf("message of line %d after line %d", m.Line, last)
			}
			last = m.Line
			return nil
		})
	})
}
