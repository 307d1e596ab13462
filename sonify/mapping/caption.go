package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// caption is a text with values in braces, compiled.
type caption struct {
	parts []captionPart
}

type captionPart struct {
	literal string
	value   *formula
	format  string
}

// captionFormats are what may follow the last colon in a caption's braces: so
// many decimals, with a sign, as per cent, thousands apart, seconds as h:mm:ss,
// 1st 2nd 3rd, in capitals.
var captionFormats = []string{"0", "0.0", "0.00", "+0", "+0.0", "0%", "0.0%", ",", "time", "ordinal", "upper"}

// splitCaption cuts a caption into literal texts and the contents of braces. A
// doubled brace stands for itself.
func splitCaption(s string) (parts []captionPart, exprs []string, err error) {
	var lit strings.Builder
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			lit.WriteByte(s[i])
			i += 2
		case s[i] == '{':
			j := closing(s[i+1:])
			if j < 0 {
				return nil, nil, fmt.Errorf("the brace at character %d is not closed: write } after what it holds, or {{ for a brace itself", i+1)
			}
			if lit.Len() > 0 {
				parts = append(parts, captionPart{literal: lit.String()})
				lit.Reset()
			}
			inner := s[i+1 : i+1+j]
			format := ""
			if k := formatAt(inner); k >= 0 {
				format, inner = strings.TrimSpace(inner[k+1:]), inner[:k]
				if !slices.Contains(captionFormats, format) {
					return nil, nil, fmt.Errorf("%q is no format of a caption: expected one of %s", format, strings.Join(captionFormats, "  "))
				}
			}
			if strings.TrimSpace(inner) == "" {
				return nil, nil, fmt.Errorf("the braces at character %d are empty: write a field in them, such as {speed_kmh}", i+1)
			}
			parts = append(parts, captionPart{format: format})
			exprs = append(exprs, inner)
			i += j + 2
		case s[i] == '}':
			return nil, nil, fmt.Errorf("the brace at character %d closes nothing: write }} for a brace itself", i+1)
		default:
			lit.WriteByte(s[i])
			i++
		}
	}
	if lit.Len() > 0 {
		parts = append(parts, captionPart{literal: lit.String()})
	}
	return parts, exprs, nil
}

// formatAt returns where the colon before a format stands, or -1. The colon of
// a choice (ace ? 1 : 0) is none.
func formatAt(s string) int {
	at, colons, choices := -1, 0, 0
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '?':
			if i+1 < len(s) && s[i+1] == '?' {
				i++ // a ?? b is no choice
				continue
			}
			choices++
		case c == ':':
			at, colons = i, colons+1
		}
	}
	if colons <= choices {
		return -1
	}
	return at
}

