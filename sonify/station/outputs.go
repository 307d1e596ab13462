package station

import (
	"errors"
	"slices"
	"sync"

	"proscenium/sonify"
)

// Attachment is an output that listens to a station.
type Attachment struct {
	out    sonify.Output
	done   chan struct{}
	detach chan struct{}
	once   sync.Once
	err    error
	begun  bool
}

// Detach ends the attachment: the output is finished and closed at the next
// passage. It does not wait for that; see Done.
func (a *Attachment) Detach() { a.once.Do(func() { close(a.detach) }) }

// Done is closed when the output has been finished and closed, because it was
// detached, failed, or the station stopped.
func (a *Attachment) Done() <-chan struct{} { return a.done }

// Err says why it ended, once Done is closed: nil if it was detached or the
// station stopped.
func (a *Attachment) Err() error {
	select {
	case <-a.done:
		return a.err
	default:
		return nil
	}
}

// errChanged is the end of an output that cannot go on with another piece.
var errChanged = errors.New("the piece was changed, and this output cannot go on with another one")

// fanout gives passages to all outputs of a station. It is a [sonify.Output] that
// never fails: what fails is an output, which is dropped.
type fanout struct {
	mu      sync.Mutex
	waiting []*Attachment
	closed  bool
	count   int

	// Used by the conductor's goroutine only.
	all    []*Attachment
	stage  *stage
	before func() // called before a passage leaves
	holds  marks
}

// attach makes out an output from the next passage on.
func (f *fanout) attach(out sonify.Output) *Attachment {
	a := &Attachment{out: out, done: make(chan struct{}), detach: make(chan struct{})}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		a.err = errors.Join(errStopped, out.Close())
		close(a.done)
		return a
	}
	f.waiting = append(f.waiting, a)
	return a
}

var errStopped = errors.New("the station has stopped")

// settle begins what waits and ends what was detached. The conductor calls it
// between two passages.
func (f *fanout) settle() {
	f.mu.Lock()
	fresh := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	for _, a := range fresh {
		f.all = append(f.all, a)
		if err := a.out.Begin(f.stage.header()); err != nil {
			a.end(err)
		}
	}
	for _, a := range f.all {
		select {
		case <-a.detach:
			if !a.ended() {
				a.finish(f.stage.Summary(), nil)
			}
		default:
		}
	}
	f.sweep()
}

// sweep forgets what has ended.
func (f *fanout) sweep() {
	f.all = slices.DeleteFunc(f.all, (*Attachment).ended)
	f.mu.Lock()
	f.count = len(f.all)
	f.mu.Unlock()
}

func (a *Attachment) ended() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}

func (a *Attachment) end(err error) {
	a.err = errors.Join(err, a.out.Close())
	close(a.done)
}

func (a *Attachment) finish(s *sonify.Summary, why error) {
	a.end(errors.Join(why, a.out.Finish(s)))
}

// change tells all outputs that another piece goes on.
func (f *fanout) change() {
	h := f.stage.header()
	f.holds.change(h)
	for _, a := range f.all {
		c, ok := a.out.(sonify.Changer)
		if !ok {
			a.finish(f.stage.Summary(), errChanged)
		} else if err := c.Change(h); err != nil {
			a.end(err)
		}
	}
	f.sweep()
}

func (f *fanout) Begin(*sonify.Header) error { return nil }

// Play implements [sonify.Output]. The first passage of an output that joined
// under way has in front the marks that hold there.
func (f *fanout) Play(c sonify.Cue) error {
	f.before()
	var joined *sonify.Passage
	failed := false
	for _, a := range f.all {
		cue := c
		if !a.begun {
			a.begun = true
			if joined == nil {
				p := *c.Passage
				p.Marks = slices.Concat(f.holds.at(p.Span.Begin, p.Begin), p.Marks)
				joined = &p
			}
			cue.Passage = joined
		}
		if err := a.out.Play(cue); err != nil {
			a.end(err)
			failed = true
		}
	}
	for i := range c.Marks {
		f.holds.see(&c.Marks[i])
	}
	if failed {
		f.sweep()
	}
	return nil
}

func (f *fanout) Finish(*sonify.Summary) error { return nil }

// Close finishes all outputs: the station has stopped.
func (f *fanout) Close() error {
	f.mu.Lock()
	f.closed = true
	fresh := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	for _, a := range fresh {
		a.end(errStopped)
	}
	for _, a := range f.all {
		a.finish(f.stage.Summary(), nil)
	}
	f.sweep()
	return nil
}

func (f *fanout) outputs() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count
}

// marks are those that hold at a moment: the last of each kind, of each signal,
// of each source and of each place of the board.
type marks struct {
	kinds   [sonify.MarkEvent]*sonify.Mark
	signals []*sonify.Mark
	states  []*sonify.Mark
	board   []*sonify.Mark
}

// change forgets what an edit may have given other numbers; the new piece says
// what holds.
func (m *marks) change(h *sonify.Header) {
	m.signals = make([]*sonify.Mark, len(h.Signals))
	m.states = slices.DeleteFunc(m.states, func(s *sonify.Mark) bool { return !slices.Contains(h.Sources, s.Name) && s.Name != "data" })
	m.kinds[sonify.MarkSection] = nil
	m.board = nil
}

func (m *marks) see(k *sonify.Mark) {
	switch k.Kind {
	case sonify.MarkSection, sonify.MarkKey, sonify.MarkChord, sonify.MarkMeter, sonify.MarkTempo:
		c := *k
		m.kinds[k.Kind] = &c
	case sonify.MarkSignal:
		for k.Index >= len(m.signals) {
			m.signals = append(m.signals, nil)
		}
		c := *k
		m.signals[k.Index] = &c
	case sonify.MarkBoard:
		for k.Index >= len(m.board) {
			m.board = append(m.board, nil)
		}
		c := *k
		m.board[k.Index] = &c
	case sonify.MarkState:
		c := *k
		if i := slices.IndexFunc(m.states, func(s *sonify.Mark) bool { return s.Name == k.Name }); i >= 0 {
			m.states[i] = &c
		} else {
			m.states = append(m.states, &c)
		}
	}
}

// at returns the marks as they are told at a tick.
func (m *marks) at(tick sonify.Tick, frame sonify.Frame) (out []sonify.Mark) {
	for _, list := range [][]*sonify.Mark{m.kinds[:], m.signals, m.states, m.board} {
		for _, k := range list {
			if k != nil {
				c := *k
				c.Tick, c.Frame = tick, frame
				out = append(out, c)
			}
		}
	}
	return out
}
