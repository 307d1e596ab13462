package station_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
)

// childFolder names the folder in which this program, started again, plays a
// station until it is killed.
const childFolder = "PROSCENIUM_STATION_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// child plays a station in the world's own time and says every passage.
func child(dir string) {
	t := &testing.T{}
	piece := walk
	if other := os.Getenv("PROSCENIUM_STATION_PIECE"); other != "" {
		piece = other
	}
	s, err := station.New(station.Options{Env: environment(t), File: "piece.toml", Journal: dir, Read: func() ([]byte, error) { return []byte(piece), nil }})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	s.Attach(&saying{s: s})
	if err := s.Run(context.Background()); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

// saying is an output that says where each passage begins.
type saying struct {
	tick
	s *station.Station
}

func (o *saying) Play(c sonify.Cue) error {
	_, err := fmt.Printf("passage %d %v\n", c.Span.Begin, o.s.Status().Resumed)
	return err
}

// A program that is killed without a warning, in mid-piece, leaves a log that is
// whole; the next one goes on where it stopped.
func TestKilled_ForReal(t *testing.T) {
	dir := t.TempDir()
	last := -1
	for i := range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childFolder+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		first := -1
		lines := bufio.NewScanner(out)
		for n := 0; n < 19+6*i && lines.Scan(); n++ {
			var tick int
			var resumed bool
			if _, err := fmt.Sscanf(lines.Text(), "passage %d %t", &tick, &resumed); err != nil {
				t.Fatalf("start %d: %q", i+1, lines.Text())
			}
			if first < 0 {
				first = tick
				t.Logf("start %d: music from tick %d on, after %v", i+1, first, time.Since(began))
				// A bar, and no more, may be played twice.
				if resumed != (i > 0) || i > 0 && (first > last+240 || first <= last-3840) {
					t.Errorf("start %d goes on at tick %d (resumed %v); the one before was killed at %d", i+1, first, resumed, last)
				}
			}
			last = tick
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said before it was killed
			fmt.Sscanf(lines.Text(), "passage %d", &last)
		}
		cmd.Wait()
		if first < 0 {
			t.Fatalf("start %d: no music", i+1)
		}
	}
	paths, err := journal.LastRun(dir)
	if err != nil || len(paths) != 3 {
		t.Fatalf("%d segments: %v", len(paths), err)
	}
	look, err := station.Look(mapping.Env{Version: "test"}, paths...)
	if err != nil || look.Torn {
		t.Errorf("the log is not whole: %v, %+v", err, look)
	}
	all := score(t, dir)
	if n := strings.Count(all, "event 0\n"); n < 10 || strings.Count(all, "\n") == n {
		t.Errorf("the log plays %d notes of patterns among these:\n%s", n, all)
	}
}
