// Package sensors makes readings of what devices of a house say: the words of their
// makers become the vocabulary's measures and units.
package sensors

import (
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/vocabulary"
)

// Measure is what is measured, in the vocabulary's words.
type Measure struct {
	Name string
	Unit string
	By   float64 // what a value is multiplied by to be in Unit; 0 is 1
	// Flag means that the value is yes or no; Not that its no is the vocabulary's yes.
	Flag, Not bool
}

// measures are the words of Zigbee2MQTT's exposes
// (https://www.zigbee2mqtt.io/guide/usage/exposes.html), Tasmota's sensors
// (https://tasmota.github.io/docs/Commands/) and Home Assistant's device classes
// (https://www.home-assistant.io/integrations/sensor/#device-class).
var measures = map[string]Measure{
	"temperature": {Unit: "°C"}, "device_temperature": {Unit: "°C"}, "local_temperature": {Name: "temperature", Unit: "°C"},
	"dew_point": {Unit: "°C"}, "dewpoint": {Name: "dew_point", Unit: "°C"}, "humidity": {Unit: "%"}, "soil_moisture": {Unit: "%"},
	"moisture": {Name: "soil_moisture", Unit: "%"}, "pressure": {Unit: "hPa"}, "sea_pressure": {Unit: "hPa"}, "atmospheric_pressure": {Name: "pressure", Unit: "hPa"},
	"co2": {Unit: "ppm"}, "carbon_dioxide": {Name: "co2", Unit: "ppm"}, "e_co2": {Name: "co2", Unit: "ppm"}, "eco2": {Name: "co2", Unit: "ppm"}, "voc": {}, "tvoc": {Name: "voc", Unit: "ppb"}, // voc is in ppb or in µg/m³
	"formaldehyd": {Name: "formaldehyde", Unit: "mg/m³"}, "pm1": {Unit: "µg/m³"}, "pm2_5": {Unit: "µg/m³"}, "pm25": {Name: "pm2_5", Unit: "µg/m³"}, "pm10": {Unit: "µg/m³"},
	"illuminance": {Unit: "lx"}, "illuminance_lux": {Name: "illuminance", Unit: "lx"}, "illumination": {Name: "illuminance", Unit: "lx"},
	"power": {Unit: "W"}, "apparent_power": {Unit: "VA"}, "reactive_power": {Unit: "var"}, "energy": {Unit: "kWh"}, "total": {Name: "energy", Unit: "kWh"},
	"today": {Name: "energy_today", Unit: "kWh"}, "yesterday": {Name: "energy_yesterday", Unit: "kWh"}, "current": {Unit: "A"}, "voltage": {Unit: "V"}, "frequency": {Unit: "Hz"},
	"factor": {Name: "power_factor"}, "power_factor": {}, "battery": {Unit: "%"}, "noise": {Unit: "dB"}, "sound_pressure": {Name: "noise", Unit: "dB"},
	"distance": {}, "speed": {}, "wind_speed": {}, "precipitation": {}, "weight": {}, "linkquality": {Unit: "lqi"},
	"contact": {Flag: true}, "occupancy": {Name: "motion", Flag: true}, "motion": {Flag: true}, "presence": {Flag: true}, "vibration": {Flag: true},
	"water_leak": {Flag: true}, "smoke": {Flag: true}, "gas": {Flag: true}, "tamper": {Flag: true}, "carbon_monoxide": {Flag: true},
	"door": {Flag: true}, "window": {Flag: true}, "opening": {Flag: true}, "lock": {Flag: true}, "light": {Flag: true}, "plug": {Flag: true},
}

// Named returns the measure that a maker's word stands for; any other word is its own.
func Named(word string) Measure {
	n := field.Name(word)
	m := measures[n]
	if m.Name == "" {
		m.Name = n
	}
	return m
}

// Teller tells readings. It is used by one goroutine.
type Teller struct {
	env sonify.SourceEnv
	// Only are the measures that are told; empty: all.
	only map[string]bool
	last map[string]string // what each measure of each sensor that is no number said last
}

