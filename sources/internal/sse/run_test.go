package sse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo makes an event of every message: its topic and its body.
type echo struct{ shape *sonify.Shape }

func (e echo) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if string(m.Body) == "odd" {
		return errors.New("odd")
	}
	emit(sonify.Event{Shape: e.shape, Values: []sonify.Value{sonify.Word(m.Topic + "/" + string(m.Body))}, Place: m.Place})
	return nil
}

func (e echo) Prospect() sonify.Prospect { return sonify.Prospect{} }

// waiting is a normaliser that could hold events back, and so is read in another way.
type waiting struct{ echo }

func (w waiting) Flush(time.Time, func(sonify.Event)) time.Time { return time.Time{} }

func normalisers() map[string]decode.Normaliser {
	e := echo{sonify.NewShape("x", sonify.Field{Name: "v"})}
	return map[string]decode.Normaliser{"at once": e, "waiting": waiting{e}}
}

const stream1 = "text/event-stream; charset=utf-8"

// heard runs a stream once.
func heard(t *testing.T, s *fault.Server, o Options, place string, n decode.Normaliser) (got []string, env sonify.SourceEnv, err error) {
	t.Helper()
	u, uerr := url.Parse(s.URL + "/stream?token=hidden-token")
	if uerr != nil {
		t.Fatal(uerr)
	}
	o.Name, o.URL, o.Secrets = "test", u, []string{"hidden-token"}
	env = sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
	env.Place.Set(place)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = Run(ctx, env, o, n, func(ev sonify.Event) {
		got = append(got, ev.Values[0].String())
		env.Place.Set(ev.Place)
	})
	return got, env, err
}

func TestRun_Faults(t *testing.T) {
	body := "id: 1\ndata: a\n\nid: 2\nevent: k\ndata: b\n\nid: 3\ndata: c\n\n"
	for name, c := range map[string]struct {
		answer     fault.Answer
		got        string
		err        string // in it
		permanent  bool
		wait       time.Duration
		place      string
		longest    int
		silence    time.Duration
		tally      string
		persistent bool
	}{
		"ends at once":             {answer: fault.Say(stream1, body), got: "/a k/b /c", err: "the server ended the stream", place: "3"},
		"cut in mid-frame":         {answer: fault.Cut(stream1, body, 33), got: "/a", err: "unexpected EOF", place: "1"},
		"ends in mid-frame":        {answer: fault.Say(stream1, body[:33]), got: "/a", err: "cut within an event", place: "1", tally: "stream ended within an event"},
		"reset":                    {answer: fault.Then(fault.Reset("", "", -1)), err: "test: http://127.0.0.1"},
		"too many requests":        {answer: fault.Status(429, "Retry-After", "7"), err: "answers 429", wait: 7 * time.Second},
		"server error":             {answer: fault.Status(500), err: "answers 500"},
		"unavailable until":        {answer: fault.Status(503, "Retry-After", "120"), err: "503", wait: 2 * time.Minute},
		"not allowed":              {answer: fault.Status(401), err: "401", permanent: true},
		"not there":                {answer: fault.Status(404), err: "404", permanent: true},
		"no more":                  {answer: fault.Status(204), err: "204", permanent: true},
		"another kind":             {answer: fault.Say("text/html", "<p>log in</p>"), err: "answers with text/html, text/event-stream was expected"},
		"no kind":                  {answer: fault.Say("", body), err: "text/event-stream was expected"},
		"sent to another host":     {answer: fault.Redirect("http://localhost:1/x?secret"), err: "redirects to another host", permanent: true},
		"drip by drip":             {answer: fault.Drip(stream1, body, 7, time.Millisecond), got: "/a k/b /c", err: "ended", place: "3"},
		"ten million bytes a line": {answer: fault.Say(stream1, fault.Long("id: 1\ndata: a\n\ndata: ", 10<<20, "\n\n")+"data: d\n\n"), got: "/a /d", err: "ended", place: "1", longest: 1 << 16, tally: "event longer than the limit"},
		"silence":                  {answer: fault.Then(fault.Say(stream1, body), fault.Silence()), got: "/a k/b /c", err: "silent for 100ms", place: "3", silence: 100 * time.Millisecond},
		"says when":                {answer: fault.Say(stream1, "retry: 4000\n\n"+body), got: "/a k/b /c", err: "ended", wait: 4 * time.Second, place: "3"},
		"odd ones are passed over": {answer: fault.Say(stream1, "data: odd\n\n"+body), got: "/a k/b /c", err: "ended", place: "3", tally: decode.Unusable},
	} {
		for how, n := range normalisers() {
			t.Run(name+", "+how, func(t *testing.T) {
				s := fault.Serve(t, c.answer)
				got, env, err := heard(t, s, Options{Limit: c.longest, Silence: c.silence}, "", n)
				if strings.Join(got, " ") != c.got {
					t.Errorf("heard %q, want %q", got, c.got)
				}
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want one with %q", err, c.err)
				}
				if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "?") {
					t.Errorf("the error shows the query: %v", err)
				}
				var p *sonify.Permanent
				if errors.As(err, &p) != c.permanent {
					t.Errorf("permanent: %v", err)
				}
				var r *sonify.RetryAfter
				if wait := time.Duration(0); errors.As(err, &r) != (c.wait > 0) || r != nil && r.Wait != c.wait {
					t.Errorf("wait %v, want %v", wait, c.wait)
				}
				if env.Place.Get() != c.place {
					t.Errorf("stands at %q, want %q", env.Place.Get(), c.place)
				}
				if got := fmt.Sprint(env.Tally.Counts()); c.tally == "" && got != "[]" || !strings.Contains(got, c.tally) {
					t.Errorf("counted %s, want %q", got, c.tally)
				}
			})
		}
	}
}

