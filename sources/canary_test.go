package sources_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sources"
	"proscenium/sources/internal/canary"
	"proscenium/sources/internal/hook/hooktest"
	"proscenium/web"
)

// said is all that a test's program says, from whatever goroutine.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) bytes() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.b.Bytes())
}

// impersonal are kinds whose content is about people who are in public, by name: what
// a sports page prints. They have nothing else of anybody, and no secrets.
var impersonal = map[string]bool{"slam": true, "openfootball": true, "statsbomb": true, "cricsheet": true, "ddex_ern": true, "ddex_dsr": true,
	"openligadb": true, "football_data": true, "espn": true, "mlb": true, "nba": true}

// A name, an e-mail, a token and a secret in the input of any kind of source never
// get out: not into what it emits behind the door, the log, the station's own log,
// what goes to listeners, pages, metrics or errors.
func TestCanary_NothingPersonalAndNoSecretGetsOut(t *testing.T) {
	for _, info := range sources.Standard() {
		cases := canary.Cases(info.Name)
		if len(cases) == 0 && !impersonal[info.Name] {
			t.Errorf("%s: nothing tries what gets out of it: package canary needs a case", info.Name)
		}
		for i, c := range cases {
			t.Run(fmt.Sprintf("%s-%d", info.Name, i), func(t *testing.T) {
				t.Parallel()
				flock(t, info, c)
			})
		}
	}
}

