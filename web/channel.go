package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/wire"
)

// ChannelOptions say how a channel treats its listeners. The zero value of a field
// is a sensible one.
type ChannelOptions struct {
	// Program is the program's name and version, for the hello.
	Program string
	// Cushion is how long after its time listeners play a frame. Default 110 ms.
	Cushion time.Duration
	// Margin is how long before listeners need it a message is sent at the latest, if
	// there are few of them.
	// The shorter it is the fewer messages there are; longer than the cushion, and nothing
	// waits for company. Default 80 ms, at most twice the cushion.
	Margin time.Duration
	// Budget is how many messages a second all listeners together are sent at most: about
	// 12 µs of a processor's time each. Default 6,000. See [Channel.Ahead].
	Budget int
	// Keep is how much of the past is kept for listeners who come back. Default 30 s.
	Keep time.Duration
	// Legend returns what the piece's mappings are and how they sound, for those who
	// ask. It may be called from any goroutine, of several at once; nil: there is none.
	Legend func() (*wire.Legend, error)
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Channel carries one station to its listeners: it is the station's output, makes
// messages of what it is given, keeps the last of them and a chip that plays along,
// so that whoever joins or comes back can go on from any moment. The station's
// goroutine plays to it; everything else may be called from any goroutine.
type Channel struct {
	name  string
	opts  ChannelOptions
	hub   *hub
	radio *radio

	mu     sync.Mutex
	run    string
	piece  wire.Piece
	begun  bool // the station has begun, and listeners know when frame 0 sounds
	closed bool
	enc    wire.Encoder
	tr     wire.Translator
	shadow shadow
	base   sonify.Frame // of the station: the channel's frame 0
	zero   time.Time    // when the channel's frame 0 sounds
	begin  sonify.Frame // of what waits to be sent
	ring   []kept       // oldest first
	before []byte       // the keyframe from before the last message, if that is a long one
	last   *shared      // that message
	join   *joining     // what somebody who joins now is told; nil until asked for
	taps   map[*tap]struct{}
	poured time.Time // when there was sound for the last time
	counts channelCounts
}

// kept is a score message that may be asked for again.
type kept struct {
	seq uint64
	end sonify.Frame
	*shared
}

// joining is what a listener is told first: hello, a keyframe, and the message after
// it if there was one.
type joining struct{ hello, keyframe, score *shared }

// frames returns what a listener of the given format is sent.
func (j *joining) frames(json bool) [][]byte {
	out := [][]byte{j.hello.frame(json), j.keyframe.frame(json)}
	if j.score != nil {
		out = append(out, j.score.frame(json))
	}
	return out
}

// channelCounts are for the metrics.
type channelCounts struct {
	messages, bytes, late, keyframes uint64
	joins, resumes                   uint64
	lead                             time.Duration // of the last message, before it was due
}

// NewChannel returns a channel for the station of that name. Whoever makes one
// closes it, or the station does.
func NewChannel(name string, o ChannelOptions) *Channel {
	if o.Cushion <= 0 {
		o.Cushion = 110 * time.Millisecond
	}
	if o.Margin <= 0 {
		o.Margin = 80 * time.Millisecond
	}
	o.Margin = min(o.Margin, 2*o.Cushion)
	if o.Budget <= 0 {
		o.Budget = 6000
	}
	if o.Keep <= 0 {
		o.Keep = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Channel{name: name, opts: o, hub: newHub(false), radio: newRadio(name, o.Program), taps: make(map[*tap]struct{})}
}

// Name returns the name of the station.
func (c *Channel) Name() string { return c.name }

// newRun returns a name that no other counting of frames has.
func newRun() string {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

var _ interface {
	sonify.Output
	sonify.Changer
} = (*Channel)(nil)

// Begin implements [sonify.Output]. It may be called again, when the station is
// another one: listeners begin anew then.
func (c *Channel) Begin(h *sonify.Header) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.base = h.Frame
	own := *h
	own.Frame = 0
	setup, err := c.enc.Begin(&own)
	if err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	c.run, c.ring, c.join, c.begun, c.begin = newRun(), nil, nil, false, 0
	c.before, c.last = nil, nil
	c.poured = c.opts.Now()
	c.piece = c.enc.Piece(&own)
	if err := c.shadow.begin(setup); err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	return nil
}

var errClosed = errors.New("the channel is closed")

// Change implements [sonify.Changer]: listeners are told of the piece, and what
// sounds rings out.
func (c *Channel) Change(h *sonify.Header) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	own := *h
	own.Frame -= c.base
	if c.begun {
		if err := c.flush(own.Frame); err != nil {
			return err
		}
	}
	if err := c.enc.Change(&own); err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	c.piece = c.enc.Piece(&own)
	c.radio.retitle(c.piece.Title)
	// Who comes back has to know of it: there is no resuming across it.
	c.ring, c.join = nil, nil
	c.before, c.last = nil, nil
	if !c.begun {
		return nil
	}
	m, err := share(&c.tr, &c.piece, nil)
	if err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	c.broadcast(m)
	return nil
}

// Play implements [sonify.Output]. It does not wait for anybody.
func (c *Channel) Play(cue sonify.Cue) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	ps := rebased(cue.Passage, c.base)
	now := c.opts.Now()
	at := cue.At
	if at.IsZero() { // not live: somebody plays a file to us
		at = now
		if c.begun {
			at = c.zero.Add(ps.Begin.Duration())
		}
	}
	zero := at.Add(-ps.Begin.Duration())
	moved := c.zero.Sub(zero).Abs() > time.Millisecond
	if moved || !c.begun {
		c.zero, c.join = zero, nil
	}
	if !c.begun {
		c.begun, c.begin = true, ps.Begin
		j, err := c.joining()
		if err != nil {
			return fmt.Errorf("channel %s: %w", c.name, err)
		}
		c.broadcast(j.hello)
		c.broadcast(j.keyframe)
	} else if moved {
		m, err := share(&c.tr, c.clock(0), nil)
		if err != nil {
			return fmt.Errorf("channel %s: %w", c.name, err)
		}
		c.broadcast(m)
	}
	c.enc.Add(ps)
	// The next passage comes as long before its time as this one did. What waits is
	// sent now if it would be late then.
	ahead := max(at.Sub(now), 0)
	next := c.zero.Add(ps.End.Duration() - ahead)
	margin := min(c.margin(c.hub.stats().listeners), max(c.opts.Margin, c.opts.Cushion*3/4+ahead/4))
	if next.Before(c.zero.Add(c.begin.Duration() + c.opts.Cushion - margin)) {
		return nil
	}
	return c.flush(ps.End)
}

