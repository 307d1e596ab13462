package mapping

import (
	"slices"
	"strings"

	"proscenium/sonify"
)

// unitWords are what a field's name ends in, and how people write it.
var unitWords = map[string]string{
	"kmh": "km/h", "mph": "mph", "eur": "euro", "euro": "euro", "usd": "dollars", "gbp": "pounds",
	"celsius": "°C", "pct": "%", "percent": "%", "s": "s", "ms": "ms", "min": "min", "h": "h",
	"mm": "mm", "cm": "cm", "m": "m", "km": "km", "kg": "kg", "g": "g", "db": "dB", "hz": "Hz", "hpa": "hPa",
}

// unitOfName returns the unit that a field's name ends in ("speed_kmh"), or "".
func unitOfName(field string) string {
	if i := strings.LastIndexByte(field, '_'); i > 0 {
		return unitWords[field[i+1:]]
	}
	return ""
}

// lowHigh are words for the ends of a quantity: the least, the greatest, and
// what more of it is.
type lowHigh struct{ low, high, more string }

// quantities are the words by unit; what is not here is low and high.
var quantities = map[string]lowHigh{
	"km/h": {"slowest", "fastest", "faster"}, "mph": {"slowest", "fastest", "faster"}, "m/s": {"slowest", "fastest", "faster"},
	"°C": {"coldest", "warmest", "warmer"}, "°F": {"coldest", "warmest", "warmer"},
	"s": {"shortest", "longest", "longer"}, "ms": {"shortest", "longest", "longer"}, "min": {"shortest", "longest", "longer"}, "h": {"shortest", "longest", "longer"},
	"kg": {"lightest", "heaviest", "heavier"}, "g": {"lightest", "heaviest", "heavier"},
	"dB": {"softest", "loudest", "louder"},
	"mm": {"least", "most", "more"}, "euro": {"least", "most", "more"}, "dollars": {"least", "most", "more"}, "pounds": {"least", "most", "more"},
	"points": {"fewest", "most", "more"}, "goals": {"fewest", "most", "more"}, "tickets": {"fewest", "most", "more"},
}

func wordsFor(unit string) lowHigh {
	if w, ok := quantities[unit]; ok {
		return w
	}
	return lowHigh{"lowest", "highest", "more"}
}

// axis is a way in which something sounds more or less.
type axis struct {
	more, less string // what a person would say: "higher", "lower"
}

var ruleAxes = map[string]axis{
	"pitch": {"higher", "lower"}, "length": {"longer", "shorter"}, "velocity": {"louder", "softer"},
	"pan": {"further right", "further left"}, "chance": {"more often", "less often"},
}

// patternAxes say how a pattern sounds when a number of it rises or falls. What
// is not here has no direction.
var patternAxes = map[string]axis{
	"rhythm.hits": {"more notes", "fewer notes"},
	"register":    {"higher", "lower"},
	"shift":       {"higher", "lower"},
	"stretch":     {"slower", "faster"},
	"thin":        {"thinner", "fuller"},
	"chance":      {"more often", "less often"},
	"vary":        {"more varied", "steadier"},
	"ornament":    {"more ornate", "plainer"},
	"velocity":    {"louder", "softer"},
	"pan":         {"further right", "further left"},
}

// controlAxes do the same for the sound of a voice.
var controlAxes = map[sonify.Param]axis{
	sonify.ParamVolume:  {"louder", "softer"},
	sonify.ParamDuty:    {"wider in tone", "thinner in tone"},
	sonify.ParamPan:     {"further right", "further left"},
	sonify.ParamBend:    {"bent up", "bent down"},
	sonify.ParamVibrato: {"with more vibrato", "with less vibrato"},
	sonify.ParamEcho:    {"with more echo", "with less echo"},
}

// carrierWords name what a value moves.
var carrierWords = map[string]string{
	"rhythm.hits": "the number of notes", "rhythm.rotate": "the rhythm", "velocity": "loudness", "pan": "the place from left to right",
	"chance": "how often it plays", "choose": "the theme", "shift": "the height of the line", "register": "the octave", "stretch": "how slowly the theme goes",
	"thin": "how many notes are left out", "ornament": "ornaments", "vary": "variation",
}

