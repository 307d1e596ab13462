package sonifytest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"proscenium/sonify"
)

// TestOutput checks what every [sonify.Output] promises: it may be closed at any
// time and more than once, it keeps no slice of a passage, it takes an empty
// performance as well as one with everything in it, and a header without
// voices, makers or signals.
func TestOutput(t *testing.T, open func(t *testing.T) sonify.Output) {
	t.Helper()
	t.Run("closed before anything", func(t *testing.T) {
		out := open(t)
		for range 2 {
			if err := out.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	t.Run("abandoned", func(t *testing.T) {
		out := open(t)
		g := newPlayer(Performance{Bars: 6})
		if err := out.Begin(g.header()); err != nil {
			t.Fatal(err)
		}
		for bar := range 3 {
			ps := g.bar(bar)
			if err := out.Play(sonify.Cue{Passage: ps}); err != nil {
				t.Fatal(err)
			}
			scribble(ps)
		}
		for range 2 {
			if err := out.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
	for name, p := range map[string]Performance{
		"whole": {Bars: 40}, "plain": {Bars: 8, Plain: true}, "with a pause": {Bars: 12, Gap: 50}, "many voices": {Bars: 8, Voice: 12},
	} {
		t.Run(name, func(t *testing.T) {
			out := open(t)
			defer out.Close()
			if _, err := p.Play(out); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := out.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			}
		})
	}
	t.Run("nothing at all", func(t *testing.T) {
		out := open(t)
		defer out.Close()
		if err := out.Begin(&sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: sonify.BPM(120)}); err != nil {
			t.Fatal(err)
		}
		if err := out.Finish(&sonify.Summary{}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestFile checks what every output promises that writes a file: the file is not
// there before Finish, an old one stays until then and survives an abandoned
// performance, nothing else is left in the folder, the same performance makes
// the same bytes, and a folder that is not there or a disk that is full is an
// error that names the file.
func TestFile(t *testing.T, name string, create func(path string) (sonify.Output, error)) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	files := func() int {
		es, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(es)
	}
	open := func() sonify.Output {
		out, err := create(path)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if err := os.WriteFile(path, []byte("an older take"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := open()
	g := newPlayer(Performance{Bars: 200})
	if err := out.Begin(g.header()); err != nil {
		t.Fatal(err)
	}
	for bar := range 200 {
		if err := out.Play(sonify.Cue{Passage: g.bar(bar)}); err != nil {
			t.Fatal(err)
		}
	}
	out.Close()
	if b, err := os.ReadFile(path); err != nil || string(b) != "an older take" || files() != 1 {
		t.Errorf("after an abandoned performance: %q, %v, %d files", b, err, files())
	}
	var first []byte
	for range 2 {
		out := open()
		if _, err := (Performance{Bars: 60}).Play(out); err != nil {
			t.Fatal(err)
		}
		out.Close()
		b, err := os.ReadFile(path)
		if err != nil || files() != 1 {
			t.Fatalf("after a performance: %v, %d files", err, files())
		}
		if first == nil {
			first = b
		} else if !bytes.Equal(first, b) {
			t.Error("the same performance made other bytes")
		}
	}
	lost := filepath.Join(dir, "no", name)
	out, err := create(lost)
	if err == nil {
		_, err = Performance{Bars: 2}.Play(out)
		out.Close()
	}
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte(lost)) {
		t.Errorf("a missing folder: %v", err)
	}
	if _, no := os.Stat("/dev/full"); no != nil {
		return
	}
	out, err = create("/dev/full")
	if err == nil {
		_, err = Performance{Bars: 200}.Play(out)
		out.Close()
	}
	if err == nil || !bytes.Contains([]byte(err.Error()), []byte("/dev/full")) {
		t.Errorf("a full disk: %v", err)
	}
}