// flock puts a case on the air and searches all that comes out of it.
func flock(t *testing.T, info sonify.SourceInfo, c canary.Case) {
	dir := t.TempDir()
	keys := c.Keys
	if c.Serve != nil {
		srv := httptest.NewServer(c.Serve)
		defer srv.Close()
		keys = strings.NewReplacer("{server}", srv.URL, "{host}", strings.TrimPrefix(srv.URL, "http://")).Replace(keys)
	}
	c.Files = maps.Clone(c.Files)
	if c.Files == nil {
		c.Files = map[string]string{}
	}
	c.Files[canary.TokenFile], c.Files[canary.SecretFile] = canary.Token+"\n", canary.Secret+"\n"
	for name, text := range c.Files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var reg sonify.Registry
	if err := reg.Add(info); err != nil {
		t.Fatal(err)
	}
	var board hooktest.Board
	env := mapping.Env{Sources: &reg, Hooks: &board, Probe: true, ReadFile: os.ReadFile, Version: "canary"}
	music := "[voice.v]\nwave = \"pulse\"\n[[rule]]\non = \"*\"\nvoice = \"v\"\npitch = \"C4\"\n"
	if c.Own && info.Live {
		// As most pieces do that read what has no fields.
		music += "[[rule]]\non = \"*\"\nvoice = \"v\"\npitch = { from = \"value\", domain = [0, 10], range = [\"C4\", \"C5\"] }\nsay = \"it is {value}\"\n"
	}
	table := "title = \"canary\"\ntempo = 300\n[source.x]\ntype = \"" + info.Name + "\"\n" + keys
	if strings.Contains(keys, "path = ") {
		table += "speed = 100000\n" // nobody waits for what was long ago
	}
	file := filepath.Join(dir, "piece.toml")
	p, problems := mapping.Compile(env, file, []byte(table+music), nil)
	if err := problems.Err(); err != nil && !c.Fails {
		t.Fatalf("%v\n%s", err, table)
	}
	// Everything passes that is not said to be personal.
	if p != nil && len(p.Sources) > 0 && p.Sources[0].Prospect != nil {
		var keep []string
		seen := map[string]bool{}
		for _, s := range p.Sources[0].Prospect.Shapes {
			for _, f := range s.Fields() {
				if !f.Personal && !seen[f.Name] {
					seen[f.Name] = true
					keep = append(keep, fmt.Sprintf("%q", f.Name))
				}
			}
		}
		if len(keep) > 0 && !c.Own {
			table += "keep = [" + strings.Join(keep, ", ") + "]\n"
		}
	}
	if err := os.WriteFile(file, []byte(table+music), 0o600); err != nil {
		t.Fatal(err)
	}

	var log, score, stream said
	st, err := station.New(station.Options{Name: "canary", Env: env, File: file, Journal: filepath.Join(dir, "journal"), Ahead: 60 * time.Millisecond, AtEnd: station.Wait,
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}))})
	if err != nil {
		t.Fatal(err)
	}
	ch := web.NewChannel("canary", web.ChannelOptions{Program: "canary"})
	st.Attach(ch)
	st.Attach(jsonl.NewWriter(&score))
	server := web.NewServer(web.Options{Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err := server.Add(ch, func() web.Info {
		s := st.Status()
		i := web.Info{Title: s.Title, About: s.About, State: string(s.State), Heard: s.Heard, Notes: s.Notes}
		for _, src := range s.Sources {
			i.Sources = append(i.Sources, web.Source{Name: src.Name, Kind: src.Kind, State: src.State})
		}
		for _, p := range s.Problems {
			i.Problems = append(i.Problems, p.Error())
		}
		return i
	}); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(server)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := st.Run(ctx); err != nil {
			fmt.Fprintln(&log, err)
		}
	})
	listen, hangUp := context.WithCancel(t.Context())
	wg.Go(func() { // a listener
		for listen.Err() == nil {
			req, _ := http.NewRequestWithContext(listen, http.MethodGet, page.URL+"/s/canary/events", nil)
			r, err := http.DefaultClient.Do(req)
			if err != nil {
				return
			}
			io.Copy(&stream, bufio.NewReader(r.Body))
			r.Body.Close()
			time.Sleep(20 * time.Millisecond) // until the station has begun
		}
	})
	for _, call := range c.Calls {
		fmt.Fprintln(&log, board.Call(call))
	}
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		s := st.Status()
		if s.Heard >= uint64(c.Events) && s.State == station.Playing && (!c.Fails || len(s.Sources) > 0 && s.Sources[0].Error != "") && len(stream.bytes()) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	status := st.Status()
	if status.Heard < uint64(c.Events) || c.Fails && (len(status.Sources) == 0 || status.Sources[0].Error == "") {
		t.Errorf("%d events were heard, at least %d were expected: %+v\n%s", status.Heard, c.Events, status.Sources, log.bytes())
	}
	for _, path := range []string{"/", "/s/canary", "/api/stations", "/metrics", "/healthz"} {
		r, err := http.Get(page.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		look(t, path, body)
	}
	hangUp()
	cancel()
	wg.Wait()
	ch.Close()
	page.Close()
	look(t, "the log", log.bytes())
	look(t, "the score", score.bytes())
	look(t, "what a listener was sent", stream.bytes())
	look(t, "the status", fmt.Appendf(nil, "%+v", st.Status()))
	written := 0
	filepath.Walk(filepath.Join(dir, "journal"), func(path string, f os.FileInfo, err error) error {
		if err == nil && f.Mode().IsRegular() {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			written += len(b)
			look(t, "the station's log", b)
		}
		return nil
	})
	if written == 0 || len(stream.bytes()) == 0 || len(log.bytes()) == 0 {
		t.Errorf("nothing was looked at: %d bytes of log, %d of the stream, %d of the station's log", len(log.bytes()), len(stream.bytes()), written)
	}
}

// look searches text for birds.
func look(t *testing.T, where string, text []byte) {
	t.Helper()
	for _, bird := range canary.Find(text) {
		t.Errorf("%s is in %s:\n%.2000s", bird, where, text)
	}
}

// The search finds what it is to find.
func TestCanary_Sings(t *testing.T) {
	for _, text := range []string{canary.Name, strings.ToUpper(canary.Email), "a=Zephyrine+Quackenbush", "x zephyrine%20quackenbush", canary.Token + "x", "[" + canary.Secret + "]", canary.Text, canary.ID,
		"dG9rLWNhN2ExZWYwZDE1ZWE1ZTU="} {
		if len(canary.Find([]byte(text))) == 0 {
			t.Errorf("%q was not found", text)
		}
	}
	if got := canary.Find([]byte("nobody is here")); len(got) > 0 {
		t.Error(got)
	}
}
