// Package table reads tables of text: cells separated by commas, tabs or
// semicolons, the way spreadsheets and scripts really write them. It follows RFC
// 4180 where that is followed and goes on where it is not; how much it holds in
// memory is bounded.
package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"proscenium/sources/internal/input"
)

// Limits of a table, unless a Reader says otherwise.
const (
	MaxRecord = 1 << 20 // bytes of a record
	MaxCells  = 4096    // cells of a record
)

// Reader reads the records of a table. The zero values of its settings are
// sensible; they are set before the first Read.
type Reader struct {
	Separator byte // 0: ','
	Max       int  // bytes of a record; 0: MaxRecord
	Latin1    bool // the bytes are Latin-1, whatever they look like

	// About the record last read:
	Line     int64 // where it began, from 1
	Foreign  bool  // it was not UTF-8 and has been read as Latin-1
	Unclosed bool  // a quote was still open at the end of the input
	Cut      bool  // the input ended without an end of line after it

	src   *bufio.Reader
	eol   byte
	lines int64 // read so far
	line  []byte
	rec   []byte
	ends  []int
	cells []string
	latin []byte
}

// NewReader returns a reader of the text that src holds (see [input.Text]).
func NewReader(src *bufio.Reader) *Reader {
	return &Reader{src: src, eol: '\n'}
}

// Skipped tells r that so many lines were read of src before it.
func (r *Reader) Skipped(lines int) { r.lines += int64(lines) }

// Sniff looks at what has already arrived of the table, finds out how its lines
// end (CR alone counts), and returns the separator it seems to use: the one of
// , ; TAB | that cuts the first lines into the same number of cells, most of them.
// It returns ',' if nothing speaks for another. It reads nothing.
func (r *Reader) Sniff() byte {
	r.src.Peek(1)
	head, _ := r.src.Peek(min(r.src.Buffered(), 64<<10))
	if bytes.IndexByte(head, '\n') < 0 {
		if i := bytes.IndexByte(head, '\r'); i >= 0 && i+1 < len(head) {
			r.eol = '\r'
		}
	}
	best, most := byte(','), 0
	for _, sep := range []byte{',', ';', '\t', '|'} {
		if n := r.consistent(head, sep); n > most {
			best, most = sep, n
		}
	}
	return best
}

// consistent returns how well sep cuts the first lines of head: ten times the
// cuts of the first line for each line, up to twenty, that has as many, less one
// for each that has not.
func (r *Reader) consistent(head []byte, sep byte) int {
	var first, lines, alike, count int
	quoted := false
	for _, c := range head {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == sep:
			count++
		case c == r.eol:
			if lines == 0 {
				first = count
			} else if count == first {
				alike++
			}
			if lines++; lines == 20 {
				return r.weigh(first, lines, alike)
			}
			count = 0
		}
	}
	if lines == 0 {
		first = count
	}
	return r.weigh(first, max(lines, 1), alike)
}

func (r *Reader) weigh(first, lines, alike int) int {
	if first == 0 {
		return 0
	}
	return max(1, first*10*(alike+1)-(lines-1-alike)*20)
}

// errors of Read that say where, wrapped in nothing: the caller adds the line.
var errBinary = errors.New("this is a binary file (it holds a byte of zero), text was expected")

// Read returns the cells of the next record, and io.EOF after the last. The
// slice is good until the next call, the strings for ever. Records of no bytes at
// all are left out. An error other than io.EOF is final.
func (r *Reader) Read() ([]string, error) {
	sep := r.Separator
	if sep == 0 {
		sep = ','
	}
	for {
		r.Foreign, r.Unclosed, r.Cut = false, false, false
		r.rec, r.ends = r.rec[:0], r.ends[:0]
		line, err := r.next(0)
		if err != nil {
			return nil, err
		}
		r.Line = r.lines
		if len(line) == 0 {
			continue
		}
		if bytes.IndexByte(line, '"') < 0 {
			err = r.plain(line, sep)
		} else {
			err = r.quoted(line, sep)
		}
		if err != nil {
			return nil, err
		}
		return r.split(), nil
	}
}

// plain cuts a line without quotes.
func (r *Reader) plain(line []byte, sep byte) error {
	for {
		i := bytes.IndexByte(line, sep)
		if i < 0 {
			break
		}
		r.rec = append(r.rec, line[:i]...)
		if err := r.endCell(); err != nil {
			return err
		}
		line = line[i+1:]
	}
	r.rec = append(r.rec, line...)
	return r.endCell()
}

