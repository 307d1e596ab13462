//go:build wasip1

package main

import (
	"unsafe"

	"proscenium/sonify/chip"
)

const (
	inSize  = 1 << 20
	outSize = 4096
)

var (
	c     = chip.New()
	bytes [inSize]byte
	block [outSize]chip.Frame
	left  [2 * outSize]float32 // and right behind it
)

func main() {} // never runs

//go:wasmexport in
func in() unsafe.Pointer { return unsafe.Pointer(&bytes) }

//go:wasmexport in_size
func sizeIn() int32 { return inSize }

//go:wasmexport out
func out() unsafe.Pointer { return unsafe.Pointer(&left) }

//go:wasmexport out_exact
func outExact() unsafe.Pointer { return unsafe.Pointer(&block) }

//go:wasmexport out_size
func sizeOut() int32 { return outSize }

//go:wasmexport push
func push(n uint32) int32 { return int32(c.Push(bytes[:min(n, inSize)])) }

//go:wasmexport render
func render(n uint32) int32 {
	n = uint32(renderExact(n))
	for i, f := range block[:n] {
		// Exact: 24 bits fit, and the factor is a power of two.
		left[i] = float32(f[0]) * (1.0 / (1 << 23))
		left[outSize+i] = float32(f[1]) * (1.0 / (1 << 23))
	}
	return int32(n)
}

//go:wasmexport render_exact
func renderExact(n uint32) int32 {
	n = min(n, outSize)
	c.Render(block[:n])
	return int32(n)
}

//go:wasmexport snapshot
func snapshot() int32 {
	s := c.Snapshot(bytes[:0])
	if len(s) > inSize {
		return 0
	}
	return int32(len(s))
}

//go:wasmexport restore
func restore(n uint32) int32 {
	if c.Restore(bytes[:min(n, inSize)]) != nil {
		return 1
	}
	return 0
}

//go:wasmexport reset
func reset() { c.Reset() }

//go:wasmexport pos
func pos() float64 { return float64(c.Pos()) }

//go:wasmexport horizon
func horizon() float64 { return float64(c.Horizon()) }
