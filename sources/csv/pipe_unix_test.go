//go:build unix

package csv_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/csv"
)

// Who asks a named pipe what it will tell takes nothing out of it, and does not wait for
// its writer.
func TestProbe_LeavesANamedPipeAlone(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "rows.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := csv.Info().New(sonify.SourceEnv{Name: "s", Dir: dir, Tally: new(sonify.Tally)}, new(config(func(c *csv.Config) { c.Path = "rows.csv" })))
	if err != nil {
		t.Fatal(err)
	}
	wrote := make(chan error, 1)
	go func() { wrote <- os.WriteFile(pipe, []byte("v\n1\n2\n3\n"), 0o600) }()
	select {
	case err := <-wrote:
		t.Fatalf("somebody reads already: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	if p, err := src.(sonify.Prober).Probe(t.Context()); err != nil || !p.Open {
		t.Errorf("%+v, %v", p, err)
	}
	n := 0
	if err := src.Run(t.Context(), func(sonify.Event) { n++ }); err != nil || n != 3 {
		t.Errorf("heard %d rows of 3: %v", n, err)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}
