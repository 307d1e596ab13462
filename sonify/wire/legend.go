package wire

import "proscenium/sonify"

// Legend explains a piece to somebody who listens: what becomes what, in words and
// as it sounds. It is no message: who wants it asks for it.
type Legend struct {
	Title string `json:"title"`
	About string `json:"about,omitempty"`
	Idle  string `json:"idle,omitempty"` // what is heard when no data comes
	// Setup is what a chip of its own has to be told before any of the values:
	// commands, as in a score, the first at frame 0.
	Setup   []byte        `json:"setup"` // base64 in JSON
	Entries []LegendEntry `json:"entries"`
}

// LegendEntry is one mapping of the piece.
type LegendEntry struct {
	Kind     string        `json:"kind"` // rule, signal or section
	Name     string        `json:"name"`
	Doc      string        `json:"doc,omitempty"`
	Words    string        `json:"words"` // what becomes what
	Unit     string        `json:"unit,omitempty"`
	Domain   string        `json:"domain,omitempty"`   // "120 to 225 km/h"
	Carrier  string        `json:"carrier,omitempty"`  // what the value moves: "pitch"
	Polarity string        `json:"polarity,omitempty"` // "up": more is more, "down": more is less
	Voices   []string      `json:"voices"`
	Values   []LegendValue `json:"values"`
}

// LegendValue is one value of a mapping and how it sounds.
type LegendValue struct {
	Which    string       `json:"which,omitempty"` // low, typical, high; empty if it has no value
	Say      string       `json:"say"`             // "serve: 120 km/h, the slowest"
	Commands []byte       `json:"commands"`        // for a chip that had Setup; base64 in JSON
	Frames   sonify.Frame `json:"frames"`          // how long it is; it may ring on
}
