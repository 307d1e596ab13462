package aswritten_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/sonifytest"
	"proscenium/sources"
)

var update = flag.Bool("update", false, "rewrite score.golden")

// play plays the piece, with another table if path is not empty.
func play(t *testing.T, path string, outs ...sonify.Output) {
	t.Helper()
	src, err := os.ReadFile("piece.toml")
	if err != nil {
		t.Fatal(err)
	}
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	var sets []string
	if path != "" {
		sets = append(sets, "source.score.path="+path)
	}
	p, problems := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Probe: true}, "piece.toml", src, sets)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var in []conductor.Intake
	for _, s := range p.Sources {
		in = append(in, conductor.Intake{Name: s.Name, Source: s.Source, Tally: s.Tally, Pace: conductor.Pace(s.Pace)})
	}
	feed := conductor.Start(t.Context(), in)
	defer feed.Stop()
	sum, err := conductor.Perform(context.Background(), &p.Header, p.Perform(), feed, outs, conductor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(sum.Lost) > 0 {
		t.Errorf("lost: %v", sum.Lost)
	}
	for _, c := range p.Sources[0].Tally.Counts() {
		t.Errorf("the table is odd: %d %v: %s", c.Count, c.Fate, c.What)
	}
}

// frames returns a number of seconds, as the table writes it, in frames, rounded
// half up. It is exact: what is tested uses floats.
func frames(t *testing.T, seconds string) sonify.Frame {
	t.Helper()
	r, ok := new(big.Rat).SetString(seconds)
	if !ok {
		t.Fatalf("%q is no number", seconds)
	}
	r.Mul(r, big.NewRat(int64(sonify.SampleRate), 1))
	r.Add(r, big.NewRat(1, 2))
	return sonify.Frame(new(big.Int).Div(r.Num(), r.Denom()).Int64())
}

// compare checks that every row of the table is the note that it writes.
func compare(t *testing.T, table []byte, got []sonify.Note) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:]
	if len(rows) != len(got) {
		t.Fatalf("%d rows became %d notes", len(rows), len(got))
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for i, row := range rows {
		n := got[i]
		want := sonify.Note{Frame: frames(t, row[0]), Frames: frames(t, row[1]), Voice: number(row[2]), Pitch: sonify.Key(number(row[3])), Velocity: sonify.Velocity(number(row[4]))}
		if n.Frame != want.Frame || n.Frames != want.Frames || n.Voice != want.Voice || n.Pitch != want.Pitch || n.Velocity != want.Velocity || n.Pan != 0 {
			t.Errorf("row %d %v:\ngot  frame %d, %d frames, voice %d, pitch %v, velocity %d, pan %d\nwant frame %d, %d frames, voice %d, pitch %v, velocity %d, pan 0",
				i+2, row, n.Frame, n.Frames, n.Voice, n.Pitch, n.Velocity, n.Pan, want.Frame, want.Frames, want.Voice, want.Pitch, want.Velocity)
		}
		if n.Cause.Event != uint64(i+1) {
			t.Errorf("row %d: its note names event %d as its cause", i+2, n.Cause.Event)
		}
		if t.Failed() && i > 200 {
			t.Fatal("and so on")
		}
	}
}

func TestEveryRowIsTheNoteItWrites(t *testing.T) {
	var r sonifytest.Recorder
	play(t, "", &r)
	table, err := os.ReadFile("score.csv")
	if err != nil {
		t.Fatal(err)
	}
	compare(t, table, r.Notes)
}

// TestAnyTable plays a long table of times that fall on no frame: a millionth of
// a second apart, on the half between two frames, many at once.
func TestAnyTable(t *testing.T) {
	var table bytes.Buffer
	table.WriteString("start_s,dur_s,channel,midi_note,velocity\n")
	micros := int64(0)
	x := uint32(2014)
	next := func(n uint32) uint32 {
		x = x*1664525 + 1013904223
		return (x >> 8) % n
	}
	for i := range 20000 {
		fmt.Fprintf(&table, "%d.%06d,%d.%06d,%d,%d,%d\n", micros/1e6, micros%1e6, next(3), 21+next(999979), next(4), next(128), 1+next(127))
		switch i % 5 {
		case 0: // at once
		case 1:
			micros++
		case 2: // half a frame is 10.41666... microseconds: near it, on either side
			micros += int64(10 + next(2))
		default:
			micros += int64(next(300000))
		}
	}
	name := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(name, table.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	var r sonifytest.Recorder
	play(t, name, &r)
	compare(t, table.Bytes(), r.Notes)
}

func TestScore_Golden(t *testing.T) {
	var text bytes.Buffer
	play(t, "", jsonl.NewText(&text))
	if *update {
		if err := os.WriteFile("score.golden", text.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("score.golden")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), want) {
		t.Errorf("the score is not score.golden; if that is meant: go test ./examples/as-written -update\n%s", text.Bytes())
	}
}
