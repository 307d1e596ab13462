package station_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/station"
)

// Nothing that a log can hold makes a replay panic or hang.
func FuzzReplay(f *testing.F) {
	dir := f.TempDir()
	w, err := journal.New(dir, journal.Options{})
	if err != nil {
		f.Fatal(err)
	}
	p, ps := station.Compile(environment(f), "piece.toml", []byte(walk), nil)
	if p == nil {
		f.Fatal(ps)
	}
	if err := w.Begin(&journal.Header{Run: "r", Piece: p.Made}); err != nil {
		f.Fatal(err)
	}
	ev := sonify.Event{Source: "s", Shape: step, Values: []sonify.Value{sonify.Num(3)}}
	for _, r := range []journal.Record{
		&journal.Event{At: 4800, Event: ev}, &journal.News{At: 4801, Source: "s", State: "failed"}, &journal.Here{Frame: 96000, Tick: 3840},
		&journal.Change{Frame: 192000, Tick: 7680, Piece: p.Made}, &journal.Event{At: 195000, Event: ev}, &journal.Over{At: 196000},
		&journal.Change{Frame: 288000, Tick: 11520, Anew: true, Piece: p.Made}, &journal.End{Frame: 300000, Tick: 12000},
	} {
		if err := w.Write(r); err != nil {
			f.Fatal(err)
		}
	}
	w.Close()
	b, err := os.ReadFile(w.Name())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(dir, "fuzz.log")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := station.NewReplay(mapping.Env{Version: "test"}, path)
		if err != nil {
			return
		}
		r.Play(context.Background(), []sonify.Output{&tick{}}, conductor.Options{Until: 3600 * sonify.SampleRate})
	})
}

// A run of which a segment is missing is not played over the gap.
func TestReplay_AMissingSegmentIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		onAir(t, station.Options{Journal: dir, JournalOptions: journal.Options{SegmentAge: 3 * time.Second}}, steady, 20*time.Second, nil)
		paths, err := journal.LastRun(dir)
		if err != nil || len(paths) < 4 {
			t.Fatalf("%d segments, %v", len(paths), err)
		}
		play := func(paths ...string) error {
			r, err := station.NewReplay(mapping.Env{Version: "test"}, paths...)
			if err != nil {
				return err
			}
			_, err = r.Play(t.Context(), []sonify.Output{&sonifytest.Recorder{}}, conductor.Options{})
			return err
		}
		if err := play(paths[0], paths[2]); err == nil {
			t.Error("a gap is played over")
		}
		if err := play(paths[1:]...); err != nil {
			t.Errorf("what is left of a run: %v", err)
		}
	})
}

// What a log holds of its piece is all it takes to play it.
func TestCompile_KeepsWhatWasRead(t *testing.T) {
	p, ps := station.Compile(environment(t), "piece.toml", []byte(shop), []string{"tempo=97"})
	if p == nil {
		t.Fatal(ps)
	}
	b, err := json.Marshal(p.Made)
	if err != nil {
		t.Fatal(err)
	}
	var made journal.Piece
	if err := json.Unmarshal(b, &made); err != nil {
		t.Fatal(err)
	}
	if made.Text != shop || len(made.Files) != 1 || made.Files[0].Text != base || !made.Files[0].Library || len(made.Reports) != 1 || !made.Reports[0].Live {
		t.Errorf("%+v", made)
	}
}
