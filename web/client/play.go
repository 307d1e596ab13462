package client

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/pcm"
	"proscenium/sonify/speaker"
	"proscenium/sonify/wire"
)

// Out is what a station is played on: a [speaker.Speaker] that is steered.
type Out interface {
	Write(p []pcm.Frame) error
	Timing() speaker.Timing
}

// PlayOptions say how a station is played.
type PlayOptions struct {
	// Delay is added to when a frame is heard: for a room that is to be heard later than
	// others, or, negative, for a device that is heard later than it tells.
	Delay time.Duration
	// Waits is how much sound is to wait for a device that tells when it is heard; for
	// others it is how long sound is on its way. Default 60 ms.
	Waits time.Duration
	// Take is told of every message too, before it is played; it may be nil.
	Take func(wire.Message)
}

const (
	look  = 5 * time.Millisecond
	block = 240 // frames that are made at a time
	// Off by so much is led back, ...
	loose = 240
	// ... until it is off by no more than this, ...
	tight = 24
	// ... and off by so much is put right at once.
	wrong = 2400
	// A frame in so many is left out or played twice.
	slipEvery = 480

	spare     = 10 * time.Millisecond // that has to be left when a frame is written
	step      = 60 * time.Millisecond // by which somebody plays later who is told too late
	mostExtra = 5 * time.Second
	// So long a device that tells when it is heard may take to do so.
	tellWithin = 3 * time.Second
	// So long there has to be time to spare before somebody plays earlier again.
	goodWhile = 2 * time.Minute
)

// Status tells how the playing goes.
type Status struct {
	Sounding bool          // the station is heard
	Off      time.Duration // how much later than it should the next frame is heard
	Later    time.Duration // than everybody else, because messages come late
	Dry      int           // how often there was nothing to play
	Jumps    int           // how often it was put right
	Slipped  int           // frames that were left out or played twice
	Pos      int64         // the chip's frame that is written next
}

// Play plays on out what line brings, until ctx is done; it returns nil then, and
// otherwise what [Line.Run] does. It keeps out supplied while there is a device, with
// silence as long as there is nothing else.
func Play(ctx context.Context, line *Line, out Out, o PlayOptions) error {
	d := NewDeck(line, out, o)
	return d.Play(ctx)
}

// Deck plays a station.
type Deck struct {
	line   *Line
	out    Out
	opts   PlayOptions
	player *Player

	// Of the goroutine of Play.
	device  int64     // that was looked at last
	opened  time.Time // when it was open
	virtual time.Time // when the next frame is heard, of a device that does not tell
	extra   time.Duration
	good    time.Time // since when less extra would have done
	count   int       // frames since one was left out or played twice
	led     bool      // it is being led back
	fade    int       // frames of the fade-in that are done
	buf     [2*block + 1]pcm.Frame

	mu     sync.Mutex
	status Status
}

// NewDeck returns what plays line on out.
func NewDeck(line *Line, out Out, o PlayOptions) *Deck {
	if o.Waits <= 0 {
		o.Waits = 60 * time.Millisecond
	}
	return &Deck{line: line, out: out, opts: o, player: NewPlayer()}
}

// Status tells how it goes. It may be called from any goroutine.
func (d *Deck) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

// Play is [Play].
func (d *Deck) Play(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- d.line.Run(ctx, func(m wire.Message) error {
			if d.opts.Take != nil {
				d.opts.Take(m)
			}
			return d.player.Take(m)
		})
	}()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-tick.C:
		}
		if err := d.supply(time.Now()); err != nil {
			cancel()
			return errors.Join(err, <-ended)
		}
	}
}

// supply writes as much as the device is to have.
func (d *Deck) supply(now time.Time) error {
	t := d.out.Timing()
	if t.Device != d.device || !t.Open {
		// The queue of a device that is not open yet is filled up, so that it can begin.
		d.device, d.opened = t.Device, now
		d.stop()
	}
	want := int64(sonify.Frames(d.opts.Waits))
	if !t.Known {
		// The device does not tell: it is supplied by our clock.
		if d.virtual.Before(now) {
			d.virtual = now
		}
		t.Next = d.virtual
		t.Waits = int64(sonify.Frames(d.virtual.Sub(now)))
	}
	for t.Waits < want {
		n, err := d.write(t, now)
		if err != nil {
			return err
		}
		t.Waits += int64(n)
		t.Next = t.Next.Add(sonify.Frame(n).Duration())
		d.virtual = t.Next
	}
	return nil
}

// stop makes the next sound fade in.
func (d *Deck) stop() {
	d.set(func(s *Status) { s.Sounding = false })
	d.fade, d.led, d.count = 0, false, 0
}

func (d *Deck) set(f func(s *Status)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(&d.status)
}

