package wire

import "proscenium/sonify"

// Legend explains a piece to somebody who listens: what becomes what, in words and
// as it sounds. It is no message: who wants it asks for it.
type Legend struct {
	Title string `json:"title"`
	About string `json:"about,omitempty"`
	Lang  string `json:"lang,omitempty"` // of the words of the piece, a BCP 47 code
	Idle  string `json:"idle,omitempty"` // what is heard when no data comes
	// IdleAfter is after how many seconds that is, IdleSection the title of the section
	// that comes then; without one the music breathes, half the notes in a slow swell.
	IdleAfter   float64 `json:"idle_s,omitempty"`
	IdleSection string  `json:"idle_section,omitempty"`
	// Setup is what a chip of its own has to be told before any of the values:
	// commands, as in a score, the first at frame 0.
	Setup   []byte        `json:"setup"` // base64 in JSON
	Entries []LegendEntry `json:"entries"`
}

// LegendEntry is one mapping of the piece.
type LegendEntry struct {
	Kind     string         `json:"kind"` // rule, signal or section
	Name     string         `json:"name"`
	Title    string         `json:"title,omitempty"` // what people call it
	Doc      string         `json:"doc,omitempty"`
	Words    string         `json:"words"` // what becomes what
	Unit     string         `json:"unit,omitempty"`
	Domain   string         `json:"domain,omitempty"` // "120 to 225 km/h"
	Low      *float64       `json:"low,omitempty"`    // the ends of the domain, where they are fixed
	High     *float64       `json:"high,omitempty"`
	Live     string         `json:"live,omitempty"`     // what they are where the data moves them: "seen", "rank", "zscore"
	Effects  []LegendEffect `json:"effects,omitempty"`  // what a signal moves as it rises
	Alike    string         `json:"alike,omitempty"`    // which of "low" and "high" the typical value sounds like, if it is left out
	Carrier  string         `json:"carrier,omitempty"`  // what the value moves: "pitch"
	Polarity string         `json:"polarity,omitempty"` // "up": more is more, "down": more is less
	Voices   []string       `json:"voices"`
	Values   []LegendValue  `json:"values"`
}

// LegendEffect is one thing that rises ("up"), falls ("down") or becomes another.
type LegendEffect struct {
	What     string   `json:"what"` // "rhythm.hits", "tempo", "harmony.richness"
	Polarity string   `json:"polarity,omitempty"`
	Of       []string `json:"of,omitempty"` // the names of patterns, rules and voices
}

// LegendValue is one value of a mapping and how it sounds.
type LegendValue struct {
	Which    string       `json:"which,omitempty"`  // low, typical, high; empty if it has no value
	Say      string       `json:"say"`              // "serve: 120 km/h, the slowest"
	Value    *float64     `json:"value,omitempty"`  // missing where only the data will tell
	Word     string       `json:"word,omitempty"`   // what it is among the values, as a code: "slowest", "typical"
	End      string       `json:"end,omitempty"`    // the same in the words of the piece, if it has some
	Silent   bool         `json:"silent,omitempty"` // nothing plays: there are no commands
	Commands []byte       `json:"commands"`         // for a chip that had Setup; base64 in JSON
	Frames   sonify.Frame `json:"frames"`           // how long it is; it may ring on
}
