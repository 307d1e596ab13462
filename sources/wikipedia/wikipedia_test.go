package wikipedia

import (
	"bytes"
	"context"
	"errors"
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

func config(t testing.TB, with string) *Config {
	t.Helper()
	c := Info().Config().(*Config)
	w := strings.Fields(with)
	for i := 0; i+1 < len(w); i += 2 {
		list := strings.Split(w[i+1], ",")
		switch w[i] {
		case "kinds":
			c.Kinds = list
		case "wikis":
			c.Wikis = list
		case "bots":
			c.Bots = w[i+1]
		case "contains":
			c.Contains = list
		case "namespaces":
			for _, s := range list {
				n, err := strconv.Atoi(s)
				if err != nil {
					t.Fatal(err)
				}
				c.Namespaces = append(c.Namespaces, n)
			}
		default:
			t.Fatalf("unknown word %q", w[i])
		}
	}
	return c
}

func TestGoldens(t *testing.T) {
	recipetest.Goldens(t, func(t *testing.T, env sonify.SourceEnv, with string) decode.Normaliser {
		return newNormaliser(env, config(t, with))
	})
}

// Of what the service really sent, everything decodes.
func TestRecorded(t *testing.T) {
	env := recipetest.Env()
	n := newNormaliser(env, config(t, ""))
	var got []string
	emit := func(ev sonify.Event) {
		recipetest.Sane(t, &ev)
		got = append(got, recipetest.Line(&ev))
	}
	recipetest.Play(t, env, n, "in.sse", recipetest.Data(t, "social", "wikimedia-recentchange.sse"), emit)
	lines := recipetest.Data(t, "social", "wikimedia-recentchange-data-lines.txt")
	recipetest.Play(t, env, n, "in.sse", bytes.ReplaceAll(append(lines, '\n'), []byte("\ndata:"), []byte("\n\ndata:")), emit)
	if len(got) != 3 || len(env.Tally.Counts()) > 0 {
		t.Fatalf("%d events, counted %v", len(got), env.Tally.Counts())
	}
	for i, part := range []string{`lang="he"`, `delta_bytes=-4038`, `delta_bytes=3557`} {
		if !strings.Contains(got[i], part) || strings.Contains(got[i], "0001-01-01") {
			t.Errorf("%s lacks %s", got[i], part)
		}
	}
}

func TestResume(t *testing.T) {
	now := time.UnixMilli(1795000060000)
	for place, want := range map[string]string{
		"":         "",
		"nonsense": "",
		"{}":       "",
		"[]":       "",
		`[{"topic":"a","partition":0,"timestamp":1795000000000},{"topic":"b","partition":1,"offset":-1}]`:                       `[{"topic":"a","partition":0,"timestamp":1795000000000},{"topic":"b","partition":1,"offset":-1}]`,
		`[{"topic":"a","partition":0,"timestamp":1795000000000,"offset":null},{"topic":"b","partition":0,"timestamp":null},{}]`: `[{"topic":"a","partition":0,"timestamp":1795000000000},{"topic":"b","partition":0}]`,
		`[{"topic":"a","partition":0,"timestamp":1700000000000}]`:                                                               "", // long ago
	} {
		if got := resume(place, 2*time.Minute, now); got != want {
			t.Errorf("%s: %s", place, got)
		}
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	c := config(t, "")
	c.URL, c.Contains, c.Wikis, c.Kinds, c.Silence, c.CatchUp = "ftp://x", []string{""}, []string{"*", "de wiki"}, nil, 0, -1
	_, err := newSource(recipetest.Env(), *c)
	var ps sonify.Problems
	if !errors.As(err, &ps) || len(ps) != 7 {
		t.Errorf("%v", err)
	}
}

// frame is one of the stream, made just now.
func frame(id string) string {
	ms := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return `id: [{"topic":"eqiad.x","partition":0,"timestamp":` + ms + `,"offset":null}]` + "\n" +
		`data: {"meta":{"id":"` + id + `","dt":"2026-11-18T11:06:40Z"},"type":"edit","title":"` + id + `","namespace":0,"wiki":"dewiki","server_name":"de.wikipedia.org"}` + "\n\n"
}

func TestRun_GoesOnAfterABreak(t *testing.T) {
	kind := "text/event-stream"
	a, b, c := frame("a"), frame("b"), frame("c")
	s := fault.Serve(t,
		fault.Cut(kind, ":ok\n\n"+a+b, len(a)+20),
		fault.Status(503, "Retry-After", "1"),
		fault.Say(kind, ":ok\n\n"+a+b+c))
	conf := config(t, "")
	conf.URL = s.URL + "/v2/stream/recentchange"
	env := recipetest.Env()
	src, err := newSource(env, *conf)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	for range 3 {
		if err := src.Run(ctx, func(ev sonify.Event) { got = append(got, ev.Value("page").String()) }); err == nil {
			t.Error("no error")
		}
	}
	if strings.Join(got, " ") != "a b c" {
		t.Errorf("heard %q", got)
	}
	r := s.Requests()
	if id := r[2].Header.Get("Last-Event-Id"); !strings.HasPrefix(id, `[{"topic":"eqiad.x","partition":0,"timestamp":1`) || strings.Contains(id, "null") || r[0].Header.Get("Last-Event-Id") != "" {
		t.Errorf("went on from %q", id)
	}
	if !strings.Contains(r[0].UserAgent(), "proscenium") {
		t.Errorf("asked as %q", r[0].UserAgent())
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"changes", "some"} {
		b, err := os.ReadFile("testdata/" + name + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range bytes.Split(b, []byte("\n")) {
			f.Add(bytes.TrimPrefix(l, []byte("data: ")))
			f.Add(bytes.TrimPrefix(l, []byte("id: ")))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, with := range []string{"kinds edit,new,log,categorize,external", "wikis de,*.wikipedia.org contains geige"} {
			n := newNormaliser(recipetest.Env(), config(t, with))
			_ = n.Normalise(&decode.Message{Body: b}, func(ev sonify.Event) { recipetest.Sane(t, &ev) })
		}
		once := resume(string(b), time.Hour, time.UnixMilli(0))
		if twice := resume(once, time.Hour, time.UnixMilli(0)); once != twice {
			t.Fatalf("%q goes on from %s and then from %s", b, once, twice)
		}
	})
}
