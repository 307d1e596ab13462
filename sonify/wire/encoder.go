package wire

import (
	"proscenium/sonify"
	"proscenium/sonify/chip"
	"proscenium/sonify/sound"
)

// Encoder makes score messages of a performance. It holds what the messages before
// said; one goroutine uses it, and one encoder serves all listeners of a station.
type Encoder struct {
	coder    sound.Coder
	seq      uint64
	begin    sonify.Frame // of what waits
	end      sonify.Frame
	commands []byte
	causes   []Cause
	labels   int // how many of the causes have one
	marks    []sonify.Mark
	state    State
}

// Begin prepares for the passages of a piece and returns the commands that set a
// chip up for it. The first score message has sequence 1.
func (e *Encoder) Begin(h *sonify.Header) ([]byte, error) {
	*e = Encoder{seq: 1}
	e.state.Begin(h)
	return e.coder.Begin(nil, h)
}

// Change makes h the header of the passages from the next one on, as
// [sonify.Changer] has it. What waits belongs to the piece before: Flush it first.
// What the chip has to know of the new voices goes in front of the next score
// message, so that a listener who knows nothing of the change hears it all the
// same; the piece message tells of it. If Change fails, e is what it was.
func (e *Encoder) Change(h *sonify.Header) error {
	commands := e.commands
	if len(commands) == 0 {
		commands = chip.AppendAt(commands, int64(e.coder.Frame()))
	}
	commands, err := e.coder.Change(commands, h)
	if err != nil {
		return err
	}
	e.commands = commands
	e.state.change(h)
	return nil
}

// Piece describes the piece of h, which is that of the last Begin or Change.
func (e *Encoder) Piece(h *sonify.Header) Piece {
	p := PieceOf(h)
	p.From, p.Tick = h.Frame, h.Tick
	for i, s := range e.coder.Slots() {
		p.Voices[i].Slot = s
	}
	return p
}

// Add takes a passage over. Nothing of it is kept.
func (e *Encoder) Add(ps *sonify.Passage) {
	if len(e.commands) == 0 && len(e.causes) == 0 && len(e.marks) == 0 && e.begin == e.end {
		e.begin = ps.Begin
	}
	e.end = ps.End
	if len(e.commands) == 0 {
		e.commands = chip.AppendAt(e.commands, int64(e.coder.Frame()))
	}
	e.commands = e.coder.Passage(e.commands, ps)
	for i := range ps.Notes {
		n := &ps.Notes[i]
		if !e.coder.Plays(n) {
			continue
		}
		c := Cause{Maker: n.Cause.By}
		if n.Cause.Event > 0 {
			c.Event, c.Step, c.From, c.Value, c.Label = n.Cause.Event, n.Cause.Step, n.Cause.From, n.Cause.Value, n.Cause.Label
		}
		if c.Label != "" {
			e.labels++
		}
		e.causes = append(e.causes, c)
	}
	for i := range ps.Marks {
		if m := &ps.Marks[i]; onWire(m.Kind) {
			e.marks = append(e.marks, *m)
		}
	}
}

// End returns the frame up to which everything was added.
func (e *Encoder) End() sonify.Frame { return e.end }

// Waiting returns how many bytes of commands and how many causes and marks, labels
// among them, wait for Flush: nothing that a listener could miss if all are 0.
func (e *Encoder) Waiting() (commands, causes, marks int) {
	return len(e.commands), len(e.causes), len(e.marks) + e.labels
}

// Flush returns what was added since the last as one message, and its sequence.
// The message is the caller's. A span without a note is a message too: it says
// that there is none.
func (e *Encoder) Flush() (message []byte, seq uint64) {
	s := &Score{Seq: e.seq, Begin: e.begin, Frames: e.end - e.begin, Commands: e.commands, Causes: e.causes, Marks: e.marks}
	message, _ = Append(make([]byte, 0, 32+len(e.commands)+6*len(e.causes)+16*len(e.marks)), s)
	seq = e.seq
	e.seq++
	for i := range e.marks {
		e.state.Mark(&e.marks[i])
	}
	e.begin, e.labels = e.end, 0
	e.commands, e.causes, e.marks = e.commands[:0], e.causes[:0], e.marks[:0]
	return message, seq
}

// Keyframe returns a message with which a listener can begin before the next score
// message; its marks are those that the messages so far have told. snapshot is that of a chip that was pushed all that Flush returned, and
// has rendered up to frame at.
func (e *Encoder) Keyframe(at sonify.Frame, snapshot []byte) []byte {
	p, _ := Append(make([]byte, 0, len(snapshot)+512), &Keyframe{Seq: e.seq, Frame: at, Snapshot: snapshot, Marks: e.state.Marks()})
	return p
}
