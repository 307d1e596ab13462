package picture

import "strconv"

// px is a length in tenths of a pixel.
type px int

// svg collects the text of a picture.
type svg struct{ b []byte }

// num appends a length in pixels.
func (s *svg) num(v px) *svg {
	if v < 0 {
		s.b, v = append(s.b, '-'), -v
	}
	s.b = strconv.AppendInt(s.b, int64(v/10), 10)
	if v%10 != 0 {
		s.b = append(s.b, '.', byte('0'+v%10))
	}
	return s
}

// raw appends markup.
func (s *svg) raw(parts ...string) *svg {
	for _, p := range parts {
		s.b = append(s.b, p...)
	}
	return s
}

// attr appends an attribute that is a length.
func (s *svg) attr(name string, v px) *svg {
	s.raw(" ", name, `="`).num(v)
	return s.raw(`"`)
}

// escaped appends what a person wrote.
func (s *svg) escaped(text string) *svg {
	for _, r := range text {
		switch r {
		case '&':
			s.b = append(s.b, "&amp;"...)
		case '<':
			s.b = append(s.b, "&lt;"...)
		case '>':
			s.b = append(s.b, "&gt;"...)
		case '"':
			s.b = append(s.b, "&quot;"...)
		default:
			if r < ' ' || r == 0xfffe || r == 0xffff { // XML has no such characters
				r = ' '
			}
			s.b = append(s.b, string(r)...)
		}
	}
	return s
}

// rect draws a rectangle; more are further attributes.
func (s *svg) rect(x, y, w, h px, more ...string) *svg {
	s.raw("<rect").attr("x", x).attr("y", y).attr("width", w).attr("height", h)
	for _, m := range more {
		s.raw(" ", m)
	}
	return s.raw("/>\n")
}

// text draws text that begins, is centred or ends at x, as more says.
func (s *svg) text(x, y px, text string, more ...string) *svg {
	if text == "" {
		return s
	}
	s.raw("<text").attr("x", x).attr("y", y)
	for _, m := range more {
		s.raw(" ", m)
	}
	return s.raw(">").escaped(text).raw("</text>\n")
}

// box appends a rectangle to the data of a path.
func (s *svg) box(x, y, w, h px) {
	s.raw("M").num(x).raw(" ").num(y).raw("h").num(w).raw("v").num(h).raw("h").num(-w).raw("z")
}

// The colours: a night sky, and lamps of an arcade. Contrast with the ground
// is at least 7 for text and lamps.
const (
	ground = "#100e1c"
	panel  = "#181530"
	panel2 = "#1d1939"
	grid   = "#2e2956"
	ink    = "#f1eeff"
	dim    = "#aaa3d6"
	gold   = "#ffd84d"
)

var lamps = [...]string{"#4de3ff", "#ff7ab8", "#ffd84d", "#7dff8a", "#ffa14d", "#b99aff", "#7db2ff", "#ff8080", "#c8ff4d", "#4dffd0", "#ffb3de", "#d0d4ff"}

const drumLamp = "#d9d4f2"

// Attributes that are used often.
const (
	right    = `text-anchor="end"`
	middle   = `text-anchor="middle"`
	fillInk  = `fill="` + ink + `"`
	fillDim  = `fill="` + dim + `"`
	fillGold = `fill="` + gold + `"`
	small    = `font-size="10"`
	bold     = `font-weight="bold"`
)

// wide returns how wide text is in the monospaced font at the given size in
// tenths of a pixel: 0.6 of the size for most characters, twice that for those
// of East Asia.
func wide(text string, size px) px {
	n := px(0)
	for _, r := range text {
		n++
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xff00 && r <= 0xff60 || r >= 0x1f300 && r <= 0x1faff) {
			n++
		}
	}
	return n * size * 602 / 1000
}
