package irc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	c.URL, c.Channels = "ircs://irc.example.org", []string{"#music"}
	c.Joins = with == "joins"
	if w, ok := strings.CutPrefix(with, "contains "); ok {
		c.Contains = strings.Split(w, ",")
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(with))
	})
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("contains #")
	c.URL, c.Channels, c.Nick, c.Password, c.Account, c.Silence = "irc://irc.example.org", []string{"music", "#a b"}, "1x", "abcdef", "me", 0
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 8 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
	c = config("")
	c.Channels = nil
	if _, err := newSource(recipetest.Env(), *c); !errors.As(err, &ps) || len(ps) != 1 {
		t.Errorf("%v", err)
	}
}

func TestRun(t *testing.T) {
	t.Setenv("TEST_IRC_PASSWORD", "hidden-word")
	s := fault.Serve(t, fault.Socket(fault.Expect("CAP REQ :message-tags"), fault.Expect("server-time"), fault.Expect("sasl"), fault.Expect("PASS hidden-word"), fault.Expect("NICK proscenium"), fault.Expect("USER"),
		fault.Send(":srv CAP * ACK :sasl\r\n"), fault.Expect("AUTHENTICATE PLAIN"), fault.Send("AUTHENTICATE +"), fault.Expect("AUTHENTICATE "), fault.Send(":srv 903 proscenium :ok"), fault.Expect("CAP END"),
		fault.Send(":srv 001 proscenium :hi"), fault.Expect("JOIN #music"), fault.Send(":a!a@a PRIVMSG #music :one", "ERROR :bye hidden-word")))
	c := config("")
	c.URL, c.Password, c.Account, c.AccountPassword = "ws"+strings.TrimPrefix(s.URL, "http"), "env:TEST_IRC_PASSWORD", "me", "env:TEST_IRC_PASSWORD"
	src, err := newSource(recipetest.Env(), *c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Value("text").String()) })
	if fmt.Sprint(got) != "[one]" || err == nil || !strings.Contains(err.Error(), "bye [secret]") {
		t.Errorf("heard %q, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/channel.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range bytes.Split(b, []byte("\n")) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, with := range []string{"joins", "contains encore"} {
			n := newNormaliser(recipetest.Env(), config(with))
			_ = n.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
	})
}
