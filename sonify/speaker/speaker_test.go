package speaker

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify/pcm"
)

// toy is a device of which a test says what becomes of it. It plays at a rate.
type toy struct {
	rate  float64 // frames a second
	opens time.Duration

	mu     sync.Mutex
	began  time.Time
	first  time.Time // when it began to play
	got    []pcm.Frame
	frozen bool
	broken error
	taken  int64
	closed chan struct{}
	shut   bool
}

func newToy(rate float64) *toy {
	return &toy{rate: rate, closed: make(chan struct{}), began: time.Now()}
}

func (d *toy) Write(p []pcm.Frame) error {
	for {
		d.mu.Lock()
		if d.broken != nil {
			defer d.mu.Unlock()
			return d.broken
		}
		if !d.frozen && time.Since(d.began) >= d.opens {
			if d.taken == 0 {
				d.first = time.Now()
			}
			// It holds 50 ms, and plays them at its rate.
			room := time.Since(d.first).Seconds()*d.rate + 0.05*d.rate - float64(d.taken)
			if room >= float64(len(p)) {
				d.got = append(d.got, p...)
				d.taken += int64(len(p))
				d.mu.Unlock()
				return nil
			}
		}
		d.mu.Unlock()
		select {
		case <-time.After(5 * time.Millisecond):
		case <-d.closed:
			return errors.New("closed")
		}
	}
}

func (d *toy) Taken() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.taken
}

func (d *toy) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shut {
		d.shut = true
		close(d.closed)
	}
	return nil
}

func (d *toy) set(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

// house is a speaker, its devices and what it says.
type house struct {
	*Speaker
	mu     sync.Mutex
	said   []string
	opened []*toy
	next   func() (*toy, error)
	n      int32
}

func newHouse(next func() (*toy, error)) *house {
	h := &house{next: next}
	h.Speaker = New(Options{Name: "the sound card", Open: func() (Device, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		d, err := h.next()
		if err != nil {
			return nil, err
		}
		h.opened = append(h.opened, d)
		return d, nil
	}, Say: func(text string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.said = append(h.said, text)
	}})
	return h
}

// play gives the speaker sound at the pace of the computer's clock. The frames are
// numbered.
func (h *house) play(d time.Duration) {
	for ; d > 0; d -= 50 * time.Millisecond {
		block := make([]pcm.Frame, 2400)
		for i := range block {
			h.n++
			block[i] = pcm.Frame{h.n, -h.n}
		}
		h.Write(block)
		time.Sleep(50 * time.Millisecond) // of the bubble's clock
	}
}

func (h *house) texts() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.said)
}

// run reports whether frames follow one another without a gap, and where they begin.
func run(got []pcm.Frame) (first int32, whole bool) {
	for i, f := range got {
		if f != (pcm.Frame{got[0][0] + int32(i), -got[0][0] - int32(i)}) {
			return got[0][0], false
		}
	}
	return got[0][0], true
}

// A device whose clock is right takes the sound to the frame.
func TestSpeaker_TouchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func() (*toy, error) { return newToy(48000), nil })
		h.play(2 * time.Minute)
		st := h.Status()
		h.Close()
		if first, whole := run(h.opened[0].got[:100*48000]); first != 1 || !whole || st.Slipped+st.Lost != 0 || !st.Playing || len(h.texts()) > 0 {
			t.Errorf("from frame %d, whole: %v, %+v, %q", first, whole, st, h.texts())
		}
	})
}

// Devices that are too slow or too quick go on without a gap, and what waits stays
// within bounds.
func TestSpeaker_ClocksDiffer(t *testing.T) {
	for _, rate := range []float64{48000 * 0.9985, 48000 * 1.0004} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(func() (*toy, error) { return newToy(rate), nil })
			most := 0
			for range 6 {
				h.play(time.Minute)
				h.Speaker.mu.Lock()
				most = max(most, len(h.queue))
				h.Speaker.mu.Unlock()
			}
			st := h.Status()
			h.Close()
			if st.Lost > 0 || st.Opened != 1 || most > 48000 || !st.Playing {
				t.Errorf("rate %v: %d frames waited, %+v", rate, most, st)
			}
			if rate < 48000 && (st.Slipped < 10000 || st.Slipped > 27000) || st.Slipped == 0 {
				t.Errorf("rate %v: %d frames were left out or played twice", rate, st.Slipped)
			}
		})
	}
}

