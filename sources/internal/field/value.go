package field

import (
	"math"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// Missing are the texts that stand for a missing value, unless a piece says
// otherwise; capital letters and blanks around them do not matter.
var Missing = []string{"", "null", "nil", "none", "nan", "n/a", "na", "#n/a", "undefined", "-", "--", "?"}

// Parser guesses what a text is. It is used by one goroutine.
type Parser struct {
	comma   bool
	missing map[string]bool
	longest int
}

// NewParser returns a parser that takes the given texts for missing values. With
// comma, "3,5" is three and a half and "1.234" is one thousand two hundred and
// thirty-four.
func NewParser(missing []string, comma bool) *Parser {
	p := &Parser{comma: comma, missing: make(map[string]bool, len(missing))}
	for _, m := range missing {
		m = strings.ToLower(strings.TrimSpace(m))
		p.missing[m] = true
		p.longest = max(p.longest, len(m))
	}
	return p
}

// Value returns what text is: missing, a truth ("true", "false"), a number, or
// a text. Numbers may carry separators of thousands (1,234.5; 1 234.5; 1'234.5),
// a sign of money before or after them ("€3.50", "12 $") and a per-cent sign
// after them ("12 %" is 12). Infinities are missing. Integers that a float64
// cannot hold, and those with zeros before them, stay texts: they are names, and
// sonify.Value.Float reads them as numbers all the same.
func (p *Parser) Value(text string) sonify.Value {
	text = strings.TrimSpace(text)
	if p.IsMissing(text) {
		return sonify.Value{}
	}
	if f, ok := p.Number(text); ok {
		return sonify.Num(f)
	}
	if c := text[0] | 0x20; c == 't' || c == 'f' || c == 'i' || c == '+' || c == '-' {
		switch strings.ToLower(text) {
		case "true":
			return sonify.Truth(true)
		case "false":
			return sonify.Truth(false)
		case "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity":
			return sonify.Value{}
		}
	}
	return sonify.Word(text)
}

// IsMissing reports whether text, without blanks around it, stands for nothing.
func (p *Parser) IsMissing(text string) bool {
	if len(text) > p.longest {
		return false
	}
	if text == "" {
		return p.missing[""]
	}
	if c := text[0]; c >= '0' && c <= '9' && !p.missing[text] {
		return false
	}
	return p.missing[strings.ToLower(text)]
}

// Number returns text as a number if Value would.
func (p *Parser) Number(text string) (float64, bool) {
	if text == "" {
		return 0, false
	}
	// The usual case first: digits, and a point where there are no commas.
	if f, ok := small(text); ok {
		return f, true
	}
	// Few texts are numbers, and those that are begin or end like one.
	if c := text[0]; (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != ',' && c != '$' && c < 0x80 {
		if c := text[len(text)-1]; c < '0' || c > '9' {
			return 0, false
		}
	}
	if len(text) > 64 {
		return 0, false
	}
	return p.number(text)
}

// small reads integers of up to fifteen digits.
func small(text string) (float64, bool) {
	neg := text[0] == '-'
	d := text
	if neg {
		d = d[1:]
	}
	if len(d) == 0 || len(d) > 15 || d[0] == '0' && len(d) > 1 {
		return 0, false
	}
	n := int64(0)
	for i := range len(d) {
		c := d[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if neg {
		n = -n
	}
	return float64(n), true
}

const money = "$€£¥₹₩₽₺฿"

// number reads everything else, by writing it into a plain form first.
func (p *Parser) number(text string) (float64, bool) {
	t := strings.TrimSuffix(text, "%")
	for _, s := range []string{" ", "\u00a0", "\u202f"} {
		t = strings.Trim(t, s)
	}
	sign := ""
	t, sign = signed(t, sign)
	if r := strings.TrimLeft(t, money); r != t {
		t, sign = signed(strings.TrimSpace(r), sign)
	} else if r := strings.TrimRight(t, money); r != t {
		t = strings.TrimSpace(r)
	}
	if t == "" || strings.HasSuffix(text, "%") && t != strings.TrimRight(t, money) {
		return 0, false
	}
	var plain [64]byte
	b := append(plain[:0], sign...)
	digits, lead := 0, byte(0)
	point, comma := byte('.'), byte(',')
	if p.comma {
		point, comma = ',', '.'
		if i := strings.IndexByte(t, '.'); i >= 0 && !grouped(t, '.', ',') {
			point, comma = '.', ',' // 12.5 among numbers with commas
		}
	}
	if strings.IndexByte(t, comma) >= 0 && !grouped(t, comma, point) {
		return 0, false
	}
	fraction, exponent := false, false
	for i := 0; i < len(t); i++ {
		c := t[i]
		switch {
		case c >= '0' && c <= '9':
			if digits == 0 {
				lead = c
			}
			if !exponent && !fraction {
				digits++
			}
			b = append(b, c)
		case c == point && !fraction && !exponent:
			fraction = true
			b = append(b, '.')
		case c == comma && !fraction && !exponent:
		case (c == ' ' || c == '\'') && !fraction && i > 0 && i+3 < len(t) && group(t[i+1:]):
		case (c == 'e' || c == 'E') && !exponent && i > 0 && i+1 < len(t):
			exponent = true
			b = append(b, 'e')
			if t[i+1] == '-' || t[i+1] == '+' {
				i++
				b = append(b, t[i])
			}
		case c == 0xc2 && strings.HasPrefix(t[i:], "\u00a0") && group(t[i+2:]):
			i++
		case c == 0xe2 && strings.HasPrefix(t[i:], "\u202f") && group(t[i+3:]):
			i += 2
		default:
			return 0, false
		}
	}
	if lead == '0' && digits > 1 { // 007 is a name
		return 0, false
	}
	if !fraction && !exponent && digits > 15 { // so is 12345678901234567
		return 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func signed(t, sign string) (string, string) {
	switch {
	case sign != "":
	case strings.HasPrefix(t, "-"):
		return t[1:], "-"
	case strings.HasPrefix(t, "−"): // U+2212
		return t[len("−"):], "-"
	case strings.HasPrefix(t, "+"):
		return t[1:], ""
	}
	return t, sign
}

// grouped reports whether sep separates thousands in t: groups of three digits
// after one of one to three, all before the point.
func grouped(t string, sep, point byte) bool {
	whole, _, _ := strings.Cut(t, string(point))
	parts := strings.Split(whole, string(sep))
	if len(parts[0]) < 1 || len(parts[0]) > 3 {
		return false
	}
	for _, g := range parts[1:] {
		if len(g) != 3 || !group(g) {
			return false
		}
	}
	return !strings.Contains(t[len(whole):], string(sep))
}

// group reports whether t begins with exactly three digits.
func group(t string) bool {
	for i := range 3 {
		if i >= len(t) || t[i] < '0' || t[i] > '9' {
			return false
		}
	}
	return len(t) == 3 || t[3] < '0' || t[3] > '9'
}
