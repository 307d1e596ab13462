package client

import (
	"slices"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/speaker"
	"proscenium/sonify/wire"
)

const (
	passage = 6000 // frames: 125 ms
	ahead   = 120 * time.Millisecond
	cushion = 150 * time.Millisecond
)

// world is a station, a line to it and a device, all by a clock that the test moves.
type world struct {
	t    *testing.T
	now  time.Time
	zero time.Time // when frame 0 sounds, without the cushion

	enc    wire.Encoder
	n      int
	chip   *chip.Chip // that plays along
	queue  []byte
	want   []pcm.Frame // by frames of the chip
	travel time.Duration
	cut    bool // nothing arrives
	hello  time.Time
	sent   []message

	line *Line
	dev  *device
	deck *Deck
}

type message struct {
	at time.Time
	p  []byte
}

// device is what a deck plays on. It takes a block whenever it has room for one.
type device struct {
	w       *world
	rate    float64       // frames in a second of the world
	delay   time.Duration // that its buffer takes
	tells   bool
	open    bool
	opened  int64
	began   time.Time
	queue   []pcm.Frame
	taken   int64
	written int64
	heard   []pcm.Frame
	times   []time.Time // when each block of heard begins to be heard, by block
}

const deviceBlock = 480

func (d *device) start() {
	d.open, d.began, d.taken, d.written, d.queue, d.heard, d.times = true, d.w.now, 0, 0, nil, nil, nil
	d.opened++
}

// run lets the device take what it has room for by now.
func (d *device) run() {
	if !d.open {
		d.queue = nil
		return
	}
	for float64(d.taken+deviceBlock) <= d.w.now.Sub(d.began).Seconds()*d.rate {
		p := make([]pcm.Frame, deviceBlock)
		n := copy(p, d.queue)
		d.queue = d.queue[n:]
		d.times = append(d.times, d.began.Add(time.Duration(float64(d.taken)/d.rate*float64(time.Second))+d.delay))
		d.heard = append(d.heard, p...)
		d.taken += deviceBlock
		d.written += int64(deviceBlock - n) // silence of its own counts as if it had been written
	}
}

// Write implements [Out].
func (d *device) Write(p []pcm.Frame) error {
	if d.open {
		d.queue = append(d.queue, p...)
		d.written += int64(len(p))
	}
	return nil
}

// Timing implements [Out].
func (d *device) Timing() speaker.Timing {
	t := speaker.Timing{Open: d.open, Device: d.opened, Tells: d.tells}
	if d.open && d.tells && d.w.now.Sub(d.began) > 100*time.Millisecond {
		t.Waits, t.Known = d.written-d.taken, true
		t.Next = d.began.Add(time.Duration(float64(d.written)/d.rate*float64(time.Second)) + d.delay)
	}
	return t
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Now(), chip: chip.New(), travel: 3 * time.Millisecond}
	w.zero = w.now.Add(ahead)
	h := &sonify.Header{Title: "Test", Tempo: sonify.BPM(120), Meter: sonify.Meter{Beats: 4, Unit: 4}, Makers: []sonify.Maker{{Kind: sonify.MakerRule, Name: "serve"}},
		Mix: sonify.Mix{A4: 440, Loudness: -16, Guard: true, Ceiling: -1}}
	for i, n := range []string{"lead", "bass"} {
		h.Voices = append(h.Voices, sonify.Voice{Name: n, Gain: 700, Polyphony: 3, Pitched: true, Instrument: sonify.Instrument{
			Wave: []sonify.Wave{sonify.Pulse, sonify.Triangle}[i], Volume: sonify.Macro{Values: []int{15, 12, 9, 6 + i}, Loop: -1}}})
	}
	setup, err := w.enc.Begin(h)
	if err != nil {
		t.Fatal(err)
	}
	w.queue = setup
	w.render(0)
	w.line = NewLine(&Station{}, Options{})
	w.line.up = true
	w.dev = &device{w: w, rate: chip.Rate, delay: 40 * time.Millisecond, tells: true}
	w.dev.start()
	w.deck = NewDeck(w.line, w.dev, PlayOptions{})
	return w
}

