package jsonl

import (
	"bufio"
	"bytes"
	"io"
)

// framer cuts a stream into the texts of objects, one at a time and never more
// than max bytes. It takes one object a line, objects one after the other with or
// without blanks, lines or commas between them, and one array of objects around
// everything.
type framer struct {
	src   *bufio.Reader
	max   int
	line  int64 // being read, from 1
	begun bool
	array bool // inside the array around everything
	buf   []byte
	skip  func(what string, line int64)
}

// What becomes of what is no object.
const (
	notObject = "not an object"
	notClosed = "object not closed"
	cutOff    = "last line cut off"
	tooLong   = "object too long"
)

func newFramer(src *bufio.Reader, max int, skip func(what string, line int64)) *framer {
	return &framer{src: src, max: max, line: 1, skip: skip}
}

// next returns the text of the next object and the line on which it begins, and
// io.EOF after the last. The text is good until the next call.
func (f *framer) next() ([]byte, int64, error) {
	for {
		c, err := f.src.ReadByte()
		if err != nil {
			return nil, f.line, err
		}
		switch {
		case c == '\n':
			f.line++
			continue
		case c == ' ' || c == '\t' || c == '\r' || c == ',' || c == 0x1e: // 0x1e begins texts of RFC 7464
			continue
		case c == '[' && !f.begun:
			f.begun, f.array = true, true
			continue
		case c == ']' && f.array:
			f.array = false
			continue
		case c == '{':
			f.begun = true
			at := f.line
			text, err := f.object()
			if text != nil || err != nil {
				return text, at, err
			}
			continue
		}
		f.begun = true
		f.skip(notObject, f.line)
		if err := f.junk(c); err != nil {
			return nil, f.line, err
		}
	}
}

// junk leaves out what begins with c and is no object: the rest of the line, or
// of the element.
func (f *framer) junk(c byte) error {
	depth, quoted, escaped := 0, c == '"', false
	if c == '[' {
		depth = 1
	}
	for {
		c, err := f.src.ReadByte()
		if err != nil {
			return err
		}
		switch {
		case c == '\n':
			f.line++
			if !f.array {
				return nil
			}
			quoted = false
		case !f.array:
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '[' || c == '{':
			depth++
		case depth > 0 && (c == ']' || c == '}'):
			depth--
		case depth == 0 && (c == ',' || c == ']'):
			return f.src.UnreadByte()
		}
	}
}

// object reads on after an opening brace to the one that closes it. It returns
// nil and no error if there is none, and that has been reported.
func (f *framer) object() ([]byte, error) {
	f.buf = append(f.buf[:0], '{')
	at := f.line
	depth, quoted, escaped, long := 1, false, false, false
	for {
		c, err := f.src.ReadByte()
		if err != nil {
			if err == io.EOF {
				f.skip(cutOff, at)
			}
			return nil, err
		}
		if !long {
			if len(f.buf) >= f.max {
				long = true
				f.skip(tooLong, at)
			} else {
				f.buf = append(f.buf, c)
			}
		}
		if c == '\n' {
			f.line++
			if f.array && !quoted {
				continue
			}
			// No string of JSON has an end of line in it, and a new object at the
			// very beginning of a line means that the one before was broken off.
			if quoted || long || f.another() {
				if !long {
					f.skip(notClosed, at)
				}
				return nil, nil
			}
			continue
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				if long {
					return nil, nil
				}
				return f.buf, nil
			}
		}
	}
}

// another reports whether the line that comes now is an object of its own, as
// far as it has arrived.
func (f *framer) another() bool {
	if c, err := f.src.Peek(1); err != nil || c[0] != '{' {
		return false
	}
	line, _ := f.src.Peek(f.src.Buffered())
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " \t\r")
	return len(line) > 1 && line[len(line)-1] == '}' && balanced(line)
}

func balanced(text []byte) bool {
	depth, quoted, escaped := 0, false, false
	for i, c := range text {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i == len(text)-1
			}
		}
	}
	return false
}
