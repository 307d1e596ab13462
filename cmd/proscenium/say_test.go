package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"proscenium/sonify"
)

func TestTallyLine_IsCompact(t *testing.T) {
	var tally sonify.Tally
	if got := tallyLine(&tally); got != "" {
		t.Errorf("nothing odd reads %q, expected nothing", got)
	}
	for range 3 {
		tally.Add(sonify.Repaired, "clock ran backwards, held", 120)
	}
	tally.Add(sonify.Skipped, "empty row", 7)
	for range 1240 {
		tally.Add(sonify.Skipped, "row too short", 0)
	}
	const want = "3 repaired (clock ran backwards, held; first at line 120), 1,241 skipped (1 empty row; first at line 7, 1,240 row too short)"
	if got := tallyLine(&tally); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for i := range 10 {
		tally.Add(sonify.Dropped, fmt.Sprint("reason ", i), 0)
	}
	const tail = ", 10 dropped (1 reason 0, 1 reason 1, 1 reason 2, 1 reason 3, 6 other kinds)"
	if got := tallyLine(&tally); got != want+tail {
		t.Errorf("got  %s\nwant %s", got, want+tail)
	}
}

// In the journal, which names the program itself, a line has a level and no name; what
// is wrong with a piece has none anywhere.
func TestSpeaker_InTheJournal(t *testing.T) {
	for _, c := range []struct {
		journal bool
		want    string
	}{
		{false, "proscenium: plays\nproscenium: a disk is full\nproscenium: at a loss\npiece.toml:3:1: tempo: what\nproscenium: foyer: source is stale (source \"house\")\n"},
		{true, "<6>plays\n<3>a disk is full\n<3>at a loss\n<3>piece.toml:3:1: tempo: what\n<4>foyer: source is stale (source \"house\")\n"},
	} {
		var said strings.Builder
		s := &speaker{w: &said, journal: c.journal}
		s.linef("%s", "plays")
		s.failure(errors.New("a disk is full\nat a loss"))
		s.problems(sonify.Problems{{File: "piece.toml", Line: 3, Col: 1, Key: "tempo", Msg: "what"}})
		slog.New(s.handler()).With("station", "foyer").Warn("source is stale", "source", "house")
		if said.String() != c.want {
			t.Errorf("in the journal %v: got\n%swant\n%s", c.journal, said.String(), c.want)
		}
	}
}

func TestCount_HasCommas(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1240: "-1,240", -999: "-999"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) is %q, expected %q", n, got, want)
		}
	}
}

func TestExitStatus_TellsWhatWentWrong(t *testing.T) {
	disk := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	pipe := &os.PathError{Op: "write", Path: "x", Err: syscall.EPIPE}
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("bad data"), 1},
		{errSaid, 1},
		{usagef("no such flag"), 2},
		{&outputError{disk}, 3},
		{fmt.Errorf("render: %w", &outputError{disk}), 3},
		{&outputError{pipe}, 0},
		{&stopped{syscall.SIGINT}, 130},
		{&stopped{syscall.SIGTERM}, 143},
	} {
		if got := exitStatus(c.err); got != c.want {
			t.Errorf("%v: exit status %d, expected %d", c.err, got, c.want)
		}
	}
}

func TestAppendSeconds_IsExact(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", time.Second: "1", 1500 * time.Millisecond: "1.5", time.Nanosecond: "0.000000001",
		-2500 * time.Millisecond: "-2.5", 100*time.Hour + 20*time.Millisecond: "360000.02",
	} {
		if got := string(appendSeconds(nil, d)); got != want {
			t.Errorf("%v reads %s, expected %s", d, got, want)
		}
	}
}

func TestBar_FitsTheTerminal(t *testing.T) {
	const minute = 60 * sonify.SampleRate
	if got, want := bar(79, 3*minute, 6*minute, 40, 2*time.Second), "[####################--------------------]  50 %  3:00 of 6:00  0:03 left"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := bar(79, 3*minute, 0, 40, 2*time.Second), "3:00 of music, 40 events"; got != want {
		t.Errorf("got %q, expected %q", got, want)
	}
	for width := 1; width < 120; width++ {
		for _, total := range []sonify.Frame{0, minute, 400 * 60 * minute} {
			if got := bar(width, minute/2, total, 12345, time.Minute); len(got) > width {
				t.Errorf("%q is longer than %d", got, width)
			}
		}
	}
}
