package ws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo makes an event of every message.
type echo struct{ shape *sonify.Shape }

func (e echo) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	switch string(m.Body) {
	case "odd":
		return errors.New("odd")
	case "fatal":
		return &sonify.Permanent{Err: errors.New("it says so")}
	}
	emit(sonify.Event{Shape: e.shape, Values: []sonify.Value{sonify.Word(string(m.Body))}, Place: m.Place})
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

func address(t *testing.T, s *fault.Server) *url.URL {
	t.Helper()
	u, err := url.Parse("ws" + strings.TrimPrefix(s.URL, "http") + "/stream?token=hidden-token")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func heard(t *testing.T, s *fault.Server, o Options, n decode.Normaliser) (got []string, env sonify.SourceEnv, err error) {
	t.Helper()
	o.Name, o.URL, o.Secrets = "test", address(t, s), []string{"hidden-token"}
	env = sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = Run(ctx, env, o, func(b []byte) string { return "after " + string(b[:1]) }, n, func(ev sonify.Event) {
		got = append(got, short(ev.Values[0].String()))
	})
	return got, env, err
}

// short is a text, or how long it is.
func short(s string) string {
	if len(s) > 20 {
		return fmt.Sprint(len(s))
	}
	return s
}

func TestRun_Faults(t *testing.T) {
	for name, c := range map[string]struct {
		answer    fault.Answer
		got, err  string
		permanent bool
		wait      time.Duration
		place     string
		limit     int
		silence   time.Duration
		tally     string
	}{
		"closed properly":     {answer: fault.Socket(fault.Send("a", "b"), fault.CloseWith(1001, "going\x07 away")), got: "a b", err: "the server closed the connection (1001 going away)", place: "after b"},
		"without a word":      {answer: fault.Socket(fault.Send("a"), fault.CloseWith(1005, "")), got: "a", err: "closed the connection", place: "after a"},
		"cut":                 {answer: fault.Socket(fault.Send("a"), fault.Half("half of it")), got: "a", err: "the connection was cut", place: "after a"},
		"reset":               {answer: fault.Socket(fault.Send("a"), fault.Pause(20*time.Millisecond), fault.Drop()), got: "a", err: "reset", place: "after a"},
		"binary and odd":      {answer: fault.Socket(fault.Send("odd"), fault.SendBinary([]byte("b")), fault.Send("a\nb"), fault.CloseWith(1000, "")), got: "b a\nb", err: "(1000)", place: "after a", tally: decode.Unusable},
		"ten million bytes":   {answer: fault.Socket(fault.Send("a", strings.Repeat("x", 10<<20), "b"), fault.CloseWith(1000, "")), got: "a b", err: "(1000)", place: "after b", tally: "message longer than the limit"},
		"just short enough":   {answer: fault.Socket(fault.Send(strings.Repeat("x", 5000), strings.Repeat("y", 5001)), fault.CloseWith(1000, "")), limit: 5000, got: "5000", err: "(1000)", place: "after x", tally: "message longer"},
		"deaf":                {answer: fault.Socket(fault.Send("a"), fault.Deaf()), got: "a", err: "silent for 150ms, taken for dead", place: "after a", silence: 150 * time.Millisecond},
		"quiet but there":     {answer: fault.Socket(fault.Send("a"), quietThen(1600*time.Millisecond, "b", 1000)), got: "a b", err: "(1000)", place: "after b", silence: 800 * time.Millisecond},
		"the end of it":       {answer: fault.Socket(fault.Send("a", "fatal", "b")), got: "a", err: "test: it says so", permanent: true, place: "after a"},
		"too many requests":   {answer: fault.Status(429, "Retry-After", "7"), err: "answers 429", wait: 7 * time.Second},
		"server error":        {answer: fault.Status(500), err: "answers 500"},
		"not allowed":         {answer: fault.Status(403), err: "403", permanent: true},
		"no WebSocket":        {answer: fault.Say("text/html", "hello"), err: "is no WebSocket"},
		"sent elsewhere":      {answer: fault.Redirect("ws://localhost:1/?token=x"), err: "answers 302", permanent: true},
		"hung up":             {answer: fault.Reset("", "", -1), err: "test: ws://127.0.0.1"},
		"speaks before it is": {answer: fault.Cut("text/plain", "abc", 2), err: "is no WebSocket"},
	} {
		for how, n := range normalisers() {
			t.Run(name+", "+how, func(t *testing.T) {
				got, env, err := heard(t, fault.Serve(t, c.answer), Options{Silence: c.silence, Limit: c.limit}, n)
				if strings.Join(got, " ") != c.got {
					t.Errorf("heard %q, want %q", got, c.got)
				}
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want one with %q", err, c.err)
				}
				if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "?") || strings.Count(err.Error(), "test:") != 1 {
					t.Errorf("the error is %v", err)
				}
				var p *sonify.Permanent
				if errors.As(err, &p) != c.permanent {
					t.Errorf("permanent: %v", err)
				}
				var r *sonify.RetryAfter
				if errors.As(err, &r) != (c.wait > 0) || r != nil && r.Wait != c.wait {
					t.Errorf("waits: %v", err)
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

// quietThen says nothing for so long, but answers pings, then something, and then it
// closes. Only one goroutine may read, and only one write.
func quietThen(d time.Duration, text string, code int) fault.Act {
	return func(_ *fault.Server, c *websocket.Conn, _ *http.Request) bool {
		timer := time.AfterFunc(d, func() {
			_ = c.WriteMessage(websocket.TextMessage, []byte(text))
			_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Minute))
		})
		defer timer.Stop()
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return false
			}
		}
	}
}

func TestRun_Subscribes(t *testing.T) {
	s := fault.Serve(t, fault.Speaks([]string{"v2", "v1"},
		fault.Expect(`{"subscribe":"a"}`), fault.Expect("b"), fault.Send("x"), fault.CloseWith(1000, "")))
	got, _, err := heard(t, s, Options{Subscribe: []string{`{"subscribe":"a"}`, "b"}, Protocols: []string{"v1"}, Header: http.Header{"X-Key": {"k"}}}, normalisers()["at once"])
	if fmt.Sprint(got) != "[x]" {
		t.Errorf("heard %q, %v", got, err)
	}
	r := s.Requests()[0]
	if r.Header.Get("X-Key") != "k" || r.Header.Get("Sec-Websocket-Protocol") != "v1" || r.Header.Get("User-Agent") == "" || r.URL.RawQuery != "token=hidden-token" {
		t.Errorf("asked with %v", r.Header)
	}
}

// It stops within a second, whatever it waits for.
func TestRun_Stops(t *testing.T) {
	why := errors.New("enough")
	for name, a := range map[string]fault.Answer{
		"before it is a socket": fault.Silence(),
		"silence":               fault.Socket(fault.Send("a")),
		"a deaf server":         fault.Socket(fault.Deaf()),
	} {
		for how, n := range normalisers() {
			t.Run(name+", "+how, func(t *testing.T) {
				s := fault.Serve(t, a)
				ctx, cancel := context.WithCancelCause(t.Context())
				ended := make(chan error)
				go func() {
					ended <- Run(ctx, sonify.SourceEnv{Tally: new(sonify.Tally)}, Options{Name: "test", URL: address(t, s)}, nil, n, func(sonify.Event) {})
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