// render plays along to a frame.
func (w *world) render(end int64) {
	w.t.Helper()
	for {
		n := w.chip.Push(w.queue)
		if n < 0 {
			w.t.Fatal("the chip refuses what is sent")
		}
		w.queue = w.queue[n:]
		if w.chip.Horizon()+chip.Block > end {
			return
		}
		b := make([]pcm.Frame, chip.Block)
		chip.Fill(w.chip, b)
		w.want = append(w.want, b...)
	}
}

// goOn lets everything go on for a while.
func (w *world) goOn(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(look) {
		// Two passages are a message, as the station's channel has it.
		for next := w.zero.Add(sonify.Frame(passage * w.n).Duration()); !w.now.Before(next.Add(-ahead)); next = next.Add(125 * time.Millisecond) {
			at := sonify.Frame(passage * w.n)
			ps := &sonify.Passage{Begin: at, End: at + passage}
			for i := range 3 {
				ps.Notes = append(ps.Notes, sonify.Note{Frame: at + sonify.Frame(i*700), Frames: 5000, Voice: i % 2, Pitch: sonify.Key(50 + (w.n*5+i*7)%30), Velocity: 90,
					Cause: sonify.Cause{Event: uint64(w.n + 1), From: "speed"}})
			}
			w.enc.Add(ps)
			if w.n++; w.n%2 == 1 {
				continue
			}
			p, _ := w.enc.Flush()
			m, err := wire.Read(p)
			if err != nil {
				w.t.Fatal(err)
			}
			w.sent = append(w.sent, message{w.now.Add(w.travel), p})
			w.queue = append(w.queue, m.(*wire.Score).Commands...)
			w.render(int64(at) + passage)
		}
		for len(w.sent) > 0 && !w.cut && !w.sent[0].at.After(w.now) {
			m, err := wire.Read(w.sent[0].p)
			if err != nil {
				w.t.Fatal(err)
			}
			w.sent = w.sent[1:]
			if begun, _ := w.deck.player.Begun(); begun {
				w.take(m)
			}
		}
		w.dev.run()
		if err := w.deck.supply(w.now); err != nil {
			w.t.Fatal(err)
		}
	}
}

// take gives the player a message, as a line does.
func (w *world) take(m wire.Message) {
	w.t.Helper()
	c := &call{Line: w.line, began: w.hello}
	if s, ok := m.(*wire.Score); ok {
		c.margin(s, w.now)
	}
	if err := w.deck.player.Take(m); err != nil {
		w.t.Fatal(err)
	}
}

