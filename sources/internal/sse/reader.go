// Package sse reads server-sent events: text/event-stream, as the HTML standard
// defines it. It is the engine of the source sse and of the recipes for services
// that speak it.
//
// The reader is our own because of what a stream must survive here: an event that
// is too long for memory is passed over and counted, and the stream goes on. (The
// usual library gives up the connection.)
package sse

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Frame is one event of a stream.
type Frame struct {
	// Event is the name of its kind, "" for one that has none ("message" to browsers).
	Event string
	// Data are its lines, joined by LF. They are the reader's own and good until the
	// next call.
	Data []byte
	// ID is the last id that the stream has given, with this event or before it.
	ID string
	// Line is the line of the stream at which the event ended, from 1.
	Line int64
}

const (
	// DefaultLimit is how long an event may be: the longest seen in public streams are a few
	// hundred kilobytes.
	DefaultLimit = 1 << 20
	// idLimit is how long an id may be: it goes back to the server as a header, and
	// into the station's log.
	idLimit = 4 << 10
	// nameLimit is how long the name of an event's kind may be.
	nameLimit = 256
	// longestRetry bounds what a server may ask for.
	longestRetry = time.Hour
	chunk        = 32 << 10
)

// Reader cuts a stream into its events. It is used by one goroutine. Its memory is
// bounded by the limit, whatever comes.
type Reader struct {
	r          io.Reader
	err        error
	buf        []byte // what was read
	start, end int    // of what is not yet used
	scanned    int    // from start on: bytes without an end of line
	limit      int
	line       int64
	began      bool
	cr         bool // the line before ended in CR: an LF now belongs to it

	data    []byte
	lines   int
	event   string
	named   string // the last name: most streams have few
	id      string // of the stream, as far as it was dispatched
	pending string // the id that the next dispatch makes the stream's
	retry   time.Duration
	long    bool // the event is longer than the limit

	// Note, if set, is called for what was left out: "event longer than the limit".
	Note func(what string, line int64)
	// Comment, if set, is called for every comment; text is the reader's own.
	Comment func(text []byte)
}

// NewReader returns a reader of events of up to limit bytes, 0 for DefaultLimit. id
// is the one from which the stream was asked to go on, "" if it begins.
func NewReader(r io.Reader, limit int, id string) *Reader {
	if limit <= 0 {
		limit = DefaultLimit
	}
	return &Reader{r: r, limit: limit, id: id, pending: id, buf: make([]byte, min(chunk, limit+2))}
}

// Retry returns how long the server wants to be left alone before the next
// connection, 0 if it never said.
func (r *Reader) Retry() time.Duration { return r.retry }

// Next returns the next event. At the end of the stream the error is io.EOF, even
// where it ends within an event, which the standard says is then none; Whole tells.
func (r *Reader) Next() (Frame, error) {
	for {
		line, whole, err := r.readLine()
		if err != nil {
			return Frame{}, err
		}
		if !whole { // too long: of which field does not matter
			r.long = true
			continue
		}
		if len(line) > 0 {
			r.field(line)
			continue
		}
		r.id = r.pending
		long, lines := r.long, r.lines
		f := Frame{Event: r.event, Data: r.data, ID: r.id, Line: r.line}
		r.event, r.data, r.lines, r.long = "", r.data[:0], 0, false
		if cap(r.data) > 4*chunk && len(f.Data) < chunk {
			r.data = nil // after one long event there is no need to hold so much
		}
		switch {
		case long:
			r.note("event longer than the limit")
		case lines > 0:
			if n := len(f.Data); n > 0 {
				f.Data = f.Data[:n-1] // the LF after the last line
			}
			return f, nil
		}
	}
}

// Whole reports whether the stream, now at its end, ended between two events.
func (r *Reader) Whole() bool {
	return r.lines == 0 && !r.long && r.start == r.end
}

func (r *Reader) note(what string) {
	if r.Note != nil {
		r.Note(what, r.line)
	}
}

func (r *Reader) field(line []byte) {
	name, value := line, []byte(nil)
	if i := bytes.IndexByte(line, ':'); i >= 0 {
		name, value = line[:i], line[i+1:]
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
		}
	}
	switch string(name) {
	case "":
		if r.Comment != nil {
			r.Comment(value)
		}
	case "data":
		if r.long {
			return
		}
		if len(r.data)+len(value)+1 > r.limit {
			r.long, r.data = true, r.data[:0]
			return
		}
		r.data = append(append(r.data, value...), '\n')
		r.lines++
	case "event":
		if len(value) > nameLimit {
			value = value[:nameLimit]
		}
		if string(value) != r.named {
			r.named = text(value)
		}
		r.event = r.named
	case "id":
		switch {
		case bytes.IndexByte(value, 0) >= 0: // the standard says so
		case len(value) > idLimit:
			r.note("id longer than the limit, left out")
		case string(value) != r.pending:
			r.pending = text(value)
		}
	case "retry":
		ms := int64(0)
		for _, c := range value {
			if c < '0' || c > '9' {
				return
			}
			ms = min(ms*10+int64(c-'0'), int64(longestRetry/time.Millisecond))
		}
		if len(value) > 0 {
			r.retry = time.Duration(ms) * time.Millisecond
		}
	}
}

// text returns b as text; what is not UTF-8 becomes U+FFFD, as the standard says.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// readLine returns the next line without its end, which is LF, CR or CR LF. Of a
// line that is longer than the limit whole is false; it is passed over. Lines
// without an end are none.
func (r *Reader) readLine() (line []byte, whole bool, err error) {
	whole = true
	for {
		if r.cr && r.start < r.end {
			r.cr = false
			if r.buf[r.start] == '\n' {
				r.start++
			}
		}
		if !r.began && r.end-r.start >= 3 {
			r.began = true
			if string(r.buf[r.start:r.start+3]) == "\ufeff" {
				r.start += 3
			}
		}
		if r.began || r.err != nil {
			if i := lineEnd(r.buf[r.start+r.scanned : r.end]); i >= 0 {
				i += r.scanned
				line = r.buf[r.start : r.start+i]
				r.cr = r.buf[r.start+i] == '\r'
				r.start += i + 1
				r.scanned = 0
				r.line++
				if whole = whole && i <= r.limit+len("data: "); !whole {
					line = nil
				}
				return line, whole, nil
			}
			r.scanned = r.end - r.start
			if r.scanned > r.limit+len("data: ") {
				r.start, r.end, r.scanned = 0, 0, 0
				whole = false
			}
		}
		if r.err != nil {
			if r.scanned > 0 || !whole {
				r.lines++ // something was begun
				r.start, r.scanned = r.end, 0
			}
			return nil, true, r.err
		}
		r.fill()
	}
}

// lineEnd returns where the first LF or CR is, or -1.
func lineEnd(b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if j := bytes.IndexByte(b[:i], '\r'); j >= 0 {
		return j
	}
	return i
}

// fill reads more.
func (r *Reader) fill() {
	if r.start > 0 && (r.start == r.end || len(r.buf)-r.end < chunk/4) {
		copy(r.buf, r.buf[r.start:r.end])
		r.end -= r.start
		r.start = 0
		if len(r.buf) > 4*chunk && r.end < chunk {
			r.buf = append([]byte(nil), r.buf[:chunk]...) // a long line has passed
		}
	}
	if r.end == len(r.buf) {
		r.buf = append(r.buf, make([]byte, min(len(r.buf), r.limit+chunk))...)
	}
	for range 100 {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		if err != nil {
			r.err = err
			return
		}
		if n > 0 {
			return
		}
	}
	r.err = errors.New("a hundred readings without a byte")
}