// write writes a block that is heard at t.Next, and returns how many frames it has.
func (d *Deck) write(t speaker.Timing, now time.Time) (int, error) {
	zero, ok := d.line.Zero()
	begun, anew := d.player.Begun()
	tells := t.Known || !t.Tells || now.Sub(d.opened) > tellWithin
	if !ok || !begun || !t.Open || !tells {
		if d.status.Sounding {
			d.stop()
		}
		return d.silence(block)
	}
	if anew {
		d.stop()
	}
	d.later(t, now)
	zero = zero.Add(d.opts.Delay + d.extra)
	due := t.Next.Sub(zero).Seconds() * chip.Rate
	off := float64(d.player.Pos()) - due // frames that it is ahead
	d.set(func(s *Status) {
		s.Off, s.Later, s.Pos = time.Duration(-off/chip.Rate*float64(time.Second)), d.extra, d.player.Pos()
	})
	if !d.status.Sounding {
		return d.join(off)
	}
	if d.player.Ready() < 2*block+2 || math.Abs(off) > wrong {
		dry := math.Abs(off) <= wrong
		d.set(func(s *Status) {
			if dry {
				s.Dry++
			} else {
				s.Jumps++
			}
		})
		if dry && d.line.Up() {
			d.playLater(step, now)
		}
		return d.leave()
	}
	return d.sound(d.slip(off))
}

// later plays later where messages come too late for when they have to be written, and
// earlier again if they have not for a while.
func (d *Deck) later(t speaker.Timing, now time.Time) {
	slack, ok := d.line.Slack()
	if !ok {
		return
	}
	// So long before it is heard a block is written when as much waits as should, and the
	// one after it is looked at.
	full := t.Next.Sub(now) + d.opts.Waits - sonify.Frame(t.Waits).Duration()
	need := full + sonify.Frame(2*block).Duration() + spare - slack - d.opts.Delay
	switch {
	case need > d.extra:
		d.playLater((need-d.extra+step-1)/step*step, now)
	case need+step > d.extra || d.extra == 0:
		d.good = now
	case now.Sub(d.good) > goodWhile:
		d.extra -= step
		d.good = now
	}
}

func (d *Deck) playLater(by time.Duration, now time.Time) {
	d.extra = min(d.extra+by, mostExtra)
	d.good = now
}

// join begins, or waits for the moment to. off is how many frames the player is ahead.
func (d *Deck) join(off float64) (int, error) {
	if off < 0 {
		n, err := d.player.Skip(int64(-off))
		if err != nil {
			return 0, err
		}
		off += float64(n)
	}
	ahead := int(math.Round(off))
	if ahead < 0 || d.player.Ready() < 3*block {
		return d.silence(block) // more has to come
	}
	if ahead >= block {
		return d.silence(block)
	}
	if ahead > 0 {
		if _, err := d.silence(ahead); err != nil {
			return 0, err
		}
	}
	d.set(func(s *Status) { s.Sounding = true })
	n, err := d.sound(0)
	return ahead + n, err
}

// leave fades out what may still be played, before a gap.
func (d *Deck) leave() (int, error) {
	d.stop()
	if d.player.Ready() < block {
		return d.silence(block)
	}
	p := d.buf[:block]
	if err := d.player.Render(p); err != nil {
		return 0, err
	}
	for i := range p {
		for side, v := range p[i] {
			p[i][side] = int32(int64(v) * int64(block-i) / block)
		}
	}
	return block, d.out.Write(p)
}

func (d *Deck) silence(n int) (int, error) {
	p := d.buf[:n]
	clear(p)
	return n, d.out.Write(p)
}

// slip decides whether a frame is left out of the next block (1), played twice (-1) or
// neither.
func (d *Deck) slip(off float64) int {
	away := math.Abs(off)
	d.led = away > loose || d.led && away > tight
	if d.count += block; !d.led || d.count < slipEvery {
		return 0
	}
	d.count = 0
	d.set(func(s *Status) { s.Slipped++ })
	if off < 0 {
		return 1
	}
	return -1
}

// sound writes a block, with a frame of the station's more or less in it.
func (d *Deck) sound(slip int) (int, error) {
	p := d.buf[:block+slip]
	if err := d.player.Render(p); err != nil {
		return 0, err
	}
	for i := range p {
		if d.fade >= block {
			break
		}
		for side, v := range p[i] {
			p[i][side] = int32(int64(v) * int64(d.fade) / block)
		}
		d.fade++
	}
	switch last := len(p) - 1; slip {
	case 1: // two become one
		p[last-1] = mean(p[last-1], p[last])
		p = p[:last]
	case -1: // one between two
		p = d.buf[:block]
		p[block-1] = p[block-2]
		p[block-2] = mean(p[block-3], p[block-1])
	}
	return len(p), d.out.Write(p)
}

func mean(a, b pcm.Frame) pcm.Frame {
	return pcm.Frame{(a[0] + b[0]) >> 1, (a[1] + b[1]) >> 1}
}
