package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"proscenium/sonify"

	"golang.org/x/term"
)

// progress draws a bar on a terminal while a person waits. All methods but
// setTotal belong to one goroutine. A nil *progress draws nothing.
type progress struct {
	w     io.Writer
	width int
	start time.Time
	drawn time.Time
	total atomic.Int64 // frames of the whole performance, 0 while unknown
	shown bool
}

// The bar appears only if there is something to wait for, and is drawn no more
// often than the eye follows.
const (
	barAfter = 300 * time.Millisecond
	barEvery = 100 * time.Millisecond
)

// newProgress returns a bar, nil if nobody would see it.
func newProgress(w io.Writer, quiet bool) *progress {
	f, ok := w.(*os.File)
	if !ok || quiet || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return &progress{w: w, width: width, start: time.Now()}
}

// setTotal says how long the performance will be. Any goroutine may call it.
func (p *progress) setTotal(f sonify.Frame) {
	if p != nil {
		p.total.Store(int64(f))
	}
}

// at is a conductor's Progress.
func (p *progress) at(f sonify.Frame, heard uint64) {
	if p == nil {
		return
	}
	now := time.Now()
	if now.Sub(p.start) < barAfter || now.Sub(p.drawn) < barEvery {
		return
	}
	p.drawn, p.shown = now, true
	fmt.Fprintf(p.w, "\r\x1b[K%s", bar(p.width-1, f, sonify.Frame(p.total.Load()), heard, now.Sub(p.start)))
}

// clear takes the bar away.
func (p *progress) clear() {
	if p != nil && p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// bar returns the line of a bar, at most width characters.
func bar(width int, f, total sonify.Frame, heard uint64, spent time.Duration) string {
	if total <= 0 || f > total {
		return cutTo(width, fmt.Sprintf("%s of music, %s", clock(f), plural(heard, "event")))
	}
	done := float64(f) / float64(total)
	left := "..."
	if done > 0.01 {
		left = clockTime(time.Duration(float64(spent)*(1-done)/done)+time.Second) + " left"
	}
	text := fmt.Sprintf(" %3d %%  %s of %s  %s", int(done*100), clock(f), clock(total), left)
	cells := min(40, width-len(text)-2)
	if cells < 5 {
		return cutTo(width, strings.TrimSpace(text))
	}
	full := int(done * float64(cells))
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", cells-full) + "]" + text
}

func cutTo(width int, s string) string {
	if width > 0 && len(s) > width {
		return s[:width]
	}
	return s
}