// longMessage is how much sound a message may complete, 200 ms, before somebody who
// joins is told of it too: otherwise they would have to wait until it is over.
const longMessage = sonify.SampleRate / 5

// mostAhead is the longest that a station is asked to know its music before its time.
const mostAhead = 6 * time.Second

// fullHouse is with how many listeners all of them together are sent half of the budget:
// the fuller the house, the rarer a message, so that ten thousand cost a tenth of what
// streams of sound to them do, and not a sixth.
const fullHouse = 4_500

// sweepEach is how much longer a message is on its way to the last of the listeners for
// each of them: a quarter of a second with 10,000, on two processors that others use too.
const sweepEach = 25 * time.Microsecond

// margin returns how long before n listeners need it a message is sent at the latest.
func (c *Channel) margin(n int) time.Duration { return c.opts.Margin + time.Duration(n)*sweepEach }

// Ahead returns how long before its time the station has to decide its music, at
// least, so that the listeners there are cost no more than the budget of messages:
// the earlier it is known, the fewer messages carry it. With few listeners that is 0;
// 10,000 of them get a message in five seconds and a half once the station is that far
// ahead, to which it moves slowly: over their first two minutes it was one in 3.7 s.
func (c *Channel) Ahead() time.Duration {
	n := c.hub.stats().listeners
	period := time.Duration(n) * time.Second / time.Duration(c.opts.Budget)
	period += period * time.Duration(n) / fullHouse
	return min(max(period+c.margin(n)-c.opts.Cushion, 0), mostAhead)
}