// closing returns where the brace that is open closes, minding texts in quotes.
func closing(s string) int {
	quote := byte(0)
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// reads reports whether any part of the caption reads a field of an event.
func (c *caption) reads() bool {
	for i := range c.parts {
		if v := c.parts[i].value; v != nil && len(v.expr.Fields()) > 0 {
			return true
		}
	}
	return false
}

// captionLimit is how many bytes of a caption are shown: a field may hold a
// whole article.
const captionLimit = 1000

// text fills the caption in for an event. A missing value reads "?": to leave
// it out would make another sentence of it.
func (c *caption) text(p *Performance, ev *sonify.Event) string {
	s := c.fill(p, ev, "?")
	if len(s) > captionLimit {
		return strings.ToValidUTF8(s[:captionLimit], "") + "…"
	}
	return s
}

// fill writes missing where a value is.
func (c *caption) fill(p *Performance, ev *sonify.Event, missing string) string {
	var b strings.Builder
	for i := range c.parts {
		part := &c.parts[i]
		if part.value == nil {
			b.WriteString(part.literal)
			continue
		}
		v := p.evaluate(part.value, ev)
		if v.IsMissing() {
			b.WriteString(missing)
			continue
		}
		b.WriteString(formatValue(v, part.format))
	}
	return b.String()
}

// decimals writes f with n decimals; what rounds to nothing has no sign.
func decimals(f float64, n int) string {
	s := strconv.FormatFloat(f, 'f', n, 64)
	if s[0] == '-' && strings.Trim(s, "-0.") == "" {
		s = s[1:]
	}
	return s
}

func formatValue(v sonify.Value, format string) string {
	f, isNum := v.Float()
	if !isNum {
		if format == "upper" {
			return strings.ToUpper(v.String())
		}
		return v.String()
	}
	switch format {
	case "":
		if v.Type() != sonify.Number {
			return v.String()
		}
		// Enough for a person: no tail of a binary fraction, and whole numbers (an
		// order's, say) to the last figure.
		if f > -1e15 && f < 1e15 {
			if f == float64(int64(f)) {
				return strconv.FormatInt(int64(f), 10)
			}
			return strconv.FormatFloat(f, 'f', -1, 32)
		}
		return strconv.FormatFloat(f, 'g', 6, 64)
	case "0":
		return decimals(f, 0)
	case "0.0":
		return decimals(f, 1)
	case "0.00":
		return decimals(f, 2)
	case "+0", "+0.0":
		s := decimals(f, len(format)/3)
		if s[0] != '-' {
			s = "+" + s
		}
		return s
	case "0%":
		return decimals(bounded(f)*100, 0) + "%"
	case "0.0%":
		return decimals(bounded(f)*100, 1) + "%"
	case ",":
		s := decimals(f, 0)
		neg := strings.HasPrefix(s, "-")
		s = strings.TrimPrefix(s, "-")
		for i := len(s) - 3; i > 0; i -= 3 {
			s = s[:i] + "," + s[i:]
		}
		if neg {
			s = "-" + s
		}
		return s
	case "time":
		sign := ""
		if f <= -1 {
			sign, f = "-", -f
		}
		n := whole(f-0.5, 0, 1<<53) // begun seconds do not count
		return fmt.Sprintf("%s%d:%02d:%02d", sign, n/3600, n/60%60, n%60)
	case "ordinal":
		n := whole(f, -1<<53, 1<<53)
		if n < 0 {
			return strconv.FormatInt(n, 10)
		}
		end := "th"
		if n/10%10 != 1 {
			switch n % 10 {
			case 1:
				end = "st"
			case 2:
				end = "nd"
			case 3:
				end = "rd"
			}
		}
		return strconv.FormatInt(n, 10) + end
	}
	return v.String()
}

// caption marks a text for the listener.
func (p *Performance) caption(c *caption, ev *sonify.Event, cause sonify.Cause, tick sonify.Tick, frame sonify.Frame) {
	if c == nil {
		return
	}
	p.say(c.text(p, ev), cause, tick, frame)
}

// say marks a text for the listener, now or when its time has come.
func (p *Performance) say(text string, cause sonify.Cause, tick sonify.Tick, frame sonify.Frame) {
	if text == "" {
		return
	}
	m := sonify.Mark{Kind: sonify.MarkCaption, Tick: tick, Frame: frame, Text: text, Cause: cause}
	switch {
	case tick < p.decided():
		p.out.Marks = append(p.out.Marks, m)
	case len(p.captions) < queueLimit:
		p.captions = append(p.captions, m)
	default:
		p.lose("too many captions were waiting")
	}
}

// decided returns the tick up to which, or where nothing is, from which on in one go,
// what is played is decided.
func (p *Performance) decided() sonify.Tick {
	if p.reach > p.now {
		return p.reach
	}
	return p.now + p.piece.pulse
}

// sayDue adds the captions that have come due in the open stretch.
func (p *Performance) sayDue() {
	later := p.captions[:0]
	for _, m := range p.captions {
		if m.Tick >= p.end {
			later = append(later, m)
			continue
		}
		m.Frame = p.tempo.Frame(m.Tick) // the tempo may have changed
		p.out.Marks = append(p.out.Marks, m)
	}
	clear(p.captions[len(later):])
	p.captions = later
}
