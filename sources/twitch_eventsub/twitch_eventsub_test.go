package twitcheventsub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
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
	c.Channel, c.Token, c.ClientID = "somebody", "env:TEST_TWITCH_TOKEN", "env:TEST_TWITCH_ID"
	events, contains, ok := strings.Cut(with, " contains ")
	if events != "" {
		c.Events = strings.Split(events, ",")
	}
	if ok {
		c.Contains = strings.Split(contains, ",")
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(with))
	})
}

// Of what the service really sent, everything decodes.
func TestRecorded(t *testing.T) {
	env := recipetest.Env()
	n := newNormaliser(env, config("channel.chat.message"))
	var got []string
	recipetest.Play(t, env, n, "in.jsonl", recipetest.Data(t, "social", "twitch-eventsub.ndjson"), func(ev sonify.Event) {
		recipetest.Sane(t, &ev)
		got = append(got, ev.Kind()+" "+ev.Value("channel").String())
	})
	if want := "[chat.cleared testbroadcaster mention streamer chat.support cool_user chat.started cool_user]"; fmt.Sprint(got) != want {
		t.Errorf("%q", got)
	}
	if c := fmt.Sprint(env.Tally.Counts()); c != "[{skipped notification of an unknown type 1 4}]" { // channel.update
		t.Errorf("counted %s", c)
	}
}

// What the chat and a notification both say is told once; what a recording holds nobody
// knows before.
func TestNormalise_TwinsAreToldOnce(t *testing.T) {
	line := func(id, kind, event string) string {
		return `{"metadata":{"message_id":"` + id + `","message_type":"notification","message_timestamp":"2026-11-18T11:06:40Z","subscription_type":"` + kind + `"},"payload":{"event":` + event + `}}`
	}
	cheer := line("1", "channel.chat.message", `{"cheer":{"bits":50},"message":{"text":"more"}}`)
	resub := line("2", "channel.chat.notification", `{"notice_type":"resub","resub":{"cumulative_months":3,"sub_tier":"1000"},"message":{"text":""}}`)
	raid := line("3", "channel.chat.notification", `{"notice_type":"raid","raid":{"viewer_count":7,"user_name":"x"}}`)
	gift := line("4", "channel.chat.notification", `{"notice_type":"community_sub_gift","community_sub_gift":{"total":5}}`)
	direct := line("5", "channel.cheer", `{"bits":50,"message":"more"}`) + "\n" + line("6", "channel.subscription.message", `{"cumulative_months":3}`) + "\n" + line("7", "channel.raid", `{"viewers":7}`) + "\n" + line("8", "channel.subscription.gift", `{"total":5}`)
	chat := strings.Join([]string{cheer, resub, raid, gift}, "\n")
	for name, c := range map[string]struct {
		path, lines, want string
	}{
		"a recording of the chat":       {"night.jsonl", chat, "[chat.support mention chat.support chat.raid chat.support]"},
		"a recording of both":           {"night.jsonl", direct + "\n" + chat, "[chat.support chat.support chat.raid chat.support mention]"},
		"notifications are listened to": {"", chat, "[mention]"},
	} {
		conf := config("")
		conf.Path = c.path
		env := recipetest.Env()
		var got []string
		recipetest.Play(t, env, newNormaliser(env, conf), "in.jsonl", []byte(c.lines), func(ev sonify.Event) { got = append(got, ev.Kind()) })
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("channel.followed")
	c.Channel, c.URL, c.API, c.Token, c.ClientID, c.Contains = "a b", "https://x", "x", "abcdef", "", []string{""}
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 7 || strings.Contains(err.Error(), "abcdef") || !strings.Contains(err.Error(), `did you mean "channel.follow"?`) {
		t.Errorf("%v", err)
	}
}

const welcome = `{"metadata":{"message_id":"w","message_type":"session_welcome"},"payload":{"session":{"id":"SESSION","keepalive_timeout_seconds":20}}}`

// notification is a message with an id, about a raid.
func notification(id string) string {
	return `{"metadata":{"message_id":"` + id + `","message_type":"notification","message_timestamp":"2026-11-18T11:06:40.123456789Z","subscription_type":"channel.raid"},"payload":{"event":{"viewers":` + id + `}}}`
}

// twitch is the service: its API, and a WebSocket for each connection in turn.
type twitch struct {
	*fault.Server
	mu    sync.Mutex
	asked []string
}

// serve starts it. subscribe is the status of each subscription by its type.
func serve(t *testing.T, subscribe map[string]int, sockets ...fault.Answer) *twitch {
	t.Helper()
	w := &twitch{}
	n := 0
	w.Server = fault.Serve(t, func(s *fault.Server, rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		switch r.URL.Path {
		case "/helix/users":
			id := "1"
			if r.URL.Query().Get("login") == "" {
				id = "2"
			}
			fault.Say("application/json", `{"data":[{"id":"`+id+`"}]}`)(s, rw, r)
		case "/helix/eventsub/subscriptions":
			var b bytes.Buffer
			_, _ = b.ReadFrom(r.Body)
			w.asked = append(w.asked, b.String())
			for kind, code := range subscribe {
				if strings.Contains(b.String(), `"`+kind+`"`) {
					if code >= 429 {
						rw.Header().Set("Retry-After", "5")
					}
					fault.Status(code)(s, rw, r)
					return
				}
			}
			rw.WriteHeader(202)
			_, _ = rw.Write([]byte(`{"data":[{"id":"x"}]}`))
		default:
			a := sockets[min(n, len(sockets)-1)]
			n++
			w.mu.Unlock()
			a(s, rw, r)
			w.mu.Lock()
		}
	})
	return w
}

func run(t *testing.T, w *twitch, with string) (got []string, env sonify.SourceEnv, err error) {
	t.Helper()
	t.Setenv("TEST_TWITCH_TOKEN", "hidden-token")
	t.Setenv("TEST_TWITCH_ID", "hidden-id")
	c := config(with)
	c.URL, c.API = "ws"+strings.TrimPrefix(w.URL, "http")+"/ws", w.URL+"/helix"
	env = recipetest.Env()
	src, err := newSource(env, *c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Value("viewers").String()) })
	if err == nil || strings.Contains(err.Error(), "hidden") || strings.Count(err.Error(), "twitch_eventsub:") != 1 {
		t.Errorf("error %v", err)
	}
	return got, env, err
}

