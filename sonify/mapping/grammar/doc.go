// Package grammar reads what a person wrote in TOML into Go structs, strictly,
// and tells all mistakes at once with their places.
//
// The structs are the grammar: from their tags come the checks, the reference
// page and the JSON Schema, so that none of them can disagree.
//
//	type Rule struct {
//		Pos    grammar.Pos      // learns where the table stands
//		On     string           `toml:"on" required:"true" doc:"the kind of event" example:"tennis.point"`
//		Wave   string           `toml:"wave" enum:"pulse|triangle" default:"pulse"`
//		Tempo  float64          `toml:"tempo" min:"10" max:"400" unit:"bpm"`
//		Duty   []int            `toml:"duty" len:"1..32" min:"0" max:"3"`
//		Length grammar.Fraction `toml:"length" default:"1/16"`
//	}
//
// The tags:
//
//	toml      the key; "-" or no tag: not a key; "*" on a [Raw]: all other keys
//	doc       what it says: lower case, no full stop
//	unit      for people and messages
//	default   what it is if it is not given, see [Defaults]; in parentheses: prose
//	example   a value to show
//	beside    a key of the same table that the example in braces shows, too
//	required  "true": it is a mistake to leave it out; "without other": where the key
//	          other of the same table is left out, too
//	enum      the texts allowed, separated by |
//	min, max  the least and the greatest value; of lists: of each element
//	instead   what people write in place of an enumerated value: "square=pulse|saw=wave"
//	len       how many elements a list has: "2", "1..32" or "1.."
//
// Fields may be bool, whole numbers, floats, strings, structs, slices, arrays,
// pointers to these (nil if the key is not given), [Map] for tables with names
// that a person chooses, time.Duration, sonify.Pitch, [Raw], *[Node], and
// anything that implements [Value]. Fields of embedded structs without a tag
// belong to the table of the struct around them. A tag or type that makes no
// sense is a mistake of the program: binding panics.
package grammar
