// Package field makes fields of what files hold: names that a piece can write,
// and values that it can reckon with.
package field

import (
	"strconv"
	"strings"
	"unicode"
)

// Name turns a heading into an identifier: "Speed KMH" becomes speed_kmh,
// "PointWinner" point_winner, "Humidity %" humidity_percent, "data.object" and
// "data/object" data_object. Letters become small, accents of Latin letters go,
// everything that is neither letter nor digit becomes one underscore, one is put
// where a small letter or digit meets a capital one, and before a capital letter
// that begins a word after an abbreviation (HTTPServer: http_server). A name that
// begins with a digit gets "n" before it; words that the language of expressions
// needs for itself get an underscore after them. The result is empty if nothing
// of the heading is a letter or digit.
func Name(heading string) string {
	var b strings.Builder
	rs := []rune(heading)
	gap := false
	for i, r := range rs {
		fold, letters := folds[r]
		switch {
		case letters:
		case r == '%':
			if b.Len() > 0 {
				b.WriteByte('_')
			}
			b.WriteString("percent")
			gap = true
			continue
		case unicode.IsLetter(r):
			fold = string(unicode.ToLower(r))
		case unicode.IsDigit(r) && r < 0x80:
			fold = string(r)
		case unicode.Is(unicode.Mn, r):
			continue // an accent that stands alone
		default:
			gap = b.Len() > 0
			continue
		}
		if b.Len() == 0 && r >= '0' && r <= '9' {
			b.WriteByte('n')
		}
		if !gap && i > 0 && unicode.IsUpper(r) {
			p := rs[i-1]
			if unicode.IsLower(p) || unicode.IsDigit(p) ||
				unicode.IsUpper(p) && i+1 < len(rs) && unicode.IsLower(rs[i+1]) {
				gap = true
			}
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap = false
		b.WriteString(fold)
	}
	name := b.String()
	if reserved[name] {
		name += "_"
	}
	return name
}

// reserved are the words of the language of expressions.
var reserved = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "matches": true, "contains": true,
	"startswith": true, "endswith": true, "let": true, "if": true, "else": true,
	"true": true, "false": true, "nil": true,
}

// folds are Latin letters with accents, as they are written without.
var folds = func() map[rune]string {
	m := make(map[rune]string)
	for _, f := range []struct{ from, to string }{
		{"àáâãåāăąÀÁÂÃÅĀĂĄ", "a"}, {"çćĉċčÇĆĈĊČ", "c"}, {"ďđÐðĎĐ", "d"},
		{"èéêëēĕėęěÈÉÊËĒĔĖĘĚ", "e"}, {"ĝğġģĜĞĠĢ", "g"}, {"ĥħĤĦ", "h"},
		{"ìíîïĩīĭįıÌÍÎÏĨĪĬĮİ", "i"}, {"ĵĴ", "j"}, {"ķĶ", "k"}, {"ĺļľłĹĻĽŁ", "l"},
		{"ñńņňÑŃŅŇ", "n"}, {"òóôõøōŏőÒÓÔÕØŌŎŐ", "o"}, {"ŕŗřŔŖŘ", "r"},
		{"śŝşšșŚŜŞŠȘ", "s"}, {"ţťŧțŢŤŦȚ", "t"}, {"ùúûũūŭůűųÙÚÛŨŪŬŮŰŲ", "u"},
		{"ŵŴ", "w"}, {"ýÿŷÝŸŶ", "y"}, {"źżžŹŻŽ", "z"},
		{"äÄ", "ae"}, {"öÖ", "oe"}, {"üÜ", "ue"}, {"ß", "ss"}, {"æÆ", "ae"}, {"œŒ", "oe"}, {"þÞ", "th"},
	} {
		for _, r := range f.from {
			m[r] = f.to
		}
	}
	return m
}()

// Names turns a row of headings into identifiers, all different: an empty one
// becomes column_3 by its place, a second of the same name gets _2 after it.
func Names(headings []string) []string {
	names := make([]string, len(headings))
	taken := make(map[string]bool, len(headings))
	for i, h := range headings {
		n := Name(h)
		if n == "" {
			n = "column_" + strconv.Itoa(i+1)
		}
		base := n
		for k := 2; taken[n]; k++ {
			n = base + "_" + strconv.Itoa(k)
		}
		taken[n] = true
		names[i] = n
	}
	return names
}

// Kind turns a text into a kind of event: like Name, but dots stay ("order.paid")
// and capital letters do not begin words.
func Kind(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '.' })
	var words []string
	for _, p := range parts {
		if n := strings.TrimSuffix(Name(strings.ToLower(p)), "_"); n != "" {
			words = append(words, n)
		}
	}
	return strings.Join(words, ".")
}
