package nba

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func sourceOf(t *testing.T, dir string, c Config) sonify.Source {
	t.Helper()
	s, err := Info().New(sonify.SourceEnv{Name: "court", Dir: dir, Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}, &c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRun_AsksTheServiceAndTellsWhatIsNew(t *testing.T) {

	s := fault.Serve(t, fault.Say("application/json; charset=utf-8", answer(game...)))
	c := *Info().Config().(*Config)
	c.URL, c.Every = s.URL, 10*time.Second
	c.Game = "0022500011"
	src := sourceOf(t, "", c)
	enough := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	var kinds []string
	err := src.Run(ctx, func(ev sonify.Event) {
		kinds = append(kinds, ev.Kind())
		if ev.Source != "court" || ev.At.IsZero() && !ev.Timed {
			t.Errorf("%s of %q at %v", ev.Kind(), ev.Source, ev.At)
		}
		if ev.Kind() == "match.started" {
			stop(enough)
		}
	})
	if err != enough {
		t.Fatalf("%v after %v", err, kinds)
	}
	r := s.Requests()[0]
	if got := r.URL.RequestURI(); got != "/static/json/liveData/playbyplay/playbyplay_0022500011.json" {
		t.Errorf("asked for %s", got)
	}

}

func TestRun_PlaysARecording(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "saved.json"), []byte(answer(game...)), 0o644); err != nil {
		t.Fatal(err)
	}
	c := *Info().Config().(*Config)
	c.Game = "0022500011"
	c.Path = "saved.json"
	src := sourceOf(t, dir, c)
	n := 0
	if err := src.Run(t.Context(), func(ev sonify.Event) {
		if n++; !ev.Timed {
			t.Errorf("%s has no clock", ev.Kind())
		}
	}); err != nil || n < 5 {
		t.Errorf("%d events, %v", n, err)
	}
	if p, err := src.(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) < 7 || !p.Timed {
		t.Errorf("%+v, %v", p, err)
	}
}

// Before a game its file is not there, and the service answers 403.
func TestRun_WaitsForTheGame(t *testing.T) {
	for _, code := range []int{403, 404} {
		s := fault.Serve(t, fault.Status(code))
		c := *Info().Config().(*Config)
		c.URL, c.Game = s.URL, "0022500011"
		link := new(sonify.Link)
		src, err := Info().New(sonify.SourceEnv{Name: "hall", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: link}, &c)
		if err != nil {
			t.Fatal(err)
		}
		enough := errors.New("enough")
		ctx, stop := context.WithCancelCause(t.Context())
		done := make(chan error, 1)
		go func() { done <- src.Run(ctx, func(sonify.Event) {}) }()
		servertest.Wait(t, "the link is down", func() bool { return link.Status().State == sonify.LinkDown })
		stop(enough)
		if err := <-done; err != enough || !strings.Contains(link.Status().Why, "not there yet") {
			t.Errorf("%d: %v, %+v", code, err, link.Status())
		}
	}
}

func TestRun_BreaksWithTheService(t *testing.T) {

	for want, answer := range map[string]fault.Answer{
		"429": fault.Status(429, "Retry-After", "30"), "500": fault.Status(500), `"text/html"`: fault.Say("text/html", "<html>"), "no JSON": fault.Say("application/json", "{"),
		"broke off": fault.Cut("application/json", answer(game...), 10),
	} {
		s := fault.Serve(t, answer)
		c := *Info().Config().(*Config)
		c.URL = s.URL + "?secret=hidden"
		c.Game = "0022500011"
		err := sourceOf(t, "", c).Run(t.Context(), func(sonify.Event) {})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestNew_TellsMistakes(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"every": func(c *Config) { c.Every = time.Millisecond },
		"url":   func(c *Config) { c.URL = "ftp://example.org" },
		"game":  func(c *Config) { c.Game = "7" },
	} {
		c := *Info().Config().(*Config)
		c.Game = "0022500011"
		change(&c)
		_, err := Info().New(sonify.SourceEnv{}, &c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
}
