package station_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
)

// A power cut just after a segment was begun leaves one without a whole line: the run is
// gone on with, and rendered, as if it were not there, wherever it stands.
func TestLog_SegmentWithoutAWholeLine(t *testing.T) {
	env := mapping.Env{Version: "test"}
	for _, left := range []int{0, 1, 700} {
		t.Run(fmt.Sprint(left), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				whole, dir := t.TempDir(), t.TempDir()
				onAir(t, station.Options{Journal: whole}, walk, 30*time.Second, nil)
				play := func() []string {
					t.Helper()
					before, _ := journal.Segments(dir)
					_, st := onAir(t, station.Options{Journal: dir, JournalOptions: journal.Options{SegmentAge: 4 * time.Second}}, walk, 7*time.Second, nil)
					if st.Resumed != (len(before) > 0) {
						t.Fatalf("after %d segments: resumed is %v", len(before), st.Resumed)
					}
					paths, err := journal.LastRun(dir)
					if err != nil {
						t.Fatal(err)
					}
					return paths
				}
				tear := func(paths []string) string {
					t.Helper()
					b, err := os.ReadFile(paths[len(paths)-1])
					if err != nil {
						t.Fatal(err)
					}
					last := paths[len(paths)-1]
					torn := fmt.Sprintf("%s-%04d.log", last[:strings.LastIndexByte(last, '-')], len(paths)+1)
					if err := os.WriteFile(torn, b[:left], 0o600); err != nil {
						t.Fatal(err)
					}
					return torn
				}
				same := func(torn ...string) {
					t.Helper()
					paths, err := journal.LastRun(dir)
					if err != nil {
						t.Fatal(err)
					}
					look, err := station.Look(env, paths...)
					if err != nil {
						t.Fatal(err)
					}
					if fmt.Sprint(look.Empty) != fmt.Sprint(torn) {
						t.Errorf("left out are %q, not %q", look.Empty, torn)
					}
					parts, all := score(t, dir), score(t, whole)
					if n := strings.Count(parts, "\n"); n < 20 || !strings.HasPrefix(all, parts[:strings.LastIndex(strings.TrimRight(parts, "\n"), "\n")]) {
						t.Errorf("%d lines, the first that differs: %s", n, differs(parts, all))
					}
				}
				paths := play()
				if len(paths) != 2 {
					t.Fatalf("%d segments", len(paths))
				}
				third := tear(paths)
				same(third)
				paths = play()
				same(third)
				last := tear(paths)
				same(third, last)
				rendered(t, dir)

				// The first may be one: those before it were deleted, to make room.
				if _, err := station.NewReplay(env, paths[2:]...); err != nil {
					t.Error(err)
				}
				// One alone is nothing that could be played.
				for _, paths := range [][]string{{third}, {third, last}} {
					if _, err := station.NewReplay(env, paths...); !errors.Is(err, journal.ErrEmpty) {
						t.Errorf("of %d segments without a line: %v", len(paths), err)
					}
					if _, err := station.Look(env, paths...); !errors.Is(err, journal.ErrEmpty) {
						t.Errorf("of %d segments without a line: %v", len(paths), err)
					}
				}
				// One that is missing is still missed.
				if err := os.Remove(third); err != nil {
					t.Fatal(err)
				}
				if r, err := station.NewReplay(env, paths[0], paths[1], paths[3]); err != nil {
					t.Error(err)
				} else if _, err := r.Play(t.Context(), nil, conductor.Options{}); err == nil || !strings.Contains(err.Error(), "some are missing") {
					t.Errorf("without %s: %v", filepath.Base(third), err)
				}
			})
		})
	}
}
