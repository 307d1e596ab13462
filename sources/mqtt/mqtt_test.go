package mqtt_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/mqtt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSource_BareValuesAndJSON(t *testing.T) {
	broker := servertest.Mosquitto(t)
	env := servertest.Env()
	src := servertest.Make(t, mqtt.Info(), env, func(c *mqtt.Config) {
		c.Broker, c.Topics = "mqtt://"+broker.Addr, []string{"home/{room}/{sensor}", "home/{room}"}
		c.Availability = []string{"home/{device...}/status"}
	})
	h := servertest.Listen(t, src, env)
	p := servertest.Publish(t, broker.Addr)
	for topic, body := range map[string]string{"home/hall/temp": "21.5"} {
		p.Send(topic, body, 1, false)
	}
	p.Send("home/hall/door", "open", 1, false)
	p.Send("home/hall/lamp", "true", 1, false)
	p.Send("home/hall/odd", "nan", 1, false)
	p.Send("home/hall", `{"temperature":20.5,"battery":null,"link":{"quality":80}}`, 1, false)
	p.Send("home/hall", `{"temperature":20.`, 1, false)
	p.Send("home/lamp/status", "offline", 1, false)
	p.Send("home/hall", `[{"n":1},{"n":2}]`, 1, false)
	h.Expect(
		"reading room=hall sensor=temp value=21.5",
		"reading room=hall sensor=door value=open",
		"reading room=hall sensor=lamp value=yes",
		"reading room=hall sensor=odd",
		"reading link_quality=80 room=hall temperature=20.5",
		"reading.offline sensor=lamp",
		"reading n=1 room=hall",
		"reading n=2 room=hall",
	)
	if n := servertest.Counted(env.Tally, "cannot be read"); n != 1 {
		t.Errorf("%d messages that cannot be read: %v", n, env.Tally.Counts())
	}
}

func TestSource_Recording(t *testing.T) {
	dir := t.TempDir()
	text := `{"at":"2026-11-28T10:00:00Z","topic":"home/hall/temp","text":"21.5"}
{"at":"2026-11-28T10:00:01Z","topic":"elsewhere","text":"1"}
{"at":"2026-11-28T10:00:02Z","topic":"home/hall/status","text":"offline"}
{"at":"2026-11-28T10:00:03Z","topic":"home/hall/temp","body":{"v":22}}
`
	if err := os.WriteFile(filepath.Join(dir, "night.jsonl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	env := servertest.Env()
	env.Dir = dir
	src := servertest.Make(t, mqtt.Info(), env, func(c *mqtt.Config) {
		c.Topics, c.Path, c.Availability = []string{"home/{room}/{sensor}"}, "night.jsonl", []string{"home/{device...}/status"}
	})
	if !src.(sonify.Recording).Recorded() {
		t.Error("it is no recording")
	}
	if p, err := src.(sonify.Prober).Probe(t.Context()); err != nil || !p.Timed {
		t.Errorf("%+v %v", p, err)
	}
	var got []string
	if err := src.Run(t.Context(), func(ev sonify.Event) { got = append(got, ev.Clock.String()+" "+servertest.Text(ev)) }); err != nil {
		t.Fatal(err)
	}
	want := "0s reading room=hall sensor=temp value=21.5\n2s reading.offline sensor=hall\n3s reading room=hall sensor=temp v=22"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("heard\n%s\nexpected\n%s", s, want)
	}
}

func TestNew_AllMistakesAtOnce(t *testing.T) {
	info := mqtt.Info()
	c := info.Config().(*mqtt.Config)
	c.Broker, c.Topics, c.Password, c.Time, c.TimeFormat = "house.local", []string{"a/#/b"}, "sesame-canary", "t", "odd"
	_, err := info.New(servertest.Env(), c)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`broker: the address begins with`, `write "mqtt://house.local"`, "topics[0]", "password: a secret does not stand in a piece", "time_format"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the password is repeated: %v", err)
	}
}

// A context that is done before anything was connected ends it at once.
func TestRun_Stopped(t *testing.T) {
	env := servertest.Env()
	src := servertest.Make(t, mqtt.Info(), env, func(c *mqtt.Config) { c.Topics = []string{"a"} })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := src.Run(ctx, nil); err != context.Canceled {
		t.Errorf("%v", err)
	}
}
