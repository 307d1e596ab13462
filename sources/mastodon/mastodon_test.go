package mastodon

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

func config(with string) *Config {
	c := Info().Config().(*Config)
	w := strings.Fields(with)
	for i := 0; i+1 < len(w); i += 2 {
		switch w[i] {
		case "contains":
			c.Contains = strings.Split(w[i+1], ",")
		case "langs":
			c.Langs = strings.Split(w[i+1], ",")
		}
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(with))
	})
}

func TestRecorded(t *testing.T) {
	env := recipetest.Env()
	n := newNormaliser(env, config(""))
	var got []string
	recipetest.Play(t, env, n, "in.sse", recipetest.Data(t, "social", "mastodon-streaming.sse"), func(ev sonify.Event) {
		recipetest.Sane(t, &ev)
		got = append(got, recipetest.Line(&ev))
	})
	if len(got) != 1 || !strings.HasPrefix(got[0], `mention.edited at=2022-11-15T16:07:29.023Z`) || len(env.Tally.Counts()) > 0 {
		t.Errorf("%q, counted %v", got, env.Tally.Counts())
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	for want, c := range map[int]Config{
		5: {Server: "a b/c?d", Token: "abcdef", Stream: "hashtag", Silence: time.Minute, Contains: []string{""}, Streaming: "x"},
		2: {Server: "example.org", Stream: "user", Silence: time.Minute, Tag: "x"},
		1: {Server: "example.org", Stream: "hashtag", Silence: time.Minute, Tag: "#x"},
		3: {Server: "", Stream: "list", Silence: time.Minute},
	} {
		_, err := newSource(recipetest.Env(), c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || len(ps) != want || strings.Contains(err.Error(), "abcdef") {
			t.Errorf("%d mistakes wanted: %v", want, err)
		}
	}
}

// instance is what a server says of itself.
func instance(streaming string) fault.Answer {
	return fault.Say("application/json", fmt.Sprintf(`{"domain":"x","configuration":{"urls":{"streaming":%q}}}`, streaming))
}

func TestRun(t *testing.T) {
	t.Setenv("TEST_MASTODON_TOKEN", "hidden-token")
	stream := fault.Say("text/event-stream", "event: update\ndata: {\"id\":\"1\",\"content\":\"<p>a</p>\"}\n\nevent: delete\ndata: 1\n\n")
	for name, c := range map[string]struct {
		answers   []fault.Answer
		want, err string
		permanent bool
	}{
		"where it is":             {answers: []fault.Answer{fault.Status(404), stream}, want: "mention mention.deleted", err: "the server ended the stream"},
		"where it says":           {answers: []fault.Answer{nil, stream}, want: "mention mention.deleted", err: "the server ended the stream"},
		"says nothing":            {answers: []fault.Answer{instance(""), stream}, want: "mention mention.deleted", err: "the server ended"},
		"somewhere else":          {answers: []fault.Answer{instance("wss://evil.example/?hidden-token")}, err: "streams at another host, evil.example", permanent: true},
		"no address":              {answers: []fault.Answer{instance("://")}, err: "is no address"},
		"not JSON":                {answers: []fault.Answer{fault.Say("text/html", "<html>")}, err: "cannot be read"},
		"too many requests":       {answers: []fault.Answer{fault.Status(429, "Retry-After", "9")}, err: "429"},
		"the token is not valid":  {answers: []fault.Answer{fault.Status(404), fault.Status(401)}, err: "401", permanent: true},
		"it breaks in its middle": {answers: []fault.Answer{fault.Status(404), fault.Cut("text/event-stream", "event: delete\ndata: 1\n\nevent: update\ndata: {", 40)}, want: "mention.deleted", err: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := fault.Serve(t, func(s *fault.Server, w http.ResponseWriter, r *http.Request) {
				n := len(s.Requests()) - 1
				a := c.answers[min(n, len(c.answers)-1)]
				if a == nil {
					a = instance("ws" + strings.TrimPrefix(s.URL, "http"))
				}
				a(s, w, r)
			})
			conf := config("")
			conf.Server, conf.Token, conf.Stream, conf.Tag = s.URL, "env:TEST_MASTODON_TOKEN", "hashtag", "tür"
			src, err := newSource(recipetest.Env(), *conf)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var got []string
			err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Kind()) })
			if strings.Join(got, " ") != c.want {
				t.Errorf("heard %q, want %q", got, c.want)
			}
			if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hidden") || strings.Count(err.Error(), "mastodon:") != 1 {
				t.Errorf("error %v, want one with %q", err, c.err)
			}
			var p *sonify.Permanent
			if errors.As(err, &p) != c.permanent {
				t.Errorf("permanent: %v", err)
			}
			r := s.Requests()
			if r[0].Header.Get("Authorization") != "" {
				t.Error("the token was told to somebody who did not need it")
			}
			if len(r) > 1 && (r[1].Header.Get("Authorization") != "Bearer hidden-token" || r[1].URL.Path != "/api/v1/streaming/hashtag" || r[1].URL.RawQuery != "tag=t%C3%BCr") {
				t.Errorf("asked %s with %v", r[1].URL, r[1].Header)
			}
		})
	}
}

func TestRun_WithoutATokenSaysSo(t *testing.T) {
	s := fault.Serve(t, fault.Status(404), fault.Status(401))
	conf := config("")
	conf.Server = s.URL
	src, err := newSource(recipetest.Env(), *conf)
	if err != nil {
		t.Fatal(err)
	}
	err = src.Run(t.Context(), func(sonify.Event) {})
	var p *sonify.Permanent
	if err == nil || !strings.Contains(err.Error(), "wants a token") || !errors.As(err, &p) {
		t.Errorf("%v", err)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"": " 0", "a": "a 0", "<p>a</p><p>b &lt;c&gt;</p>": "a\n\nb <c> 0", "a<br/>b<br>c": "a\nb\nc 0", "<a href='x'>y</a> <A CLASS=\"u-url mention\">z</A>": "y z 1",
		"a <b": "a  0", "a > b": "a > b 0", "<<>>": "> 0",
	} {
		text, links := plain(in)
		if got := fmt.Sprint(text, " ", links); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"stream", "words"} {
		b, err := os.ReadFile("testdata/" + name + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		topic := ""
		for _, l := range bytes.Split(b, []byte("\n")) {
			if after, ok := bytes.CutPrefix(l, []byte("event: ")); ok {
				topic = string(after)
			}
			if after, ok := bytes.CutPrefix(l, []byte("data: ")); ok {
				f.Add(topic, after)
			}
		}
	}
	f.Fuzz(func(t *testing.T, topic string, b []byte) {
		for _, with := range []string{"", "contains band langs de"} {
			n := newNormaliser(recipetest.Env(), config(with))
			_ = n.Normalise(&decode.Message{Topic: topic, Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
	})
}
