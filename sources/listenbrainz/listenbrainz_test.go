package listenbrainz

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
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

func config(users string) *Config {
	c := Info().Config().(*Config)
	c.Users, c.Spread = strings.Split(users, ","), 0
	return c
}

func fresh(env sonify.SourceEnv, c *Config) *normaliser {
	p := new(progress)
	p.begin(len(c.Users), "", time.Unix(1794000000, 0), c.CatchUp)
	return newNormaliser(env, c, p, false)
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return fresh(env, config(with))
	})
}

// What the documentation of the service shows decodes.
func TestRecorded(t *testing.T) {
	var got []string
	recipetest.Play(t, recipetest.Env(), fresh(recipetest.Env(), config("x")), "in.json", recipetest.Data(t, "music", "listenbrainz-listen.json"), func(ev sonify.Event) {
		recipetest.Sane(t, &ev)
		got = append(got, recipetest.Line(&ev))
	})
	if len(got) != 1 || !strings.HasPrefix(got[0], "listen at=2015-09-29T10:19:25Z artist=") || !strings.Contains(got[0], "duration_s=222 ") {
		t.Errorf("%q", got)
	}
}

func TestProgress(t *testing.T) {
	now := time.Unix(1795000000, 0)
	for place, want := range map[string]string{"": "1795000000 1795000000", "1794999000": "1794999000 1795000000", "1794999000 1794999500": "1794999000 1794999500", "1700000000 x 5": "1795000000 1795000000"} {
		p := new(progress)
		p.begin(2, place, now, time.Hour)
		if p.place() != want {
			t.Errorf("%q: %s", place, p.place())
		}
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config("a/b,")
	c.Token, c.API, c.Every, c.Spread, c.CatchUp = "abcdef", "x", 0, -1, -1
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 7 || strings.Contains(err.Error(), "abcdef") {
		t.Errorf("%v", err)
	}
}

// It asks about one after the other, from where each was heard last, and is told off.
func TestRun(t *testing.T) {
	t.Setenv("TEST_LB_TOKEN", "hidden-token")
	s := fault.Serve(t, func(s *fault.Server, w http.ResponseWriter, r *http.Request) {
		n := len(s.Requests())
		if n > 4 {
			fault.Status(429, "Retry-After", "7")(s, w, r)
			return
		}
		parts := strings.Split(r.URL.Path, "/")
		if parts[len(parts)-1] == "playing-now" {
			fault.Say("application/json", `{"payload":{"user_id":"`+parts[3]+`","playing_now":true,"listens":[{"track_metadata":{"artist_name":"N","track_name":"n"}}]}}`)(s, w, r)
			return
		}
		at := time.Now().Unix() + int64(n)
		fault.Say("application/json", fmt.Sprintf(`{"payload":{"user_id":%q,"listens":[{"listened_at":%d,"track_metadata":{"artist_name":"A","track_name":"t%d"}}]}}`, parts[3], at, n))(s, w, r)
	})
	conf := config("erika,ot to")
	conf.API, conf.Token, conf.Now, conf.Every = s.URL, "env:TEST_LB_TOKEN", true, 10*time.Second
	env := recipetest.Env()
	place := strconv.FormatInt(time.Now().Unix()-60, 10) + " x"
	env.Place.Set(place)
	src, err := newSource(env, *conf)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var got []string
	err = src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Kind()+" "+ev.Value("listener").String()) })
	if fmt.Sprint(got) != "[listen erika listen.now erika listen ot to listen.now ot to]" || err == nil {
		t.Errorf("heard %q, %v", got, err)
	}
	r := s.Requests()
	if len(r) != 4 || r[0].URL.Query().Get("min_ts") != strings.Fields(place)[0] || r[2].URL.EscapedPath() != "/1/user/ot%20to/listens" || r[0].Header.Get("Authorization") != "Token hidden-token" {
		t.Errorf("%d requests, %s %s", len(r), r[0].URL, r[2].URL.EscapedPath())
	}
}

func FuzzDecode(f *testing.F) {
	b, err := os.ReadFile("testdata/answers.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, l := range bytes.Split(b, []byte("\n")) {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n := fresh(recipetest.Env(), config("erika,otto"))
		n.spread.Over = time.Minute
		tell := func(ev sonify.Event) { recipetest.Sane(t, &ev) }
		_ = n.Normalise(&decode.Message{Body: b}, tell)
		n.Flush(time.Time{}, tell)
	})
}
