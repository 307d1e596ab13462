package twitchchat

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
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
	c.Channels = []string{"#SomeBody"}
	if with != "" {
		c.Contains = strings.Split(with, ",")
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(with))
	})
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("x")
	c.Channels, c.URL, c.Token, c.User, c.Silence, c.Contains = []string{"a b", "https://twitch.tv/x"}, "https://x", "oauth:abcdef", "me!", 0, []string{""}
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 7 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
	c = config("")
	c.Token, c.Channels = "env:X", nil
	if _, err := newSource(recipetest.Env(), *c); !errors.As(err, &ps) || len(ps) != 2 {
		t.Errorf("%v", err)
	}
}

// Nobody in particular hears a chat; it breaks, and is heard again.
func TestRun(t *testing.T) {
	t.Setenv("TEST_TWITCH_TOKEN", "hidden-token")
	welcome := ":tmi.twitch.tv CAP * ACK :twitch.tv/tags\r\n:tmi.twitch.tv 001 me :Welcome, GLHF!\r\n"
	enter := []fault.Act{fault.Expect("CAP REQ :twitch.tv/tags"), fault.Expect("CAP REQ :twitch.tv/commands")}
	play := func(who []fault.Act, rest ...fault.Act) fault.Answer {
		all := append(append([]fault.Act(nil), enter...), who...)
		all = append(all, fault.Expect("USER"), fault.Expect("CAP END"), fault.Send(welcome), fault.Expect("JOIN #somebody"))
		return fault.Socket(append(all, rest...)...)
	}
	nobody, me := []fault.Act{fault.Expect("NICK justinfan")}, []fault.Act{fault.Expect("PASS oauth:hidden-token"), fault.Expect("NICK me")}
	s := fault.Serve(t,
		play(nobody, fault.Send(":a!a@a PRIVMSG #somebody :one\r\n:a!a@a PRIVMSG #somebody :two\r\n"), fault.Half(":a!a@a PRIVMSG")),
		fault.Status(503),
		play(me, fault.Send(":tmi.twitch.tv NOTICE #somebody :hello hidden-token\r\nPING :tmi\r\n"), fault.Expect("PONG :tmi"), fault.Send(":a!a@a PRIVMSG #somebody :three"), fault.CloseWith(1000, "hidden-token")))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	env := recipetest.Env()
	var got []string
	for i := range 3 {
		c := config("")
		c.URL = "ws" + strings.TrimPrefix(s.URL, "http")
		if i == 2 {
			c.User, c.Token = "Me", "env:TEST_TWITCH_TOKEN"
		}
		src, err := newSource(env, *c)
		if err != nil {
			t.Fatal(err)
		}
		err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Value("text").String()) })
		if err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v", err)
		}
	}
	if strings.Join(got, " ") != "one two three" {
		t.Errorf("heard %q", got)
	}
}

// Lines of a chat as the server says them are a recording.
func TestRecording_OfBareLines(t *testing.T) {
	env := recipetest.Env()
	env.Dir = t.TempDir()
	text := ":tmi.twitch.tv 001 justinfan7 :Welcome, GLHF!\r\n@id=1;tmi-sent-ts=1794000000000;display-name=Ada :ada!ada@ada.tmi.twitch.tv PRIVMSG #hall :more {bass}\r\nPING :tmi.twitch.tv\r\n" +
		"@login=bob;msg-id=raid;msg-param-viewerCount=12;tmi-sent-ts=1794000002000 :tmi.twitch.tv USERNOTICE #hall\r\n"
	if err := os.WriteFile(filepath.Join(env.Dir, "chat.txt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := config("")
	c.Path = "chat.txt"
	src, err := newSource(env, *c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := src.Run(t.Context(), func(ev sonify.Event) { got = append(got, ev.Clock.String()+" "+ev.Kind()) }); err != nil || strings.Join(got, ", ") != "0s mention, 2s chat.raid" {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/chat.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range bytes.Split(b, []byte("\n")) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, with := range []string{"", "encore"} {
			n := newNormaliser(recipetest.Env(), config(with))
			_ = n.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
	})
}