// New returns a teller.
func New(env sonify.SourceEnv, only []string) *Teller {
	t := &Teller{env: env, only: make(map[string]bool), last: make(map[string]string)}
	for _, m := range only {
		t.only[m] = true
	}
	return t
}

// Shapes are the kinds of event that a teller tells.
func Shapes() []*sonify.Shape { return []*sonify.Shape{vocabulary.Reading, vocabulary.ReadingAction} }

// Said is one thing that a device says.
type Said struct {
	At      time.Time
	Line    int64
	Sensor  string
	Measure Measure
	Place   string
}

// words are what devices say of things that have two states.
var words = map[string]float64{
	"on": 1, "off": 0, "true": 1, "false": 0, "yes": 1, "no": 0, "open": 1, "opened": 1, "closed": 0, "close": 0, "home": 1, "not_home": 0,
	"locked": 1, "lock": 1, "unlocked": 0, "unlock": 0, "detected": 1, "clear": 0, "online": 1, "offline": 0, "toggle": -1, "motion": 1, "wet": 1, "dry": 0,
}

// missing are what devices say when they cannot tell.
var missing = map[string]bool{"": true, "unknown": true, "unavailable": true, "none": true, "null": true, "nan": true, "n/a": true, "undefined": true}

const maxSensors = 10000

