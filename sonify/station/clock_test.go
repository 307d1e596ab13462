package station_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/station"
)

// setClock is the clock of a machine that is told the time while it runs: what it says
// on the wall is another from then on, what has passed is not.
type setClock struct{ by atomic.Int64 }

func (c *setClock) Now() time.Time {
	now := time.Now()
	return reads(now.Add(time.Duration(c.by.Load())), now)
}

func (c *setClock) Wait(ctx context.Context, t time.Time) error {
	return conductor.Wall{}.Wait(ctx, time.Now().Add(t.Sub(c.Now())))
}

// reads returns a time that reads as wall does, but of which what passes until another is
// told by a second reading, passed, as of a clock that nobody sets. No function makes
// one, and those of a bubble have none: it is the seconds since 1885 above the
// nanoseconds, 30 bits, with the highest bit set, and then the second reading.
func reads(wall, passed time.Time) time.Time {
	t := wall.UTC()
	since := time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	words := (*[2]uint64)(unsafe.Pointer(&t))
	words[0] = 1<<63 | uint64(wall.Unix()-since)<<30 | uint64(wall.Nanosecond())
	words[1] = uint64(passed.UnixNano())
	if !t.Round(0).Equal(wall.Round(0)) || t.Add(time.Hour).Sub(t) != time.Hour {
		panic(fmt.Sprintf("%v reads as %v", wall, t))
	}
	return t
}

// A station on a machine without a clock is told the time after it has begun. What its
// log says of when it was played is right from then on, in the segment that is open and
// in those that follow, and so the next start goes on with it.
func TestLog_ClockIsSetWhileItPlays(t *testing.T) {
	dir := t.TempDir()
	const away = 72 * time.Hour
	var stopped time.Time
	synctest.Test(t, func(t *testing.T) {
		clock := &setClock{}
		began := time.Now()
		onAir(t, station.Options{Journal: dir, Clock: clock, JournalOptions: journal.Options{SegmentAge: 20 * time.Second}}, shop, 30050*time.Millisecond, func(*station.Station) {
			sleep(9 * time.Second)
			clock.by.Store(int64(away))
		})
		stopped = time.Now().Add(away).Round(0)
		paths, err := journal.Segments(dir)
		if err != nil || len(paths) != 2 {
			t.Fatalf("%d segments, %v", len(paths), err)
		}
		for i, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r, err := journal.NewReader(path, f)
			if err != nil {
				t.Fatal(err)
			}
			want := began
			if i == 1 {
				want = want.Add(away)
			}
			sounds := want.Add(r.Header().Frame.Duration())
			if d := r.Header().Time.Sub(sounds); d < 0 || d > time.Second {
				t.Errorf("segment %d: its frame %d sounds at %v, says the log, not at %v", i+1, r.Header().Frame, r.Header().Time, sounds)
			}
			var held []*journal.Held
			for {
				rec, err := r.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if h, ok := rec.(*journal.Held); ok {
					held = append(held, h)
				}
			}
			if i == 1 && len(held) > 0 || i == 0 && len(held) != 1 {
				t.Fatalf("segment %d: that it sounds at another time is said %d times", i+1, len(held))
			}
			if i == 0 {
				sounds := began.Add(away + held[0].Frame.Duration())
				if d := held[0].Time.Sub(sounds); d < 0 || d > time.Second {
					t.Errorf("frame %d sounds at %v, says the log, not at %v", held[0].Frame, held[0].Time, sounds)
				}
			}
		}
	})
	// Killed in its first segment, too.
	first := t.TempDir()
	paths, _ := journal.Segments(dir)
	b, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(first, filepath.Base(paths[0])), b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, first} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(stopped.Add(10 * time.Hour)))
			if _, st := onAir(t, station.Options{Journal: dir}, shop, 1050*time.Millisecond, nil); !st.Resumed {
				t.Error("ten hours later it begins anew")
			}
		})
	}
	rendered(t, dir)
}

// A run that ended too long ago is not gone on with, and that is said; one that begins
// on a machine whose clock is behind is the last one all the same.
func TestResume_TooLongAgo(t *testing.T) {
	dir := t.TempDir()
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(100 * 24 * time.Hour)
		onAir(t, station.Options{Journal: dir, Log: log}, shop, 5050*time.Millisecond, nil)
	})
	if strings.Contains(said.String(), "begun anew") {
		t.Errorf("at the first start it says\n%s", said.String())
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(103*24*time.Hour + time.Minute)
		if _, st := onAir(t, station.Options{Journal: dir, Log: log}, shop, 5050*time.Millisecond, nil); st.Resumed {
			t.Error("three days later it goes on")
		}
	})
	if n := strings.Count(said.String(), "the last run ended 3 days ago, which is too long to go on with it: begun anew"); n != 1 {
		t.Errorf("it says\n%s", said.String())
	}
	runs := func() []string {
		paths, err := journal.Segments(dir)
		if err != nil {
			t.Fatal(err)
		}
		return paths
	}
	if n := len(runs()); n != 2 {
		t.Fatalf("%d segments", n)
	}
	synctest.Test(t, func(t *testing.T) {
		onAir(t, station.Options{Journal: dir, ResumeWithin: -1}, shop, 5050*time.Millisecond, nil)
	})
	all := runs()
	last, err := journal.LastRun(dir)
	if err != nil || len(all) != 3 || len(last) != 1 || last[0] != all[2] {
		t.Fatalf("of %q the last run is %q, %v", all, last, err)
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Minute)
		if _, st := onAir(t, station.Options{Journal: dir}, shop, 1050*time.Millisecond, nil); !st.Resumed {
			t.Error("the run that began with a clock that is behind is not gone on with")
		}
	})
	if last, _ := journal.LastRun(dir); len(last) != 2 {
		t.Errorf("%q", last)
	}
}