// A device that freezes is noticed within three seconds, let go and opened again,
// and that is said once.
func TestSpeaker_Frozen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func() (*toy, error) { return newToy(48000), nil })
		h.play(5 * time.Second)
		h.opened[0].set(func() { h.opened[0].frozen = true })
		began := time.Now()
		for h.Status().Playing {
			h.play(50 * time.Millisecond)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("it is noticed after %v", took)
		}
		if why := h.Status().Why; why != errFrozen.Error() {
			t.Errorf("it is said that %q", why)
		}
		h.play(5 * time.Second)
		st := h.Status()
		h.Close()
		if !st.Playing || st.Opened != 2 || st.Lost == 0 {
			t.Errorf("%+v", st)
		}
		texts := h.texts()
		if len(texts) != 2 || !strings.Contains(texts[0], "any more") || !strings.HasPrefix(texts[1], "sound again by the sound card") {
			t.Errorf("%q", texts)
		}
		// What it plays then is what is on, not what was missed.
		first, whole := run(h.opened[1].got[:48000])
		if late := int32(5*48000) + int32(time.Since(began).Seconds()*48000) - first; !whole || late > 6*48000 || h.n-first > 6*48000 {
			t.Errorf("it begins again with frame %d of %d, whole: %v", first, h.n, whole)
		}
	})
}

// A device that breaks, again and again, is opened less and less often, and said to
// be gone once.
func TestSpeaker_BreaksAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := true
		tries := 0
		h := newHouse(func() (*toy, error) {
			tries++
			if none {
				return nil, errors.New("there is no sound card")
			}
			return newToy(48000), nil
		})
		h.play(10 * time.Minute)
		if st := h.Status(); st.Playing || st.Why != "there is no sound card" || st.Taken > 0 {
			t.Errorf("%+v", st)
		}
		h.mu.Lock()
		if tries < 30 || tries > 60 {
			t.Errorf("it was tried %d times in ten minutes", tries)
		}
		none = false
		h.mu.Unlock()
		h.play(20 * time.Second)
		if !h.Status().Playing {
			t.Errorf("the device is there, and: %+v", h.Status())
		}
		h.opened[0].set(func() { h.opened[0].broken = errors.New("it was unplugged") })
		h.play(10 * time.Second)
		st := h.Status()
		h.Close()
		texts := strings.Join(h.texts(), "\n")
		for _, want := range []string{"no sound by the sound card: there is no sound card; it plays as soon as it can be opened\n",
			"sound again by the sound card, after 10m", "no sound by the sound card any more: it was unplugged; it is opened again as soon as it can be\n"} {
			if !strings.Contains(texts, want) {
				t.Errorf("%q is not said in\n%s", want, texts)
			}
		}
		if len(h.texts()) != 4 || !st.Playing {
			t.Errorf("%q, %+v", h.texts(), st)
		}
	})
}

// A device that takes something each time it is opened, and fails soon after, is not
// back: that is not said, and it is opened less and less often.
func TestSpeaker_BreaksAtOnceEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func() (*toy, error) {
			d := newToy(48000)
			time.AfterFunc(time.Second, func() { d.set(func() { d.broken = errors.New("the disk is full") }) })
			return d, nil
		})
		h.play(5 * time.Minute)
		st, texts := h.Status(), h.texts()
		h.Close()
		if len(texts) != 1 || !strings.Contains(texts[0], "the disk is full") {
			t.Errorf("it is said: %q", texts)
		}
		if st.Opened < 10 || st.Opened > 40 {
			t.Errorf("it was opened %d times in five minutes", st.Opened)
		}
	})
}

// A card that takes a little each time it is opened and then freezes is gone, once; all
// the while it is said why, and it is opened less and less often. The first one had
// played for longer.
func TestSpeaker_FreezesEachTime(t *testing.T) {
	for _, plays := range []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			first := true
			h := newHouse(func() (*toy, error) {
				d, after := newToy(48000), plays
				if first {
					after = 5 * time.Second
				}
				first = false
				time.AfterFunc(after, func() { d.set(func() { d.frozen = true }) })
				return d, nil
			})
			h.play(8 * time.Second)
			for range 5 * 60 * 20 {
				h.play(50 * time.Millisecond)
				if st := h.Status(); st.Playing || st.Why != errFrozen.Error() {
					t.Fatalf("it plays, says the status: %+v", st)
				}
			}
			st, texts := h.Status(), h.texts()
			h.Close()
			if len(texts) != 1 || !strings.Contains(texts[0], errFrozen.Error()) {
				t.Errorf("it is said: %q", texts)
			}
			if st.Opened < 10 || st.Opened > 30 {
				t.Errorf("it was opened %d times in five minutes", st.Opened)
			}
		})
	}
}

