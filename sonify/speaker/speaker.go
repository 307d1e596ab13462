package speaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// Device takes sound at its own pace. Write and Taken may be called at the same
// time, and Close at any.
type Device interface {
	// Write gives it frames. It waits as long as the device has no room for them.
	Write(frames []pcm.Frame) error
	// Taken returns how many frames the device has taken.
	Taken() int64
	// Close lets it go, at once: Write returns then.
	Close() error
}

// Finisher is a device that has something to do when the sound ends properly, such
// as a file. It takes sound as fast as it comes: nothing is left out or played twice.
type Finisher interface {
	Device
	Finish() error
}

// Options are what a speaker is made of. Open is required.
type Options struct {
	// Open begins a device. It must not wait for it.
	Open func() (Device, error)
	// Name is what people call the device: "the sound card".
	Name string
	// Say is told, once each, that the device is gone and that it is back. It is called
	// from a goroutine of the speaker's.
	Say func(text string)
	// Cushion is how much sound is there when a device begins. Default 200 ms.
	Cushion time.Duration
	// Volume is how loud it plays.
	Volume Volume
	// Steered means that whoever writes keeps the two clocks together, by [Speaker.Timing]:
	// where the device tells it, nothing is left out here or played twice.
	Steered bool
}

const (
	frozenAfter = 2 * time.Second        // so long a device may take nothing
	openWithin  = 6 * time.Second        // and before it has taken anything
	holds       = 4 * time.Second        // so long it has to play until it is back: a freeze in between is seen before
	relapse     = 30 * time.Second       // after that it has shown itself to hold; before, it has to play twice as long
	longestHold = time.Minute            // the next time, at most so long
	steady      = 500 * time.Millisecond // and so long ago it has to have taken something then
	look        = 100 * time.Millisecond // how often that is looked at
	piece       = 480                    // frames that a device is given at a time
	room        = 96000                  // frames that may wait for a device besides the cushion: 2 s
	roomOfFile  = 15 * 48000             // and for a file, where the last notes and their echoes come at once
	fade        = 2400                   // frames of the end: 50 ms
	firstWait   = 500 * time.Millisecond // before a device is opened again
	longestWait = 15 * time.Second
	window      = 10 * time.Second // over which it is seen whether clocks differ
	slipEvery   = 480              // frames between two that are left out or played twice
)

// Status tells how a speaker is.
type Status struct {
	Playing bool   // the device takes what there is; one that failed before, since it holds
	Why     string // why not, in plain words
	Taken   int64  // frames that devices took, all in all
	Lost    int64  // frames that no device took in time
	Opened  int64  // how often a device was opened
	Slipped int64  // frames left out or played twice for the clocks' sake
}

// Speaker is a [pcm.Sink] that plays on a device. Its methods may be called from any
// goroutine.
type Speaker struct {
	opts    Options
	cushion int
	stop    context.CancelFunc
	ended   chan struct{}

	mu      sync.Mutex
	more    chan struct{} // something came, or is over
	queue   []pcm.Frame
	closing bool
	status  Status
	flow    flow
	endless bool // the device takes as fast as it is given
	volume  volume
	device  Device // that is open, or was
}

// New returns a speaker that opens its device, and goes on doing so until it is
// closed.
func New(o Options) *Speaker {
	if o.Cushion <= 0 {
		o.Cushion = 200 * time.Millisecond
	}
	if o.Say == nil {
		o.Say = func(string) {}
	}
	if o.Name == "" {
		o.Name = "the device"
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Speaker{opts: o, cushion: int(sonify.Frames(o.Cushion)), stop: stop, ended: make(chan struct{}), more: make(chan struct{}, 1), volume: volume{Volume: o.Volume}}
	s.status.Why = "it is being opened"
	go s.run(ctx)
	return s
}

var _ pcm.Sink = (*Speaker)(nil)

// Write implements [pcm.Sink]. It does not wait: what the device has no room for is
// lost, the oldest first.
func (s *Speaker) Write(block []pcm.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return nil
	}
	s.put(s.volume.apply(block))
	return nil
}

