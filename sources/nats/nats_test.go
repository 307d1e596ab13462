package nats_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/nats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server of NATS in this process; dir is where streams are kept.
func serve(tb testing.TB, port int, dir string, change func(*server.Options)) *server.Server {
	tb.Helper()
	o := &server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true, JetStream: dir != "", StoreDir: dir}
	if change != nil {
		change(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		tb.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(30 * time.Second) {
		tb.Fatal("the server does not start")
	}
	tb.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func connect(tb testing.TB, url string, opts ...client.Option) *client.Conn {
	tb.Helper()
	c, err := client.Connect(url, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

func publish(tb testing.TB, c *client.Conn, subject, body string) {
	tb.Helper()
	if err := c.Publish(subject, []byte(body)); err != nil {
		tb.Fatal(err)
	}
}

func TestSource_Core(t *testing.T) {
	s := serve(t, servertest.FreePort(t), "", nil)
	env := servertest.Env()
	src := servertest.Make(t, nats.Info(), env, func(c *nats.Config) {
		c.Servers, c.Subjects = []string{s.ClientURL()}, []string{"home.{room}.{sensor}", "home.>", "x.{a...}.z"}
	})
	h := servertest.Listen(t, src, env)
	c := connect(t, s.ClientURL())
	publish(t, c, "home.hall.temp", "21.5") // of two patterns the first is its own
	h.Expect("reading room=hall sensor=temp value=21.5")
	publish(t, c, "home.hall", `{"a":1}`)
	h.Expect("reading a=1")
	publish(t, c, "x.1.2.3", "never")
	publish(t, c, "x.1.2.z", "7")
	h.Expect("reading a=1.2 value=7")
	if st := env.Link.Status(); st.Messages != 4 || st.Connected != 1 {
		t.Errorf("the link says %+v", st)
	}
	s.Shutdown()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the server went: %v", err)
	}
	if err := src.Run(t.Context(), nil); err == nil || servertest.Permanent(err) {
		t.Errorf("no server: %v", err)
	}
}

func TestSource_StreamGoesOnWhereItStood(t *testing.T) {
	for _, durable := range []string{"", "stage"} {
		t.Run("durable "+durable, func(t *testing.T) {
			port, dir := servertest.FreePort(t), t.TempDir()
			s := serve(t, port, dir, nil)
			c := connect(t, s.ClientURL(), client.MaxReconnects(-1), client.ReconnectWait(20*time.Millisecond))
			js, err := jetstream.New(c)
			if err != nil {
				t.Fatal(err)
			}
			make := func() {
				if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}}); err != nil {
					t.Fatal(err)
				}
			}
			make()
			send := func(n int) {
				servertest.Wait(t, "the stream takes it", func() bool {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					_, err := js.Publish(ctx, fmt.Sprintf("s.%d", n), []byte(fmt.Sprint(n)), jetstream.WithMsgID(fmt.Sprintf("%d at %p", n, js)))
					return err == nil
				})
			}
			send(0)
			env := servertest.Env()
			config := func(begin string) func(c *nats.Config) {
				return func(c *nats.Config) {
					c.Servers, c.Subjects, c.Stream, c.Durable, c.Begin = []string{s.ClientURL()}, []string{"s.{n}"}, "S", durable, begin
				}
			}
			src := servertest.Make(t, nats.Info(), env, config("new"))
			h := servertest.Listen(t, src, env)
			send(1)
			h.Expect("reading n=1 value=1")
			h.Stop()
			send(2)
			send(3)
			h = servertest.Listen(t, src, env) // the same source, after a break
			h.Expect("reading n=2 value=2", "reading n=3 value=3")
			h.Stop()
			send(4)
			place := env.Place.Get()
			if (place == "") != (durable != "") {
				t.Fatalf("it stands at %q", place)
			}
			// Another program, which knows only the place.
			env = servertest.Env()
			env.Place.Set(place)
			src = servertest.Make(t, nats.Info(), env, config("all"))
			h = servertest.Listen(t, src, env)
			h.Expect("reading n=4 value=4")
			// The server is killed and comes again, with what it kept.
			s.Shutdown()
			s.WaitForShutdown()
			if err := h.Broke(); err == nil || servertest.Permanent(err) {
				t.Errorf("the server went: %v", err)
			}
			s = serve(t, port, dir, nil)
			servertest.Wait(t, "the publisher is back", c.IsConnected)
			send(5)
			h = servertest.Listen(t, src, env)
			send(6)
			h.Expect("reading n=5 value=5", "reading n=6 value=6")
			h.Stop()
			// A stream that is made anew counts from 1.
			if err := js.DeleteStream(t.Context(), "S"); err != nil {
				t.Fatal(err)
			}
			make()
			send(7)
			h = servertest.Listen(t, src, env)
			h.Expect("reading n=7 value=7")
			if n := servertest.Counted(env.Tally, "made anew"); n != 1 && durable == "" {
				t.Errorf("%v", env.Tally.Counts())
			}
		})
	}
}

