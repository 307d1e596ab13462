package redis_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"proscenium/sources/internal/resp"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// do has the server do something, by a connection of its own.
func do(tb testing.TB, addr string, words ...string) string {
	tb.Helper()
	c, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := c.Write(resp.Append(nil, words...)); err != nil {
		tb.Fatal(err)
	}
	v, err := resp.NewReader(bufio.NewReader(c), 1<<20, 1<<22).Read()
	if err != nil || v.Kind == resp.Error {
		tb.Fatalf("%v: %s %v", words, v.Text, err)
	}
	return string(v.Text)
}

// publish sends to a channel once somebody listens there.
func publish(tb testing.TB, addr, channel, body string) {
	tb.Helper()
	servertest.Wait(tb, "somebody listens to "+channel, func() bool { return do(tb, addr, "PUBLISH", channel, body) != "0" })
}

func TestSource_Channels(t *testing.T) {
	s := servertest.Redis(t)
	env := servertest.Env()
	src := servertest.Make(t, redis.Info(), env, func(c *redis.Config) {
		c.Server, c.Channels = "redis://"+s.Addr, []string{"plain", "house:{room}:{sensor}", "news.*"}
		c.MaxRecord = 1
	})
	h := servertest.Listen(t, src, env)
	publish(t, s.Addr, "plain", "7")
	publish(t, s.Addr, "house:hall:temp", `{"value":21.5}`)
	do(t, s.Addr, "PUBLISH", "house:hall", "never")
	publish(t, s.Addr, "house:hall:temp:x", "never")
	publish(t, s.Addr, "news.a.b", strings.Repeat("x", 5000))
	publish(t, s.Addr, "news.a.b", "flash")
	h.Expect("reading value=7", "reading room=hall sensor=temp value=21.5", "reading text=flash")
	if n := servertest.Counted(env.Tally, "longer"); n != 1 {
		t.Errorf("%v", env.Tally.Counts())
	}
	s.Kill()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the server was killed: %v", err)
	}
	if err := src.Run(t.Context(), nil); err == nil || servertest.Permanent(err) {
		t.Errorf("no server: %v", err)
	}
	s.Start()
	h = servertest.Listen(t, src, env)
	publish(t, s.Addr, "plain", "8")
	h.Expect("reading value=8")
}

func TestSource_StreamsGoOnWhereTheyStood(t *testing.T) {
	s := servertest.Redis(t)
	add := func(stream string, words ...string) {
		do(t, s.Addr, append([]string{"XADD", stream, "*"}, words...)...)
	}
	add("orders", "amount", "1")
	config := func(begin string) func(c *redis.Config) {
		return func(c *redis.Config) {
			c.Server, c.Streams, c.Begin, c.Labels = "redis://"+s.Addr, []string{"orders", "re funds"}, begin, []string{"topic"}
		}
	}
	env := servertest.Env()
	src := servertest.Make(t, redis.Info(), env, config("new"))
	h := servertest.Listen(t, src, env)
	h.Stop() // before anything was heard: what comes now is new all the same
	add("orders", "amount", "2", "city", "Łódź", "list", "[1,2]", "zip", "00420", "odd", "\xff")
	h = servertest.Listen(t, src, env)
	h.Expect("reading amount=2 city=Łódź list_0=1 list_1=2 list_count=2 odd=\ufffd topic=orders zip=00420")
	add("re funds", "amount", "-3.5")
	h.Expect("reading amount=-3.5 topic=re funds")
	h.Stop()
	add("orders", "amount", "4")
	place := env.Place.Get()
	env = servertest.Env()
	env.Place.Set(place) // another program
	src = servertest.Make(t, redis.Info(), env, config("all"))
	h = servertest.Listen(t, src, env)
	h.Expect("reading amount=4 topic=orders")
	s.Kill()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the server was killed: %v", err)
	}
	s.Start()
	for n := range 300 {
		add("orders", "amount", fmt.Sprint(n+5))
	}
	h = servertest.Listen(t, src, env)
	for n := range 300 {
		h.Expect(fmt.Sprintf("reading amount=%d topic=orders", n+5))
	}
	h.Stop()
	env = servertest.Env()
	env.Place.Set("garbage")
	h = servertest.Listen(t, servertest.Make(t, redis.Info(), env, config("all")), env)
	h.Expect("reading amount=1 topic=orders")
}

func TestSource_OneFieldIsTheMessage(t *testing.T) {
	s := servertest.Redis(t)
	env := servertest.Env()
	h := servertest.Listen(t, servertest.Make(t, redis.Info(), env, func(c *redis.Config) {
		c.Server, c.Streams, c.Body = "redis://"+s.Addr, []string{"orders"}, "data"
	}), env)
	do(t, s.Addr, "XADD", "orders", "*", "x", "1")
	do(t, s.Addr, "XADD", "orders", "*", "x", "1", "data", `{"amount":2}`)
	h.Expect("reading amount=2")
	if n := servertest.Counted(env.Tally, "without the field"); n != 1 {
		t.Errorf("%v", env.Tally.Counts())
	}
}

func TestSource_Refusals(t *testing.T) {
	s := servertest.Redis(t, "--requirepass", "canary-sesame-1234")
	run := func(change func(c *redis.Config)) error {
		return servertest.Make(t, redis.Info(), servertest.Env(), func(c *redis.Config) {
			c.Server, c.Channels = "redis://"+s.Addr, []string{"a"}
			change(c)
		}).Run(t.Context(), nil)
	}
	t.Setenv("REDIS_TEST_PASSWORD", "wrong-canary-1234")
	for what, err := range map[string]error{
		"nobody":         run(func(c *redis.Config) {}),
		"wrong password": run(func(c *redis.Config) { c.Password = "env:REDIS_TEST_PASSWORD" }),
		"wrong name":     run(func(c *redis.Config) { c.Username, c.Password = "stage", "env:REDIS_TEST_PASSWORD" }),
		"no variable":    run(func(c *redis.Config) { c.Password = "env:REDIS_TEST_NOTHING" }),
	} {
		if !servertest.Permanent(err) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", what, err)
		}
	}
	t.Setenv("REDIS_TEST_PASSWORD", "canary-sesame-1234")
	env := servertest.Env()
	servertest.Listen(t, servertest.Make(t, redis.Info(), env, func(c *redis.Config) {
		c.Server, c.Channels, c.Password, c.Database = "redis://"+s.Addr, []string{"a"}, "env:REDIS_TEST_PASSWORD", 3
	}), env)
	if err := run(func(c *redis.Config) { c.Password, c.Database = "env:REDIS_TEST_PASSWORD", 9999 }); !servertest.Permanent(err) {
		t.Errorf("a database that is not there: %v", err)
	}
}

func TestNew_AllMistakesAtOnce(t *testing.T) {
	info := redis.Info()
	c := info.Config().(*redis.Config)
	c.Server, c.Channels, c.Password, c.Begin, c.Body, c.Username = "host:6379", []string{"a:{b", ""}, "canary", "all", "x", "u"
	_, err := info.New(servertest.Env(), c)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`write "redis://host:6379"`, "channels[0]", "channels[1]", "password: a secret", "from", "body"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("a secret is repeated: %v", err)
	}
}
