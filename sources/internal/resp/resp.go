// Package resp speaks the protocol of Redis, RESP 2, as far as a program needs that
// listens: https://redis.io/docs/latest/develop/reference/protocol-spec/.
package resp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// ErrProtocol is the error about what is not RESP.
var ErrProtocol = errors.New("the server sent what is not RESP")

// Kind tells what a [Value] is.
type Kind byte

// The kinds of value.
const (
	Nil     Kind = iota
	Text         // of one line, or of any bytes
	Integer      // as text
	List
	Error // what the server refuses
	Long  // a text longer than is read; it was passed over
)

// Value is one answer, or a part of one.
type Value struct {
	Kind Kind
	Text []byte
	List []Value
}

// Reader reads values. What it returns is the caller's.
type Reader struct {
	src *bufio.Reader
	max int // of a text
	all int // of a value with all its parts
}

// NewReader returns a reader that passes over texts longer than max and takes no value
// that holds more than all bytes together.
func NewReader(src io.Reader, max, all int) *Reader {
	return &Reader{src: bufio.NewReaderSize(src, 64<<10), max: max, all: all}
}

// Buffered reports whether the beginning of a further value has come already.
func (r *Reader) Buffered() bool { return r.src.Buffered() > 0 }

const (
	maxLine  = 4096 // of a header or an error
	maxDepth = 8    // lists in lists
	maxList  = 1 << 20
	perValue = 48 // what a value costs beside its text
)

// Read returns the next value.
func (r *Reader) Read() (Value, error) {
	left := r.all
	return r.value(&left, 0)
}

func (r *Reader) value(left *int, depth int) (Value, error) {
	if *left -= perValue; *left < 0 {
		return Value{}, fmt.Errorf("%w: an answer of more than %d KiB", ErrProtocol, r.all>>10)
	}
	line, err := r.line(depth > 0)
	if err != nil {
		return Value{}, err
	}
	if len(line) == 0 {
		return Value{}, fmt.Errorf("%w: an empty line", ErrProtocol)
	}
	kind, rest := line[0], line[1:]
	switch kind {
	case '+', '-', ':':
		v := Value{Kind: map[byte]Kind{'+': Text, '-': Error, ':': Integer}[kind], Text: append([]byte(nil), rest...)}
		*left -= len(rest)
		return v, nil
	case '$':
		n, err := length(rest)
		if err != nil || n < 0 {
			return Value{}, err
		}
		return r.bulk(n, left)
	case '*':
		n, err := length(rest)
		if err != nil || n < 0 {
			return Value{}, err
		}
		if n > maxList || depth >= maxDepth {
			return Value{}, fmt.Errorf("%w: lists of %d values, %d deep", ErrProtocol, n, depth+1)
		}
		v := Value{Kind: List}
		for range n {
			part, err := r.value(left, depth+1)
			if err != nil {
				return v, err
			}
			v.List = append(v.List, part)
		}
		return v, nil
	}
	return Value{}, fmt.Errorf("%w: a value of kind %q", ErrProtocol, kind)
}

// bulk reads a text of n bytes.
func (r *Reader) bulk(n int, left *int) (Value, error) {
	v := Value{Kind: Long}
	if n <= r.max && n <= *left {
		*left -= n
		v = Value{Kind: Text, Text: make([]byte, n)}
		if _, err := io.ReadFull(r.src, v.Text); err != nil {
			return v, whole(err)
		}
	} else if _, err := io.CopyN(io.Discard, r.src, int64(n)); err != nil {
		return v, whole(err)
	}
	var end [2]byte
	if _, err := io.ReadFull(r.src, end[:]); err != nil {
		return v, whole(err)
	}
	if end != [2]byte{'\r', '\n'} {
		return v, fmt.Errorf("%w: a text that does not end where it says", ErrProtocol)
	}
	return v, nil
}

// line reads a line without its end.
func (r *Reader) line(inside bool) ([]byte, error) {
	line, err := r.src.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull, len(line) > maxLine:
		return nil, fmt.Errorf("%w: a line of more than %d bytes", ErrProtocol, maxLine)
	case err == io.EOF && (inside || len(line) > 0):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	case len(line) < 2 || line[len(line)-2] != '\r':
		return nil, fmt.Errorf("%w: a line with another end", ErrProtocol)
	}
	return line[:len(line)-2], nil
}

func whole(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// maxBulk is the longest text that Redis itself keeps.
const maxBulk = 512 << 20

// length reads a length; -1 stands for nothing at all.
func length(text []byte) (int, error) {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < -1 || n > maxBulk {
		return 0, fmt.Errorf("%w: a length of %.20q", ErrProtocol, text)
	}
	return n, nil
}

// Append adds a command to b.
func Append(b []byte, words ...string) []byte {
	b = append(b, '*')
	b = strconv.AppendInt(b, int64(len(words)), 10)
	b = append(b, "\r\n"...)
	for _, w := range words {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(len(w)), 10)
		b = append(b, "\r\n"...)
		b = append(b, w...)
		b = append(b, "\r\n"...)
	}
	return b
}
