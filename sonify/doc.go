// Package sonify is the vocabulary of Proscenium: events, notes, time and
// pitch, and the few interfaces that join the parts. It is also the place to
// read how the parts are joined.
//
// # The picture
//
//	world -> sources/* --Event--> conductor --Event--> mapping.Performance
//	          (I/O)               (the one loop)        (pure)
//	                                  |  Passage: notes, controls, marks
//	                                  v
//	                               outputs: sound (chip -> pcm), midi, jsonl, picture
//	                                        (I/O)
//
// Both edges do I/O, the middle is pure: no clock, no file, no randomness that
// is not drawn from the seed. Playing live and rendering a file are the same
// loop, with a clock and without one.
//
// # The law
//
// The log of events (with the frame at which each arrived), the piece, the seed
// and the version of the program decide everything: the score, the MIDI bytes
// and the samples, on every CPU. That is why ticks, frames, pitches and the
// whole synth are integers, why the few floats of the middle are computed with
// + - * / and square roots only and never in a way a compiler may fuse, why
// random numbers are asked by position (package exact), and why no map is
// ranged over where order could be heard.
//
// # One event's way
//
// A source (package sources and those below it) decodes a record into an
// [Event]: a [Shape], which names its fields, and its values. The conductor
// runs every source in a goroutine of its own, gives each event the [Frame] at
// which it arrives, by the source's own clock, by a fixed step, or by the
// world's clock, and merges them in that order. The piece's door drops the
// fields that nothing reads or keeps.
//
// mapping.Performance hears the event. It feeds the signals that listen to its
// kind, asks the form whether a section begins or ends, and tries the rules in
// their order; what they play is put on the grid at or after the arrival, with
// a [Cause] that names event, rule and value. Every sixteenth the conductor
// opens a stretch of the piece: the patterns look at the signals and add what
// they play, the controls move the sound of the voices. Closing the stretch ducks
// what would mask a note of the data, and gives a [Passage] to the outputs. With a
// live source the stretches are a hundredth of a second, and patterns are decided by
// sixteenths all the same.
//
// # The packages
//
//	sonify             this vocabulary; imports nothing of ours
//	sonify/exact       arithmetic and dice that are the same on every CPU
//	sonify/score       scales, tunings, chords, rhythms, themes
//	sonify/mapping     TOML to a compiled piece, and its performance
//	sonify/conductor   the loop, the merging of sources, the pace of time
//	sonify/chip        the synth; integers only, also compiled to WebAssembly
//	sonify/sound       the output that plays passages on the chip
//	sonify/pcm         WAV files, loudness, samples
//	sonify/stream      endless streams for ordinary players: Opus, FLAC, WAV
//	sonify/speaker     the sound on this machine; in card the process that holds the card
//	sonify/midi        MIDI files
//	sonify/jsonl       the score as JSON lines and as text
//	sonify/picture     the score as a picture
//	sonify/journal     a station's own log
//	sonify/station     a piece on the air, live, and its log played again
//	sonify/safefile    files that are there whole or not at all
//	sources            the kinds of source, one folder each
//	mappings           the library of music; what measures it is in mappings/internal
//	web                stations on the air: pages, score and radio; in client who listens
//	cmd/proscenium     the command; the only package that sees everything
//
// A test holds who may import whom.
//
// # Words
//
// Source, event, kind, field; signal (a value that lives between events), rule
// (event to notes), pattern (plays by itself, steered by signals); voice,
// instrument; domain, range, curve, polarity; scale, key, mode; tick ([PPQ] to
// a quarter note), frame (one stereo sample at [SampleRate]); piece (a TOML
// file that plays). C4 is MIDI key 60, A4 is 69 and 440 Hz.
package sonify