// join makes the line know the clock, and gives the player a keyframe of now.
func (w *world) join() {
	w.t.Helper()
	w.line.clock = clock{start: w.now}
	w.line.clock.hello(&wire.Hello{Zero: w.zero.UnixMicro() + 77_000_000, Now: w.now.UnixMicro() + 77_000_000, Cushion: int(cushion.Milliseconds())}, w.now)
	w.sent = nil
	p, _ := w.enc.Flush()
	if m, err := wire.Read(p); err == nil {
		w.queue = append(w.queue, m.(*wire.Score).Commands...)
	}
	w.render(int64(w.enc.End()))
	m, err := wire.Read(w.enc.Keyframe(sonify.Frame(w.chip.Pos()), w.chip.Snapshot(nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	w.take(m)
}

// found is a stretch of what was heard that is the station's.
type found struct {
	from, frames int           // in what was heard
	at           int           // frame of the chip
	late         time.Duration // than it should be heard, of the first
}

// stretches finds what is the station's, to the bit, in what was heard from a frame on.
func (w *world) stretches(from int) (all []found) {
	got := w.dev.heard
	for i := from; i+64 < len(got); {
		if got[i] == (pcm.Frame{}) {
			i++
			continue
		}
		// Where it should be, and around.
		heard := w.dev.times[i/deviceBlock].Add(time.Duration(float64(i%deviceBlock) / w.dev.rate * float64(time.Second)))
		should := int(heard.Sub(w.zero.Add(cushion)).Seconds() * chip.Rate)
		k := -1
		for d := range 9600 {
			for _, c := range []int{should - d, should + d} {
				if c >= 0 && c+64 <= len(w.want) && got[i] == w.want[c] && slices.Equal(got[i:i+64], w.want[c:c+64]) {
					k = c
					break
				}
			}
			if k >= 0 {
				break
			}
		}
		if k < 0 {
			i++
			continue
		}
		f := found{from: i, at: k, late: heard.Sub(w.zero.Add(cushion + time.Duration(float64(k)/chip.Rate*float64(time.Second))))}
		for i < len(got) && k < len(w.want) && got[i] == w.want[k] {
			i, k = i+1, k+1
		}
		f.frames = i - f.from
		all = append(all, f)
	}
	return all
}

// Where the clocks agree what is heard is the station's, to the bit, without a gap and
// within a millisecond of its time: whoever joins at whatever moment.
func TestDeck_IsTheStation(t *testing.T) {
	for _, wait := range []time.Duration{0, 333 * time.Millisecond, 2713 * time.Millisecond} {
		w := newWorld(t)
		w.goOn(wait + 200*time.Millisecond)
		w.join()
		w.goOn(10 * time.Second)
		all := w.stretches(0)
		if len(all) != 1 || all[0].frames < 9*chip.Rate || all[0].late.Abs() > time.Millisecond {
			t.Errorf("after %v: %+v, %+v", wait, all, w.deck.Status())
		}
	}
}

// A device whose clock goes differently is heard in time: single frames
// are left out or played twice, and there is no other place that is not the station's.
func TestDeck_ClocksDiffer(t *testing.T) {
	for _, ppm := range []float64{-300, 80} {
		w := newWorld(t)
		w.dev.rate *= 1 + ppm/1e6
		w.goOn(500 * time.Millisecond)
		w.join()
		w.goOn(3 * time.Minute)
		st := w.deck.Status()
		drifted := int(max(ppm, -ppm) / 1e6 * 180 * chip.Rate)
		if st.Jumps != 0 || st.Dry != 0 || st.Slipped < drifted-2*loose || st.Slipped > drifted+2*loose || st.Later != 0 {
			t.Errorf("%v ppm: %+v, expected about %d frames", ppm, st, drifted)
		}
		if st.Off.Abs() > 6*time.Millisecond {
			t.Errorf("%v ppm: it is heard %v late", ppm, st.Off)
		}
		// Between two slips it is the station to the bit.
		for _, f := range w.stretches(len(w.dev.heard) - 20*chip.Rate) {
			if f.late.Abs() > 7*time.Millisecond {
				t.Errorf("%v ppm: frame %d is heard %v late", ppm, f.at, f.late)
			}
		}
	}
}

// Who is told too late plays later, in steps, and when there has been time enough for
// a while no longer.
func TestDeck_MessagesComeLate(t *testing.T) {
	w := newWorld(t)
	w.goOn(time.Second)
	w.join()
	w.goOn(5 * time.Second)
	if st := w.deck.Status(); st.Later != 0 || !st.Sounding {
		t.Fatalf("%+v", st)
	}
	w.travel = 100 * time.Millisecond
	w.goOn(20 * time.Second)
	st := w.deck.Status()
	if st.Later != 60*time.Millisecond && st.Later != 120*time.Millisecond || !st.Sounding || st.Off.Abs() > 6*time.Millisecond {
		t.Errorf("messages are 100 ms late: %+v", st)
	}
	dry := st.Dry
	from := len(w.dev.heard)
	w.goOn(20 * time.Second)
	if st := w.deck.Status(); st.Dry != dry {
		t.Errorf("it runs dry although it plays later: %+v", st)
	}
	if all := w.stretches(from); len(all) != 1 || (all[0].late-st.Later).Abs() > 6*time.Millisecond {
		t.Errorf("%+v", all)
	}
	w.travel = 3 * time.Millisecond
	w.goOn(6 * time.Minute)
	if st := w.deck.Status(); st.Later != 0 || st.Off.Abs() > 6*time.Millisecond {
		t.Errorf("messages come early again: %+v", st)
	}
}

// A line that is gone for a while leaves a gap with soft edges, and what comes after it
// is in time at once.
func TestDeck_LineIsLost(t *testing.T) {
	w := newWorld(t)
	w.goOn(time.Second)
	w.join()
	w.goOn(5 * time.Second)
	w.cut = true
	w.line.up = false
	w.goOn(5 * time.Second)
	if st := w.deck.Status(); st.Sounding || st.Dry != 1 || st.Later != 0 {
		t.Errorf("while it is gone: %+v", st)
	}
	from := len(w.dev.heard)
	w.cut = false
	w.line.up = true
	w.hello = w.now
	w.goOn(5 * time.Second)
	all := w.stretches(from)
	if st := w.deck.Status(); !st.Sounding || st.Off.Abs() > time.Millisecond || len(all) != 1 {
		t.Errorf("when it is back: %+v, %+v", st, all)
	}
	steepest := int32(0)
	for i := 1; i < len(w.dev.heard); i++ {
		a, b := w.dev.heard[i-1], w.dev.heard[i]
		if a == (pcm.Frame{}) || b == (pcm.Frame{}) {
			steepest = max(steepest, a[0]-b[0], b[0]-a[0])
		}
	}
	if steepest > 1<<23/50 {
		t.Errorf("a gap begins or ends with a step of %d", steepest)
	}
}

// A station that stood still and goes on later is heard later.
func TestDeck_StationStoodStill(t *testing.T) {
	w := newWorld(t)
	w.goOn(time.Second)
	w.join()
	w.goOn(5 * time.Second)
	w.zero = w.zero.Add(400 * time.Millisecond)
	w.line.clock.moved(w.zero.UnixMicro() + 77_000_000)
	w.goOn(time.Second)
	from := len(w.dev.heard)
	w.goOn(5 * time.Second)
	if all, st := w.stretches(from), w.deck.Status(); len(all) != 1 || all[0].late.Abs() > time.Millisecond || st.Jumps != 1 {
		t.Errorf("%+v, %+v", all, st)
	}
}

// A device that goes and comes back is heard in time from the first sound on; so is one
// that does not tell when it is heard, as far as a clock knows.
func TestDeck_Devices(t *testing.T) {
	w := newWorld(t)
	w.goOn(time.Second)
	w.join()
	w.goOn(2 * time.Second)
	w.dev.open = false
	w.goOn(7 * time.Second)
	if st := w.deck.Status(); st.Sounding {
		t.Errorf("without a device: %+v", st)
	}
	w.dev.delay = 90 * time.Millisecond
	w.dev.start()
	w.goOn(5 * time.Second)
	if all, st := w.stretches(0), w.deck.Status(); len(all) != 1 || (all[0].late-st.Later).Abs() > time.Millisecond || all[0].frames < 4*chip.Rate {
		t.Errorf("%+v, %+v", all, st)
	}
	w = newWorld(t)
	w.dev.tells, w.dev.delay = false, 0
	w.goOn(time.Second)
	w.join()
	w.goOn(5 * time.Second)
	if all := w.stretches(0); len(all) != 1 || all[0].late.Abs() > 2*look || all[0].frames < 4*chip.Rate {
		t.Errorf("a device that does not tell: %+v, %+v", all, w.deck.Status())
	}
}

// --delay moves it by just that.
func TestDeck_Delay(t *testing.T) {
	for _, delay := range []time.Duration{-20 * time.Millisecond, 40 * time.Millisecond, time.Second} {
		w := newWorld(t)
		w.deck.opts.Delay = delay
		w.goOn(time.Second)
		w.join()
		w.goOn(2 * time.Second)
		from := len(w.dev.heard)
		w.goOn(6 * time.Second)
		st := w.deck.Status()
		if st.Off.Abs() > time.Millisecond || !st.Sounding {
			t.Errorf("%v: %+v", delay, st)
		}
		if delay < 200*time.Millisecond {
			if all := w.stretches(from); len(all) != 1 || (all[0].late-delay-st.Later).Abs() > time.Millisecond {
				t.Errorf("%v: %+v, %+v", delay, all, st)
			}
		}
	}
}