// flush sends what waits; it is complete up to frame end. mu is held.
func (c *Channel) flush(end sonify.Frame) error {
	if end == c.begin {
		return nil
	}
	c.before, c.last = nil, nil
	if end-c.begin > longMessage {
		c.before = c.keyframe()
	}
	message, seq := c.enc.Flush()
	m, err := wire.Read(message)
	if err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	s, err := share(&c.tr, m, message)
	if err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	c.join = nil
	if c.before != nil {
		c.last = s
	}
	c.counts.lead = c.zero.Add(c.begin.Duration() + c.opts.Cushion).Sub(c.opts.Now())
	if c.counts.lead < 0 {
		c.counts.late++
	}
	c.begin = end
	c.ring = append(c.ring, kept{seq, end, s})
	old := end - sonify.Frames(c.opts.Keep)
	n := 0
	for n < len(c.ring)-1 && c.ring[n].end < old {
		n++
	}
	if n > 64 || n > len(c.ring)/2 {
		c.ring = append([]kept(nil), c.ring[n:]...)
	}
	c.broadcast(s)
	if err := c.shadow.play(m.(*wire.Score).Commands, int64(end), c.pour); err != nil {
		return fmt.Errorf("channel %s: %w", c.name, err)
	}
	return nil
}

// broadcast gives m to all listeners. mu is held, so that nobody who joins meets a
// message twice or misses one.
func (c *Channel) broadcast(m *shared) {
	c.counts.messages++
	c.counts.bytes += uint64(len(m.binary))
	c.hub.broadcast(m)
	for t := range c.taps {
		c.fill(t, m.json())
	}
}

// Finish implements [sonify.Output]: listeners get what is left.
func (c *Channel) Finish(*sonify.Summary) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun || c.closed {
		return nil
	}
	return c.flush(c.enc.End())
}

// Close says goodbye to the listeners and lets them go, once they have been told
// and at the latest after a second. The second time it does nothing.
func (c *Channel) Close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	if m, err := share(&c.tr, &wire.Goodbye{Type: "goodbye", Reason: "the station closes", Again: 5}, nil); err == nil {
		c.broadcast(m)
	}
	for t := range c.taps {
		c.drain(t)
	}
	c.mu.Unlock()
	c.radio.close()
	c.hub.close()
	return nil
}

// clock returns the station's time: what has passed since frame 0, counted from when the
// machine's clock said that was. That may be set meanwhile, by hours on a machine that
// has none of its own and hears the time from the network; the music knows nothing of it.
// mu is held.
func (c *Channel) clock(token uint64) *wire.Clock {
	return &wire.Clock{Zero: c.zero.UnixMicro(), Now: c.zero.Add(c.opts.Now().Sub(c.zero)).UnixMicro(), Token: token}
}

// joining returns what somebody who joins now is told. It is made once between two
// messages, however many join. mu is held.
func (c *Channel) joining() (*joining, error) {
	if c.join != nil {
		return c.join, nil
	}
	k := c.clock(0)
	hello := &wire.Hello{Type: "hello", Protocol: wire.Version, Program: c.opts.Program, Station: c.name, Run: c.run,
		Rate: chip.Rate, Latency: chip.Latency, PPQ: int(sonify.PPQ), Zero: k.Zero, Now: k.Now,
		Cushion: int(c.opts.Cushion / time.Millisecond), Piece: c.piece}
	h, err := share(&c.tr, hello, nil)
	if err != nil {
		return nil, err
	}
	message := c.before
	if message == nil {
		message = c.keyframe()
	}
	m, err := wire.Read(message)
	if err != nil {
		return nil, err
	}
	f, err := share(&c.tr, m, message)
	if err != nil {
		return nil, err
	}
	c.counts.keyframes++
	c.join = &joining{h, f, c.last}
	return c.join, nil
}

// keyframe returns the message with which somebody can begin before the next score
// message. mu is held.
func (c *Channel) keyframe() []byte {
	return c.enc.Keyframe(sonify.Frame(c.shadow.chip.Pos()), c.shadow.chip.Snapshot(nil))
}

// rebased returns ps with frames that count from base. ps stays as it is.
func rebased(ps *sonify.Passage, base sonify.Frame) *sonify.Passage {
	if base == 0 {
		return ps
	}
	p := *ps
	p.Begin -= base
	p.End -= base
	p.Notes = append([]sonify.Note(nil), ps.Notes...)
	for i := range p.Notes {
		p.Notes[i].Frame -= base
	}
	p.Controls = append([]sonify.Control(nil), ps.Controls...)
	for i := range p.Controls {
		p.Controls[i].Frame -= base
	}
	p.Marks = append([]sonify.Mark(nil), ps.Marks...)
	for i := range p.Marks {
		p.Marks[i].Frame -= base
	}
	return &p
}
