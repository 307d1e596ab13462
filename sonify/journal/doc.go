// Package journal is a station's own log: everything a performance depended on,
// written as it plays, so that it can be rendered again to the byte, gone on with
// after the power failed, or taken over by another machine.
//
// # Files
//
// A station has a folder. A run, which may be stopped and gone on with, writes
// segments in it, "RUN-NNNN.log", where RUN is the time at which it began (UTC) and NNNN
// counts from 0001; in the order of their names they are in the order of time. (A run
// that begins on a machine whose clock is not set yet is named as if it began just after
// the one before.)
// Each begins with a header that has all it takes to understand it without those
// before: the piece with every file it is made of, and what the performance knew
// at that moment. So old segments may be deleted, and a restart reads one.
//
// Whoever writes in a folder holds its file ".lock", so that there is one. Files can be
// read by their owner only, for a piece may hold passwords. What did
// not pass the piece's door is not in them.
//
// # Lines
//
// A segment is UTF-8 text, one JSON object a line, ending in a newline. Every
// object has a type:
//
//	journal  version, program, station, run, segment, frame, tick, time (at which
//	         that frame sounds), piece, sources, and state unless it begins at 0
//	shape    id, kind, fields: what events that name it look like
//	event    at (the frame of its arrival), source, shape, values in the order of
//	         the fields; line, clock_s (the source's own clock), time (of the
//	         world) and place (where the source goes on after it) if they are known
//	source   at, source, state (live, stale, ended, failed), and error
//	over     at: no source will report anything more
//	piece    frame, tick, why, piece, sources, anew, restarted: from this bar line on
//	         another piece is played, as a continuation or, if anew is true, from its
//	         start; restarted, if some of its sources begin again
//	here     frame, tick: so far it was played
//	held     frame, time: from now on that frame sounds then, as the machine slept or
//	         its clock was set
//	end      frame, tick, why: nothing is missing; "stopped" if it was asked to stop
//
// Frames count samples at 48 kHz from the beginning of the run, ticks 960 a
// quarter note. A piece is the name and text of its file, the overrides it was
// given ("set"), the files it names with their text (or, if they are none, their
// bytes in base64), and for each source what it said it would report. Sources
// are, by name, from which frame their time counts and how many of their events
// were heard before this line, so that a file is gone on with where it was; and for
// live ones their place, with a fingerprint of what they were asked.
//
// Lines stand in the order in which the performance took them. To play the log
// is to do the same again: hear every event at its frame, and change the piece
// at its tick.
//
// # Crashes
//
// Lines are written when the stretch of music they belong to has been decided,
// about seven times a second, so a program that is killed loses nothing that was
// heard. Every five seconds (Options.Sync), and when a segment begins or ends,
// they are forced to the disk: what a power cut takes is no more. A last line
// without its newline, or a tail that is no JSON at all, was torn by one and is
// left out, whole; the same anywhere else is damage and an error. A segment that was
// torn before it held a whole line has nothing in it ([ErrEmpty]), and is left out of its
// run. A file that was torn is never written to again: whoever goes on begins a new
// segment.
//
// # Limits
//
// Two lines lie at most a day apart. A line has at most 32 MiB, a text in an event 64 KiB, an event 4096 values; a
// segment ends by default at 64 MiB or after six hours, and the oldest of a
// station are deleted when all have more than 1 GiB. An hour of a busy station
// (one event a second) is half a megabyte.
package journal
