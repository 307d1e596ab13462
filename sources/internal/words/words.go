// Package words looks for words in what people write, inside the source, so that a
// piece can hear who talks about something without the text going any further.
package words

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"proscenium/sonify"
)

// MaxWords is how many words a piece may look for.
const MaxWords = 100

// Finder looks for words. It is used by one goroutine. A nil Finder finds nothing in
// everything.
type Finder struct {
	words []word
	lower []byte
}

// word is one thing that is looked for.
type word struct {
	said  string // as the piece has it: the topic
	lower string
	bytes []byte // lower again
	tag   bool   // "#tour": only as a tag
	left  bool   // must begin where a word begins
	right bool   // must end where one ends
}

// Check adds the mistakes in what a piece looks for.
func Check(ps *sonify.Problems, key string, list []string) {
	if len(list) > MaxWords {
		ps.Add(key, "", "%d words, at most %d were expected", len(list), MaxWords)
	}
	for _, w := range list {
		if t := strings.TrimPrefix(strings.TrimSpace(w), "#"); strings.TrimSpace(t) == "" || strings.ContainsFunc(w, unicode.IsControl) || !utf8.ValidString(w) {
			ps.Add(key, `for example contains = ["my band", "#mytour"]`, "%q is nothing that could be looked for", w)
		}
	}
}

// New returns a finder of the words in list; nil if it is empty. A word is found
// where it stands by itself, whatever its letters' case; in scripts that put no
// blanks between words it is found everywhere. Several words are found as they stand,
// with single blanks. "#tour" is found as a tag.
func New(list []string) *Finder {
	if len(list) == 0 {
		return nil
	}
	f := &Finder{}
	for _, said := range list {
		w := word{said: said, lower: strings.ToLower(strings.Join(strings.Fields(said), " "))}
		if t, ok := strings.CutPrefix(w.lower, "#"); ok {
			w.tag, w.lower = true, t
		}
		first, _ := utf8.DecodeRuneInString(w.lower)
		last, _ := utf8.DecodeLastRuneInString(w.lower)
		w.left, w.right, w.bytes = spaced(first), spaced(last), []byte(w.lower)
		f.words = append(f.words, w)
	}
	return f
}

// spaced reports whether r is a letter or digit of a script that puts blanks between
// its words.
func spaced(r rune) bool {
	return inWord(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Hangul)
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '_'
}

// Find returns the first of the words, in the piece's order, that is in text or
// among the tags (without their "#"); ok is false if none is. Of a nil Finder ok is
// true.
func (f *Finder) Find(text string, tags []string) (said string, ok bool) {
	if f == nil {
		return "", true
	}
	f.lower = lower(f.lower[:0], text)
	for i := range f.words {
		w := &f.words[i]
		for _, t := range tags {
			if strings.EqualFold(strings.TrimPrefix(t, "#"), w.lower) {
				return w.said, true
			}
		}
		if w.in(f.lower) {
			return w.said, true
		}
	}
	return "", false
}

// lower writes text in small letters, with single blanks, to b.
func lower(b []byte, text string) []byte {
	blank := true
	for _, r := range text {
		if unicode.IsSpace(r) {
			if !blank {
				b = append(b, ' ')
			}
			blank = true
			continue
		}
		blank = false
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}

// in reports whether w stands in a text of small letters.
func (w *word) in(text []byte) bool {
	for from := 0; ; {
		i := bytes.Index(text[from:], w.bytes)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(w.lower)
		before, n := utf8.DecodeLastRune(text[:i])
		after, _ := utf8.DecodeRune(text[end:])
		switch {
		case w.tag && before != '#' && before != '＃':
		case w.left && n > 0 && inWord(before) && !w.tag:
		case w.right && end < len(text) && inWord(after):
		default:
			return true
		}
		_, step := utf8.DecodeRune(text[i:])
		from = i + max(step, 1)
	}
}
