package expression

import (
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// Function describes a function for the reference.
type Function struct {
	Name string
	Args string // "x, low, high"
	Doc  string // lower case, no full stop
}

// function is a function of the language. Exactly one of num, text and make is
// set.
type function struct {
	args        string
	doc         string
	least, most int // how many arguments; most -1: any number
	num         func(f *frame, x []float64) (float64, bool)
	text        func(f *frame, s string) sonify.Value
	make        func(args []code) code
}

// Functions returns all functions, sorted by name.
func Functions() []Function {
	var all []Function
	for _, name := range functionNames() {
		all = append(all, Function{name, functions[name].args, functions[name].doc})
	}
	return append(all, Function{"field", `"name"`, "the field with that name, for names that are no words of the language"})
}

func functionNames() []string {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// one makes a function of one number.
func one(doc string, f func(x float64) float64) function {
	return function{args: "x", doc: doc, least: 1, most: 1, num: func(fr *frame, x []float64) (float64, bool) { return fr.finite(f(x[0])) }}
}

var functions = map[string]function{
	"abs":   one("x without its sign", math.Abs),
	"floor": one("the greatest whole number not above x", exact.Floor),
	"ceil":  one("the least whole number not below x", exact.Ceil),
	"round": one("the nearest whole number, halves away from zero", exact.Round),
	"sqrt":  one("the square root; missing if x is negative", exact.Sqrt),
	"log":   one("the natural logarithm; missing unless x is above 0", exact.Log),
	"log2":  one("the logarithm to the base 2; missing unless x is above 0", exact.Log2),
	"log10": one("the logarithm to the base 10; missing unless x is above 0", exact.Log10),
	"exp":   one("e to the power of x", exact.Exp),
	"sin":   one("the sine of x whole turns: sin(0.25) is 1", exact.Sin),
	"cos":   one("the cosine of x whole turns: cos(0.5) is -1", exact.Cos),
	"sign": one("-1, 0 or 1", func(x float64) float64 {
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return 0
	}),
	"pow": {args: "x, y", doc: "x to the power of y, as x ** y", least: 2, most: 2, num: func(f *frame, x []float64) (float64, bool) {
		return f.finite(exact.Pow(x[0], x[1]))
	}},
	"min": {args: "x, ...", doc: "the least of its arguments", least: 1, most: -1, num: func(_ *frame, x []float64) (float64, bool) {
		least := x[0]
		for _, v := range x[1:] {
			if v < least {
				least = v
			}
		}
		return least, true
	}},
	"max": {args: "x, ...", doc: "the greatest of its arguments", least: 1, most: -1, num: func(_ *frame, x []float64) (float64, bool) {
		most := x[0]
		for _, v := range x[1:] {
			if v > most {
				most = v
			}
		}
		return most, true
	}},
	"clamp": {args: "x, low, high", doc: "x kept within low and high", least: 3, most: 3, num: func(_ *frame, x []float64) (float64, bool) {
		return exact.Clamp(x[0], x[1], x[2]), true
	}},
	"step": {args: "x, edge", doc: "0 below edge, 1 from there on", least: 2, most: 2, num: func(_ *frame, x []float64) (float64, bool) {
		if x[0] >= x[1] {
			return 1, true
		}
		return 0, true
	}},
	"lerp": {args: "a, b, t", doc: "the number between a (t = 0) and b (t = 1)", least: 3, most: 3, num: func(f *frame, x []float64) (float64, bool) {
		return f.finite(exact.Lerp(x[0], x[1], x[2]))
	}},
	"scale": {args: "x, a, b, c, d", doc: "the number that lies between c and d as x lies between a and b", least: 5, most: 5, num: func(f *frame, x []float64) (float64, bool) {
		return f.finite(exact.Scale(x[0], x[1], x[2], x[3], x[4]))
	}},
	"between": {args: "x, low, high", doc: "whether x lies within low and high, ends included", least: 3, most: 3, make: func(a []code) code {
		x, low, high := a[0].num, a[1].num, a[2].num
		return fromCond(func(f *frame) (bool, bool) {
			v, ok1 := x(f)
			l, ok2 := low(f)
			h, ok3 := high(f)
			return v >= l && v <= h, ok1 && ok2 && ok3
		})
	}},
	"number": {args: "x", doc: "x as a number: a text that is one, 1 and 0 for yes and no; missing if it is none", least: 1, most: 1, make: func(a []code) code {
		val := a[0].val
		return fromNum(func(f *frame) (float64, bool) { return val(f).Float() })
	}},
	"len": {args: "text", doc: "how many characters it has", least: 1, most: 1, make: func(a []code) code {
		val := a[0].val
		return fromNum(func(f *frame) (float64, bool) {
			v := val(f)
			if v.IsMissing() {
				return 0, false
			}
			return float64(utf8.RuneCountInString(v.String())), true
		})
	}},
	"lower": {args: "text", doc: "in small letters", least: 1, most: 1, text: func(f *frame, s string) sonify.Value { return f.text(strings.ToLower(s)) }},
	"upper": {args: "text", doc: "in capital letters", least: 1, most: 1, text: func(f *frame, s string) sonify.Value { return f.text(strings.ToUpper(s)) }},
	"has":   {args: "x", doc: "whether x is there", least: 1, most: 1, make: func(a []code) code { return has(a[0]) }},
	"or_else": {args: "x, y", doc: "x, or y where x is missing, as x ?? y", least: 2, most: 2, make: func(a []code) code {
		return orElse(a[0], a[1])
	}},
}

// numeric makes code of a call of a function of numbers.
func numeric(fn func(*frame, []float64) (float64, bool), args []code) code {
	nums := make([]func(*frame) (float64, bool), len(args))
	for i, a := range args {
		nums[i] = a.num
	}
	x := make([]float64, len(args)) // one goroutine at a time: it can be used again
	return fromNum(func(f *frame) (float64, bool) {
		for i, num := range nums {
			v, ok := num(f)
			if !ok {
				return 0, false
			}
			x[i] = v
		}
		return fn(f, x)
	})
}

// textual makes code of a call of a function of a text.
func textual(fn func(*frame, string) sonify.Value, a code) code {
	val := a.val
	return fromVal(sonify.Text, func(f *frame) sonify.Value {
		v := val(f)
		if v.IsMissing() {
			return v
		}
		if s := v.String(); len(s) <= maxText {
			return fn(f, s)
		}
		f.fail(ErrLength)
		return sonify.Value{}
	})
}
