package midi

import "strings"

// maxText bounds a text event, in bytes.
const maxText = 200

// text returns s for a text event: plain ASCII where each letter has a near one
// ("Świątek" becomes "Swiatek"), because programs disagree about what other bytes
// mean, and UTF-8 otherwise. Control characters are gone.
func text(s string) string {
	folded, ok := fold(s)
	if !ok {
		folded = strings.ToValidUTF8(clean(s), "?")
	}
	if len(folded) > maxText {
		folded = strings.ToValidUTF8(folded[:maxText-3], "") + "..."
	}
	return folded
}

// ascii returns s as a name in ASCII whatever it is, and instead if nothing is
// left of it.
func ascii(s, instead string) string {
	s, _ = fold(s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxText {
		s = s[:maxText]
	}
	if s == "" {
		return instead
	}
	return s
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// fold replaces letters by near ones in ASCII and drops what has none; ok is
// false if it dropped any.
func fold(s string) (folded string, ok bool) {
	ok = true
	var b strings.Builder
	for _, r := range clean(s) {
		if r < 0x80 {
			b.WriteRune(r)
		} else if near, has := nearest[r]; has {
			b.WriteString(near)
		} else {
			ok = false
		}
	}
	return b.String(), ok
}

// nearest holds the letters of European languages and common punctuation.
var nearest = func() map[rune]string {
	m := make(map[rune]string)
	for to, from := range map[string]string{
		"A": "ÀÁÂÃĀĂĄ", "a": "àáâãāăąª", "AE": "ÆÄ", "ae": "æä", "AA": "Å", "aa": "å", "C": "ÇĆĈĊČ", "c": "çćĉċč", "D": "ĎĐÐ", "d": "ďđð",
		"E": "ÈÉÊËĒĔĖĘĚ", "e": "èéêëēĕėęě", "G": "ĜĞĠĢ", "g": "ĝğġģ", "H": "ĤĦ", "h": "ĥħ", "I": "ÌÍÎÏĨĪĬĮİ", "i": "ìíîïĩīĭįı",
		"J": "Ĵ", "j": "ĵ", "K": "Ķ", "k": "ķĸ", "L": "ĹĻĽĿŁ", "l": "ĺļľŀł", "N": "ÑŃŅŇ", "n": "ñńņň", "O": "ÒÓÔÕŌŎŐ", "o": "òóôõōŏőº",
		"OE": "ŒÖØ", "oe": "œöø", "R": "ŔŖŘ", "r": "ŕŗř", "S": "ŚŜŞŠȘ", "s": "śŝşšș", "ss": "ß", "T": "ŢŤŦȚ", "t": "ţťŧț", "TH": "Þ", "th": "þ",
		"U": "ÙÚÛŨŪŬŮŰŲ", "u": "ùúûũūŭůűų", "UE": "Ü", "ue": "ü", "W": "Ŵ", "w": "ŵ", "Y": "ÝŶŸ", "y": "ýÿŷ", "Z": "ŹŻŽ", "z": "źżž",
		"-": "‐‑‒–—−", "'": "‘’‚′", "\"": "“”„″«»", "...": "…", " ": "\u00a0\u2009\u202f", "x": "×", "/": "÷", "deg": "°", "+-": "±",
		"#": "♯", "b": "♭", "->": "→", "<-": "←", "EUR": "€", "GBP": "£", "*": "·•",
	} {
		for _, r := range from {
			m[r] = to
		}
	}
	return m
}()