func carrierWord(key string) string {
	if w, ok := carrierWords[key]; ok {
		return w
	}
	return key
}

// tidy writes a value for people: with so many decimals that a hundredth of
// width, the span in which it lies, can be told.
func tidy(v, width float64) string {
	for n, step := 0, 1.0; n <= 6; n, step = n+1, step/10 {
		if step*100 <= width {
			s := decimals(v, n)
			if n > 0 {
				s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
			}
			return s
		}
	}
	return formatValue(sonify.Num(v), "")
}

// withUnit writes a value with its unit.
func withUnit(value, unit string) string {
	switch unit {
	case "":
		return value
	case "%":
		return value + " %"
	}
	if (value == "1" || value == "-1") && len(unit) > 3 {
		unit = strings.TrimSuffix(unit, "s") // 1 goal, 2 goals
	}
	return value + " " + unit
}

// list joins words as people do: a, b and c.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// effects are what something does, each with the names of what it does it to.
type effects struct {
	what []string
	to   map[string][]string
}

func (e *effects) add(what, name string) {
	if e.to == nil {
		e.to = map[string][]string{}
	}
	if _, known := e.to[what]; !known {
		e.what = append(e.what, what)
	}
	if !slices.Contains(e.to[what], name) {
		e.to[what] = append(e.to[what], name)
	}
}

// String lists them: "more notes (bass and hats), louder (kick)".
func (e *effects) String() string {
	var out []string
	for _, w := range e.what {
		out = append(out, w+" ("+list(e.to[w])+")")
	}
	return strings.Join(out, ", ")
}

// spoken turns a name of the piece into words: "match_point" is match point.
func spoken(name string) string { return strings.ReplaceAll(name, "_", " ") }

// endCode says what a value is among the values, as a code and in the words of
// the piece.
func endCode(d *domainPlan, which string, t toldOf, surveyed bool) (word, end string) {
	w := wordsFor(t.unit)
	far := d.kind == zscoreDomain && t.ends == nil
	switch {
	case which == whichLow && far:
		word = "below"
	case which == whichHigh && far:
		word = "above"
	case which == whichLow:
		word = w.low
	case which == whichHigh:
		word = w.high
	case surveyed:
		word = "typical"
	default:
		word = "middle"
	}
	if t.ends != nil && which == whichLow {
		end = t.ends[0]
	} else if t.ends != nil && which == whichHigh {
		end = t.ends[1]
	}
	return word, end
}

// whichWords are the words after the value in a sample's caption.
func whichWords(which string, t toldOf, surveyed bool) string {
	w := wordsFor(t.unit)
	switch which {
	case whichLow:
		if t.ends != nil {
			return t.ends[0]
		}
		return "the " + w.low
	case whichHigh:
		if t.ends != nil {
			return t.ends[1]
		}
		return "the " + w.high
	}
	if surveyed {
		return "typical"
	}
	return "the middle"
}

// domainWords say of a live domain what its ends are, where no survey tells
// their values.
func domainWords(d *domainPlan, which string, t toldOf) string {
	end := endWords(d, which, t, false)
	if which == whichTypical {
		return end
	}
	switch d.kind {
	case seenDomain:
		return end + " so far"
	case rankDomain:
		return end + " of late"
	}
	return end
}

// endWords are the words after a value that is known. The ends of a domain of
// deviations are neither the lowest nor the highest value.
func endWords(d *domainPlan, which string, t toldOf, surveyed bool) string {
	if d.kind == zscoreDomain && t.ends == nil {
		switch which {
		case whichLow:
			return "far below the mean"
		case whichHigh:
			return "far above the mean"
		}
	}
	return whichWords(which, t, surveyed)
}

// sayCaption joins the parts of a caption: "serve: 120 km/h, the slowest".
func sayCaption(name, value, words string) string {
	switch {
	case value == "" && words == "":
		return name
	case value == "":
		return name + ": " + words
	case words == "":
		return name + ": " + value
	}
	return name + ": " + value + ", " + words
}