func TestRun_Subscribes(t *testing.T) {
	w := serve(t, map[string]int{"channel.follow": 403, "channel.cheer": 409}, fault.Socket(fault.Send(welcome), fault.Pause(50*time.Millisecond),
		fault.Send(notification("1"), `{"metadata":{"message_type":"session_keepalive"}}`, notification("1"), "{", notification("2"), `{"metadata":{"message_type":"hm"}}`), fault.CloseWith(4003, "connection unused")))
	got, env, err := run(t, w, "channel.raid,channel.follow,channel.cheer")
	if fmt.Sprint(got) != "[1 2]" || !strings.Contains(err.Error(), "4003 connection unused") {
		t.Errorf("heard %q, %v", got, err)
	}
	want := `{"condition":{"to_broadcaster_user_id":"1"},"transport":{"method":"websocket","session_id":"SESSION"},"type":"channel.raid","version":"1"}`
	if w.asked[0] != want || !strings.Contains(w.asked[1], `{"broadcaster_user_id":"1","moderator_user_id":"2"}`) || !strings.Contains(w.asked[1], `"version":"2"`) {
		t.Errorf("asked %q", w.asked)
	}
	for _, r := range w.Requests() {
		if strings.HasPrefix(r.URL.Path, "/helix") && (r.Header.Get("Authorization") != "Bearer hidden-token" || r.Header.Get("Client-Id") != "hidden-id") {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
		if r.URL.Path == "/ws" && (r.URL.RawQuery != "keepalive_timeout_seconds=20" || r.Header.Get("Authorization") != "") {
			t.Errorf("%s with %v", r.URL, r.Header)
		}
	}
	if c := fmt.Sprint(env.Tally.Counts()); !strings.Contains(c, "right of the token: channel.follow 1") || !strings.Contains(c, "delivered before 1") || !strings.Contains(c, "could not be read 1") || !strings.Contains(c, "unknown type 1") {
		t.Errorf("counted %s", c)
	}
}

func TestRun_WhatGoesWrong(t *testing.T) {
	for name, c := range map[string]struct {
		subscribe map[string]int
		socket    fault.Answer
		err       string
		permanent bool
		wait      time.Duration
	}{
		"no right at all":     {map[string]int{"channel.raid": 403}, fault.Socket(fault.Send(welcome)), "channel.raid: ", true, 0},
		"token is not valid":  {map[string]int{"channel.raid": 401}, fault.Socket(fault.Send(welcome)), "401", true, 0},
		"too many":            {map[string]int{"channel.raid": 429}, fault.Socket(fault.Send(welcome)), "429", false, 5 * time.Second},
		"their trouble":       {map[string]int{"channel.raid": 500}, fault.Socket(fault.Send(welcome)), "500", false, 5 * time.Second},
		"no welcome":          {nil, fault.Socket(fault.Send(`{"metadata":{"message_type":"hello"}}`)), "does not welcome us", false, 0},
		"no WebSocket":        {nil, fault.Status(503, "Retry-After", "9"), "503", false, 9 * time.Second},
		"taken back":          {nil, fault.Socket(fault.Send(welcome), fault.Send(`{"metadata":{"message_type":"revocation"},"payload":{"subscription":{"type":"channel.raid","status":"authorization_revoked"}}}`)), "authorization_revoked", true, 0},
		"sent to strangers":   {nil, fault.Socket(fault.Send(welcome), fault.Send(`{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"ws://evil.example/ws?id=hidden-token"}}}`)), "to an address that is not its own", false, 0},
		"sent to another way": {nil, fault.Socket(fault.Send(welcome), fault.Send(`{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"file:///etc/passwd"}}}`)), "to an address that is not its own", false, 0},
		"cut":                 {nil, fault.Socket(fault.Send(welcome), fault.Half(notification("1"))), "was cut", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := run(t, serve(t, c.subscribe, c.socket), "channel.raid")
			var p *sonify.Permanent
			var r *sonify.RetryAfter
			if !strings.Contains(err.Error(), c.err) || errors.As(err, &p) != c.permanent || errors.As(err, &r) != (c.wait > 0) || r != nil && r.Wait != c.wait {
				t.Errorf("%v", err)
			}
		})
	}
}

