// Package pcm carries finished sound out of the engine: frames of samples, the
// files they are written to and the meters that measure them.
package pcm

import "proscenium/sonify"

// Frame is one stereo sample, left then right, as signed 24-bit integers:
// -8388608 to 8388607. That is the form in which the chip makes sound and in
// which two renders are compared; 16-bit and float files are made from it.
type Frame [2]int32

// Full is the level of a full-scale sample.
const Full = 1 << 23

// A Sink takes sound: a file, a stream, a meter.
type Sink interface {
	// Write takes the next frames. Calls come from one goroutine, and Write
	// keeps no reference to block.
	Write(block []Frame) error
	// Mark names a moment of the sound: a section, a caption. Marks come in
	// order, each before the frames that follow it by more than a second.
	Mark(at sonify.Frame, label string) error
	// Finish ends the sound properly: a file gets its sizes and its final name.
	Finish() error
	// Close releases what the sink holds, and removes what was half written if
	// Finish was not called or failed. It may be called more than once.
	Close() error
}
