package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings that Text knows.
const (
	Auto   = "auto" // by the first bytes: UTF-8 or UTF-16; bytes that are not UTF-8 are left to the caller
	UTF8   = "utf-8"
	UTF16  = "utf-16"
	Latin1 = "latin-1"
)

// Text returns r's text as UTF-8 without a byte order mark, buffered by size
// bytes at least. UTF-16 is recognised by its mark, or by the zeros between the
// first letters. Bytes that are not UTF-8 are left as they are: see [FromLatin1].
// Something that is plainly no text (an archive, a workbook, bytes of zero) is a
// sonify.Permanent error.
func Text(r io.Reader, encoding string, size int) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(r, max(size, 4096))
	// Two bytes are worth waiting for, a thousand are not: it may be live.
	if head, err := b.Peek(2); err != nil && err != io.EOF && len(head) == 0 {
		return nil, err
	}
	first, _ := b.Peek(1)
	if len(first) > 0 && first[0] >= 0xef { // a mark, perhaps: two to four bytes
		b.Peek(4)
	}
	head, _ := b.Peek(min(b.Buffered(), 1024))
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			return nil, permanent("this is %s, text was expected", m.what)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		b.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return nil, permanent("this is UTF-32, save it as UTF-8")
	case bytes.HasPrefix(head, []byte("\xff\xfe")) && encoding != Latin1:
		b.Discard(2)
		return bufio.NewReaderSize(&wide{r: b, order: binary.LittleEndian}, max(size, 4096)), nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")) && encoding != Latin1:
		b.Discard(2)
		return bufio.NewReaderSize(&wide{r: b, order: binary.BigEndian}, max(size, 4096)), nil
	default:
		odd, even := zeros(head)
		n := len(head) / 2
		switch {
		case encoding == UTF16 && even > odd, encoding == Auto && n >= 2 && even*4 > n*3 && odd*4 < n:
			return bufio.NewReaderSize(&wide{r: b, order: binary.BigEndian}, max(size, 4096)), nil
		case encoding == UTF16, encoding == Auto && n >= 2 && odd*4 > n*3 && even*4 < n:
			return bufio.NewReaderSize(&wide{r: b, order: binary.LittleEndian}, max(size, 4096)), nil
		}
		if i := bytes.IndexByte(head, 0); i >= 0 {
			return nil, permanent("this is a binary file (byte %d is zero), text was expected", i+1)
		}
	}
	return b, nil
}

// Narrow returns a whole text as UTF-8. It is turned into it if it begins as UTF-16 does,
// with its mark, or as XML with the zero beside its first letter. What XML says of its
// encoding stays: see [IsUTF16].
func Narrow(doc []byte) []byte {
	switch string(doc[:min(len(doc), 2)]) {
	case "\xff\xfe", "\xfe\xff", "<\x00", "\x00<":
		if r, err := Text(bytes.NewReader(doc), UTF16, 0); err == nil {
			if text, err := io.ReadAll(r); err == nil {
				return text
			}
		}
	}
	return doc
}

// IsUTF16 reports whether the encoding that an XML declaration names is UTF-16. A
// declaration that can be read letter by letter is in it no more: the document was turned
// into UTF-8 on its way, by us or by whoever sent it, and still says what it was.
func IsUTF16(charset string) bool {
	switch strings.ToLower(charset) {
	case "utf-16", "utf-16le", "utf-16be":
		return true
	}
	return false
}

// magics are the first bytes of what people offer instead of text.
var magics = []struct{ bytes, what string }{
	{"\x1f\x8b", "a gzip archive; unpack it first"},
	{"PK\x03\x04", "a zip archive or an Excel workbook; unpack it, or save it as CSV,"},
	{"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV,"},
	{"%PDF-", "a PDF"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"PAR1", "a Parquet file"},
	{"\x28\xb5\x2f\xfd", "a zstd archive; unpack it first"},
}

// zeros counts the bytes of zero at odd and even places of the first letters.
func zeros(head []byte) (odd, even int) {
	for i, c := range head {
		if c == 0 {
			if i%2 == 1 {
				odd++
			} else {
				even++
			}
		}
	}
	return odd, even
}

// wide turns UTF-16 into UTF-8. Halves of letters become U+FFFD.
type wide struct {
	r     *bufio.Reader
	order binary.ByteOrder
	out   []byte
	high  rune // a high surrogate that waits for its low one
	err   error
}

func (w *wide) Read(dst []byte) (int, error) {
	for len(w.out) == 0 {
		if w.err != nil {
			return 0, w.err
		}
		w.fill()
	}
	n := copy(dst, w.out)
	w.out = w.out[n:]
	return n, nil
}

func (w *wide) fill() {
	w.out = make([]byte, 0, 4096)
	var two [2]byte
	for len(w.out) < 4000 {
		n, err := io.ReadFull(w.r, two[:])
		if err != nil {
			if w.high != 0 || n == 1 {
				w.out = utf8.AppendRune(w.out, utf8.RuneError)
			}
			if err == io.ErrUnexpectedEOF {
				err = io.EOF
			}
			w.err = err
			return
		}
		c := rune(w.order.Uint16(two[:]))
		if w.high != 0 {
			if p := utf16.DecodeRune(w.high, c); p != utf8.RuneError {
				w.out = utf8.AppendRune(w.out, p)
				w.high = 0
				continue
			}
			w.out = utf8.AppendRune(w.out, utf8.RuneError)
			w.high = 0
		}
		if c >= 0xd800 && c < 0xdc00 {
			w.high = c
			continue
		}
		w.out = utf8.AppendRune(w.out, c) // a lone low surrogate becomes U+FFFD
		if w.r.Buffered() < 2 && len(w.out) > 0 {
			return // do not wait for more than is there
		}
	}
}

// windows are the letters of bytes 0x80 to 0x9f in Windows-1252, which is what
// files that call themselves Latin-1 really hold; 0 where there is none.
var windows = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// FromLatin1 appends b, read as Latin-1 (Windows-1252, its superset), to dst as
// UTF-8.
func FromLatin1(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c < 0x80:
			dst = append(dst, c)
		case c < 0xa0 && windows[c-0x80] != 0:
			dst = utf8.AppendRune(dst, windows[c-0x80])
		default:
			dst = utf8.AppendRune(dst, rune(c))
		}
	}
	return dst
}
