package station

import (
	"errors"
	"io"
	"os"
	"reflect"
	"slices"

	"proscenium/sonify"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
)

// Survey is what a log holds, before it is played.
type Survey struct {
	Headers []*sonify.Header // of the pieces, in the order in which they take over
	End     sonify.Frame     // how far it was played
	Torn    bool             // its end was torn off by a crash
	Empty   []string         // segments that hold no whole line: a crash followed as they were begun
}

// Look reads a log through and compiles its pieces. Its arguments are those of
// [NewReplay].
func Look(env mapping.Env, paths ...string) (*Survey, error) {
	v := &Survey{}
	var last *Program
	add := func(made *journal.Piece, frame sonify.Frame, tick sonify.Tick) error {
		if last != nil && last.same(&Program{Made: *made}) {
			return nil
		}
		p, err := recompile(env, made)
		if err != nil {
			return err
		}
		last = p
		h := p.Piece.Header
		h.Frame, h.Tick = frame, tick
		v.Headers = append(v.Headers, &h)
		return nil
	}
	one := func(path string) error {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		d, err := journal.NewReader(path, f)
		if err != nil {
			return err
		}
		h := d.Header()
		v.End = max(v.End, h.Frame)
		if err := add(&h.Piece, h.Frame, h.Tick); err != nil {
			return err
		}
		for {
			r, err := d.Next()
			if err == io.EOF {
				v.Torn = d.Torn()
				return nil
			}
			if err != nil {
				return err
			}
			switch r := r.(type) {
			case *journal.Change:
				last = nil // even the same piece is told again when it begins anew
				err = add(&r.Piece, r.Frame, r.Tick)
			case *journal.Event:
				v.End = max(v.End, r.At)
			case *journal.Here:
				v.End = max(v.End, r.Frame)
			case *journal.End:
				v.End = max(v.End, r.Frame)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, p := range paths {
		err := one(p)
		switch {
		case err == nil:
		case errors.Is(err, journal.ErrEmpty) && len(v.Empty) < len(paths)-1:
			v.Empty = append(v.Empty, p)
		default:
			return nil, err
		}
	}
	return v, nil
}

// Combined is an output, a [sonify.Changer], that lets outputs which cannot go on
// with another piece hear several: to them it is one performance of a piece that
// has the voices, signals and makers of all.
type Combined struct {
	Outputs []sonify.Output // those that hear it

	all    sonify.Header
	pieces []numbers
	on     int
	ps     sonify.Passage
}

// Combine returns a Combined of the pieces with the given headers, the first that
// of Begin.
func Combine(headers []*sonify.Header) *Combined {
	t := &Combined{all: *headers[0]}
	t.all.Voices, t.all.Makers, t.all.Signals, t.all.Sources, t.all.Board = nil, nil, nil, nil, nil
	for _, h := range headers {
		p := numbers{}
		for i := range h.Voices {
			v := h.Voices[i]
			k := slices.IndexFunc(t.all.Voices, func(w sonify.Voice) bool { return base(w.Name) == v.Name && sonify.SameSound(&v, &w) })
			if k < 0 {
				k = len(t.all.Voices)
				for slices.ContainsFunc(t.all.Voices, func(w sonify.Voice) bool { return w.Name == v.Name }) {
					v.Name += again
				}
				t.all.Voices = append(t.all.Voices, v)
			}
			p.voices = append(p.voices, k)
		}
		for _, m := range h.Makers {
			k := slices.IndexFunc(t.all.Makers, func(n sonify.Maker) bool { return reflect.DeepEqual(m, n) })
			if k < 0 {
				k = len(t.all.Makers)
				t.all.Makers = append(t.all.Makers, m)
			}
			p.makers = append(p.makers, k)
		}
		for _, s := range h.Signals {
			k := slices.IndexFunc(t.all.Signals, func(w sonify.Signal) bool { return w.Name == s.Name })
			if k < 0 {
				k = len(t.all.Signals)
				t.all.Signals = append(t.all.Signals, s)
			}
			p.signals = append(p.signals, k)
		}
		for _, s := range h.Sources {
			if !slices.Contains(t.all.Sources, s) {
				t.all.Sources = append(t.all.Sources, s)
			}
		}
		if p.board = h.Board; t.all.Board.Places() < h.Board.Places() {
			t.all.Board = h.Board // the largest has room for the others, corner to corner
		}
		t.pieces = append(t.pieces, p)
	}
	return t
}

// again stands behind the name of a voice that an edit gave another sound.
const again = "'"

func base(name string) string {
	for len(name) > 0 && name[len(name)-1:] == again {
		name = name[:len(name)-1]
	}
	return name
}

// numbers are where the parts of one piece stand among all.
type numbers struct {
	voices, makers, signals []int
	board                   *sonify.Board
}

// place returns where place i of the board of one piece stands on that of all; false
// if that has no such row or column.
func (n *numbers) place(i int, all *sonify.Board) (int, bool) {
	if i < 0 || i >= n.board.Places() {
		return 0, false
	}
	row, column := i/len(n.board.Columns), i%len(n.board.Columns)
	if row >= all.Rows || column >= len(all.Columns) {
		return 0, false
	}
	return row*len(all.Columns) + column, true
}

// Header returns the header that the outputs are given.
func (t *Combined) Header() *sonify.Header { return &t.all }

// Begin implements [sonify.Output].
func (t *Combined) Begin(h *sonify.Header) error {
	t.all.Tick, t.all.Frame, t.all.Tempo = h.Tick, h.Frame, h.Tempo
	for _, o := range t.Outputs {
		if err := o.Begin(&t.all); err != nil {
			return err
		}
	}
	return nil
}

// Change implements [sonify.Changer].
func (t *Combined) Change(*sonify.Header) error {
	t.on = min(t.on+1, len(t.pieces)-1)
	return nil
}

// number returns the i-th of list; what is out of range stays what it is.
func number(list []int, i int) int {
	if i < 0 || i >= len(list) {
		return i
	}
	return list[i]
}

// Play implements [sonify.Output].
func (t *Combined) Play(c sonify.Cue) error {
	p := &t.pieces[t.on]
	cause := func(k *sonify.Cause) {
		k.By = number(p.makers, k.By)
		if k.Steered != nil {
			k.Steered = slices.Clone(k.Steered)
			for i := range k.Steered {
				k.Steered[i].Signal = number(p.signals, k.Steered[i].Signal)
			}
		}
	}
	t.ps.Span, t.ps.Begin, t.ps.End = c.Span, c.Begin, c.End
	t.ps.Notes = append(t.ps.Notes[:0], c.Notes...)
	t.ps.Controls = append(t.ps.Controls[:0], c.Controls...)
	t.ps.Marks = t.ps.Marks[:0]
	for _, m := range c.Marks {
		if m.Kind == sonify.MarkBoard {
			i, ok := p.place(m.Index, t.all.Board)
			if !ok {
				continue
			}
			m.Index = i
		}
		t.ps.Marks = append(t.ps.Marks, m)
	}
	for i := range t.ps.Notes {
		n := &t.ps.Notes[i]
		n.Voice = number(p.voices, n.Voice)
		cause(&n.Cause)
	}
	for i := range t.ps.Controls {
		k := &t.ps.Controls[i]
		k.Voice = number(p.voices, k.Voice)
		cause(&k.Cause)
	}
	for i := range t.ps.Marks {
		m := &t.ps.Marks[i]
		cause(&m.Cause)
		if m.Kind == sonify.MarkSignal {
			m.Index = number(p.signals, m.Index)
		}
	}
	for _, o := range t.Outputs {
		if err := o.Play(sonify.Cue{Passage: &t.ps, At: c.At}); err != nil {
			return err
		}
	}
	return nil
}

// Finish implements [sonify.Output].
func (t *Combined) Finish(s *sonify.Summary) error {
	for _, o := range t.Outputs {
		if err := o.Finish(s); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [sonify.Output].
func (t *Combined) Close() error {
	var err error
	for _, o := range t.Outputs {
		if e := o.Close(); e != nil && err == nil {
			err = e
		}
	}
	return err
}