func (r *Reader) endCell() error {
	if len(r.ends) >= MaxCells {
		return fmt.Errorf("more than %d cells in a row", MaxCells)
	}
	r.ends = append(r.ends, len(r.rec))
	return nil
}

// quoted cuts a record with quotes, which may go on over several lines. A quote
// counts at the beginning of a cell, blanks before it or not; elsewhere it is a
// letter.
func (r *Reader) quoted(line []byte, sep byte) error {
	for {
		blanks := 0
		for blanks < len(line) && line[blanks] == ' ' {
			blanks++
		}
		if blanks == len(line) || line[blanks] != '"' {
			i := bytes.IndexByte(line, sep)
			if i < 0 {
				r.rec = append(r.rec, line...)
				return r.endCell()
			}
			r.rec = append(r.rec, line[:i]...)
			if err := r.endCell(); err != nil {
				return err
			}
			line = line[i+1:]
			continue
		}
		line = line[blanks+1:]
		for {
			i := bytes.IndexByte(line, '"')
			if i < 0 { // the cell goes on in the next line
				r.rec = append(r.rec, line...)
				if r.Cut {
					r.Unclosed = true
					return r.endCell()
				}
				r.rec = append(r.rec, '\n')
				var err error
				line, err = r.next(len(r.rec))
				if err == io.EOF {
					r.Unclosed = true
					return r.endCell()
				}
				if err != nil {
					if errors.Is(err, errLong) {
						return fmt.Errorf("a quote opened in line %d is not closed within %d bytes", r.Line, r.max())
					}
					return err
				}
				continue
			}
			r.rec = append(r.rec, line[:i]...)
			line = line[i+1:]
			if len(line) > 0 && line[0] == '"' {
				r.rec = append(r.rec, '"')
				line = line[1:]
				continue
			}
			break
		}
		i := bytes.IndexByte(line, sep)
		if i < 0 {
			r.rec = append(r.rec, line...)
			return r.endCell()
		}
		r.rec = append(r.rec, line[:i]...)
		if err := r.endCell(); err != nil {
			return err
		}
		line = line[i+1:]
	}
}

// split makes strings of the record's cells: one allocation for all of them.
func (r *Reader) split() []string {
	rec := r.rec
	r.cells = r.cells[:0]
	foreign := r.Latin1 || !utf8.Valid(rec)
	if foreign {
		// Cell by cell, since the ends move.
		from := 0
		for _, end := range r.ends {
			r.latin = input.FromLatin1(r.latin[:0], rec[from:end])
			r.cells = append(r.cells, string(r.latin))
			from = end
		}
		r.Foreign = !r.Latin1
		return r.cells
	}
	all, from := string(rec), 0
	for _, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		from = end
	}
	return r.cells
}

func (r *Reader) max() int {
	if r.Max > 0 {
		return r.Max
	}
	return MaxRecord
}

var errLong = errors.New("record too long")

// next returns the next line without its end. It is good until the next call.
// Have is how much of the record there is already.
func (r *Reader) next(have int) ([]byte, error) {
	r.line = r.line[:0]
	for {
		part, err := r.src.ReadSlice(r.eol)
		if have+len(r.line)+len(part) > r.max()+2 {
			return nil, fmt.Errorf("%w: more than %d bytes", errLong, r.max())
		}
		if bytes.IndexByte(part, 0) >= 0 {
			return nil, errBinary
		}
		switch {
		case err == nil && len(r.line) == 0:
			r.lines++
			return r.trim(part), nil
		case err == nil:
			r.lines++
			r.line = append(r.line, part...)
			return r.trim(r.line), nil
		case errors.Is(err, bufio.ErrBufferFull):
			r.line = append(r.line, part...)
			continue
		case err == io.EOF:
			r.line = append(r.line, part...)
			if len(r.line) == 0 {
				return nil, io.EOF
			}
			r.lines++
			r.Cut = true
			return r.line, nil
		default:
			return nil, err
		}
	}
}

// trim removes the end of the line, CR LF or LF (or CR).
func (r *Reader) trim(line []byte) []byte {
	line = line[:len(line)-1]
	if r.eol == '\n' && len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line
}