func TestSource_WhereAStreamBegins(t *testing.T) {
	s := serve(t, servertest.FreePort(t), t.TempDir(), nil)
	js, err := jetstream.New(connect(t, s.ClientURL()))
	if err != nil {
		t.Fatal(err)
	}
	st, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}, MaxMsgs: 5})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 5 {
		if _, err := js.Publish(t.Context(), "s.x", []byte(fmt.Sprint(n+1))); err != nil {
			t.Fatal(err)
		}
	}
	made := st.CachedInfo().Created.UnixNano()
	for name, c := range map[string]struct {
		begin, place, first string
		odd                 string
	}{
		"all":              {begin: "all", first: "1"},
		"last":             {begin: "last", first: "5"},
		"place":            {begin: "new", place: nats.PlaceOf(made, 3), first: "4"},
		"place of garbage": {begin: "all", place: "x", first: "1"},
	} {
		env := servertest.Env()
		env.Place.Set(c.place)
		h := servertest.Listen(t, servertest.Make(t, nats.Info(), env, func(o *nats.Config) {
			o.Servers, o.Subjects, o.Stream, o.Begin = []string{s.ClientURL()}, []string{"s.>"}, "S", c.begin
		}), env)
		if got := h.Next(); got != "reading value="+c.first {
			t.Errorf("%s: heard %q", name, got)
		}
		h.Stop()
	}
	for n := range 5 {
		if _, err := js.Publish(t.Context(), "s.x", []byte(fmt.Sprint(n+6))); err != nil {
			t.Fatal(err)
		}
	}
	env := servertest.Env()
	env.Place.Set(nats.PlaceOf(made, 3)) // 4 and 5 are not kept any more
	h := servertest.Listen(t, servertest.Make(t, nats.Info(), env, func(o *nats.Config) {
		o.Servers, o.Subjects, o.Stream = []string{s.ClientURL()}, []string{"s.>"}, "S"
	}), env)
	h.Expect("reading value=6")
	if n := servertest.Counted(env.Tally, "no longer keeps"); n != 1 {
		t.Errorf("%v", env.Tally.Counts())
	}
}

func TestSource_Refusals(t *testing.T) {
	s := serve(t, servertest.FreePort(t), "", func(o *server.Options) { o.Username, o.Password = "stage", "canary-sesame-1234" })
	run := func(change func(c *nats.Config)) error {
		env := servertest.Env()
		return servertest.Make(t, nats.Info(), env, func(c *nats.Config) {
			c.Servers, c.Subjects = []string{s.ClientURL()}, []string{"a"}
			change(c)
		}).Run(t.Context(), nil)
	}
	t.Setenv("NATS_TEST_PASSWORD", "wrong-canary-1234")
	for what, err := range map[string]error{
		"nobody":         run(func(c *nats.Config) {}),
		"wrong password": run(func(c *nats.Config) { c.Username, c.Password = "stage", "env:NATS_TEST_PASSWORD" }),
		"no variable":    run(func(c *nats.Config) { c.Username, c.Password = "stage", "env:NATS_TEST_NOTHING" }),
		"no seed":        run(func(c *nats.Config) { c.NKey = "env:NATS_TEST_PASSWORD" }),
	} {
		if !servertest.Permanent(err) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", what, err)
		}
	}
	t.Setenv("NATS_TEST_PASSWORD", "canary-sesame-1234")
	env := servertest.Env()
	servertest.Listen(t, servertest.Make(t, nats.Info(), env, func(c *nats.Config) {
		c.Servers, c.Subjects, c.Username, c.Password = []string{s.ClientURL()}, []string{"a"}, "stage", "env:NATS_TEST_PASSWORD"
	}), env)
	if err := run(func(c *nats.Config) { c.Username, c.Password, c.Stream = "stage", "env:NATS_TEST_PASSWORD", "S" }); err == nil || !strings.Contains(err.Error(), "is JetStream enabled?") {
		t.Errorf("a stream of a server that keeps none: %v", err)
	}
}

func TestNew_AllMistakesAtOnce(t *testing.T) {
	info := nats.Info()
	c := info.Config().(*nats.Config)
	c.Servers, c.Subjects, c.Durable, c.Begin, c.Token, c.Username = []string{"host:4222", "nats://u:canary@h"}, []string{"a..b"}, "x y", "all", "canary", "u"
	_, err := info.New(servertest.Env(), c)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`write "nats://host:4222"`, "servers[1]", "subjects[0]", "durable", "from", "token: a secret", "different ways"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("a secret is repeated: %v", err)
	}
}
