package pretix

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook/goldens"
	"proscenium/sources/internal/hook/hooktest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun_AsksTheServer(t *testing.T) {
	t.Setenv("PRETIX_TOKEN", "abcdef123456")
	var mu sync.Mutex
	var asked []string
	busy := true
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Header.Get("Authorization")+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/v1/organizers/summer/events/night/":
			fmt.Fprint(w, `{"name":{"en":"Summer night"},"currency":"EUR","live":true}`)
		case "/api/v1/organizers/summer/events/night/orders/ABC23/":
			if busy { // it is asked again when it says
				busy = false
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			fmt.Fprint(w, `{"code":"ABC23","status":"p","total":"46.00","datetime":"2026-11-28T09:00:00Z","last_modified":"2026-11-28T09:00:01Z","positions":[{"item":1,"addon_to":null},{"item":1,"addon_to":null}]}`)
		case "/api/v1/organizers/summer/events/night/orders/WRONG/":
			fmt.Fprint(w, `{"code":"OTHER"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer api.Close()
	var board hooktest.Board
	env := sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Hooks: &board}
	c := *Info().Config().(*Config)
	c.Organizer, c.Server, c.Token = "summer", api.URL, "env:PRETIX_TOKEN"
	src, err := newSource(env, c)
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan sonify.Event, 10)
	done := make(chan error)
	ctx := t.Context()
	go func() { done <- src.Run(ctx, func(ev sonify.Event) { heard <- ev }) }()
	for i, d := range []string{
		`"organizer":"winter","event":"night","code":"ABC23"`,
		`"organizer":"summer","event":"../../x","code":"ABC23"`,
		`"organizer":"summer","event":"night","code":"../../ABC23"`,
		`"organizer":"summer","event":"night","code":"WRONG"`,
		`"organizer":"summer","event":"night","code":"GONE1"`,
		`"organizer":"summer","event":"night","code":"ABC23"`,
	} {
		body := fmt.Sprintf(`{"notification_id":%d,%s,"action":"pretix.event.order.paid"}`, i, d)
		for range 2 { // pretix repeats what it is not sure of
			if got := board.Post("box", nil, body); got.Status != http.StatusOK {
				t.Errorf("%s is answered %+v", d, got)
			}
		}
	}
	select {
	case ev := <-heard:
		if got := goldens.Line(&ev); got != `order.paid 2026-11-28T09:00:01Z quantity=2 amount=46 amount_minor=4600 currency="EUR" test=no order_id=!"ABC23" event_name="Summer night"` {
			t.Error(got)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was heard")
	}
	mu.Lock()
	for _, a := range asked {
		if !strings.HasPrefix(a, "Token abcdef123456 /api/v1/organizers/summer/events/night/") {
			t.Errorf("asked %s", a)
		}
	}
	mu.Unlock()
	for _, c := range env.Tally.Counts() {
		if c.What == "delivery that tells nothing readable" && c.Count != 5 || c.What == "delivery that came before" && c.Count != 6 {
			t.Errorf("%+v", c)
		}
	}
	// The token is no good any more.
	api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) })
	board.Post("box", nil, `{"notification_id":99,"organizer":"summer","event":"night","code":"NEXT1","action":"pretix.event.order.paid"}`)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "abcdef") {
		t.Error(err)
	}
}
