// Package station puts a piece on the air: live from its sources, for months,
// whatever becomes of them.
//
//	s, err := station.New(station.Options{Name: "court", Env: env, File: "court.toml", Journal: dir})
//	a := s.Attach(output)   // any number, before or while it plays
//	err = s.Run(ctx)        // until ctx is done
//
// # What goes on the air
//
// One goroutine conducts. A stretch of music is decided shortly before it sounds
// (Options.Ahead), from what has arrived until then, and given to every output at
// once; an output that joins gets, with its first passage, the marks that hold.
// Events of live sources arrive when they come, in the first stretch that is not
// decided yet; those of files at their own time. Stretches are sixteenths, and with a
// live source about 11 ms; where all events are known beforehand nothing is lost by
// deciding early, and many listeners cost less.
//
// # What is written
//
// Everything that the music depended on goes into the station's journal before
// the music leaves, so a [Replay] of it gives every output the same calls, and a
// sound the same bytes. Every few hours the performance itself is written down
// and the log begins a new segment there. A station that was stopped or killed is gone
// on with from its last segment: the same signals, the same section, the same dice,
// files where they were. The hours between are no part of the music. What came after
// the last line of a log that a kill cut off, a bar at most, is played once more.
//
// # What may change
//
// [Station.Edit] takes a new text of the piece. If it is wrong, nothing happens
// but that [Status] says what is wrong with it; if it is right it is heard on the
// next bar line. What sounds rings out; signals, patterns and sections that are
// still the same go on, sources that are still the same are not disturbed.
// Options.Watch does so whenever the piece's file, or a file that it names,
// changes.
//
// A live source that ends or fails is run again, a half second later at first
// and a minute at most; what is permanent is not. The piece plays on by its idle
// and its outputs are told. When all sources have come to their end, so does the
// piece, and it begins again with the next seed: another match, another
// variation. A piece with a live source goes on for ever.
package station
