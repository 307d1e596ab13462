package jsonl

import (
	"math"
	"strconv"
	"time"

	"proscenium/sonify"
)

// velocities are the numbers n/127 with four decimals, which tell the steps
// apart.
var velocities = func() (v [256][]byte) {
	for i := range v {
		n := (i*20000 + 127) / 254 // half up
		b := strconv.AppendInt(nil, int64(n/10000), 10)
		if f := n % 10000; f != 0 {
			b = appendFraction(append(b, '.'), int64(f), 4)
		}
		v[i] = b
	}
	return v
}()

// appendFraction appends f with so many digits, without the zeros at its end.
func appendFraction(b []byte, f int64, digits int) []byte {
	at := len(b)
	for range digits {
		b = append(b, 0)
	}
	for i := len(b) - 1; i >= at; i-- {
		b[i] = '0' + byte(f%10)
		f /= 10
	}
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// appendPitch appends a pitch in semitones with up to five decimals, rounded:
// enough to tell the steps of 1/65536 apart.
func appendPitch(b []byte, p sonify.Pitch) []byte {
	n := int64(p)
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	n = (n*100000 + 32768) >> 16
	b = strconv.AppendInt(b, n/100000, 10)
	if f := n % 100000; f != 0 {
		b = appendFraction(append(b, '.'), f, 5)
	}
	return b
}

// appendHundredths appends n/100.
func appendHundredths(b []byte, n int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/100, 10)
	if f := n % 100; f != 0 {
		b = appendFraction(append(b, '.'), f, 2)
	}
	return b
}

func appendValue(b []byte, v sonify.Value) []byte {
	switch v.Type() {
	case sonify.Number:
		f, _ := v.Float()
		return appendFloat(b, f)
	case sonify.Bool:
		t, _ := v.Bool()
		return strconv.AppendBool(b, t)
	case sonify.Text:
		return sonify.AppendJSONString(b, v.String())
	}
	return append(b, "null"...)
}

// appendFloat appends f so that it reads back as the same number. JSON has no
// infinities, nor NaN.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendSeconds appends d in seconds, exactly.
func appendSeconds(b []byte, d time.Duration) []byte {
	n := uint64(d)
	if d < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendUint(b, n/1e9, 10)
	if f := n % 1e9; f != 0 {
		b = appendFraction(append(b, '.'), int64(f), 9)
	}
	return b
}
