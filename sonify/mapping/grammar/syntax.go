package grammar

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// content returns the first offset from off on that is neither space nor
// comment, or the last one of the text.
func (t *text) content(off int) int {
	for off < len(t.data) {
		switch c := t.data[off]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			off++
		case c == '#':
			if _, off = t.line(off); off == len(t.data) {
				return off - 1
			}
		default:
			return off
		}
	}
	return max(0, len(t.data)-1)
}

// opening matches a line that looks like the beginning of an expression.
var opening = regexp.MustCompile(`^[ \t]*(\[\[?[ \t]*[A-Za-z_][\w\-]*[ \t]*([.\]]|$)|\[\[?[ \t]*[\w"'.\- \t]+\]\]?[ \t\r]*(#.*)?$|[\w\-]+[ \t]*[.=]|["'][^"'=]*["'][ \t]*[.=])`)

// resume returns the offset of the line to go on with after a mistake at off in
// an expression that started at begin. A list that was never closed makes the
// parser trip over a later line that is right: that one is read again.
func (t *text) resume(begin, off int) int {
	off = min(max(begin, off), len(t.data))
	lineBegin, end := t.line(off)
	_, first := t.line(begin)
	next := min(end+1, len(t.data))
	if lineBegin > begin {
		if opening.MatchString(t.data[lineBegin:end]) {
			return lineBegin
		}
		// At the very end the whole rest was swallowed by what was left open: go
		// on right behind the line that opened it.
		if end >= len(strings.TrimRight(t.data, " \t\r\n")) {
			next = min(first+1, len(t.data))
		}
	}
	for next < len(t.data) {
		_, end := t.line(next)
		if line := t.data[next:end]; opening.MatchString(line) || strings.TrimSpace(line) == "" || line[0] == '#' {
			return next
		}
		next = min(end+1, len(t.data))
	}
	return next
}

// syntax reports a syntax error in words for people who do not write parsers. It
// is in the expression that starts at begin; swallowed says that the parser
// noticed it on a line that belongs to another.
func (b *builder) syntax(begin int, swallowed bool, err *scanError) {
	t := b.text
	off := min(err.off, len(t.data))
	hint := ""
	word := bareWord(t.data[off:])
	after, _ := utf8.DecodeRuneInString(t.data[off:])
	switch {
	case swallowed && t.open(begin, off) != 0:
		off = begin
		what, mark := "list", "]"
		if t.open(begin, err.off) == '{' {
			what, mark = "table", "}"
		}
		err.msg, hint = "the "+what+" is not closed", "put "+mark+" at its end"
	case strings.Contains(err.msg, "at start of value"), strings.HasPrefix(err.msg, "expected keyword"):
		switch {
		case after == '.':
			err.msg, hint = "a number cannot start with a point", "write 0 before it"
		case word == "" && (after == '\n' || after == '\r' || off == len(t.data) || after == '#'):
			err.msg = "the value is missing after ="
		case strings.EqualFold(word, "true") || strings.EqualFold(word, "yes") || strings.EqualFold(word, "on"):
			err.msg, hint = word+" is not a value", "write true"
		case strings.EqualFold(word, "false") || strings.EqualFold(word, "no") || strings.EqualFold(word, "off"):
			err.msg, hint = word+" is not a value", `write false, or "`+word+`" if a text is meant`
		case word != "":
			_, end := t.line(off)
			err.msg, hint = cut(word)+" is not a value", "write texts in quotes: "+shorten(words(t.data[off:end]))
		case after == '“' || after == '”' || after == '‘' || after == '’' || after == '„' || after == '«':
			err.msg, hint = "typographic quotes do not mark a text", `write "straight" quotes`
		default:
			err.msg = "a value cannot start with " + string(after)
		}
	case strings.HasPrefix(err.msg, "expected newline but got"):
		if after == '\r' {
			err.msg = "a carriage return without a new line"
			break
		}
		if word == "" {
			word = string(after)
		}
		err.msg, hint = "nothing more may stand on this line, found "+cut(word), "one key and value a line; texts in quotes"
		if after == ',' && off > 0 && digit(t.data[off-1]) && off+1 < len(t.data) && digit(t.data[off+1]) {
			err.msg, hint = "a comma is no decimal point", "write 0.5, not 0,5"
		}
		if after == ']' {
			err.msg, hint = "a ] that nothing opened", ""
		} else if after == '}' {
			err.msg, hint = "a } that nothing opened", ""
		}
	case err.msg == "strings must be quoted":
		from := strings.LastIndexAny(t.data[:off], " \t=,[{\n") + 1
		off = from
		word = bareWord(t.data[from:])
		err.msg, hint = cut(word)+" is not a number", `write texts in quotes: "`+cut(word)+`"`
	case strings.HasPrefix(err.msg, "expected '=' after key"):
		err.msg, hint = "a key must be followed by = and a value", ""
	case strings.HasPrefix(err.msg, "invalid character at start of key"):
		err.msg = "a key cannot start with " + string(after)
		if after == '=' {
			err.msg = "the key is missing before ="
		}
	case strings.Contains(err.msg, "strings cannot have new lines"), strings.HasPrefix(err.msg, "unterminated"):
		err.msg, hint = "the text is not closed on its line", `put a quote at its end, or """ around a text of several lines`
	case strings.Contains(err.msg, "not terminated by"):
		off = begin
		err.msg, hint = "the text is never closed", "put the same three quotes at its end"
	case err.msg == "array is incomplete":
		off = begin
		err.msg, hint = "the list is never closed", "put ] at its end"
	case err.msg == "inline table is incomplete":
		off = begin
		err.msg, hint = "the table is never closed", "put } at its end"
	case strings.HasPrefix(err.msg, "expected ',' or ']'"):
		err.msg, hint = "expected a comma or ] after the value before", "separate the values of a list by commas, and close it with ]"
	case strings.HasPrefix(err.msg, "expected ',' or '}'"):
		err.msg, hint = "expected a comma or } after the value before", "separate the keys of a table by commas, and close it with }"
	case strings.HasPrefix(err.msg, "expected ']]'"):
		err.msg = "the header lacks its ]]"
	case strings.HasPrefix(err.msg, "expected ']'"):
		err.msg = "the header lacks its ]"
	}
	err.off = off
	b.bad(err, hint)
}

// open returns the bracket that is still open at off, of those opened from begin
// on; 0 if there is none.
func (t *text) open(begin, off int) byte {
	var stack []byte
	quote := byte(0)
	for i := begin; i < off && i < len(t.data); i++ {
		switch c := t.data[i]; {
		case quote != 0:
			if c == quote || c == '\n' {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' || c == '{':
			stack = append(stack, c)
		case (c == ']' || c == '}') && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack) == 0 {
		return 0
	}
	return stack[len(stack)-1]
}

// words returns what s, the rest of a line, says up to a comment or the end of
// the value.
func words(s string) string {
	if i := strings.IndexAny(s, ",]}\""); i >= 0 {
		s = s[:i]
	}
	if i := strings.Index(s, " #"); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSpace(s)
}

// bareWord returns the letters, digits and signs that s starts with.
func bareWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-/.#♯♭:%", r))
	})
	if end < 0 {
		end = len(s)
	}
	word := s[:end]
	if i := strings.Index(word, "#"); i == 0 {
		return ""
	}
	return strings.TrimRight(word, ".")
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
