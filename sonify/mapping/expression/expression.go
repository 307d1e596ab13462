package expression

import (
	"errors"

	"proscenium/sonify"
)

// Scope says which names an expression may use.
type Scope struct {
	// Fields are the known fields of the events it will see. A field of type
	// Missing may hold anything.
	Fields map[string]sonify.ValueType
	// Open means that there may be fields that Fields does not name.
	Open bool
	// Signals are the signals of the piece; they are read as signal.NAME.
	Signals []string
	// Extra are names that whoever evaluates fills in himself, such as "kind" or
	// "value". Expr.Fields lists them among the fields.
	Extra map[string]sonify.ValueType
}

// Input is what an expression is evaluated with.
type Input struct {
	Fields  []sonify.Value // in the order of Expr.Fields
	Signals []float64      // in the order of Scope.Signals; NaN: not known yet
}

// Expr is a compiled expression. It does not allocate when it is evaluated,
// unless it makes a new text. One goroutine may use it at a time.
type Expr struct {
	text    string
	code    code
	frame   frame
	fields  []string
	signals []int
	slot    int // of a bare field, or -1
	signal  int // of a bare signal, or -1
}

// String returns the expression as it was written.
func (e *Expr) String() string { return e.text }

// Type returns what the expression is known to give; Missing if that depends on
// the event. Any expression may also give a missing value.
func (e *Expr) Type() sonify.ValueType { return e.code.typ }

// Fields returns the fields it reads, in the order of Input.Fields. The caller
// must not change the slice.
func (e *Expr) Fields() []string { return e.fields }

// Signals returns which signals it reads, as indexes in Scope.Signals, in the
// order in which it names them. The caller must not change the slice.
func (e *Expr) Signals() []int { return e.signals }

// Constant returns the value of an expression that reads nothing.
func (e *Expr) Constant() (v sonify.Value, ok bool) {
	if e.code.konst == nil {
		return sonify.Value{}, false
	}
	return *e.code.konst, true
}

// Field returns the field if the expression is nothing but its name.
func (e *Expr) Field() (name string, ok bool) {
	if e.slot < 0 {
		return "", false
	}
	return e.fields[e.slot], true
}

// Signal returns the index in Scope.Signals if the expression is nothing but a
// signal.
func (e *Expr) Signal() (index int, ok bool) { return e.signal, e.signal >= 0 }

// Why a value is missing although everything that was read was there. Eval
// returns them so that they can be counted.
var (
	ErrDivision = errors.New("division by zero")
	ErrRange    = errors.New("the result is no finite number")
	ErrText     = errors.New("a text where a number was expected")
	ErrLength   = errors.New("the text became too long")
	ErrInput    = errors.New("the input does not have the fields or signals of the expression")
)

// Eval returns the value of the expression. It is missing if something that was
// needed is missing; has(x), x ?? y and or_else(x, y) are there to ask. It is
// missing, too, where the result would be no number, and only then is there an
// error, which says why. A fault that ?? or or_else replaced is none.
func (e *Expr) Eval(in Input) (sonify.Value, error) {
	switch {
	case e.slot >= 0:
		if e.slot < len(in.Fields) {
			return in.Fields[e.slot], nil
		}
		return sonify.Value{}, ErrInput
	case e.signal >= 0:
		if e.signal < len(in.Signals) {
			return sonify.Num(in.Signals[e.signal]), nil
		}
		return sonify.Value{}, ErrInput
	case e.code.konst != nil:
		return *e.code.konst, nil
	}
	if !e.takes(in) {
		return sonify.Value{}, ErrInput
	}
	e.frame = frame{fields: in.Fields, signals: in.Signals}
	v := e.code.val(&e.frame)
	if v.IsMissing() {
		return v, e.frame.fault
	}
	return v, nil
}

// Cond evaluates the expression as a condition: false if it is missing, a number
// other than 0 is true.
func (e *Expr) Cond(in Input) (bool, error) {
	if !e.takes(in) {
		return false, ErrInput
	}
	e.frame = frame{fields: in.Fields, signals: in.Signals}
	b, ok := e.code.cond(&e.frame)
	if !ok {
		return false, e.frame.fault
	}
	return b, nil
}

// takes reports whether in has all that is read.
func (e *Expr) takes(in Input) bool {
	return len(in.Fields) >= len(e.fields) && (len(e.signals) == 0 || e.need() < len(in.Signals))
}

// need returns the greatest signal that is read.
func (e *Expr) need() int {
	most := -1
	for _, s := range e.signals {
		most = max(most, s)
	}
	return most
}
