package poll_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/poll"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo makes an event of every answer, and cannot use those that begin with "bad".
type echo struct{}

var shape = sonify.NewShape("answer", sonify.Field{Name: "text", Type: sonify.Text})

func (echo) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: []*sonify.Shape{shape}} }

func (echo) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if strings.HasPrefix(string(m.Body), "bad") {
		return errors.New("the answer is no good")
	}
	if m.At.IsZero() {
		return errors.New("the answer has no time")
	}
	emit(sonify.Event{Shape: shape, Values: []sonify.Value{sonify.Word(string(m.Body))}})
	return nil
}

func env() sonify.SourceEnv {
	return sonify.SourceEnv{Name: "x", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
}

var errEnough = errors.New("enough")

// run polls until there were n events or it ends by itself, and returns what was told.
func run(t *testing.T, o poll.Options, e sonify.SourceEnv, n int) (string, error) {
	t.Helper()
	if o.Every == 0 {
		o.Every = time.Millisecond
	}
	p, err := poll.New(o)
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	var got []string
	err = p.Run(ctx, e, echo{}, func(ev sonify.Event) {
		if got = append(got, ev.Value("text").String()); len(got) == n {
			stop(errEnough)
		}
	})
	return strings.Join(got, " "), err
}

// unless answers "not modified" to who has it already.
func unless(etag, text string) fault.Answer {
	return func(s *fault.Server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", etag)
		w.Header().Set("Last-Modified", "Sat, 28 Nov 2026 10:00:00 GMT")
		if r.Header.Get("If-None-Match") == etag && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, text)
	}
}

func TestRun_AsksOnlyForWhatIsNew(t *testing.T) {
	s := fault.Serve(t, unless(`"1"`, "one"), unless(`"1"`, "one"), unless(`"1"`, "one"), unless(`"2"`, "two"))
	e := env()
	got, err := run(t, poll.Options{URL: s.URL + "/feed?key=hidden"}, e, 2)
	if got != "one two" || err != errEnough {
		t.Errorf("%q, %v", got, err)
	}
	if n := len(s.Requests()); n != 4 {
		t.Errorf("%d questions, 4 expected", n)
	}
	if st := e.Link.Status(); st.State != sonify.LinkUp || st.Messages != 4 {
		t.Errorf("%+v", st)
	}
	if ua := s.Requests()[0].Header.Get("User-Agent"); !strings.HasPrefix(ua, "proscenium") {
		t.Errorf("User-Agent %q", ua)
	}
}

func TestRun_SaysWhatIsWrong(t *testing.T) {
	elsewhere := fault.Serve(t, fault.Say("application/json", "elsewhere"))
	other := strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		answer fault.Answer
		want   string
		perm   bool
		wait   time.Duration
	}{
		"too many":   {fault.Status(429, "Retry-After", "7"), "429", false, 7 * time.Second},
		"broken":     {fault.Status(500), "500", false, 0},
		"not there":  {fault.Status(404), "404", true, 0},
		"no token":   {fault.Status(401), "401", true, 0},
		"a page":     {fault.Say("text/html; charset=utf-8", "<html>"), `"text/html"`, false, 0},
		"cut":        {fault.Cut("application/json", "one", 1), "broke off", false, 0},
		"too much":   {fault.Say("application/json", strings.Repeat("x", 2<<20)), "more than 1 MiB", true, 0},
		"redirected": {fault.Redirect(other), "another host", false, 0},
		"unusable":   {fault.Say("application/json", "bad"), "no good", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := fault.Serve(t, c.answer)
			got, err := run(t, poll.Options{URL: s.URL + "/feed?key=hidden&t=s3cr3t", Secrets: []string{"s3cr3t"}, MaxBytes: 1 << 20}, env(), 1)
			if got != "" || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%q, %v", got, err)
			}
			var p *sonify.Permanent
			if errors.As(err, &p) != c.perm && name != "redirected" {
				t.Errorf("permanent: %v", !c.perm)
			}
			var r *sonify.RetryAfter
			if c.wait > 0 && (!errors.As(err, &r) || r.Wait != c.wait) {
				t.Errorf("%v", err)
			}
			if strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("a secret is in %q", err)
			}
		})
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("another host was asked %d times", n)
	}
}

func TestRun_StopsWhileItWaits(t *testing.T) {
	s := fault.Serve(t, fault.Say("text/plain", "one"))
	got, err := run(t, poll.Options{URL: s.URL, Every: time.Hour}, env(), 1)
	if got != "one" || err != errEnough {
		t.Errorf("%q, %v", got, err)
	}
	silent := fault.Serve(t, fault.Silence())
	p, err := poll.New(poll.Options{URL: silent.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	done := make(chan error)
	go func() { done <- p.Run(ctx, env(), echo{}, func(sonify.Event) {}) }()
	silent.Wait(1)
	stop(errEnough)
	if err := <-done; err != errEnough {
		t.Error(err)
	}
}

func TestRun_FollowsPagesOfTheSameHostOnly(t *testing.T) {
	s := fault.Serve(t, fault.Say("text/plain", "one"), fault.Say("text/plain", "two"), fault.Say("text/plain", "three"))
	e := env()
	pages := []string{"/feed?page=2", "http://192.0.2.1/stolen", ""}
	o := poll.Options{URL: s.URL + "/feed", Next: func(http.Header, []byte) (string, bool) {
		next := pages[0]
		pages = pages[1:]
		return next, next != ""
	}}
	got, err := run(t, o, e, 3)
	if got != "one two three" || err != errEnough {
		t.Errorf("%q, %v", got, err)
	}
	var asked []string
	for _, r := range s.Requests() {
		asked = append(asked, r.URL.RequestURI())
	}
	if fmt.Sprint(asked) != "[/feed /feed?page=2 /feed]" {
		t.Errorf("asked for %v", asked)
	}
	if c := e.Tally.Counts(); len(c) != 1 || c[0].Fate != sonify.Skipped {
		t.Errorf("counted %v", c)
	}
}

func TestNew_TellsMistakes(t *testing.T) {
	for _, u := range []string{"", "ftp://example.org", "://", "http://", "file:///etc/passwd"} {
		if _, err := poll.New(poll.Options{URL: u}); err == nil {
			t.Errorf("%q is taken", u)
		}
	}
}
