package bluesky

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
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

// config is the default with what a test says: collections, and words and languages.
func config(t testing.TB, with string) *Config {
	t.Helper()
	c := Info().Config().(*Config)
	var into *[]string
	for i, w := range strings.Fields(with) {
		switch {
		case w == "contains":
			into = &c.Contains
		case w == "langs":
			into = &c.Langs
		case into != nil:
			*into = strings.Split(w, ",")
		case i == 0:
			c.Collections = []string{w}
		default:
			c.Collections = append(c.Collections, w)
		}
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(t, with))
	})
}

// Of what the service really sent, everything decodes, and in the order of its times
// within a second.
func TestRecorded(t *testing.T) {
	env := recipetest.Env()
	n := newNormaliser(env, config(t, "app.bsky.*"))
	count := map[string]int{}
	var last time.Time
	data := recipetest.Data(t, "social", "bluesky-jetstream-v1-a.jsonl")
	recipetest.Play(t, env, n, "in.jsonl", data, func(ev sonify.Event) {
		recipetest.Sane(t, &ev)
		count[ev.Kind()+" "+ev.Value("kind").String()]++
		if ev.At.Before(last.Add(-time.Second)) || ev.At.Year() < 2024 || ev.Place == "" {
			t.Errorf("%s", recipetest.Line(&ev))
		}
		last = ev.At
	})
	if count["mention post"]+count["mention reply"]+count["mention quote"] < 8 || count["mention like"] < 20 {
		t.Errorf("%v", count)
	}
	// One record is of somebody else's collection, which is not asked for here.
	if c := fmt.Sprint(env.Tally.Counts()); c != "[{skipped record of a collection that is not asked for 1 28}]" {
		t.Errorf("found fault with it: %s", c)
	}
	n = newNormaliser(env, config(t, "*"))
	recipetest.Play(t, env, n, "in.json", recipetest.Data(t, "social", "bluesky-jetstream-v2-example.json"), func(ev sonify.Event) {
		if ev.Value("kind").String() != "like" || ev.Place != "12345 1725911162329308" {
			t.Errorf("%s", recipetest.Line(&ev))
		}
	})
}

func TestAddress(t *testing.T) {
	now := time.UnixMicro(1795000100_000000)
	for _, c := range []struct {
		url, place, want string
		resumes          bool
	}{
		{"", "", "wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", false},
		{"", "1795000090000000", "cursor=1795000085000000&wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", true},
		{"", "1794999000000000", "wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", false}, // too long ago
		{"", "1795000200000000", "wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", false}, // to come
		{"", "12345 1795000090000000", "wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", false},
		{"wss://jetstream.us-west.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents", "12345 1795000090000000", "collections=app.bsky.feed.post&cursor=12345&dids=did%3Aplc%3Aa&kinds=commit", true},
		{"wss://jetstream.us-west.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents", "1795000090000000", "collections=app.bsky.feed.post&dids=did%3Aplc%3Aa&kinds=commit", false},
		{"", "nonsense", "wantedCollections=app.bsky.feed.post&wantedDids=did%3Aplc%3Aa", false},
	} {
		conf := config(t, "")
		conf.Accounts = []string{"did:plc:a"}
		if c.url != "" {
			conf.URL = c.url
		}
		s, err := newSource(recipetest.Env(), *conf)
		if err != nil {
			t.Fatal(err)
		}
		u, resumes := s.address(c.place, now)
		if u.RawQuery != c.want || resumes != c.resumes {
			t.Errorf("%q: %s, %v, want %s", c.place, u.RawQuery, resumes, c.want)
		}
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config(t, "")
	c.URL, c.Contains, c.Collections, c.Accounts = "https://example.org", []string{"#"}, []string{"a b"}, []string{"somebody.bsky.social"}
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 4 {
		t.Errorf("%v", err)
	}
}

// frame is one of a post with so many microseconds.
func frame(us, key string) string {
	return `{"did":"did:plc:a","time_us":` + us + `,"kind":"commit","commit":{"rev":"` + key + `","operation":"create","collection":"app.bsky.feed.post","rkey":"` + key + `","record":{"text":"t` + key + `"}}}`
}

// After a break it goes on five seconds before, and what comes again is heard once.
func TestRun_GoesOnAfterABreak(t *testing.T) {
	us := func(ago time.Duration) string { return strconv.FormatInt(time.Now().Add(-ago).UnixMicro(), 10) }
	a, b, c := frame(us(3*time.Second), "1"), frame(us(2*time.Second), "2"), frame(us(time.Second), "3")
	s := fault.Serve(t,
		fault.Socket(fault.Send(a, b), fault.Half(c)),
		fault.Status(500),
		fault.Status(429, "Retry-After", "3"),
		fault.Socket(fault.Send(b, "{", c), fault.CloseWith(1000, "")),
		fault.Status(400),
		fault.Socket(fault.Send(c), fault.CloseWith(1000, "")))
	conf := config(t, "")
	conf.URL = "ws" + strings.TrimPrefix(s.URL, "http") + "/subscribe"
	env := recipetest.Env()
	src, err := newSource(env, *conf)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var errs []string
	for range 6 {
		err := src.Run(ctx, func(ev sonify.Event) {
			env.Place.Set(ev.Place)
			got = append(got, ev.Value("text").String())
		})
		var p *sonify.Permanent
		if errors.As(err, &p) {
			t.Errorf("gave up: %v", err)
		}
		errs = append(errs, err.Error())
	}
	if strings.Join(got, " ") != "t1 t2 t3" {
		t.Errorf("heard %q; %q", got, errs)
	}
	cursor := func(i int) string { return s.Requests()[i].URL.Query().Get("cursor") }
	if cursor(0) != "" || cursor(1) == "" || cursor(1) != cursor(3) || cursor(4) <= cursor(3) || cursor(5) != "" {
		t.Errorf("cursors %q %q %q %q %q %q", cursor(0), cursor(1), cursor(2), cursor(3), cursor(4), cursor(5))
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"first", "second", "words"} {
		b, err := os.ReadFile("testdata/" + name + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range bytes.Split(b, []byte("\n")) {
			f.Add(l)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := newNormaliser(recipetest.Env(), config(t, "* contains tour"))
		for range 2 {
			_ = n.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
		all := newNormaliser(recipetest.Env(), config(t, "*"))
		_ = all.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
	})
}
