package expression

import (
	"proscenium/sonify"
)

// frame is what one evaluation works on.
type frame struct {
	fields  []sonify.Value
	signals []float64
	fault   error // why something is missing, if it is not for want of data
}

// code is a compiled part of an expression. It can be asked for its value in
// three ways, so that numbers and conditions need not be wrapped in Values on
// their way. ok is false if the value is missing.
type code struct {
	typ   sonify.ValueType // Missing: not known before it runs
	num   func(*frame) (x float64, ok bool)
	cond  func(*frame) (b, ok bool)
	val   func(*frame) sonify.Value
	konst *sonify.Value // if it reads nothing
}

func (f *frame) fail(err error) {
	if f.fault == nil {
		f.fault = err
	}
}

// finite returns x, or nothing if it is no finite number.
func (f *frame) finite(x float64) (float64, bool) {
	if x-x != 0 {
		f.fail(ErrRange)
		return 0, false
	}
	return x, true
}

// fromNum makes code of what computes a number. It must be finite.
func fromNum(num func(*frame) (float64, bool)) code {
	return code{
		typ: sonify.Number,
		num: num,
		cond: func(f *frame) (bool, bool) {
			x, ok := num(f)
			return x != 0, ok
		},
		val: func(f *frame) sonify.Value {
			x, ok := num(f)
			if !ok {
				return sonify.Value{}
			}
			return sonify.Num(x)
		},
	}
}

// fromCond makes code of what computes a condition.
func fromCond(cond func(*frame) (bool, bool)) code {
	return code{
		typ: sonify.Bool,
		num: func(f *frame) (float64, bool) {
			b, ok := cond(f)
			if b {
				return 1, ok
			}
			return 0, ok
		},
		cond: cond,
		val: func(f *frame) sonify.Value {
			b, ok := cond(f)
			if !ok {
				return sonify.Value{}
			}
			return sonify.Truth(b)
		},
	}
}

// fromVal makes code of what computes a value, known to be of type typ if that
// is not Missing.
func fromVal(typ sonify.ValueType, val func(*frame) sonify.Value) code {
	return code{
		typ: typ,
		val: val,
		num: func(f *frame) (float64, bool) {
			v := val(f)
			x, ok := v.Float()
			if !ok && !v.IsMissing() {
				f.fail(ErrText)
			}
			return x, ok
		},
		cond: func(f *frame) (bool, bool) { return val(f).Bool() },
	}
}

// constant makes code of a value.
func constant(v sonify.Value) code {
	c := fromVal(v.Type(), func(*frame) sonify.Value { return v })
	if x, ok := v.Float(); ok {
		c.num = func(*frame) (float64, bool) { return x, true }
	}
	b, ok := v.Bool()
	c.cond = func(*frame) (bool, bool) { return b, ok }
	c.konst = &v
	return c
}

// fold returns c as a constant if all it is made of are constants and it has a
// value.
func fold(c code, parts ...code) code {
	for _, p := range parts {
		if p.konst == nil {
			return c
		}
	}
	var f frame
	if v := c.val(&f); !v.IsMissing() && f.fault == nil {
		return constant(v)
	}
	return c
}

// readField makes code that reads a field.
func readField(slot int, typ sonify.ValueType) code {
	c := fromVal(typ, func(f *frame) sonify.Value { return f.fields[slot] })
	c.num = func(f *frame) (float64, bool) {
		v := &f.fields[slot]
		x, ok := v.Float()
		if !ok && !v.IsMissing() {
			f.fail(ErrText)
		}
		return x, ok
	}
	c.cond = func(f *frame) (bool, bool) { return f.fields[slot].Bool() }
	return c
}

// readSignal makes code that reads a signal.
func readSignal(index int) code {
	return fromNum(func(f *frame) (float64, bool) {
		x := f.signals[index]
		return x, x-x == 0
	})
}
