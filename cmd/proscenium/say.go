package main

// How the program speaks.
//
// What it was asked for (events, a schema, a sample) goes to standard output and
// nothing else does, so that another program can read it.
//
// To people it speaks on standard error, in lines that begin with "proscenium:".
// Only what is wrong with a piece stands without that, as file:line:column: and
// so on, because editors find their way by the beginning of the line; and in
// systemd's journal all do, which puts the program's name before them itself. After
// what went wrong comes what was expected and, in parentheses, the nearest right
// thing. Lower case, no full stop at the end, numbers with commas, times as 1m30s.
//
// A run in which nothing was odd says one line. With --quiet only what went
// wrong is said. Servers log with log/slog and quote foreign text; a command that
// a person waits for does not log.

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"syscall"
	"time"

	"proscenium/sonify"

	"github.com/spf13/cobra"
)

// speaker speaks to people. It is used by one goroutine.
type speaker struct {
	w       io.Writer
	quiet   bool
	journal bool // w leads to systemd's journal
}

// name returns what says whose a line is.
func (s *speaker) name() string {
	if s.journal {
		return ""
	}
	return "proscenium: "
}

// level returns what stands before a line: in the journal how grave it is
// (sd-daemon(3)), so that "journalctl -p warning" shows what went wrong only.
func (s *speaker) level(l slog.Level) string {
	switch {
	case !s.journal:
		return ""
	case l >= slog.LevelError:
		return "<3>"
	case l >= slog.LevelWarn:
		return "<4>"
	}
	return "<6>"
}

// linef says one line, unless the person wants quiet.
func (s *speaker) linef(format string, args ...any) {
	if !s.quiet {
		fmt.Fprintf(s.w, "%s%s%s\n", s.level(slog.LevelInfo), s.name(), fmt.Sprintf(format, args...))
	}
}

// problems tells what is wrong with a piece, and how much it is. Warnings are
// left out if the person wants quiet.
func (s *speaker) problems(ps sonify.Problems) {
	for _, p := range ps {
		if !p.Warning || !s.quiet {
			level := slog.LevelError
			if p.Warning {
				level = slog.LevelWarn
			}
			fmt.Fprintln(s.w, s.level(level)+p.Error())
		}
	}
}

// failure says why the program ends, if it has not been said.
func (s *speaker) failure(err error) {
	var ps sonify.Problems
	switch {
	case err == nil, errors.Is(err, errSaid):
	case errors.Is(err, syscall.EPIPE) && exitStatus(err) == exitOK:
	case errors.As(err, &ps):
		s.problems(ps)
	default:
		for _, line := range strings.Split(err.Error(), "\n") {
			fmt.Fprintf(s.w, "%s%s%s\n", s.level(slog.LevelError), s.name(), line)
		}
	}
}

// tally says in one line what a source repaired, skipped or missed.
func (s *speaker) tally(source string, t *sonify.Tally) {
	if line := tallyLine(t); line != "" {
		s.linef("%s: %s", source, line)
	}
}

// tallyKinds bounds how many oddities of one fate a line lists.
const tallyKinds = 4

// tallyLine puts a tally into words, "" if there is nothing to say:
//
//	3 repaired (clock ran backwards, held; first at line 120), 2 skipped (...)
func tallyLine(t *sonify.Tally) string {
	byFate := map[sonify.Fate][]sonify.TallyCount{}
	for _, c := range t.Counts() {
		byFate[c.Fate] = append(byFate[c.Fate], c)
	}
	var parts []string
	for _, fate := range []sonify.Fate{sonify.Repaired, sonify.Skipped, sonify.Absent, sonify.Dropped, sonify.Unwanted} {
		counts := byFate[fate]
		if len(counts) == 0 {
			continue
		}
		var sum int64
		var whats []string
		for i, c := range counts {
			sum += c.Count
			if i >= tallyKinds {
				continue
			}
			what := c.What
			if len(counts) > 1 {
				what = count(c.Count) + " " + what
			}
			if c.First > 0 {
				what += "; first at line " + count(c.First)
			}
			whats = append(whats, what)
		}
		if more := len(counts) - tallyKinds; more > 0 {
			whats = append(whats, fmt.Sprintf("%d other kinds", more))
		}
		parts = append(parts, fmt.Sprintf("%s %s (%s)", count(sum), fate, strings.Join(whats, ", ")))
	}
	return strings.Join(parts, ", ")
}

// count writes n with commas: 1,240.
func count[T ~int | ~int64 | ~uint64](n T) string {
	s := fmt.Sprint(n)
	start := 0
	if s[0] == '-' {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// decimal writes n without commas.
func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// plural writes n with its noun: 1 note, 2 notes.
func plural[T ~int | ~int64 | ~uint64](n T, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// clock writes how long f frames last: 0:07, 3:12, 1:02:03.
func clock(f sonify.Frame) string { return clockTime(f.Duration()) }

func clockTime(d time.Duration) string {
	s := int64(d / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// firstExample returns the first example line of a command.
func firstExample(c *cobra.Command) string {
	line, _, _ := strings.Cut(strings.TrimSpace(c.Example), "\n")
	return strings.TrimSpace(line)
}
