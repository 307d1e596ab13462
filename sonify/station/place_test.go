package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/journal"
	"proscenium/sonify/station"
)

// ticker is a live source that counts on from its place, and breaks now and then.
type ticker struct {
	env    sonify.SourceEnv
	breaks int
}

type tickerConfig struct {
	Breaks int `toml:"breaks" doc:"after so many events it breaks" default:"0"`
}

var tickShape = sonify.NewShape("tick", sonify.Field{Name: "n", Type: sonify.Number}, sonify.Field{Name: "who", Type: sonify.Text, Personal: true})

func (s *ticker) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: []*sonify.Shape{tickShape}}, nil
}

func (s *ticker) Run(ctx context.Context, emit func(sonify.Event)) error {
	n, _ := strconv.Atoi(s.env.Place.Get())
	s.env.Link.Up()
	for i := 1; ; i++ {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
		if s.breaks > 0 && i > s.breaks {
			s.env.Link.Down("broken off")
			return errors.New("broken off")
		}
		n++
		s.env.Link.Count(1, 10)
		s.env.Tally.Add(sonify.Repaired, "made up", 0)
		emit(sonify.Event{Shape: tickShape, Values: []sonify.Value{sonify.Num(float64(n)), sonify.Word("kanarienvogel")}, Place: strconv.Itoa(n)})
	}
}

var tickerInfo = sonify.SourceInfo{Name: "ticker", Doc: "counts", Live: true, Config: func() any { return &tickerConfig{} },
	New: func(env sonify.SourceEnv, c any) (sonify.Source, error) {
		return &ticker{env, c.(*tickerConfig).Breaks}, nil
	}}

const ticking = `tempo = 120
[source.t]
type = "ticker"
breaks = 7
[source.u]
type = "ticker"
[voice.a]
budget = "8 per bar"
[[rule]]
on = "tick"
voice = "a"
pitch = { from = "n % 12" }
`

// told returns the numbers that a source reported, by its logs.
func told(t *testing.T, dir, source string) (ns []int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "kanarien") {
			t.Errorf("%s holds what did not pass the door", p)
		}
		r, err := journal.NewReader(p, strings.NewReader(string(b)))
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		for {
			rec, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := rec.(*journal.Event); ok && e.Event.Source == source {
				n, _ := e.Event.Value("n").Float()
				ns = append(ns, int(n))
			}
		}
	}
	return ns
}

// inRow fails unless ns are 1, 2, 3, ...
func inRow(t *testing.T, source string, ns []int, least int) {
	t.Helper()
	for i, n := range ns {
		if n != i+1 {
			t.Fatalf("%s: the log has %v after %v: something was lost or heard twice", source, n, ns[max(0, i-3):i])
		}
	}
	if len(ns) < least {
		t.Errorf("%s: only %d events", source, len(ns))
	}
}

// A program that is killed goes on in its sources with the event after the last one that
// was heard.
func TestPlace_OutlivesKills(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childFolder+"="+dir, "PROSCENIUM_STATION_PIECE="+ticking)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 1<<16)
		said := ""
		for strings.Count(said, "passage") < 12+3*i {
			n, err := out.Read(b)
			if err != nil {
				t.Fatalf("start %d: %v after %q", i+1, err, said)
			}
			said += string(b[:n])
		}
		cmd.Process.Kill()
		cmd.Wait()
	}
	inRow(t, "t", told(t, dir, "t"), 7)
	inRow(t, "u", told(t, dir, "u"), 20)
}

// Stopped properly or edited, too; but not if the source is asked something else.
func TestPlace_OutlivesStopsAndEdits(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		onAir(t, station.Options{Journal: dir}, ticking, 5050*time.Millisecond, nil)
	})
	edited := strings.Replace(ticking, "tempo = 120", "tempo = 90", 1)
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		onAir(t, station.Options{Journal: dir, ResumeWithin: 1000 * 24 * time.Hour}, edited, 5050*time.Millisecond, nil)
	})
	inRow(t, "u", told(t, dir, "u"), 300)
	first := len(told(t, dir, "t"))
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(72 * time.Hour)
		onAir(t, station.Options{Journal: dir, ResumeWithin: 1000 * 24 * time.Hour}, strings.Replace(edited, "breaks = 7", "breaks = 5", 1), 3050*time.Millisecond, nil)
	})
	if ns := told(t, dir, "t"); len(ns) <= first || ns[first] != 1 {
		t.Errorf("asked something else it goes on with %v", ns[first:])
	}
	last := len(told(t, dir, "u"))
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(3000 * 24 * time.Hour)
		onAir(t, station.Options{Journal: dir}, edited, 1050*time.Millisecond, nil)
	})
	if ns := told(t, dir, "u"); len(ns) <= last || ns[last] != 1 {
		t.Errorf("years later it goes on with %v", ns[last:])
	}
}

func TestStatus_TellsHowSourcesAre(t *testing.T) {
	var st station.Status
	synctest.Test(t, func(t *testing.T) {
		_, st = onAir(t, station.Options{}, ticking, 30050*time.Millisecond, nil)
	})
	for _, s := range st.Sources {
		if !s.Live || s.Heard == 0 || s.Door.KeptOut < s.Heard || s.Link.Messages < s.Heard || s.Fate(sonify.Repaired) < int64(s.Heard) || s.Fate(sonify.Dropped) != 0 {
			t.Errorf("%+v", s)
		}
		switch s.Name {
		case "u":
			if s.Rate < 2700 || s.Rate > 3300 || s.Errors != 0 || s.Link.State != sonify.LinkUp || s.Link.Connected != 1 {
				t.Errorf("%+v", s)
			}
		case "t":
			if s.Errors < 5 || s.Link.Connected < 5 {
				t.Errorf("%+v", s)
			}
		}
	}
	if text := fmt.Sprintf("%+v", st); strings.Contains(text, "kanarien") {
		t.Errorf("the status tells what did not pass the door: %s", text)
	}
}

// A source may be held to be silent sooner than the station says.
func TestStale_IsEachSourcesOwn(t *testing.T) {
	for stale, want := range map[string]bool{"": false, "stale = \"5ms\"\n": true} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			onAir(t, station.Options{Journal: dir}, strings.Replace(ticking, "[source.u]\n", "[source.u]\n"+stale, 1), 5050*time.Millisecond, nil)
		})
		paths, _ := filepath.Glob(filepath.Join(dir, "*.log"))
		b, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(b), `"source":"u","state":"stale"`); got != want {
			t.Errorf("with %q: stale is %v", stale, got)
		}
	}
}
