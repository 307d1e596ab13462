package expression

import (
	"math"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// maxText is the longest text that an expression makes, in bytes.
const maxText = 64 << 10

// arithmetic makes code of a binary operator on numbers; ok is false if op is
// none. The right side is not asked if the left one is missing.
func arithmetic(op string, a, b code) (c code, ok bool) {
	x, y := a.num, b.num
	var f func(f *frame, x, y float64) (float64, bool)
	switch op {
	case "+":
		f = func(f *frame, x, y float64) (float64, bool) { return f.finite(x + y) }
	case "-":
		f = func(f *frame, x, y float64) (float64, bool) { return f.finite(x - y) }
	case "*":
		f = func(f *frame, x, y float64) (float64, bool) { return f.finite(float64(x * y)) }
	case "/":
		f = func(f *frame, x, y float64) (float64, bool) {
			if y == 0 {
				f.fail(ErrDivision)
				return 0, false
			}
			return f.finite(x / y)
		}
	case "%":
		f = func(f *frame, x, y float64) (float64, bool) {
			if y == 0 {
				f.fail(ErrDivision)
				return 0, false
			}
			return f.finite(math.Mod(x, y)) // exact by definition
		}
	case "**", "^":
		f = func(f *frame, x, y float64) (float64, bool) { return f.finite(exact.Pow(x, y)) }
	default:
		return code{}, false
	}
	return fromNum(func(fr *frame) (float64, bool) {
		l, ok := x(fr)
		if !ok {
			return 0, false
		}
		r, ok := y(fr)
		if !ok {
			return 0, false
		}
		return f(fr, l, r)
	}), true
}

// join makes code that appends one text to another.
func join(a, b code) code {
	return fromVal(sonify.Text, func(f *frame) sonify.Value {
		x, y := a.val(f), b.val(f)
		if x.IsMissing() || y.IsMissing() {
			return sonify.Value{}
		}
		return f.text(x.String() + y.String())
	})
}

// text returns s as a value, or nothing if it is too long.
func (f *frame) text(s string) sonify.Value {
	if len(s) > maxText {
		f.fail(ErrLength)
		return sonify.Value{}
	}
	return sonify.Word(s)
}

// order makes code of a comparison for order.
func order(op string, a, b code) code {
	var f func(sign int) bool
	var g func(x, y float64) bool
	switch op {
	case "<":
		f, g = func(s int) bool { return s < 0 }, func(x, y float64) bool { return x < y }
	case "<=":
		f, g = func(s int) bool { return s <= 0 }, func(x, y float64) bool { return x <= y }
	case ">":
		f, g = func(s int) bool { return s > 0 }, func(x, y float64) bool { return x > y }
	default:
		f, g = func(s int) bool { return s >= 0 }, func(x, y float64) bool { return x >= y }
	}
	if isNumber(a.typ) || isNumber(b.typ) {
		x, y := a.num, b.num
		return fromCond(func(fr *frame) (bool, bool) {
			l, ok := x(fr)
			if !ok {
				return false, false
			}
			r, ok := y(fr)
			return ok && g(l, r), ok
		})
	}
	return fromCond(func(fr *frame) (bool, bool) {
		l, r := a.val(fr), b.val(fr)
		if l.IsMissing() || r.IsMissing() {
			return false, false
		}
		x, ok1 := l.Float()
		y, ok2 := r.Float()
		switch {
		case ok1 && ok2:
			return g(x, y), true
		case l.Type() == sonify.Text && r.Type() == sonify.Text:
			return f(strings.Compare(l.String(), r.String())), true
		}
		fr.fail(ErrText)
		return false, false
	})
}

func isNumber(t sonify.ValueType) bool { return t == sonify.Number || t == sonify.Bool }

// same reports whether two values are equal: texts letter by letter, all else by
// the number it is.
func same(a, b sonify.Value) bool {
	if a.Type() == sonify.Text && b.Type() == sonify.Text {
		return a.String() == b.String()
	}
	x, ok1 := a.Float()
	y, ok2 := b.Float()
	return ok1 && ok2 && x == y
}

// equal makes code of == and !=.
func equal(a, b code, negate bool) code {
	if isNumber(a.typ) && isNumber(b.typ) {
		x, y := a.num, b.num
		return fromCond(func(f *frame) (bool, bool) {
			l, ok := x(f)
			if !ok {
				return false, false
			}
			r, ok := y(f)
			return ok && (l == r) != negate, ok
		})
	}
	return fromCond(func(f *frame) (bool, bool) {
		l := a.val(f)
		if l.IsMissing() {
			return false, false
		}
		r := b.val(f)
		if r.IsMissing() {
			return false, false
		}
		return same(l, r) != negate, true
	})
}

// among makes code of "in": whether a equals one of the constants.
func among(a code, list []sonify.Value) code {
	return fromCond(func(f *frame) (bool, bool) {
		v := a.val(f)
		if v.IsMissing() {
			return false, false
		}
		for i := range list {
			if same(v, list[i]) {
				return true, true
			}
		}
		return false, true
	})
}

// aboutTexts makes code of an operator that compares two texts.
func aboutTexts(a, b code, f func(s, t string) bool) code {
	return fromCond(func(fr *frame) (bool, bool) {
		s, t := a.val(fr), b.val(fr)
		if s.IsMissing() || t.IsMissing() {
			return false, false
		}
		return f(s.String(), t.String()), true
	})
}

// both makes code of "and" and "or", which do not ask the right side if the left
// one decides.
func both(a, b code, decides bool) code {
	x, y := a.cond, b.cond
	return fromCond(func(f *frame) (bool, bool) {
		l, ok := x(f)
		if !ok || l == decides {
			return l, ok
		}
		return y(f)
	})
}

func not(a code) code {
	x := a.cond
	return fromCond(func(f *frame) (bool, bool) {
		b, ok := x(f)
		return !b && ok, ok
	})
}

func negative(a code) code {
	x := a.num
	return fromNum(func(f *frame) (float64, bool) {
		v, ok := x(f)
		return 0 - v, ok // and not -v: there is no -0
	})
}

// choose makes code of "if a then b else c".
func choose(a, b, c code) code {
	test := a.cond
	switch {
	case b.typ == c.typ && b.typ == sonify.Number:
		x, y := b.num, c.num
		return fromNum(func(f *frame) (float64, bool) {
			yes, ok := test(f)
			switch {
			case !ok:
				return 0, false
			case yes:
				return x(f)
			}
			return y(f)
		})
	}
	typ := b.typ
	if c.typ != typ {
		typ = sonify.Missing
	}
	return fromVal(typ, func(f *frame) sonify.Value {
		yes, ok := test(f)
		switch {
		case !ok:
			return sonify.Value{}
		case yes:
			return b.val(f)
		}
		return c.val(f)
	})
}

// orElse makes code that gives b where a is missing, for whatever reason.
func orElse(a, b code) code {
	typ := a.typ
	if b.typ != typ {
		typ = sonify.Missing
	}
	return fromVal(typ, func(f *frame) sonify.Value {
		before := f.fault
		if v := a.val(f); !v.IsMissing() {
			return v
		}
		f.fault = before
		return b.val(f)
	})
}

// has makes code that tells whether a is there.
func has(a code) code {
	return fromCond(func(f *frame) (bool, bool) {
		before := f.fault
		v := a.val(f)
		f.fault = before
		return !v.IsMissing(), true
	})
}
