package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/recipetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config() *Config { return Info().Config().(*Config) }

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		c := config()
		c.First, c.Spread = with, 0
		return newNormaliser(env, c, false)
	})
}

func TestAfter(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"2", "1", true}, {"1", "1", false}, {"10", "9", true}, {"9", "10", false}, {"0010", "9", true}, {"99999999999999999999", "99999999999999999998", true}} {
		if after(c.a, c.b) != c.want {
			t.Errorf("%s after %s", c.a, c.b)
		}
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config()
	c.Repo, c.Org, c.User, c.Token, c.API, c.Every, c.Spread = "go", "golang/go", "x y", "ghp_abcdef", "api.github.com", time.Second, -1
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 8 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
}

// Where nothing is known everything is skipped; after a restart it goes on after the
// last event that was heard. The service's pace is obeyed, its tag sent back.
func TestRun(t *testing.T) {
	t.Setenv("TEST_GITHUB_TOKEN", "hidden-token")
	event := func(id int) string {
		return fmt.Sprintf(`{"id":"%d","type":"WatchEvent","repo":{"name":"a/b"},"actor":{"login":"x"},"payload":{"action":"started"},"created_at":"2026-11-18T11:00:%02dZ"}`, id, id%60)
	}
	say := func(events ...int) fault.Answer {
		return func(s *fault.Server, w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf(`W/"%d"`, events[0]))
			w.Header().Set("X-Poll-Interval", "60")
			var all []string
			for _, e := range events {
				all = append(all, event(e))
			}
			fault.Say("application/json; charset=utf-8", "["+strings.Join(all, ",")+"]")(s, w, r)
		}
	}
	for name, c := range map[string]struct {
		answer    fault.Answer
		place     string
		want, err string
		permanent bool
	}{
		"goes on after a restart": {answer: say(52, 51, 50), place: "50", want: "51 52", err: "context"},
		"begins":                  {answer: say(52, 51, 50), want: "", err: "context"},
		"too many":                {answer: fault.Status(403, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1"), err: "403"},
		"their trouble":           {answer: fault.Status(502), err: "502"},
		"not there":               {answer: fault.Status(404), err: "404", permanent: true},
		"somebody in between":     {answer: fault.Say("text/html", "log in"), err: "text/html"},
		"cut":                     {answer: fault.Cut("application/json", "["+event(1)+"]", 30), err: "broke off"},
		"to another host":         {answer: fault.Redirect("https://evil.example/?hidden-token"), err: "another host", permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := fault.Serve(t, c.answer)
			conf := config()
			conf.API, conf.Repo, conf.Token, conf.Spread = s.URL, "a/b", "env:TEST_GITHUB_TOKEN", 0
			env := recipetest.Env()
			env.Place.Set(c.place)
			src, err := newSource(env, *conf)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			var got []string
			err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Place) })
			if strings.Join(got, " ") != c.want {
				t.Errorf("heard %q", got)
			}
			var p *sonify.Permanent
			if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hidden") || errors.As(err, &p) != c.permanent {
				t.Errorf("%v", err)
			}
			r := s.Requests()
			if len(r) != 1 || r[0].URL.Path != "/repos/a/b/events" || r[0].Header.Get("Authorization") != "Bearer hidden-token" || r[0].Header.Get("X-Github-Api-Version") == "" {
				t.Errorf("%d requests, %v", len(r), r[0].Header)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/answers.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range bytes.Split(b, []byte("\n")) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, spread := range []time.Duration{0, time.Minute} {
			c := config()
			c.Spread, c.First = spread, "take"
			n := newNormaliser(recipetest.Env(), c, false)
			tell := func(ev sonify.Event) { recipetest.Sane(t, &ev) }
			_ = n.Normalise(&decode.Message{Body: b}, tell)
			n.Flush(time.Time{}, tell)
		}
	})
}
