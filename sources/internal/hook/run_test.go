package hook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook"
	"proscenium/sources/internal/hook/hooktest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bodies emits an event for each message, with its body in it.
type bodies struct{ block chan struct{} }

var said = sonify.NewShape("said", sonify.Field{Name: "body", Type: sonify.Text}, sonify.Field{Name: "topic", Type: sonify.Text})

func (b bodies) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if b.block != nil {
		<-b.block
	}
	switch string(m.Body) {
	case `{"bad":1}`:
		return errors.New("unreadable")
	case `{"stop":1}`:
		return &sonify.Permanent{Err: errors.New("no more")}
	}
	emit(sonify.Event{Shape: said, Values: []sonify.Value{sonify.Word(string(m.Body)), sonify.Word(m.Topic)}, At: m.At, Place: m.Place})
	return nil
}
func (b bodies) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: []*sonify.Shape{said}} }

// rig runs a hook.
type rig struct {
	hooktest.Board
	env    sonify.SourceEnv
	mu     sync.Mutex
	heard  []sonify.Event
	done   chan error
	cancel context.CancelFunc
}

func start(t *testing.T, o hook.Options, n decode.Normaliser, place string) *rig {
	r := &rig{done: make(chan error, 1)}
	r.env = sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: &r.Board}
	r.env.Place.Set(place)
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	go func() {
		r.done <- hook.Run(ctx, r.env, o, n, func(ev sonify.Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.heard = append(r.heard, ev)
		})
	}()
	return r
}

// texts are the bodies heard.
func (r *rig) texts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, ev := range r.heard {
		out = append(out, ev.Values[0].String())
	}
	return out
}

func (r *rig) counts() map[string]int64 {
	out := map[string]int64{}
	for _, c := range r.env.Tally.Counts() {
		out[c.Fate.String()+": "+c.What] = c.Count
	}
	return out
}

// end stops the source and returns what Run said.
func (r *rig) end() error {
	r.cancel()
	return <-r.done
}

func options(t *testing.T, preset string) hook.Options {
	t.Setenv("HOOK_TEST_SECRET", "c2VjcmV0")
	s, ok := hook.Preset(preset)
	if !ok {
		t.Fatal(preset)
	}
	o := hook.Options{Address: hook.Defaults(), Scheme: s}
	o.Secret = "env:HOOK_TEST_SECRET"
	return o
}

// deliver posts a body as the service would.
func (r *rig) deliver(t *testing.T, o hook.Options, id, body string) sonify.Reply {
	t.Helper()
	h, err := hook.Sign(o.Scheme, "c2VjcmV0", o.URL, id, "a.topic", time.Now(), []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r.Post("box", h, body)
}

func TestRun_HearsWhatIsDelivered(t *testing.T) {
	o := options(t, "github")
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o, bodies{}, "")
		for i := range 5 {
			if got := r.deliver(t, o, fmt.Sprint("d", i), fmt.Sprintf(`{"n":%d}`, i)); got.Status != http.StatusOK {
				t.Errorf("delivery %d is answered %d", i, got.Status)
			}
		}
		// Repetitions, by their ids and by what was signed.
		for _, id := range []string{"d3", "made-up"} {
			if got := r.deliver(t, o, id, `{"n":3}`); got.Status != http.StatusOK {
				t.Errorf("a repetition is answered %d", got.Status)
			}
		}
		if got := r.deliver(t, o, "d6", `{"bad":1}`); got.Status != http.StatusOK {
			t.Error(got)
		}
		synctest.Wait()
		if err := r.end(); err != context.Canceled {
			t.Error(err)
		}
		if got, want := r.texts(), []string{`{"n":0}`, `{"n":1}`, `{"n":2}`, `{"n":3}`, `{"n":4}`}; !slices.Equal(got, want) {
			t.Errorf("heard %v", got)
		}
		if got := fmt.Sprint(r.counts()); got != "map[skipped: delivery that came before:2 skipped: delivery that tells nothing readable:1]" {
			t.Error(got)
		}
		if st := r.env.Link.Status(); st.State != sonify.LinkUp || st.Messages != 8 {
			t.Errorf("%+v", st)
		}

		// A restart knows the last deliveries, and the address is free again.
		place := r.heard[len(r.heard)-1].Place
		again := start(t, o, bodies{}, place)
		again.deliver(t, o, "d4", `{"n":4}`)
		again.deliver(t, o, "d5", `{"n":5}`)
		synctest.Wait()
		again.end()
		if got := again.texts(); !slices.Equal(got, []string{`{"n":5}`}) {
			t.Errorf("after a restart: %v", got)
		}
		if len(place) > 16*11 || strings.Contains(place, "d4") {
			t.Errorf("the place is %q", place)
		}
	})
}

