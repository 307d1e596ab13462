package score

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// tuned lists scales that no piano has, in cents.
//
// Gamelans differ from village to village. Slendro is the average of 30 gamelans
// measured by Surjodiningrat, Sudarjana and Susanto (1993), pelog that of 39 which
// Kunst gives (Music in Java, 1949), both with their octaves, stretched by 8
// and 15 cents, taken as 1,200; pelog lima and pelog barang are the five tones 1 2
// 3 5 6 and 2 3 5 6 7 of it.
//
// The maqamat are written in quarter tones, as Arab musicians have written them
// since the congress of Cairo in 1932; how they are intoned differs from city
// to city. The just scales are the usual small ratios, the harmonic series its
// partials 8 to 15, and bohlen pierce the twelfth in 13 equal parts.
var tuned = map[string][]float64{
	"slendro":         {0, 231, 474, 717, 955},
	"pelog":           {0, 120, 270, 540, 670, 785, 950},
	"pelog lima":      {0, 120, 270, 670, 785},
	"pelog barang":    {0, 150, 550, 665, 830},
	"rast":            {0, 200, 350, 500, 700, 900, 1050},
	"suznak":          {0, 200, 350, 500, 700, 800, 1100},
	"bayati":          {0, 150, 300, 500, 700, 800, 1000},
	"husayni":         {0, 150, 300, 500, 700, 850, 1000},
	"saba":            {0, 150, 300, 400, 700, 800, 1000},
	"sikah":           {0, 150, 350, 550, 700, 850, 1050},
	"huzam":           {0, 150, 350, 450, 750, 850, 1050},
	"iraq":            {0, 150, 350, 500, 650, 850, 1050},
	"jiharkah":        {0, 200, 400, 500, 700, 900, 1050},
	"just major":      {0, 203.910, 386.314, 498.045, 701.955, 884.359, 1088.269},
	"just minor":      {0, 203.910, 315.641, 498.045, 701.955, 813.686, 1017.596},
	"pythagorean":     {0, 203.910, 407.820, 498.045, 701.955, 905.865, 1109.775},
	"harmonic series": {0, 203.910, 386.314, 551.318, 701.955, 840.528, 968.826, 1088.269},
	"bohlen pierce":   {0, 146.304, 292.608, 438.913, 585.217, 731.521, 877.825, 1024.130, 1170.434, 1316.738, 1463.042, 1609.347, 1755.651},
}

// equalNames are the equal divisions of the octave that have names in words; all
// others are written as numbers: "22 edo".
var equalNames = map[string]int{"five equal": 5, "seven equal": 7, "fifteen equal": 15, "nineteen equal": 19, "twenty four equal": 24, "quarter tones": 24, "thirty one equal": 31}

// maxDivision is into how many equal parts an octave can be divided: steps of 12
// cents, of which nobody could sing two in a row.
const maxDivision = 100

// equalDivision reads "19 edo", "19edo", "19 tet" or "19 equal".
func equalDivision(name string) (int, bool) {
	if k, ok := equalNames[name]; ok {
		return k, true
	}
	for _, word := range []string{"edo", "tet", "equal"} {
		if number, ok := strings.CutSuffix(name, word); ok {
			k, err := strconv.Atoi(strings.TrimSpace(number))
			return k, err == nil && k >= 2 && k <= maxDivision
		}
	}
	return 0, false
}

// ParseScale reads a scale: a name, with hyphens or spaces; an equal division of
// the octave ("19 edo"); a list of cents from 0 up ("0 204 386 498 702 884 1088");
// or a list of ratios from 1/1 up ("1/1 9/8 5/4 4/3 3/2 5/3 15/8"). A last number
// of at least 1200 cents, or 2/1, is the width after which the scale repeats;
// without it that is the octave.
func ParseScale(s string) (Scale, error) {
	words := strings.Fields(s)
	if len(words) > 0 && strings.Trim(words[0], "0123456789./") == "" && !divides(words) {
		return listed(words)
	}
	if sc, ok := ScaleByName(s); ok {
		return sc, nil
	}
	if len(words) > 0 && strings.Trim(words[0], "0123456789") == "" {
		return Scale{}, fmt.Errorf("%q is no division of the octave: expected 2 to %d equal parts, such as \"19 edo\"", s, maxDivision)
	}
	return Scale{}, &UnknownScale{Name: s}
}

// divides reports whether the words are an equal division, right or wrong.
func divides(words []string) bool {
	last := strings.ToLower(words[len(words)-1])
	return len(words) <= 2 && strings.Trim(last, "0123456789") != "" && strings.Trim(last, "0123456789./") != ""
}

// maxSteps bounds the steps of a scale by list.
const maxSteps = 128

func listed(words []string) (Scale, error) {
	const what = `a scale by numbers is cents from 0 up such as "0 204 386 498 702 884 1088", or ratios from 1/1 up such as "1/1 9/8 5/4 3/2"`
	if len(words) > maxSteps {
		return Scale{}, fmt.Errorf("a scale of %d steps is too fine: at most %d", len(words), maxSteps)
	}
	ratios := strings.Contains(strings.Join(words, " "), "/")
	s := Scale{Name: strings.Join(words, " "), Period: 12 * sonify.Semitone}
	for i, w := range words {
		c, err := cents(w, ratios)
		switch {
		case err != nil:
			return Scale{}, fmt.Errorf("%w: %s", err, what)
		case i == 0 && c != 0:
			return Scale{}, fmt.Errorf("the scale begins with %s: %s", w, what)
		case c > maxPeriod:
			return Scale{}, fmt.Errorf("%s is more than four octaves above the tonic: %s", w, what)
		}
		p := FromCents(c)
		if i > 0 && p <= s.Steps[len(s.Steps)-1] {
			return Scale{}, fmt.Errorf("%s does not lie above %s: the numbers of a scale rise", w, words[i-1])
		}
		if i == len(words)-1 && p >= 12*sonify.Semitone {
			s.Period = p
			continue
		}
		s.Steps = append(s.Steps, p)
	}
	if last := s.Steps[len(s.Steps)-1]; last >= s.Period {
		return Scale{}, fmt.Errorf("the scale goes past the octave at %s, and does not say after which width it repeats: %s", words[len(s.Steps)-1], what)
	}
	if len(s.Steps) < 2 {
		return Scale{}, errors.New(what)
	}
	return s, nil
}

// maxPeriod is how wide a scale may be before it repeats, in cents.
const maxPeriod = 4800

// cents reads one number of a scale.
func cents(w string, ratio bool) (float64, error) {
	num, den, divided := strings.Cut(w, "/")
	if !ratio || !divided && !strings.Contains(w, ".") {
		x, err := strconv.ParseFloat(num, 64)
		switch {
		case err != nil || !(x >= 0 && x <= 1e6):
			return 0, fmt.Errorf("%q is no number of a scale", w)
		case !ratio:
			return x, nil
		case x < 1:
			return 0, fmt.Errorf("%q is no ratio of a scale", w)
		}
		return 1200 * exact.Log2(x), nil
	}
	n, err1 := strconv.ParseUint(num, 10, 32)
	d, err2 := strconv.ParseUint(den, 10, 32)
	if err1 != nil || err2 != nil || d == 0 || n < d {
		return 0, fmt.Errorf("%q is no ratio of a scale", w)
	}
	return 1200 * exact.Log2(float64(n)/float64(d)), nil
}
