package http_test

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
	source "proscenium/sources/http"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func env() sonify.SourceEnv {
	return sonify.SourceEnv{Name: "feed", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
}

// make builds a source; change may change its configuration.
func build(t *testing.T, e sonify.SourceEnv, url string, change func(c *source.Config)) (sonify.Source, error) {
	t.Helper()
	c := source.Info().Config().(*source.Config)
	c.URL, c.Every = url, time.Second
	if change != nil {
		change(c)
	}
	return source.Info().New(e, c)
}

var errEnough = errors.New("enough")

// hear runs a source until there were n events, or it ends.
func hear(t *testing.T, s sonify.Source, n int) ([]sonify.Event, error) {
	t.Helper()
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	limit := time.AfterFunc(time.Minute, func() { stop(errors.New("nothing comes")) })
	defer limit.Stop()
	var events []sonify.Event
	err := s.Run(ctx, func(ev sonify.Event) {
		if events = append(events, ev); len(events) == n {
			stop(errEnough)
		}
	})
	return events, err
}

func TestRun_OnlyWhatIsNewOrChanged(t *testing.T) {
	s := fault.Serve(t,
		fault.Say("application/json", `{"items":[{"id":1,"n":1,"at":"2026-11-28T10:00:00Z"},{"id":2,"n":1,"at":"2026-11-28T10:00:00Z"}]}`),
		fault.Say("application/json", `{"items":[{"id":1,"n":2,"at":"2026-11-28T10:00:01Z"},{"id":2,"n":1,"at":"2026-11-28T10:00:00Z"},{"id":3,"n":7,"at":"2026-11-28T10:00:02Z"}]}`))
	e := env()
	change := func(c *source.Config) {
		c.Select, c.Key, c.Time = "items", "id", "at"
	}
	src, err := build(t, e, s.URL, change)
	if err != nil {
		t.Fatal(err)
	}
	events, err := hear(t, src, 2)
	if err != errEnough || len(events) != 2 || events[0].Value("n").String() != "2" || events[1].Value("id").String() != "3" {
		t.Fatalf("%v, %v", events, err)
	}
	if events[0].Place != "" || events[1].Place != "2026-11-28T10:00:02Z" {
		t.Errorf("places %q and %q", events[0].Place, events[1].Place)
	}
	if st := e.Link.Status(); st.State != sonify.LinkUp || st.Messages < 2 {
		t.Errorf("link %+v", st)
	}
	// Begun again it knows how far it was.
	again := fault.Serve(t, fault.Say("application/json", `{"items":[{"id":3,"n":7,"at":"2026-11-28T10:00:02Z"},{"id":4,"n":1,"at":"2026-11-28T10:00:03Z"}]}`))
	e.Place.Set(events[1].Place)
	src, _ = build(t, e, again.URL, change)
	if events, err = hear(t, src, 1); err != errEnough || events[0].Value("id").String() != "4" {
		t.Errorf("%v, %v", events, err)
	}
}

func TestRun_SaysWhoItIsAndNoMore(t *testing.T) {
	t.Setenv("PROSCENIUM_TEST_KEY", "s3cret/&key")
	t.Setenv("PROSCENIUM_TEST_TOKEN", "t0ken-t0ken")
	s := fault.Serve(t, fault.Then(fault.Say("application/json", `{"v":1,"wait":2}`)), fault.Status(500))
	src, err := build(t, env(), s.URL+"/x?limit=5", func(c *source.Config) {
		c.Headers = map[string]string{"Accept": "application/json"}
		c.Secrets = map[string]string{"X-Api-Key": "env:PROSCENIUM_TEST_KEY"}
		c.SecretQuery = map[string]string{"apikey": "env:PROSCENIUM_TEST_KEY"}
		c.Token = "env:PROSCENIUM_TEST_TOKEN"
		c.PaceFrom = "wait"
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := hear(t, src, 0)
	if len(events) != 1 || err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "?") || strings.Contains(err.Error(), "t0ken") {
		t.Errorf("%v, %v", events, err)
	}
	r := s.Requests()[0]
	if r.Header.Get("X-Api-Key") != "s3cret/&key" || r.Header.Get("Authorization") != "Bearer t0ken-t0ken" || r.URL.Query().Get("apikey") != "s3cret/&key" || r.URL.Query().Get("limit") != "5" || r.Header.Get("Accept") != "application/json" || !strings.Contains(r.UserAgent(), "proscenium") {
		t.Errorf("%v %v", r.URL, r.Header)
	}
}

// Faults of a service are errors that say what to do, and never an event.
func TestRun_Faults(t *testing.T) {
	page := `{"items":[{"id":1},{"id":2}]}`
	for name, c := range map[string]struct {
		answer fault.Answer
		want   string // permanent, later or again
	}{
		"429":         {fault.Status(429, "Retry-After", "77"), "later"},
		"500":         {fault.Status(500), "again"},
		"401":         {fault.Status(401), "permanent"},
		"cut":         {fault.Cut("application/json", page, 10), "again"},
		"reset":       {fault.Reset("application/json", page, 10), "again"},
		"redirect":    {fault.Redirect("http://127.0.0.2:1/"), "permanent"},
		"html":        {fault.Say("text/html", "<html>log in</html>"), "again"},
		"not json":    {fault.Say("application/json", page[:12]), "again"},
		"a long line": {fault.Say("application/json", fault.Long(`{"a":"`, 2<<20, `"}`)), "permanent"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fault.Serve(t, c.answer)
			src, err := build(t, env(), s.URL, func(c *source.Config) { c.Select, c.Format, c.MaxAnswer, c.First = "items", "json", 1, "take" })
			if err != nil {
				t.Fatal(err)
			}
			events, err := hear(t, src, 1)
			got := "again"
			var p *sonify.Permanent
			var l *sonify.RetryAfter
			switch {
			case err == nil:
				got = "fine"
			case errors.As(err, &p):
				got = "permanent"
			case errors.As(err, &l):
				got = "later"
				if l.Wait != 77*time.Second {
					t.Errorf("it waits %v", l.Wait)
				}
			}
			if got != c.want || len(events) > 0 {
				t.Errorf("%s: %v, %d events", got, err, len(events))
			}
		})
	}
}

func TestRun_StopsWhileAServiceIsSilent(t *testing.T) {
	s := fault.Serve(t, fault.Silence())
	src, _ := build(t, env(), s.URL, nil)
	ctx, stop := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- src.Run(ctx, func(sonify.Event) {}) }()
	s.Wait(1)
	began := time.Now()
	stop(errEnough)
	if err := <-done; err != errEnough || time.Since(began) > 20*time.Second { // what is not stopped waits two minutes
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// What is not there yet is waited for, if the piece says that it will be.
func TestRun_WaitsForWhatIsNotThereYet(t *testing.T) {
	s := fault.Serve(t, fault.Status(404))
	e := env()
	src, err := build(t, e, s.URL, func(c *source.Config) { c.NotYet = []int{404} })
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- src.Run(ctx, func(sonify.Event) {}) }()
	servertest.Wait(t, "the link is down", func() bool { return e.Link.Status().State == sonify.LinkDown })
	stop(errEnough)
	if err := <-done; err != errEnough || !strings.Contains(e.Link.Status().Why, "not there yet") {
		t.Errorf("%v, %+v", err, e.Link.Status())
	}
	src, _ = build(t, env(), s.URL, nil)
	var p *sonify.Permanent
	if _, err := hear(t, src, 1); !errors.As(err, &p) {
		t.Errorf("without not_yet: %v", err)
	}
	for _, code := range []int{200, 401, 429, 500} {
		if _, err := build(t, env(), s.URL, func(c *source.Config) { c.NotYet = []int{code} }); err == nil {
			t.Errorf("%d is taken", code)
		}
	}
}

func TestRun_FollowsPagesOfTheSameHost(t *testing.T) {
	var s *fault.Server
	s = fault.Serve(t,
		func(_ *fault.Server, w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"items":[{"id":1}],"next":"%s/two"}`, s.URL)
		},
		fault.Say("application/json", `{"items":[{"id":2}],"next":"http://127.0.0.3:9/"}`))
	e := env()
	src, _ := build(t, e, s.URL, func(c *source.Config) { c.Select, c.NextFrom, c.First = "items", "next", "take" })
	events, err := hear(t, src, 2)
	if err != errEnough || s.Requests()[1].URL.Path != "/two" || len(events) != 2 {
		t.Errorf("%v, %v", events, err)
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	_, err := build(t, env(), "https://u:pass@a.example/", func(c *source.Config) {
		c.Headers = map[string]string{"Authorization": "Bearer t0ken", "A b": "x"}
		c.Secrets = map[string]string{"X-Key": "literal"}
		c.SecretQuery = map[string]string{"k": "literal"}
		c.Token = "t0ken"
		c.Config.Event = "Big Order"
	})
	ps, ok := err.(sonify.Problems)
	if !ok || len(ps) != 7 {
		t.Fatalf("%v", err)
	}
	for _, s := range []string{"t0ken", "literal", "pass@"} {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the secret %q is told: %v", s, err)
		}
	}
	if _, err := build(t, env(), "https://a.example/?api_key=abcdef", nil); err == nil || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
}

func ExampleInfo() {
	fmt.Println(source.Info().Name, source.Info().Live)
	// Output: http true
}

// auto goes by what the service says that its answer is.
func TestRun_ATableOfItsContentType(t *testing.T) {
	for _, kind := range []string{"text/csv; charset=utf-8", "application/csv"} {
		s := fault.Serve(t, fault.Say(kind, "id,n\n1,7\n2,8\n"))
		src, err := build(t, env(), s.URL, func(c *source.Config) { c.First = "take" })
		if err != nil {
			t.Fatal(err)
		}
		events, err := hear(t, src, 2)
		if err != errEnough || events[0].Value("n").String() != "7" || events[1].Value("id").String() != "2" {
			t.Errorf("%s: %v, %v", kind, events, err)
		}
	}
}