func TestRun_RefusesWithoutAWord(t *testing.T) {
	o := options(t, "stripe")
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o, bodies{}, "")
		good, _ := hook.Sign(o.Scheme, "c2VjcmV0", "", "", "", time.Now(), []byte(`{}`))
		old, _ := hook.Sign(o.Scheme, "c2VjcmV0", "", "", "", time.Now().Add(-time.Hour), []byte(`{}`))
		wrong, _ := hook.Sign(o.Scheme, "d3Jvbmc=", "", "", "", time.Now(), []byte(`{}`))
		var first sonify.Reply
		for i, h := range []http.Header{wrong, old, {}, {"Stripe-Signature": {"t=1"}}, {"Stripe-Signature": {good.Get("Stripe-Signature"), "x"}}} {
			got := r.Post("box", h, `{}`)
			if i == 0 {
				first = got
			}
			if got.Status != http.StatusUnauthorized || got.Text != first.Text || got.Header != nil {
				t.Errorf("%d is answered %+v, the first %+v", i, got, first)
			}
		}
		for body, status := range map[string]int{`{`: 400, ``: 400, `{"a":1} x`: 400, strings.Repeat("[", 100) + strings.Repeat("]", 100): 400} {
			if got := r.deliver(t, o, "", body); got.Status != status {
				t.Errorf("%.20q is answered %+v", body, got)
			}
		}
		form := &sonify.Call{Method: "POST", Path: "box", Header: good, Body: []byte(`{}`)}
		form.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
		if got := r.Call(form); got.Status != http.StatusUnsupportedMediaType {
			t.Errorf("a form is answered %+v", got)
		}
		if got := r.Call(&sonify.Call{Method: "GET", Path: "box"}); got.Status != http.StatusMethodNotAllowed || got.Header["Allow"] != "POST" {
			t.Errorf("GET is answered %+v", got)
		}
		r.end()
		if len(r.heard) != 0 {
			t.Errorf("heard %v", r.texts())
		}
		want := map[string]int64{
			"skipped: delivery with a wrong signature, refused": 1, "skipped: delivery too old or from the future, refused": 1,
			"skipped: delivery without a signature, refused": 1, "skipped: delivery with more than one signature header, refused": 1,
		}
		got := r.counts()
		for k, v := range want {
			if got[k] < v {
				t.Errorf("%s was counted %d times: %v", k, got[k], got)
			}
		}
	})
}

// A normaliser that is stuck holds up nobody who delivers, and memory has an end.
func TestRun_NeverWaitsForMusic(t *testing.T) {
	o := options(t, "github")
	o.Queue = 8
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		r := start(t, o, bodies{block}, "")
		taken, full := 0, 0
		for i := range 100 {
			switch got := r.deliver(t, o, fmt.Sprint("d", i), fmt.Sprintf(`{"n":%d}`, i)); got.Status {
			case http.StatusOK:
				taken++
			case http.StatusServiceUnavailable:
				full++
				if got.Header["Retry-After"] == "" {
					t.Error("asked to come again, without a word when")
				}
			}
			synctest.Wait()
		}
		if taken > 8+hook.Fetchers+2 || taken < 8 || taken+full != 100 {
			t.Errorf("%d taken, %d turned away", taken, full)
		}
		if got := r.counts()["dropped: delivery turned away, the queue was full"]; got != int64(full) {
			t.Errorf("%d were turned away and %d counted", full, got)
		}
		close(block)
		synctest.Wait()
		// What was turned away was not taken for a repetition.
		if got := r.deliver(t, o, "d99", `{"n":99}`); got.Status != http.StatusOK {
			t.Error(got)
		}
		synctest.Wait()
		r.end()
		if got := len(r.texts()); got != taken+1 {
			t.Errorf("%d taken, %d heard", taken+1, got)
		}
	})
}

func TestRun_BoundsWhatWaitsInBytes(t *testing.T) {
	o := options(t, "github")
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		r := start(t, o, bodies{block}, "")
		taken := 0
		for i := range 64 {
			if r.deliver(t, o, fmt.Sprint("d", i), fmt.Sprintf(`{"n":%d,"x":"%s"}`, i, strings.Repeat("x", 900_000))).Status == http.StatusOK {
				taken++
			}
			synctest.Wait()
		}
		if taken > 16<<20/900_000+hook.Fetchers+2 {
			t.Errorf("%d deliveries of 900 kB were taken", taken)
		}
		close(block)
		r.end()
	})
}

