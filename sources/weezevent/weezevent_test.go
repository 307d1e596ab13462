package weezevent

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook/goldens"
	"proscenium/sources/internal/reach"
)

func configured(name string) Config {
	c := *Info().Config().(*Config)
	c.Capacity = 100
	return c
}

// What was delivered becomes these events and no others.
func TestDeliveries(t *testing.T) {
	goldens.Test(t, func(env sonify.SourceEnv, name string) decode.Normaliser { return recorded(env, configured(name)) })
}

func FuzzDecode(f *testing.F) {
	goldens.Fuzz(f, func(env sonify.SourceEnv) decode.Normaliser { return recorded(env, configured("")) })
}

func recorded(env sonify.SourceEnv, c Config) decode.Normaliser {
	n := newNormaliser(env, c)
	n.begun = true
	return n
}

// It asks for those who have not paid as well: who pays later has a number below those who
// came since, and would not be known for new.
func TestRun_HearsWhoPaysLater(t *testing.T) {
	for _, k := range []string{"WZ_KEY", "WZ_USER", "WZ_PASSWORD"} {
		t.Setenv(k, "hidden-"+k)
	}
	looks := 0
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		q := r.URL.Query()
		switch r.URL.Path {
		case "/auth/access_token":
			fmt.Fprint(w, `{"accessToken":"hidden-token"}`)
		case "/tickets":
			fmt.Fprint(w, `{"events":[{"id":"7","tickets":[{"id":"t1","name":"Balcon","price":"45.00"}]}]}`)
		case "/participant/list":
			looks++
			one := func(id, paid string) string {
				return fmt.Sprintf(`{"id_participant":%s,"create_date":"2026-07-01 10:00:00","deleted":"0","paid":%s,"id_ticket":"t1","control_status":{"status":"0"}}`, id, paid)
			}
			list := one("100", "true")
			switch open := q.Get("include_unpaid") == "1"; {
			case looks == 2 && open:
				list = one("101", "false") + "," + one("102", "true")
			case looks == 2:
				list = one("102", "true")
			case looks > 2 && q.Get("last_update") == "2026-07-01 10:00:02":
				list = one("101", "true")
			case looks > 2:
				list = ""
			}
			fmt.Fprintf(w, `{"participants":[%s],"server_time":"2026-07-01 10:00:0%d"}`, list, min(looks, 9))
		default:
			http.NotFound(w, r)
		}
	}))
	defer api.Close()
	c := configured("")
	c.Event, c.Key, c.User, c.Password, c.Every = 7, "env:WZ_KEY", "env:WZ_USER", "env:WZ_PASSWORD", time.Millisecond
	src, err := newSource(sonify.SourceEnv{Name: "box", Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}, c, api.URL, reach.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []string
	_ = src.Run(ctx, func(ev sonify.Event) {
		if got = append(got, ev.Kind()+" "+ev.Value("order_id").String()); len(got) == 3 {
			cancel()
		}
	})
	if want := []string{"order.placed 101", "order.paid 102", "order.paid 101"}; !slices.Equal(got, want) {
		t.Errorf("heard %q", got)
	}
}
