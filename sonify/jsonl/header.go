package jsonl

import "proscenium/sonify"

// header is the first line. Only it and the last go through package json.
type header struct {
	Type    string       `json:"type"`
	Version int          `json:"version"`
	Title   string       `json:"title"`
	Piece   string       `json:"piece,omitempty"`
	Program string       `json:"program,omitempty"`
	Seed    uint64       `json:"seed,string"`
	Level   string       `json:"level,omitempty"`
	Key     string       `json:"key,omitempty"`
	Meter   string       `json:"meter"`
	Tempo   sonify.Tempo `json:"tempo"`
	PPQ     sonify.Tick  `json:"ppq"`
	Rate    sonify.Frame `json:"rate"`
	Voices  []voice      `json:"voices"`
	Makers  []maker      `json:"makers"`
	Signals []signal     `json:"signals"`
	Sources []string     `json:"sources"`
	Board   *board       `json:"board,omitempty"`
	Mix     mix          `json:"mix"`
}

type voice struct {
	Name    string     `json:"name"`
	Gain    int        `json:"gain"`
	Pan     sonify.Pan `json:"pan,omitempty"`
	Poly    int        `json:"polyphony"`
	Pitched bool       `json:"pitched"`
	Channel int        `json:"midi_channel,omitempty"`
	Program int        `json:"midi_program,omitempty"`
	Drum    int        `json:"midi_drum,omitempty"`
	Aside   bool       `json:"aside,omitempty"`
	Sound   instrument `json:"instrument"`
}

type instrument struct {
	Wave         sonify.Wave `json:"wave"`
	Duty         *macro      `json:"duty,omitempty"`
	Volume       *macro      `json:"volume,omitempty"`
	Arpeggio     *macro      `json:"arpeggio,omitempty"`
	Bend         *macro      `json:"bend,omitempty"`
	Mode         *macro      `json:"mode,omitempty"`
	VibratoDepth int         `json:"vibrato_depth,omitempty"`
	VibratoRate  int         `json:"vibrato_rate,omitempty"`
	VibratoDelay int         `json:"vibrato_delay,omitempty"`
	Slide        int         `json:"slide,omitempty"`
	EchoLevel    int         `json:"echo_level,omitempty"`
	EchoDelay    sonify.Tick `json:"echo_delay,omitempty"`
	Steps        []int       `json:"steps,omitempty"`
	Drop         int         `json:"drop,omitempty"`
	DropTime     int         `json:"drop_time,omitempty"`
	Sample       *sample     `json:"sample,omitempty"`
}

type macro struct {
	Values  []int `json:"values"`
	Loop    int   `json:"loop"`
	Release []int `json:"release,omitempty"`
}

type sample struct {
	Name  string       `json:"name"`
	Rate  int          `json:"rate"`
	Root  sonify.Pitch `json:"root"` // 16.16
	Loop  int          `json:"loop"`
	Level int          `json:"level"`
}

type maker struct {
	Kind sonify.MakerKind `json:"kind"`
	Name string           `json:"name"`
	File string           `json:"file,omitempty"`
	Line int              `json:"line,omitempty"`
	Says string           `json:"says,omitempty"`
	Data bool             `json:"data,omitempty"`
}

type signal struct {
	Name   string  `json:"name"`
	Doc    string  `json:"doc,omitempty"`
	Unit   string  `json:"unit,omitempty"`
	Low    float64 `json:"low,omitempty"`
	High   float64 `json:"high,omitempty"`
	Hidden bool    `json:"hidden,omitempty"`
}

type board struct {
	Doc     string   `json:"doc,omitempty"`
	Columns []string `json:"columns"`
	Rows    int      `json:"rows"`
}

type mix struct {
	Tuning   string  `json:"tuning,omitempty"`
	A4       float64 `json:"a4_hz,omitempty"`
	Loudness float64 `json:"loudness_lufs,omitempty"`
	Gain     float64 `json:"gain_db,omitempty"`
	Guard    bool    `json:"guard"`
	Ceiling  float64 `json:"ceiling_dbtp,omitempty"`
}

type end struct {
	Type   string            `json:"type"`
	Ticks  sonify.Tick       `json:"ticks"`
	Frames sonify.Frame      `json:"frames"`
	Notes  uint64            `json:"notes"`
	Events uint64            `json:"events"`
	Lost   map[string]uint64 `json:"lost"` // package json sorts the keys
}

func newMacro(m sonify.Macro) *macro {
	if m.Values == nil && m.Release == nil && m.Loop == 0 {
		return nil
	}
	return &macro{m.Values, m.Loop, m.Release}
}
