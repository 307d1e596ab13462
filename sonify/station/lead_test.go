package station_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/station"
)

// free is a piece that sounds what it hears at once.
const free = `title = "At once"
tempo = 120
[source.shop]
type = "orders"
gap = "230ms"
[voice.bell]
volume = "15 12 9 6 3 1 / 0"
[voice.bass]
wave = "triangle"
[[rule]]
name = "order"
on = "order.paid"
voice = "bell"
pitch = { from = "quantity", domain = [1, 9], range = ["C5", "C7"] }
grid = "off"
[[pattern]]
name = "bass"
voice = "bass"
rhythm = { steps = 16, hits = 7 }
notes = "root fifth"
`

// prompt is an output that measures how much later than its event a note sounds, and
// how long before its time a passage comes.
type prompt struct {
	sonifytest.Recorder
	waits, leads []time.Duration
}

func (p *prompt) Play(c sonify.Cue) error {
	p.leads = append(p.leads, time.Until(c.At))
	heard := map[uint64]time.Time{}
	for _, m := range c.Marks {
		if m.Heard != nil {
			heard[m.Heard.Number] = m.Heard.Event.At
		}
	}
	for _, n := range c.Notes {
		if at, ok := heard[n.Cause.Event]; ok {
			p.waits = append(p.waits, c.At.Add((n.Frame - c.Passage.Begin).Duration()).Sub(at))
		}
	}
	return p.Recorder.Play(c)
}

// What comes from a live source sounds a look-ahead and the rest of a short stretch
// after it came, always the same; and the log still renders it.
func TestLead_AnEventSoundsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		out := &prompt{}
		air, st := onAirTo(t, station.Options{Journal: dir, Ahead: 15 * time.Millisecond}, free, 20*time.Second, out, nil)
		if len(out.waits) < 60 {
			t.Fatalf("only %d notes", len(out.waits))
		}
		slices.Sort(out.waits)
		if low, high := out.waits[0], out.waits[len(out.waits)-1]; low < 15*time.Millisecond || high > 28*time.Millisecond {
			t.Errorf("events wait %v to %v", low, high)
		}
		if st.Late != 0 || st.Held != 0 {
			t.Errorf("%d events were late, by %v; it stood still for %v", st.Late, st.MaxLate, st.Held)
		}
		if log := rendered(t, dir); log.String() != air.String() {
			t.Errorf("the log renders %v, on the air went %v", log, air)
		}
	})
}

// Who carries the music to many asks for more time, and gives it back: nothing is
// late, nothing stands still, and the log renders it.
func TestLead_Moves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var least atomic.Int64
		dir := t.TempDir()
		out := &prompt{}
		o := station.Options{Journal: dir, Ahead: 15 * time.Millisecond, AheadLeast: func() time.Duration { return time.Duration(least.Load()) }}
		air, st := onAir(t, o, free, 60*time.Second, func(s *station.Station) {
			s.Attach(out)
			sleep(5 * time.Second)
			least.Store(int64(1500 * time.Millisecond))
			sleep(25 * time.Second)
			least.Store(0)
		})
		leads := slices.Clone(out.leads)
		slices.Sort(leads)
		if low, high := leads[0], leads[len(leads)-1]; low < 14*time.Millisecond || high < 1499*time.Millisecond || high > 1501*time.Millisecond {
			t.Errorf("passages come %v to %v ahead", low, high)
		}
		for i := 1; i < len(out.leads); i++ {
			if d := (out.leads[i] - out.leads[i-1]).Abs(); d > 5*time.Millisecond {
				t.Fatalf("it moves by %v at once", d)
			}
		}
		if end := out.leads[len(out.leads)-1]; end > 16*time.Millisecond {
			t.Errorf("at the end it is %v", end)
		}
		if st.Late != 0 || st.Held != 0 {
			t.Errorf("%d events were late, by %v; it stood still for %v", st.Late, st.MaxLate, st.Held)
		}
		if log := rendered(t, dir); log.String() != air.String() {
			t.Errorf("the log renders %v, on the air went %v", log, air)
		}
	})
}

// Where everything is known beforehand it is decided early.
func TestLead_OfWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &prompt{}
		o := station.Options{Ahead: 15 * time.Millisecond, AheadKnown: 600 * time.Millisecond}
		onAirTo(t, o, walk, 5*time.Second, out, nil)
		if low := slices.Min(out.leads); low != 600*time.Millisecond {
			t.Errorf("a passage came %v ahead", low)
		}
	})
}
