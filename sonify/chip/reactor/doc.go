// Command reactor is the chip as a WebAssembly module for browsers: it is what
// runs inside a listener's AudioWorklet. Build it with
//
//	GOOS=wasip1 GOARCH=wasm go build -trimpath -buildvcs=false -buildmode=c-shared -ldflags='-s -w -buildid=' -o chip.wasm ./sonify/chip/reactor
//
// Call _initialize once, first. All buffers are the module's own and never move:
//
//	in() pointer, in_size() bytes    where the host writes commands or a snapshot
//	push(n) int32                    takes n bytes of commands from in; as Chip.Push
//	out() pointer, out_size() frames where render leaves its sound
//	render(n) int32                  makes n frames (at most out_size) of float32: all of
//	                                 the left, then, from out_size on, all of the right
//	render_exact(n) int32            makes n frames as pairs of int32, at out_exact() pointer
//	snapshot() int32                 leaves a snapshot in in; its length, 0 if it does not fit
//	restore(n) int32                 takes a snapshot of n bytes from in; 0 if it was good
//	reset()                          a new chip
//	pos() float64, horizon() float64 frames, exact up to 2^53
//
// Nothing allocates but restore and the first samples, and nothing calls the
// host after _initialize.
package main