func TestRun_EndsForGood(t *testing.T) {
	o := options(t, "github")
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o, bodies{}, "")
		r.deliver(t, o, "d", `{"stop":1}`)
		var p *sonify.Permanent
		if err := <-r.done; !errors.As(err, &p) {
			t.Error(err)
		}
		r.cancel()
		// Nobody listens here; another source has the address; the secret is not there.
		env := r.env
		env.Hooks = nil
		if err := hook.Run(t.Context(), env, o, bodies{}, nil); !errors.As(err, &p) {
			t.Error(err)
		}
		r.Open("box", nil)
		o.Secret = "env:HOOK_TEST_NO_SECRET"
		if err := hook.Run(t.Context(), r.env, o, bodies{}, nil); !errors.As(err, &p) || !strings.Contains(err.Error(), "HOOK_TEST_NO_SECRET") {
			t.Error(err)
		}
		o.Secret = "env:HOOK_TEST_SECRET"
		o.Scheme.KeyPrefix = "whsec_"
		t.Setenv("HOOK_TEST_SECRET", "whsec_not base64!")
		if err := hook.Run(t.Context(), r.env, o, bodies{}, nil); !errors.As(err, &p) || strings.Contains(err.Error(), "base64!") {
			t.Error(err)
		}
	})
}

// What only says that something happened is asked about: a few at once, told in the
// order in which it was delivered.
func TestRun_AsksAbout(t *testing.T) {
	o := options(t, "github")
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		o.Fetch = func(ctx context.Context, m *decode.Message) error {
			n := now.Add(1)
			defer now.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			wait := time.Second
			if strings.Contains(string(m.Body), `"slow"`) {
				wait = time.Minute
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return ctx.Err()
			}
			if strings.Contains(string(m.Body), `"gone"`) {
				return errors.New("not there")
			}
			m.Body = append([]byte("asked "), m.Body...)
			return nil
		}
		r := start(t, o, bodies{}, "")
		bodies := []string{`["slow",0]`, `["b",1]`, `["gone",2]`, `["d",3]`, `["e",4]`, `["f",5]`, `["g",6]`}
		for i, b := range bodies {
			r.deliver(t, o, fmt.Sprint(i), b)
		}
		time.Sleep(2 * time.Minute)
		var want []string
		for i, b := range bodies {
			if i != 2 {
				want = append(want, "asked "+b)
			}
		}
		if got := r.texts(); !slices.Equal(got, want) {
			t.Errorf("heard %v", got)
		}
		if most.Load() != hook.Fetchers {
			t.Errorf("%d were asked about at once", most.Load())
		}
		r.deliver(t, o, "x", `["slow",7]`)
		synctest.Wait()
		at := time.Now()
		if err := r.end(); err != context.Canceled || time.Since(at) > time.Second {
			t.Errorf("%v after %v", err, time.Since(at))
		}
	})
}

func TestRun_AnswersChallenges(t *testing.T) {
	o := options(t, "twitch")
	o.Form = hook.Twitch()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, o, bodies{}, "")
		call := func(kind, body string) sonify.Reply {
			h, err := hook.Sign(o.Scheme, "c2VjcmV0", "", kind, "channel.follow", time.Now(), []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			h.Set("Twitch-Eventsub-Message-Type", kind)
			return r.Post("box", h, body)
		}
		if got := call("webhook_callback_verification", `{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}`); got.Status != 200 || got.Text != "pogchamp-kappa-360noscope-vohiyo" || got.Header["Content-Type"] != "text/plain" {
			t.Errorf("%+v", got)
		}
		// Whoever cannot sign cannot make us say anything.
		if got := r.Post("box", http.Header{"Twitch-Eventsub-Message-Type": {"webhook_callback_verification"}}, `{"challenge":"<script>"}`); got.Status != 401 {
			t.Errorf("%+v", got)
		}
		if got := call("webhook_callback_verification", `{"challenge":"<script>alert(1)</script>"}`); got.Status != 400 {
			t.Errorf("%+v", got)
		}
		if got := call("revocation", `{"subscription":{"status":"user_removed"}}`); got.Status != 200 {
			t.Errorf("%+v", got)
		}
		call("notification", `{"event":{}}`)
		synctest.Wait()
		r.end()
		if got := r.texts(); !slices.Equal(got, []string{`{"event":{}}`}) {
			t.Errorf("heard %v", got)
		}
		if r.counts()["skipped: subscription that Twitch took back"] != 1 {
			t.Error(r.counts())
		}
	})
}

// What was taken when the source is stopped is heard or counted, wherever it was.
func TestRun_CountsWhatIsLeftBehind(t *testing.T) {
	o := options(t, "github")
	synctest.Test(t, func(t *testing.T) {
		block := make(chan struct{})
		r := start(t, o, bodies{block}, "")
		synctest.Wait()
		for i := range 10 {
			if got := r.deliver(t, o, fmt.Sprint(i), fmt.Sprintf(`{"n":%d}`, i)); got.Status != http.StatusOK {
				t.Fatal(got)
			}
		}
		synctest.Wait() // one is with the decoder
		r.cancel()
		close(block)
		if err := <-r.done; err != context.Canceled {
			t.Error(err)
		}
		if heard, left := len(r.texts()), int(r.counts()["dropped: delivery in the queue when the source stopped"]); heard+left != 10 || left == 0 {
			t.Errorf("%d were heard and %d are counted", heard, left)
		}
	})
}