// Text tells what a device says as a bare text: a number, one of two states, nothing,
// or another word for its state.
func (t *Teller) Text(s *Said, text string, emit func(sonify.Event)) {
	text = strings.TrimSpace(text)
	low := strings.ToLower(text)
	if missing[low] {
		t.Missing(s, emit)
		return
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f == f && f < 1e300 && f > -1e300 {
		t.Number(s, f, emit)
		return
	}
	if v, ok := words[low]; ok && v >= 0 {
		t.Flag(s, v == 1, low, emit)
		return
	}
	t.State(s, text, emit)
}

// JSON tells one value of a JSON message. Objects and lists are nothing to tell.
func (t *Teller) JSON(s *Said, v gjson.Result, emit func(sonify.Event)) {
	switch v.Type {
	case gjson.Number:
		t.Number(s, v.Num, emit)
	case gjson.True, gjson.False:
		state := "off"
		if v.Bool() {
			state = "on"
		}
		t.Flag(s, v.Bool(), state, emit)
	case gjson.String:
		t.Text(s, v.Str, emit)
	case gjson.Null:
		t.Missing(s, emit)
	}
}

// Plain reports whether a text is a number, one of two states, or says that there is no
// value.
func Plain(text string) bool {
	low := strings.ToLower(strings.TrimSpace(text))
	_, flag := words[low]
	_, err := strconv.ParseFloat(low, 64)
	return flag || err == nil || missing[low]
}

// Number tells a number.
func (t *Teller) Number(s *Said, f float64, emit func(sonify.Event)) {
	if s.Measure.By != 0 {
		f *= s.Measure.By
	}
	d, ok := t.draft(s)
	if ok {
		emit(d.Num("value", f).Event)
	}
}

// Flag tells one of two states, and in which word.
func (t *Teller) Flag(s *Said, yes bool, word string, emit func(sonify.Event)) {
	if s.Measure.Not {
		yes = !yes
	}
	v := 0.0
	if yes {
		v = 1
	}
	d, ok := t.draft(s)
	if ok {
		emit(d.Num("value", v).Text("state", word).Event)
	}
}

// Missing tells that a device cannot say.
func (t *Teller) Missing(s *Said, emit func(sonify.Event)) {
	d, ok := t.draft(s)
	if ok {
		t.env.Tally.Add(sonify.Absent, "value of a sensor that says it has none", s.Line)
		emit(d.Event)
	}
}

// Action tells what was done to a device: a button was pressed twice.
func (t *Teller) Action(s *Said, text string, emit func(sonify.Event)) {
	if !t.wanted(s) || !t.word(s, text) {
		return
	}
	d := vocabulary.New(vocabulary.ReadingAction)
	d.Source, d.At, d.Line, d.Place = t.env.Name, s.At, s.Line, s.Place
	emit(d.Text("sensor", s.Sensor).Text("action", text).Event)
}

// State tells a state that is neither a number nor one of two, when it changes: what a
// heating is doing, in which mode it is.
func (t *Teller) State(s *Said, text string, emit func(sonify.Event)) {
	if !t.wanted(s) || !t.word(s, text) {
		return
	}
	key := s.Sensor + "\x00" + s.Measure.Name
	if t.last[key] == text || len(t.last) >= maxSensors && t.last[key] == "" {
		return
	}
	if d, ok := t.draft(s); ok {
		t.last[key] = strings.Clone(text)
		emit(d.Text("state", text).Event)
	}
}

// word reports whether a text may be told, and counts it if not.
func (t *Teller) word(s *Said, text string) bool {
	if !state(text) || PersonalText(s.Measure.Name) {
		t.env.Tally.Add(sonify.Skipped, "text that is no word for a state", s.Line)
		return false
	}
	return true
}

// wanted reports whether a measure is told at all. What tells of people is not, even if
// the piece names it.
func (t *Teller) wanted(s *Said) bool {
	if len(t.only) > 0 && !t.only[s.Measure.Name] {
		return false
	}
	if Personal(s.Measure.Name) {
		t.env.Tally.Add(sonify.Skipped, "attribute that tells of a person", s.Line)
		return false
	}
	return true
}

// Personal judges by its name whether an attribute of a device says who somebody is, or
// what only they know: last_unlock_user, pin_code, friendly_name. How its value is written
// says nothing of that: names may be small letters, and users of a lock are numbers.
func Personal(attribute string) bool {
	parts := strings.Split(field.Name(attribute), "_")
	before := func(i int) string {
		if i == 0 {
			return ""
		}
		return parts[i-1]
	}
	for i, p := range parts {
		if secrets[p] || p == "code" && !faults[before(i)] {
			return true
		}
	}
	last := strings.TrimRight(parts[len(parts)-1], "0123456789")
	switch {
	case last == "by": // changed_by
		return before(len(parts)-1) != "stand"
	case strings.HasSuffix(last, "name"):
		return before(len(parts)-1) != "source" // keypad, rfid: by which way
	}
	return strings.HasSuffix(last, "user")
}

// PersonalText is [Personal] for an attribute whose value is a word: that a camera sees a
// person is no secret, but which one is.
func PersonalText(attribute string) bool {
	name := field.Name(attribute)
	for p := range strings.SplitSeq(name, "_") {
		if people[p] {
			return true
		}
	}
	return Personal(name) || sonify.Private(name) && !strings.HasSuffix(name, "source_name")
}

// secrets are words that make an attribute somebody's whatever it says, people those that
// do if it is a word; faults stand before the codes of what is wrong with a device.
var (
	secrets = set("user users username who pin pincode passcode password passwd pwd secret token credential credentials uid fob email latitude longitude lat lon gps geocoded")
	people  = set("person persons people owner resident guest visitor member face ssid bssid wifi caller notification location calendar")
	faults  = set("error fault status alarm event warning result reason")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// state reports whether a text is a word as devices have for their states and for what
// was done to them: "heat_cool", "1_double". Names and messages of people are none.
func state(text string) bool {
	for _, c := range text {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return text != "" && len(text) <= 40
}

// draft begins a reading, unless nobody wants that measure.
func (t *Teller) draft(s *Said) (d vocabulary.Draft, ok bool) {
	if !t.wanted(s) {
		return d, false
	}
	d = vocabulary.New(vocabulary.Reading)
	d.Source, d.At, d.Line, d.Place = t.env.Name, s.At, s.Line, s.Place
	d.Text("sensor", s.Sensor).Text("measure", s.Measure.Name)
	if !s.Measure.Flag {
		d.Text("unit", s.Measure.Unit)
	}
	return d, true
}

// Known reports whether a word is one of those that makers use for a measure.
func Known(word string) bool {
	_, ok := measures[field.Name(word)]
	return ok
}
