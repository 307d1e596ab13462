package pcm

import (
	"fmt"
	"math"
	"strings"
	"unicode"

	"proscenium/sonify"
)

// appendInfo appends the tags as a LIST chunk of type INFO, nothing if all are
// empty.
func appendInfo(b []byte, t Tags) []byte {
	at := len(b)
	b = append(b, "LIST\x00\x00\x00\x00INFO"...)
	empty := len(b)
	for _, e := range []struct{ id, text string }{
		{"INAM", t.Title}, {"IART", t.Artist}, {"IPRD", t.Album}, {"ICRD", t.Date},
		{"ICMT", t.Comment}, {"ICOP", t.Copyright}, {"ISFT", t.Software},
	} {
		if s := oneLine(e.text, 1000); s != "" {
			b = appendChunk(b, e.id, append([]byte(s), 0))
		}
	}
	if len(b) == empty {
		return b[:at]
	}
	setSize(b, at)
	return b
}

// appendChunk appends a chunk, padded to an even length.
func appendChunk(b []byte, id string, body []byte) []byte {
	b = append(b, id...)
	b = le32(b, uint32(len(body)))
	b = append(b, body...)
	if len(body)%2 != 0 {
		b = append(b, 0)
	}
	return b
}

// setSize sets the size of the chunk that begins at and reaches to the end of b.
func setSize(b []byte, at int) {
	n := uint32(len(b) - at - 8)
	b[at+4], b[at+5], b[at+6], b[at+7] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
}

// oneLine returns s without control characters, and at most limit bytes of it.
func oneLine(s string, limit int) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// maxCues bounds how many cue points a file holds. Editors that show them all
// at once get slow long before.
const maxCues = 4096

type cue struct {
	at    sonify.Frame
	label string
}

// cueList keeps marks in a bounded room: whenever it is full, every other one
// goes, and from then on only every second, fourth, ... is taken.
type cueList struct {
	list  []cue
	given int
	skip  int // marks between two that are taken
	wait  int // marks until the next is taken
}

func (c *cueList) add(at sonify.Frame, label string) {
	c.given++
	if at < 0 || at > math.MaxUint32 {
		return
	}
	if c.wait > 0 {
		c.wait--
		return
	}
	if len(c.list) == maxCues {
		for i := range maxCues / 2 {
			c.list[i] = c.list[2*i]
		}
		clear(c.list[maxCues/2:])
		c.list = c.list[:maxCues/2]
		c.skip = 2*c.skip + 1
	}
	c.list = append(c.list, cue{at, oneLine(label, 250)})
	c.wait = c.skip
}

// appendTo appends the chunks "cue " and "LIST" (adtl) for a file of the given
// length. If marks were left out, a note at the first one says so.
func (c *cueList) appendTo(b []byte, end sonify.Frame) []byte {
	if len(c.list) == 0 {
		return b
	}
	cues := le32(nil, uint32(len(c.list)))
	for i, q := range c.list {
		at := uint32(min(q.at, end, math.MaxUint32))
		cues = le32(cues, uint32(i+1))
		cues = le32(cues, at)
		cues = append(cues, "data"...)
		cues = le32(cues, 0)
		cues = le32(cues, 0)
		cues = le32(cues, at)
	}
	b = appendChunk(b, "cue ", cues)
	at := len(b)
	b = append(b, "LIST\x00\x00\x00\x00adtl"...)
	var body []byte
	for i, q := range c.list {
		body = append(append(le32(body[:0], uint32(i+1)), q.label...), 0)
		b = appendChunk(b, "labl", body)
	}
	if len(c.list) < c.given {
		body = fmt.Appendf(le32(body[:0], 1), "%d of %d markers kept\x00", len(c.list), c.given)
		b = appendChunk(b, "note", body)
	}
	setSize(b, at)
	return b
}