// put makes p wait for the device. mu is held.
func (s *Speaker) put(p []pcm.Frame) {
	s.queue = append(s.queue, p...)
	s.flow.came += int64(len(p))
	limit := s.cushion
	if s.flow.open {
		limit += room
		if s.endless {
			limit = roomOfFile
		}
	}
	s.shed(len(s.queue) - limit)
	s.wake()
}

// shed forgets the oldest n frames. mu is held.
func (s *Speaker) shed(n int) {
	if n > 0 {
		s.queue = s.queue[:copy(s.queue, s.queue[n:])]
		s.status.Lost += int64(n)
		s.flow.came -= int64(n)
	}
}

func (s *Speaker) wake() {
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// Mark implements [pcm.Sink]; a speaker has no marks.
func (s *Speaker) Mark(sonify.Frame, string) error { return nil }

// Finish implements [pcm.Sink].
func (s *Speaker) Finish() error { return nil }

// Status returns how it is.
func (s *Speaker) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Close ends the sound without a click, lets the device go and waits for that, a
// second at most. The second time it does nothing.
func (s *Speaker) Close() error {
	s.mu.Lock()
	if !s.closing {
		s.closing = true
		s.put(s.volume.rest())
		if !s.endless && s.flow.open {
			if cut := len(s.queue) - fade; cut > 0 {
				s.queue = s.queue[:fade]
				s.flow.came -= int64(cut)
			}
			n := int64(len(s.queue))
			for i := range s.queue {
				for side, v := range s.queue[i] {
					s.queue[i][side] = int32(int64(v) * (n - int64(i)) / n)
				}
			}
		}
		s.wake()
	}
	s.mu.Unlock()
	timer := time.AfterFunc(time.Second, s.stop)
	<-s.ended
	timer.Stop()
	s.stop()
	return nil
}

// run opens one device after the other.
func (s *Speaker) run(ctx context.Context) {
	defer close(s.ended)
	wait, hold := firstWait, holds
	var since, back time.Time // when it went, and when it was said to be back
	for {
		d, err := s.opts.Open()
		if err == nil {
			err = s.play(ctx, d, !since.IsZero(), hold, func(began time.Time) {
				wait = firstWait
				if !since.IsZero() {
					back = time.Now()
					s.opts.Say(fmt.Sprintf("sound again by %s, after %s", s.opts.Name, began.Sub(since).Round(time.Second)))
				}
				since = time.Time{}
			})
		}
		if err == nil {
			return // it is over
		}
		if ctx.Err() != nil {
			return
		}
		s.mu.Lock()
		first := since.IsZero() && s.status.Taken == 0
		s.status.Playing, s.status.Why = false, err.Error()
		s.mu.Unlock()
		if since.IsZero() {
			since = time.Now()
			// What plays for a while each time and fails again is not to be told, and to
			// be green, every few seconds for months.
			if hold = min(2*hold, longestHold); back.IsZero() || since.Sub(back) > relapse {
				hold = holds
			}
			text := "no sound by %s any more: %v; it is opened again as soon as it can be"
			if first {
				text = "no sound by %s: %v; it plays as soon as it can be opened"
			}
			s.opts.Say(fmt.Sprintf(text, s.opts.Name, err))
		}
		if !s.pause(ctx, wait) {
			return
		}
		wait = min(2*wait, longestWait)
	}
}

// pause waits, and reports whether the speaker is still wanted then.
func (s *Speaker) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		s.mu.Lock()
		closing := s.closing
		s.mu.Unlock()
		if closing {
			return false
		}
		select {
		case <-timer.C:
			return true
		case <-ctx.Done():
			return false
		case <-s.more:
		}
	}
}

// proof is where a device was when it began to show that it holds: how much it had taken,
// and how much had come for it.
type proof struct {
	since      time.Time
	taken, due int64
}

// little is by how much of what came a device may fall behind while it shows that: what
// waited already when it began, because it was opened slowly, may go on waiting.
const little = sonify.SampleRate / 2