// It goes on from the last id, and says so in the way of the standard.
func TestRun_Resumes(t *testing.T) {
	s := fault.Serve(t, fault.Say(stream1, "data: x\n\n"))
	id := `[{"topic":"a","partition":0,"timestamp":1596207527001}]`
	_, env, _ := heard(t, s, Options{Header: http.Header{"Authorization": {"Bearer hidden-token"}}}, id, normalisers()["at once"])
	r := s.Requests()[0]
	if got := r.Header.Get("Last-Event-ID"); got != id {
		t.Errorf("asked with %q", got)
	}
	if r.Header.Get("Accept") != "text/event-stream" || r.Header.Get("Authorization") != "Bearer hidden-token" || r.Header.Get("User-Agent") == "" {
		t.Errorf("asked with %v", r.Header)
	}
	if env.Place.Get() != id { // an event without an id of its own has the one before
		t.Errorf("stands at %q", env.Place.Get())
	}
	if st := env.Link.Status(); st.Messages != 1 || st.Connected != 1 {
		t.Errorf("%+v", st)
	}
	_, _, _ = heard(t, s, Options{Resume: func(p string) string { return "from-" + p }}, "7", normalisers()["at once"])
	if got := s.Requests()[1].Header.Get("Last-Event-ID"); got != "from-7" {
		t.Errorf("asked with %q", got)
	}
	// What no header can hold is not sent, and does no harm.
	if got, _, _ := heard(t, s, Options{}, "a\x01b", normalisers()["at once"]); len(got) != 1 || s.Requests()[2].Header["Last-Event-Id"] != nil {
		t.Errorf("heard %q, asked with %v", got, s.Requests()[2].Header)
	}
}

// A stream that ends after a while is usual: it is opened again, from where it was,
// and the source does not break.
func TestRun_UsualEnd(t *testing.T) {
	defer func(d time.Duration) { steady = d }(steady)
	steady = 0
	s := fault.Serve(t,
		fault.Say(stream1, "retry: 1\nid: 1\ndata: a\n\n"),
		fault.Say(stream1, ": hello again\n\nid: 2\ndata: b\n\n"),
		fault.Status(401))
	got, env, err := heard(t, s, Options{}, "", normalisers()["at once"])
	if fmt.Sprint(got) != "[/a /b]" || err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("heard %q, %v", got, err)
	}
	if id := s.Requests()[2].Header.Get("Last-Event-ID"); id != "2" || env.Place.Get() != "2" {
		t.Errorf("went on from %q, stands at %q", id, env.Place.Get())
	}
}

// It stops within a second, whatever it waits for.
func TestRun_Stops(t *testing.T) {
	why := errors.New("enough")
	for name, a := range map[string]fault.Answer{
		"before the header": func(s *fault.Server, w http.ResponseWriter, r *http.Request) {
			select {
			case <-s.Done():
			case <-r.Context().Done():
			}
		},
		"silence":    fault.Then(fault.Say(stream1, "data: a\n\n"), fault.Silence()),
		"in a frame": fault.Then(fault.Say(stream1, "data: a"), fault.Silence()),
	} {
		for how, n := range normalisers() {
			t.Run(name+", "+how, func(t *testing.T) {
				s := fault.Serve(t, a)
				u, _ := url.Parse(s.URL)
				ctx, cancel := context.WithCancelCause(t.Context())
				ended := make(chan error)
				go func() {
					ended <- Run(ctx, sonify.SourceEnv{Tally: new(sonify.Tally)}, Options{Name: "test", URL: u}, n, func(sonify.Event) {})
				}()
				s.Wait(1)
				cancel(why)
				late := time.NewTimer(time.Second)
				defer late.Stop()
				select {
				case err := <-ended:
					if err != why {
						t.Errorf("returned %v", err)
					}
				case <-late.C:
					t.Error("still there after a second")
					<-ended
				}
			})
		}
	}
}
