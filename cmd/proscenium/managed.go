package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"proscenium/sonify"
	aloud "proscenium/sonify/speaker"
	"proscenium/sonify/station"
)

// What a service manager is told. It starts the program anew when the watchdog is no
// longer fed, so that is done only while music is made and, where a room is to hear
// it, taken by a device. Two things are no reason to starve it, for no new start would
// mend them: a device that was never there, and one that has been gone for less than
// lastResort, which is opened again meanwhile.

const (
	stillAfter = 10 * time.Second // so long a station may make no music
	lastResort = 2 * time.Minute
	readyLook  = 20 * time.Millisecond
)

// beat is an output that takes note of when there was music last.
type beat struct{ at atomic.Int64 }

func (b *beat) note() { b.at.Store(time.Now().UnixNano()) }

// Begin implements [sonify.Output].
func (b *beat) Begin(*sonify.Header) error { b.note(); return nil }

// Change implements [sonify.Changer].
func (b *beat) Change(*sonify.Header) error { return nil }

// Play implements [sonify.Output].
func (b *beat) Play(sonify.Cue) error { b.note(); return nil }

// Finish implements [sonify.Output].
func (b *beat) Finish(*sonify.Summary) error { return nil }

// Close implements [sonify.Output].
func (b *beat) Close() error { return nil }

// vitals are what is looked at of stations that are on the air.
type vitals struct {
	shows     []*show
	listeners func() int // nil: nobody listens from elsewhere
	now       func() time.Time
	gone      hopes
}

// watch tells the service manager how the shows are until ctx is done.
func (p *program) watch(ctx context.Context, shows []*show, listeners func() int) {
	v := &vitals{shows: shows, listeners: listeners, now: time.Now, gone: hopes{}}
	p.manage(ctx, v.playing, v.how)
}

// manage tells the service manager when the program is ready, how it is from then on
// until ctx is done, and that it stops.
func (p *program) manage(ctx context.Context, ready func() bool, how func() (status string, well bool)) {
	if !p.manager.Managed() {
		return
	}
	tick := time.NewTicker(readyLook)
	defer tick.Stop()
	for !ready() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	status, _ := how()
	p.manager.Ready(status)
	p.manager.Watch(ctx, how)
	p.manager.Stopping()
}

// playing reports whether all stations have begun to play.
func (v *vitals) playing() bool {
	for _, s := range v.shows {
		if s.station.Status().State != station.Playing || s.beat.at.Load() == 0 {
			return false
		}
	}
	return true
}

// how says how the shows are, in a line for people, and whether the watchdog may know.
func (v *vitals) how() (status string, well bool) {
	now := v.now()
	well = true
	var titles, words []string
	for _, s := range v.shows {
		st := s.station.Status()
		titles = append(titles, fmt.Sprintf("%q", st.Title))
		if still := now.Sub(time.Unix(0, s.beat.at.Load())); still > stillAfter {
			well = false
			words = append(words, fmt.Sprintf("%s has made no music for %d s", st.Name, int(still.Seconds())))
		}
		if st.Broken {
			words = append(words, "edits are not taken: "+firstMistake(st.Problems))
		}
		if st.JournalError != "" {
			words = append(words, "its log cannot be written: "+st.JournalError)
		}
		for _, src := range st.Sources {
			if src.State == "failed" || src.State == "stale" {
				words = append(words, fmt.Sprintf("source %s is %s", src.Name, src.State))
			}
		}
		if s.room != nil {
			text, hopeful := v.gone.of(s.room, now)
			words = append(words, text)
			well = well && hopeful
		}
	}
	if v.listeners != nil {
		words = append(words, plural(v.listeners(), "listener"))
	}
	status = strings.Join(titles, ", ") + " on the air"
	if len(words) > 0 {
		status += "; " + strings.Join(words, "; ")
	}
	return status, well
}

// firstMistake returns the first of ps that keeps a piece from being played.
func firstMistake(ps sonify.Problems) string {
	for _, p := range ps {
		if !p.Warning {
			return p.Error()
		}
	}
	return "it cannot be played"
}

// hopes are the rooms whose device played and is gone, since when.
type hopes map[*room]time.Time

// of says what a room hears now, and whether it hears something or may yet.
func (h hopes) of(r *room, now time.Time) (words string, hopeful bool) {
	st := r.Status()
	hopeful = h.look(r, st, now)
	hush := r.hush(now)
	switch {
	case st.Why != "":
		return fmt.Sprintf("no sound by %s: %s", r.named, st.Why), hopeful
	case hush != "":
		return hush, hopeful
	}
	return r.named + " plays", hopeful
}

func (h hopes) look(r *room, st aloud.Status, now time.Time) bool {
	if st.Why == "" || st.Taken == 0 {
		delete(h, r)
		return true
	}
	since, ok := h[r]
	if !ok {
		since = now
		h[r] = since
	}
	return now.Sub(since) <= lastResort
}