// holds reports whether the device has taken what came for so long. If it took too little
// it has to begin again.
func (p *proof) holds(now time.Time, taken, due int64, long time.Duration) bool {
	if p.since.IsZero() || now.Sub(p.since) < long {
		return false
	}
	if due-p.due-(taken-p.taken) <= int64(little) {
		return true
	}
	*p = proof{now, taken, due}
	return false
}

// errFrozen is the end of a device that takes nothing.
var errFrozen = errors.New("it takes nothing although there is sound")

// play gives a device what comes until it fails; nil means that all is over. back is
// called when it has played for so long as hold says and goes on taking what is due, and
// told since when. A program that cannot be run, a disk that is full and a card that
// freezes take something, too, and then no more: they are not back, and if one failed
// before, gone, the status goes on saying so until then.
func (s *Speaker) play(ctx context.Context, d Device, gone bool, hold time.Duration, back func(began time.Time)) error {
	finisher, endless := d.(Finisher)
	_, tells := d.(teller)
	s.mu.Lock()
	s.shed(len(s.queue) - s.cushion)
	s.flow = flow{open: true, came: int64(len(s.queue))}
	s.endless, s.device = endless, d
	s.status.Opened++
	before := s.status.Taken
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.flow.open = false
		s.status.Taken = before + d.Taken()
		s.mu.Unlock()
	}()
	fed := make(chan error, 1)
	over, ended := make(chan struct{}), false
	go func() { fed <- s.feed(d, over) }()
	defer func() {
		close(over)
		d.Close()
		if !ended {
			<-fed
		}
	}()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	last, moved, patience := int64(0), time.Now(), openWithin
	var began time.Time // when it took something for the first time
	var trial proof
	told := false
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-fed:
			fed, ended = nil, true
		case <-ticker.C:
		}
		taken, now := d.Taken(), time.Now()
		s.mu.Lock()
		s.status.Taken = before + taken
		waits := s.flow.came - s.flow.left - taken
		if taken > last || waits <= piece {
			moved = now
		}
		due := s.flow.came + s.status.Lost
		if taken > last && last == 0 {
			patience, began, trial = frozenAfter, now, proof{now, taken, due}
		}
		held := err == nil && trial.holds(now, taken, due, hold) && now.Sub(moved) < steady
		if taken > last && !gone || held {
			s.status.Playing, s.status.Why = true, ""
		}
		last = taken
		if !endless && !(s.opts.Steered && tells) {
			s.flow.see(now, waits, int64(s.cushion), taken > 0)
		}
		s.mu.Unlock()
		if held && !told {
			told, gone = true, false
			back(began)
		}
		switch {
		case err != nil:
			return err
		case ended && endless:
			return finisher.Finish()
		case ended && waits <= 0:
			if q, ok := d.(interface{ Drain() }); ok {
				q.Drain()
			}
			return nil
		case now.Sub(moved) >= patience:
			return errFrozen
		}
	}
}

// feed gives a device what comes, until it fails or over is closed; it begins when
// there is a cushion. It ends with nil when the speaker is closing and everything was
// given.
func (s *Speaker) feed(d Device, over <-chan struct{}) error {
	buf := make([]pcm.Frame, 0, piece+1)
	for begun := false; ; {
		buf = buf[:0]
		s.mu.Lock()
		n := min(len(s.queue), piece)
		begun = begun || s.endless || s.closing || len(s.queue) >= s.cushion
		if !begun {
			n = 0
		}
		buf = append(buf, s.queue[:n]...)
		s.queue = s.queue[:copy(s.queue, s.queue[n:])]
		if n > 0 {
			buf = s.flow.slip(buf, &s.status)
		}
		closing := s.closing
		s.mu.Unlock()
		if n > 0 {
			if err := d.Write(buf); err != nil {
				return err
			}
			continue
		}
		if closing {
			return nil
		}
		select {
		case <-s.more:
		case <-over:
			return nil
		}
	}
}