// One that plays for longer each time before it freezes is not said to be back for ever:
// it has to hold for longer and longer. One that holds for good is, and the next time it
// fails it is back as soon as any.
func TestSpeaker_HasToHoldForLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		plays := 10 * time.Second
		h := newHouse(func() (*toy, error) {
			d := newToy(48000)
			time.AfterFunc(plays, func() { d.set(func() { d.frozen = true }) })
			return d, nil
		})
		h.play(10 * time.Minute)
		if st, n := h.Status(), len(h.texts()); n > 6 || st.Why == "" {
			t.Errorf("it is said %d times: %q, %+v", n, h.texts(), st)
		}
		h.mu.Lock()
		plays = 5 * time.Minute
		h.mu.Unlock()
		h.play(2 * time.Minute)
		if st := h.Status(); !st.Playing || st.Why != "" {
			t.Errorf("it holds, and: %+v", st)
		}
		n := len(h.texts())
		h.play(4 * time.Minute)
		h.Close()
		if got := h.texts()[n:]; len(got) != 2 || !strings.HasSuffix(got[1], "after 1s") {
			t.Errorf("it is said: %q", got)
		}
	})
}

// One that is opened slowly has more waiting than others, for as long as it plays; it is
// back all the same. So is one that stood still in between, by the next time that it has
// shown to hold.
func TestSpeaker_IsBackWithMuchWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opens := time.Duration(0)
		h := newHouse(func() (*toy, error) { d := newToy(48000); d.opens = opens; return d, nil })
		h.play(5 * time.Second)
		h.mu.Lock()
		opens = 1600 * time.Millisecond
		h.opened[0].set(func() { h.opened[0].broken = errors.New("it was unplugged") })
		h.mu.Unlock()
		h.play(5 * time.Second)
		d := h.opened[1]
		d.set(func() { d.frozen = true })
		h.play(time.Second)
		d.set(func() { d.frozen = false; d.first = d.first.Add(time.Second) })
		h.play(2 * time.Second)
		if st := h.Status(); st.Why == "" {
			t.Errorf("it fell behind, and counts as back: %+v", st)
		}
		h.play(4 * time.Second)
		st, texts := h.Status(), h.texts()
		h.Close()
		if !st.Playing || st.Why != "" || len(texts) != 2 || st.Opened != 2 {
			t.Errorf("%+v, it is said: %q", st, texts)
		}
	})
}

// A device that takes less than there is has not come back, however long it does so.
func TestSpeaker_TakesTooLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rate := 48000.0
		h := newHouse(func() (*toy, error) { return newToy(rate), nil })
		h.play(5 * time.Second)
		h.mu.Lock()
		rate = 20000
		h.opened[0].set(func() { h.opened[0].broken = errors.New("it was unplugged") })
		h.mu.Unlock()
		h.play(time.Minute)
		st, texts := h.Status(), h.texts()
		h.Close()
		if st.Why != "it was unplugged" || len(texts) != 1 {
			t.Errorf("%+v, it is said: %q", st, texts)
		}
	})
}

// A device that does not come to take anything is given up, and one that takes its
// time is not.
func TestSpeaker_OpensSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := 4 * time.Second
		h := newHouse(func() (*toy, error) { d := newToy(48000); d.opens = wait; return d, nil })
		h.play(10 * time.Second)
		if st := h.Status(); !st.Playing || st.Opened != 1 {
			t.Errorf("after four seconds: %+v", st)
		}
		h.Close()
		wait = time.Hour
		h = newHouse(func() (*toy, error) { d := newToy(48000); d.opens = wait; return d, nil })
		h.play(10 * time.Second)
		if st := h.Status(); st.Playing || st.Opened < 2 {
			t.Errorf("of what never opens: %+v", st)
		}
		h.Close()
	})
}

// The end is a fade, and comes soon.
func TestSpeaker_EndsWithoutAClick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func() (*toy, error) { return newToy(48000), nil })
		h.play(3 * time.Second)
		block := make([]pcm.Frame, 48000)
		for i := range block {
			block[i] = pcm.Frame{1 << 20, -1 << 20}
		}
		h.Write(block)
		began := time.Now()
		h.Close()
		h.Close()
		got := h.opened[0].got
		if last := got[len(got)-1]; last[0] > 1000 || last[1] < -1000 || time.Since(began) > 500*time.Millisecond {
			t.Errorf("it ends with %v after %v", last, time.Since(began))
		}
		if err := h.Write(block); err != nil {
			t.Error(err)
		}
	})
}

// A silent station is no frozen device.
func TestSpeaker_NothingToPlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(func() (*toy, error) { return newToy(48000), nil })
		h.play(2 * time.Second)
		time.Sleep(time.Minute)
		h.play(2 * time.Second)
		if st := h.Status(); st.Opened != 1 || !st.Playing || len(h.texts()) > 0 {
			t.Errorf("%+v, %q", st, h.texts())
		}
		h.Close()
	})
}