// Where the service asks for it, it goes on over another connection, without asking for
// notifications again and without losing one.
func TestRun_Moves(t *testing.T) {
	w := serve(t, nil,
		func(s *fault.Server, rw http.ResponseWriter, r *http.Request) {
			fault.Socket(fault.Send(welcome, notification("1"),
				`{"metadata":{"message_type":"session_reconnect"},"payload":{"session":{"reconnect_url":"ws`+strings.TrimPrefix(s.URL, "http")+`/ws?id=new"}}}`, notification("2")))(s, rw, r)
		},
		fault.Socket(fault.Send(welcome, notification("2"), notification("3")), fault.CloseWith(1000, "")))
	got, _, err := run(t, w, "channel.raid")
	if fmt.Sprint(got) != "[1 2 3]" {
		t.Errorf("heard %q, %v", got, err)
	}
	if len(w.asked) != 1 {
		t.Errorf("asked %d times", len(w.asked))
	}
}

// What the token has no right to be told is heard from the chat, which has it as well.
func TestRun_TheChatTellsWhatIsRefused(t *testing.T) {
	notice := `{"metadata":{"message_id":"c1","message_type":"notification","message_timestamp":"2026-11-18T11:06:40Z","subscription_type":"channel.chat.notification"},"payload":{"event":{"notice_type":"raid","raid":{"user_name":"Neighbour","viewer_count":7}}}}`
	for want, refused := range map[string]map[string]int{"[]": nil, "[7]": {"channel.raid": 403}} {
		w := serve(t, refused, fault.Socket(fault.Send(welcome, notice), fault.CloseWith(1000, "")))
		if got, _, err := run(t, w, "channel.chat.notification,channel.raid"); fmt.Sprint(got) != want {
			t.Errorf("%v refused: heard %q, %v", refused, got, err)
		}
	}
}

// The service has a host for each of its cells, below its own.
func TestIts(t *testing.T) {
	own, _ := url.Parse("wss://eventsub.wss.twitch.tv/ws")
	for to, want := range map[string]bool{
		"wss://eventsub.wss.twitch.tv/ws?challenge=a&id=b":        true,
		"wss://cell-c.eventsub.wss.twitch.tv/ws?challenge=a&id=b": true,
		"wss://CELL-C.EventSub.wss.twitch.tv/ws":                  true,
		"ws://cell-c.eventsub.wss.twitch.tv/ws":                   false,
		"wss://cell-c.eventsub.wss.twitch.tv:8443/ws":             false,
		"wss://a:b@cell-c.eventsub.wss.twitch.tv/ws":              false,
		"wss://noeventsub.wss.twitch.tv/ws":                       false,
		"wss://eventsub.wss.twitch.tv.evil.example/ws":            false,
		"wss://wss.twitch.tv/ws":                                  false,
	} {
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		if its(own, u) != want {
			t.Errorf("%s: %v", to, !want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/notifications.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range bytes.Split(b, []byte("\n")) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, with := range []string{"", "channel.cheer contains yes"} {
			n := newNormaliser(recipetest.Env(), config(with))
			_ = n.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
	})
}
