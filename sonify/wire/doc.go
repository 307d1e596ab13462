// Package wire is the score on its way to listeners: messages that a station
// sends, the same bytes for everybody, and what reads them back.
//
// A message is one byte that says what it is (a [Kind]) and a body. The commands
// of the chip travel in it as they are, so that a listener who hands them to a
// chip hears the station's own samples; beside them stands why each note sounds.
// web/PROTOCOL.md describes the conversation for those who write a client; the
// bodies are these, with numbers as in package chip (unsigned varints, zigzag
// where they may be negative, marked ±), texts as a length in bytes and UTF-8,
// and numbers with a fraction as eight bytes, IEEE 754, little end first:
//
//	1 hello     JSON: [Hello]
//	2 piece     JSON: [Piece], another piece goes on from a frame
//	3 score     sequence, begin, length, commands, causes, marks
//	4 keyframe  sequence, frame, snapshot, marks
//	5 clock     zero ±, now ±, token
//	6 goodbye   JSON: [Goodbye]
//
// In a score message begin and length are the frames that it completes: when it
// has come, everything that starts before begin+length is known, and some of what
// starts later. Commands are a length in bytes and that many bytes for
// chip.Push; for each of the chip's lanes that they use they say first from which
// frame they count, so that every message can be read alone. Causes are one for each note
// command, in their order:
//
//	maker, event, and if event is not 0: step, from, value
//
// where maker is an index in the piece's makers, event is 0 for none and otherwise
// the number of the event in the station's log, less the number before it in the
// message (0 at first), zigzag, plus 1; from says what was read, as a text, or
// nothing (length 0) if it is what it was at the last note of this maker in the
// message. A value is a byte (0 missing, 1 a whole number ±, 2 a number, 3 a text,
// 4 false, 5 true) and what it says.
//
// Marks are their count, and each a byte (the sonify.MarkKind, in its order), its
// frame less that of the mark before it (the first: less begin, or the keyframe's
// frame) ±, its tick likewise ±, and what its kind has:
//
//	section  name
//	caption  text, maker, event (plain, 0 for none)
//	key      name, sharps ±, minor (0 or 1)
//	chord    name, text
//	meter    beats, unit
//	tempo    microseconds a quarter note
//	signal   index in the piece's signals, value (a number)
//	state    source, state
//	board    place (row by row, from 0), text
//	label    note (its place among those of the message, from 0), text
//
// What a kind from 8 (board) on has stands behind its length in bytes, so that a reader
// passes over what it does not know, and over what stands behind what it knows. Kind 9 is
// not used; 10 is label, what the piece says that a note stands for, whose time is the
// note's.
//
// A keyframe is what a chip and a page need to join at a frame: the snapshot of a
// chip that has rendered up to it and knows what the score messages before sequence
// said, and the marks that hold. A clock says when frame 0 sounds and what time it
// is, in microseconds since 1970, and returns the token that the listener sent.
//
// Events, fields and names of the data are not in the wire: only what the piece
// made sound (the value a rule read), what it says (captions, labels, its board), and
// its signals.
package wire
