package mapping

import (
	"fmt"
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

// captionFormats are what may follow the last colon in a caption's braces.
var captionFormats = map[string]string{
	"0": "no decimals", "0.0": "one decimal", "0.00": "two decimals", "+0": "with its sign",
	"+0.0": "with its sign and one decimal", "0%": "as per cent", "0.0%": "as per cent with one decimal",
	",": "thousands apart", "time": "seconds as h:mm:ss", "ordinal": "1st, 2nd, 3rd", "upper": "in capitals",
}

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
				return nil, nil, fmt.Errorf("the brace at character %d is not closed: write {{ for a brace itself", i+1)
			}
			if lit.Len() > 0 {
				parts = append(parts, captionPart{literal: lit.String()})
				lit.Reset()
			}
			inner := s[i+1 : i+1+j]
			format := ""
			if k := strings.LastIndexByte(inner, ':'); k >= 0 {
				if _, ok := captionFormats[strings.TrimSpace(inner[k+1:])]; ok {
					format, inner = strings.TrimSpace(inner[k+1:]), inner[:k]
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

// text fills the caption in for an event. A missing value reads "?": to leave
// it out would make another sentence of it.
func (c *caption) text(p *Performance, ev *sonify.Event) string {
	var b strings.Builder
	for i := range c.parts {
		part := &c.parts[i]
		if part.value == nil {
			b.WriteString(part.literal)
			continue
		}
		v := p.evaluate(part.value, ev)
		if v.IsMissing() {
			b.WriteString("?")
			continue
		}
		b.WriteString(formatValue(v, part.format))
	}
	return b.String()
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
		// Enough for a person: four figures, no tail of a binary fraction.
		return strconv.FormatFloat(f, 'f', -1, 32)
	case "0":
		return strconv.FormatFloat(f, 'f', 0, 64)
	case "0.0":
		return strconv.FormatFloat(f, 'f', 1, 64)
	case "0.00":
		return strconv.FormatFloat(f, 'f', 2, 64)
	case "+0", "+0.0":
		s := strconv.FormatFloat(f, 'f', len(format)/3, 64)
		if f >= 0 {
			s = "+" + s
		}
		return s
	case "0%":
		return strconv.FormatFloat(f*100, 'f', 0, 64) + "%"
	case "0.0%":
		return strconv.FormatFloat(f*100, 'f', 1, 64) + "%"
	case ",":
		s := strconv.FormatFloat(f, 'f', 0, 64)
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
		n := int64(f)
		return fmt.Sprintf("%d:%02d:%02d", n/3600, n/60%60, n%60)
	case "ordinal":
		n := int64(f)
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
