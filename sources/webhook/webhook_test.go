package webhook

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/hook/hooktest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if task := os.Getenv(senderKey); task != "" {
		if err := sender(task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func config(change func(*Config)) Config {
	c := *Info().Config().(*Config)
	change(&c)
	return c
}

// A piece says in its own words what the presets say, and may change parts of one.
func TestScheme(t *testing.T) {
	stripe, _ := hook.Preset("stripe")
	written := config(func(c *Config) {
		c.Signature, c.Separator, c.Prefix, c.Signed = "Stripe-Signature", ",", "v1=", "{timestamp}.{body}"
		c.Timestamp, c.TimePart, c.IDField, c.TopicPath = "Stripe-Signature", "t=", "id", "type"
	})
	if got := written.scheme(); got != stripe {
		t.Errorf("written down it is %+v, the preset %+v", got, stripe)
	}
	changed := config(func(c *Config) { c.Preset, c.ID, c.Encoding, c.Tolerance = "stripe", "X-Id", "base64", time.Minute })
	if got := changed.scheme(); got.ID != "X-Id" || got.IDField != "" || got.Encoding != "base64" || got.Tolerance != time.Minute || got.Signature != "Stripe-Signature" {
		t.Errorf("%+v", got)
	}
}

func TestNew_Mistakes(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"secret: a secret does not stand in a piece": func(c *Config) { c.Secret = "hunter2" },
		"hook: \"Box Office\" cannot stand":          func(c *Config) { c.Hook = "Box Office" },
		"signed: there is no {bdy}":                  func(c *Config) { c.Signature, c.Signed = "X", "{bdy}" },
		"url: this is not the whole address":         func(c *Config) { c.URL = "/hooks/x" },
		"unsigned: deliveries are checked":           func(c *Config) { c.Preset, c.Unsigned = "github", true },
		"old_secret: there is no secret":             func(c *Config) { c.OldSecret = "env:OLD" },
	} {
		_, err := newSource(sonify.SourceEnv{Tally: new(sonify.Tally)}, config(change))
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Nobody opens a hook to everybody without saying so.
func TestProbe_WantsAWayToCheck(t *testing.T) {
	for _, c := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) {}, "preset: nothing says how deliveries are checked"},
		{func(c *Config) { c.Preset = "github" }, "secret: without it nobody knows"},
		{func(c *Config) { c.Unsigned = true }, ""},
		{func(c *Config) { c.Preset, c.Secret = "github", "env:X" }, ""},
		{func(c *Config) { c.Path = "no.jsonl" }, "open no.jsonl"},
	} {
		src, err := newSource(sonify.SourceEnv{Tally: new(sonify.Tally), Hooks: new(hooktest.Board)}, config(c.change))
		if err != nil {
			t.Fatal(err)
		}
		_, err = src.(sonify.Prober).Probe(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if strings.HasPrefix(c.want, "preset") {
			if err := src.Run(t.Context(), nil); err == nil {
				t.Error("it ran all the same")
			}
		}
	}
}

// What is delivered becomes what the piece says of fields.
func TestRun(t *testing.T) {
	t.Setenv("BOX_SECRET", "c2VjcmV0")
	var board hooktest.Board
	c := config(func(c *Config) {
		c.Preset, c.Secret, c.Event = "standard", "env:BOX_SECRET", "order.paid"
		c.Fields = map[string]string{"quantity": "data.tickets", "amount": "data.total"}
		c.Numbers = []string{"amount"}
	})
	src, err := newSource(sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: &board}, c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan sonify.Event, 1)
	done := make(chan error)
	go func() { done <- src.Run(ctx, func(ev sonify.Event) { heard <- ev }) }()
	s, _ := hook.Preset("standard")
	body := `{"type":"order.paid","data":{"tickets":2,"total":"90.00","name":"Mara"}}`
	h, _ := hook.Sign(s, "c2VjcmV0", "", "m1", "", time.Now(), []byte(body))
	if got := board.Post("box", h, body); got.Status != http.StatusOK {
		t.Fatal(got)
	}
	ev := <-heard
	if got := fmt.Sprint(ev.Kind(), ev.Value("quantity"), ev.Value("amount"), ev.Value("name"), len(ev.Values)); got != "order.paid2 90  2" {
		t.Errorf("%q", got)
	}
	cancel()
	if err := <-done; err != context.Canceled {
		t.Error(err)
	}
}
