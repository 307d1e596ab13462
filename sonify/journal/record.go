package journal

import (
	"encoding/json"
	"fmt"
	"time"

	"proscenium/sonify"
)

// Version is that of the format.
const Version = 1

// A Record is one line: *Header, *Event, *News, *Over, *Change, *Here, *Held or
// *End.
type Record interface{ record() }

// Header begins a segment.
type Header struct {
	Version int          `json:"version"`
	Program string       `json:"program"`
	Station string       `json:"station"`
	Run     string       `json:"run"`
	Segment int          `json:"segment"`
	Frame   sonify.Frame `json:"frame"`
	Tick    sonify.Tick  `json:"tick"`
	Time    time.Time    `json:"time"`
	Piece   Piece        `json:"piece"`
	Sources []Cursor     `json:"sources"`
	// State is what the performance knew; nil at the beginning of a run.
	State json.RawMessage `json:"state,omitempty"`
}

// Piece is all that a piece was compiled of.
type Piece struct {
	File    string   `json:"file"`
	Text    string   `json:"text"`
	Set     []string `json:"set,omitempty"`
	Files   []File   `json:"files,omitempty"`
	Reports []Report `json:"reports,omitempty"`
}

// File is a file that a piece names: a mapping of the library by its name, or
// another file by its path.
type File struct {
	Name    string `json:"name"`
	Library bool   `json:"library,omitempty"`
	Text    string `json:"text,omitempty"`
	Base64  []byte `json:"base64,omitempty"` // what is no text
}

// Report is what a source said it would report.
type Report struct {
	Source string `json:"source"`
	Open   bool   `json:"open,omitempty"`
	Timed  bool   `json:"timed,omitempty"`
	Live   bool   `json:"live,omitempty"`
	// Unasked means that it was not asked, and the rest says nothing.
	Unasked bool   `json:"unasked,omitempty"`
	Kinds   []Kind `json:"kinds,omitempty"`
}

// Kind is a kind of event with its fields.
type Kind struct {
	Kind   string  `json:"kind"`
	Fields []Field `json:"fields"`
}

// Field is one field of a kind.
type Field struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"` // number, text, bool; empty if it differs
	Unit string `json:"unit,omitempty"`
}

// Cursor is how far a source was heard.
type Cursor struct {
	Name  string       `json:"name"`
	Begin sonify.Frame `json:"begin"`
	Heard uint64       `json:"heard"`
	// Place is where a live source goes on after the last event that was heard, and Is
	// what it was asked, by a fingerprint: the place holds for that and nothing else.
	Place string `json:"place,omitempty"`
	Is    string `json:"is,omitempty"`
}

// Event is an event that was heard.
type Event struct {
	At    sonify.Frame
	Event sonify.Event
}

// News is about a source.
type News struct {
	At     sonify.Frame `json:"at"`
	Source string       `json:"source"`
	State  string       `json:"state"`
	Error  string       `json:"error,omitempty"`
}

// Over says that no source will report anything more.
type Over struct {
	At sonify.Frame `json:"at"`
}

// Change says that from here on another piece is played.
type Change struct {
	Frame sonify.Frame `json:"frame"`
	Tick  sonify.Tick  `json:"tick"`
	Why   string       `json:"why"`
	Anew  bool         `json:"anew,omitempty"`
	// Restarted means that some of its sources begin anew: there are events to come
	// again if there were none.
	Restarted bool     `json:"restarted,omitempty"`
	Piece     Piece    `json:"piece"`
	Sources   []Cursor `json:"sources"`
}

// Here says how far the run was played.
type Here struct {
	Frame sonify.Frame `json:"frame"`
	Tick  sonify.Tick  `json:"tick"`
}

// Held says when a frame sounds, if that has changed: because the machine slept, or
// because its clock was set.
type Held struct {
	Frame sonify.Frame `json:"frame"`
	Time  time.Time    `json:"time"`
}

// Stopped is why a run ended that somebody asked to stop: it had more to play, and may
// be gone on with.
const Stopped = "stopped"

// End says that nothing of the run is missing, and why it ended: [Stopped], or what
// went wrong.
type End struct {
	Frame sonify.Frame `json:"frame"`
	Tick  sonify.Tick  `json:"tick"`
	Why   string       `json:"why"`
}

func (*Header) record() {}
func (*Event) record()  {}
func (*News) record()   {}
func (*Over) record()   {}
func (*Change) record() {}
func (*Here) record()   {}
func (*Held) record()   {}
func (*End) record()    {}

var typeNames = map[sonify.ValueType]string{sonify.Number: "number", sonify.Text: "text", sonify.Bool: "bool"}

// KindOf describes a shape.
func KindOf(s *sonify.Shape) Kind {
	k := Kind{Kind: s.Kind(), Fields: []Field{}}
	for _, f := range s.Fields() {
		k.Fields = append(k.Fields, Field{f.Name, typeNames[f.Type], f.Unit})
	}
	return k
}

// Shape returns the shape that k describes.
func (k *Kind) Shape() (*sonify.Shape, error) {
	if len(k.Fields) > maxValues {
		return nil, fmt.Errorf("the kind %q has %d fields: at most %d are understood", k.Kind, len(k.Fields), maxValues)
	}
	fields := make([]sonify.Field, 0, len(k.Fields))
	seen := make(map[string]bool, len(k.Fields))
	for _, f := range k.Fields {
		if seen[f.Name] {
			return nil, fmt.Errorf("the kind %q has two fields named %q", k.Kind, f.Name)
		}
		seen[f.Name] = true
		var typ sonify.ValueType
		for t, name := range typeNames {
			if name == f.Type {
				typ = t
			}
		}
		fields = append(fields, sonify.Field{Name: f.Name, Type: typ, Unit: f.Unit})
	}
	return sonify.NewShape(k.Kind, fields...), nil
}
