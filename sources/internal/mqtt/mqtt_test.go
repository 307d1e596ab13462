package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/mqtt"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/internal/topic"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plain makes an event of every message: its topic, its text, and the labels.
type plain struct{}

func (plain) Prospect() sonify.Prospect { return sonify.Prospect{Open: true} }

func (plain) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	fields := []sonify.Field{{Name: "topic"}, {Name: "body"}}
	values := []sonify.Value{sonify.Word(m.Topic), sonify.Word(string(m.Body))}
	for _, l := range m.Labels {
		fields, values = append(fields, sonify.Field{Name: l.Name}), append(values, l.Value)
	}
	emit(sonify.Event{Shape: sonify.NewShape("message", fields...), Values: values})
	return nil
}

// heard is an engine that runs.
type heard struct {
	tb     testing.TB
	env    sonify.SourceEnv
	events chan string
	done   chan error
	stop   context.CancelFunc
}

// listen runs an engine in the background. Its events are texts.
func listen(tb testing.TB, e *mqtt.Engine, env sonify.SourceEnv) *heard {
	ctx, stop := context.WithCancel(context.Background())
	h := &heard{tb: tb, env: env, events: make(chan string, 10000), done: make(chan error, 1), stop: stop}
	go func() {
		h.done <- e.Run(ctx, plain{}, func(ev sonify.Event) {
			text := ev.Kind()
			for i, f := range ev.Shape.Fields() {
				text += fmt.Sprintf(" %s=%v", f.Name, ev.Values[i])
			}
			h.events <- text
		})
	}()
	tb.Cleanup(func() { h.end() })
	h.wait("is up", func() bool { return len(h.done) > 0 || env.Link.Status().State == sonify.LinkUp })
	return h
}

// wait returns when a condition holds.
func (h *heard) wait(what string, holds func() bool) {
	h.tb.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			h.tb.Fatalf("waited in vain: %s", what)
		}
	}
}

func (h *heard) next() string {
	h.tb.Helper()
	select {
	case text := <-h.events:
		return text
	case err := <-h.done:
		h.done <- err
		h.tb.Fatalf("it ended: %v", err)
	case <-time.After(30 * time.Second):
		h.tb.Fatal("nothing came")
	}
	return ""
}

// end stops the engine, and returns its error.
func (h *heard) end() error {
	begin := time.Now()
	h.stop()
	err := <-h.done
	h.done <- err
	if d := time.Since(begin); d > 20*time.Second {
		h.tb.Errorf("it took %v to stop", d)
	}
	return err
}

func environment() sonify.SourceEnv {
	return sonify.SourceEnv{Name: "house", Tally: new(sonify.Tally), Link: new(sonify.Link), Place: new(sonify.Place)}
}

// options listens to the topics of a broker.
func options(tb testing.TB, addr string, topics ...string) mqtt.Options {
	o := mqtt.Options{Connection: mqtt.Defaults(), Longest: 4096}
	o.Broker = "mqtt://" + addr
	var ps sonify.Problems
	o.Topics = mqtt.Patterns(&ps, "topics", topics)
	o.Check(&ps)
	if err := ps.Err(); err != nil {
		tb.Fatal(err)
	}
	return o
}

