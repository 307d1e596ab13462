// Package fused is read by the tests of nofma, never compiled into anything.
package fused

import "math"

type point struct{ x, y float64 }

func direct(x, y, z float64) float64 {
	a := x*y + z     // want
	a = z - x*y      // want
	a = -(x * y) + z // want
	a = z + (x * y)  // want
	a += x * y       // want
	a -= -x * y      // want
	a = x*y + y*z    // want
	a = x*y*z - 1    // want
	a = float64(x*y) + z
	a = float64(x*y) + float64(y*z)
	a = x*y/z + 1
	a = 2*3 + z
	a = x*-0.25 + z
	a = 3*x + z // want
	a = math.Sqrt(x*y) + z
	return a
}

func narrow(x, y, z float32) float32 {
	z = x*y + z // want
	return float32(x*y) + z
}

func whole(x, y, z int) int { return x*y + z }

func byVariable(x, y, z float64) float64 {
	p := x * y
	q := float64(x * y)
	var r = y * z
	z = q + z
	z = p + z // want
	w := z
	w *= x
	s := w + 1   // want
	return r - s // want
}

func byField(p *point, list []float64, x, y float64) float64 {
	p.x = x * y
	list[0] = x * y
	a := p.x + 1     // want
	b := list[1] + 1 // want
	c := point{y: x * y}
	d := c.y + 1 // want
	return a / b / d
}

func product(x, y float64) float64 { return x * y }
func rounded(x, y float64) float64 { return float64(x * y) }

func byFunction(x, y float64) float64 {
	a := product(x, y) + 1 // want
	b := rounded(x, y) + 1
	return a / b
}

func plusOne(x float64) float64 { return x + 1 } // want

func byArgument(x, y float64) float64 { return plusOne(x * y) }

func byClosure(x, y float64) func() float64 {
	return func() float64 {
		return x*y + 1 // want
	}
}

func generic[T float32 | float64](x, y, z T) T {
	return x*y + z // want
}

func complicated(x, y complex128) complex128 {
	return x * y // want
}

var _ = []any{direct, narrow, whole, byVariable, byField, byFunction, byArgument, byClosure, generic[float64], complicated}
