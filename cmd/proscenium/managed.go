package main

import (
	"context"
	"fmt"
	"path/filepath"
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
	gone      map[*show]time.Time // since when the device of a room that played is gone
}

// manage tells the service manager how the shows are until ctx is done: when all of
// them play that the program is ready, then what becomes of them.
func (p *program) manage(ctx context.Context, shows []*show, listeners func() int) {
	if !p.manager.Managed() {
		return
	}
	v := &vitals{shows: shows, listeners: listeners, now: time.Now, gone: map[*show]time.Time{}}
	tick := time.NewTicker(readyLook)
	defer tick.Stop()
	for !v.playing() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	status, _ := v.how()
	p.manager.Ready(status)
	p.manager.Watch(ctx, v.how)
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
		if st.JournalError != "" {
			words = append(words, "its log cannot be written: "+st.JournalError)
		}
		for _, src := range st.Sources {
			if src.State == "failed" || src.State == "stale" {
				words = append(words, fmt.Sprintf("source %s is %s", src.Name, src.State))
			}
		}
		if s.room == nil {
			continue
		}
		r := s.room.Status()
		switch hush := s.room.hush(now); {
		case r.Why != "":
			words = append(words, fmt.Sprintf("no sound by %s: %s", s.room.named, r.Why))
		case hush != "":
			words = append(words, hush)
		default:
			words = append(words, s.room.named+" plays")
		}
		well = v.hopes(s, r, now) && well
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

// hopes reports whether the room of s, which is so at now, hears something or may yet.
func (v *vitals) hopes(s *show, r aloud.Status, now time.Time) bool {
	if r.Why == "" || r.Taken == 0 {
		delete(v.gone, s)
		return true
	}
	since, ok := v.gone[s]
	if !ok {
		since = now
		v.gone[s] = since
	}
	return now.Sub(since) <= lastResort
}

// logFolder returns the folder for the log of a station: below the one that was asked
// for, or below the one that the service manager keeps for this service, so that it
// goes on after a restart. It is "" if nobody asked.
func logFolder(asked, kept, name string) string {
	if asked == "" {
		// There may be several (systemd.exec(5), StateDirectory=).
		asked, _, _ = strings.Cut(kept, ":")
	}
	if asked == "" {
		return ""
	}
	return filepath.Join(asked, name)
}