func pattern(tb testing.TB, text string) *topic.Pattern {
	p, err := topic.MQTT.New(text)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func count(t *sonify.Tally, what string) int64 {
	for _, c := range t.Counts() {
		if strings.Contains(c.What, what) {
			return c.Count
		}
	}
	return 0
}

func TestEngine_MessagesAndLabels(t *testing.T) {
	broker := servertest.Mosquitto(t)
	for _, version := range []string{"5", "3.1.1", "auto"} {
		for _, qos := range []int{0, 1} {
			t.Run(fmt.Sprintf("version %s, qos %d", version, qos), func(t *testing.T) {
				o := options(t, broker.Addr, "home/{room}/{sensor}", "other/#")
				o.Version, o.QoS = version, qos
				env := environment()
				h := listen(t, mqtt.New(env, o), env)
				p := servertest.Publish(t, broker.Addr)
				p.Send("home/hall/door", "open", byte(qos), false)
				p.Send("elsewhere/x", "never", 1, false)
				p.Send("other/a/b", `{"x":1}`, byte(qos), false)
				p.Send("home/küche/temp", strings.Repeat("7", 4096), byte(qos), false)
				p.Send("home/hall/long", strings.Repeat("7", 80<<10), byte(qos), false)
				p.Send("home/hall/last", "", byte(qos), false)
				for _, want := range []string{
					"message topic=home/hall/door body=open room=hall sensor=door",
					`message topic=other/a/b body={"x":1}`,
					"message topic=home/küche/temp body=" + strings.Repeat("7", 4096) + " room=küche sensor=temp",
					"message topic=home/hall/last body= room=hall sensor=last",
				} {
					if got := h.next(); got != want {
						t.Errorf("heard %.100s, expected %.100s", got, want)
					}
				}
				if n := count(env.Tally, "longer"); n != 1 {
					t.Errorf("%d messages too long", n)
				}
				if st := env.Link.Status(); st.Messages != 5 || st.Connected != 1 {
					t.Errorf("the link says %+v", st)
				}
				if err := h.end(); !errors.Is(err, context.Canceled) {
					t.Errorf("stopped: %v", err)
				}
			})
		}
	}
}

func TestEngine_RetainedMessages(t *testing.T) {
	broker := servertest.Mosquitto(t)
	p := servertest.Publish(t, broker.Addr)
	for policy, want := range map[string][2][]string{
		"skip":    {{"later"}, nil},
		"mark":    {{"old retained=yes", "later retained=no"}, {"new retained=yes"}},
		"changed": {{"later"}, {"new"}},
	} {
		t.Run(policy, func(t *testing.T) {
			p.Send("r/x", "old", 1, true)
			o := options(t, broker.Addr, "r/#")
			o.Retained = policy
			env := environment()
			e := mqtt.New(env, o)
			h := listen(t, e, env)
			p.Send("r/x", "later", 1, true) // to whoever listens it comes as a new one
			for _, w := range want[0] {
				if got := h.next(); got != "message topic=r/x body="+w {
					t.Errorf("heard %q, expected %q", got, w)
				}
			}
			h.end()
			p.Send("r/x", "new", 1, true) // while nobody listens
			env.Link.Down("away")
			h = listen(t, e, env)
			for _, w := range want[1] {
				if got := h.next(); got != "message topic=r/x body="+w {
					t.Errorf("after a while heard %q, expected %q", got, w)
				}
			}
			p.Send("r/y", "end", 1, false)
			if got := h.next(); !strings.HasPrefix(got, "message topic=r/y body=end") {
				t.Errorf("heard %q", got)
			}
			if n := count(env.Tally, "retained"); (n == 0) != (policy == "mark") {
				t.Errorf("%d retained messages counted", n)
			}
		})
	}
}

func TestEngine_AvailabilityIsAState(t *testing.T) {
	broker := servertest.Mosquitto(t)
	p := servertest.Publish(t, broker.Addr)
	p.Send("z/hall/door/availability", "offline", 1, true)
	p.Send("z/lamp/availability", `{"state":"online"}`, 1, true)
	o := options(t, broker.Addr, "z/{device...}")
	o.Availability = append(o.Availability, pattern(t, "z/{device...}/availability"))
	o.Ignore = append(o.Ignore, pattern(t, "z/{device...}/set"))
	env := environment()
	h := listen(t, mqtt.New(env, o), env)
	p.Send("z/lamp/set", "ON", 1, false)
	p.Send("z/lamp/availability", `{"state":"online"}`, 1, false) // it was
	p.Send("z/hall/door/availability", "online", 1, true)
	p.Send("z/lamp/availability", "offline", 1, true)
	p.Send("z/lamp/availability", "perhaps", 1, false)
	p.Send("z/lamp", "ON", 1, false)
	for _, want := range []string{
		"reading.online sensor=hall/door", "reading.offline sensor=lamp", "message topic=z/lamp body=ON device=lamp",
	} {
		if got := h.next(); got != want {
			t.Errorf("heard %q, expected %q", got, want)
		}
	}
	if st := env.Link.Status(); st.Note != "1 of 2 devices are offline" {
		t.Errorf("the link says %q", st.Note)
	}
	if n := count(env.Tally, "neither"); n != 1 {
		t.Errorf("%d could not be read", n)
	}
}

// What was sent with QoS 1 while the connection was away is heard when it is back,
// also when the broker was killed meanwhile; a message is acknowledged when it was
// taken over, so a source that is killed before is sent it again.
func TestEngine_KeptSessionLosesNothing(t *testing.T) {
	for _, version := range []string{"5", "3.1.1"} {
		t.Run(version, func(t *testing.T) {
			broker := servertest.Mosquitto(t)
			o := options(t, broker.Addr, "k/#")
			o.Version, o.Session, o.QoS, o.ClientID = version, "keep", 1, "keeper"
			env := environment()
			e := mqtt.New(env, o)
			h := listen(t, e, env)
			p := servertest.Publish(t, broker.Addr)
			p.Send("k/1", "first", 1, false)
			if got := h.next(); got != "message topic=k/1 body=first" {
				t.Errorf("heard %q", got)
			}
			h.end()
			for i := range 50 {
				p.Send("k/2", fmt.Sprint("away ", i), 1, false)
			}
			env.Link.Down("away")
			h = listen(t, e, env)
			for i := range 50 {
				got := h.next()
				if i == 0 && got == "message topic=k/1 body=first" {
					got = h.next() // the broker had not heard yet that it was taken: it comes at least once
				}
				if got != fmt.Sprintf("message topic=k/2 body=away %d", i) {
					t.Fatalf("heard %q as number %d", got, i)
				}
			}
			broker.Kill()
			err := <-h.done
			h.done <- err
			if err == nil {
				t.Error("nobody noticed that the broker was killed")
			}
			var p2 *sonify.Permanent
			if errors.As(err, &p2) {
				t.Errorf("for good: %v", err)
			}
			if err := mqtt.New(env, o).Run(t.Context(), plain{}, nil); err == nil || errors.As(err, &p2) {
				t.Errorf("without a broker: %v", err)
			}
			broker.Start()
			env.Link.Down("away")
			h = listen(t, e, env)
			p = servertest.Publish(t, broker.Addr)
			p.Send("k/3", "again", 1, false)
			for {
				got := h.next() // what was not acknowledged for good when the broker died may come once more
				if got == "message topic=k/3 body=again" {
					break
				}
				if !strings.HasPrefix(got, "message topic=k/2") {
					t.Errorf("heard %q", got)
				}
			}
			if st := env.Link.Status(); st.Connected != 3 {
				t.Errorf("connected %d times", st.Connected)
			}
		})
	}
}

func TestEngine_Refusals(t *testing.T) {
	dir := t.TempDir()
	passwords := filepath.Join(dir, "passwords")
	// mosquitto_passwd made this of "sesame": PBKDF2 is not worth a program to the test.
	secretFile := filepath.Join(dir, "password")
	if err := os.WriteFile(secretFile, []byte("canary-sesame-1234\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tool := servertest.Find(t, "mosquitto_passwd")
	if err := os.WriteFile(passwords, []byte("stage:canary-sesame-1234\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	servertest.Run(t, tool, "-U", passwords)
	broker := servertest.Mosquitto(t, "allow_anonymous false", "password_file "+passwords)
	permanent := func(err error) bool {
		var p *sonify.Permanent
		return errors.As(err, &p)
	}
	for _, version := range []string{"5", "3.1.1", "auto"} {
		o := options(t, broker.Addr, "x")
		o.Version = version
		if err := mqtt.New(environment(), o).Run(t.Context(), plain{}, nil); !permanent(err) {
			t.Errorf("%s, without a name: %v", version, err)
		}
		o.Username, o.Password = "stage", "env:PROSCENIUM_TEST_NO_SUCH"
		if err := mqtt.New(environment(), o).Run(t.Context(), plain{}, nil); !permanent(err) || !strings.Contains(err.Error(), "PROSCENIUM_TEST_NO_SUCH") {
			t.Errorf("%s, without a password: %v", version, err)
		}
		t.Setenv("MQTT_TEST_PASSWORD", "wrong-canary")
		o.Password = "env:MQTT_TEST_PASSWORD"
		if err := mqtt.New(environment(), o).Run(t.Context(), plain{}, nil); !permanent(err) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s, with a wrong password: %v", version, err)
		}
		o.Password = "file:" + secretFile
		env := environment()
		h := listen(t, mqtt.New(env, o), env)
		if err := h.end(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, with the right one: %v", version, err)
		}
	}
}
