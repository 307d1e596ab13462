// Package tasmota is the source that hears devices that run Tasmota, by way of an MQTT
// broker. README.md tells what becomes of what.
package tasmota

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/mqtt"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/sensors"
	"proscenium/sources/internal/vocabulary"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	FullTopic string   `toml:"full_topic" doc:"how the devices' topics are put together" default:"%prefix%/%topic%/" example:"%topic%/%prefix%/"`
	Measures  []string `toml:"measures" doc:"which measures are heard; all without it" example:"[\"temperature\", \"power\"]"`
	Clock     string   `toml:"stamp" doc:"whether a reading happened when it came, or when the device says" default:"arrival" enum:"arrival|device"`
	Zone      string   `toml:"zone" doc:"the zone of the devices' clocks: UTC, an offset, or a name such as Europe/Vienna, with its summer time" default:"UTC" example:"Europe/Vienna"`
	mqtt.Connection
	replay.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "tasmota",
		Doc:    "sensors, plugs and switches that run Tasmota",
		Group:  "things",
		Sample: sample + mqtt.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{FullTopic: "%prefix%/%topic%/", Clock: "arrival", Zone: "UTC", Connection: mqtt.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("tasmota: configuration is a %T, a *tasmota.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	full := strings.TrimSuffix(c.FullTopic, "/")
	if strings.Count(full, "%topic%") != 1 || strings.Count(full, "%prefix%") != 1 || strings.ContainsAny(full, "+#{}") || strings.Contains(strings.NewReplacer("%topic%", "", "%prefix%", "").Replace(full), "%") {
		ps.Add("full_topic", `full_topic = "%prefix%/%topic%/"`, "%q does not say where %%prefix%% and %%topic%% stand, each once", c.FullTopic)
		full = "%prefix%/%topic%"
	}
	if _, err := clock.New("auto", c.Zone); err != nil {
		ps.Add("zone", clock.Hint(err), "%v", err)
	}
	c.Connection.Check(&ps)
	topics := func(prefix, what string) string {
		return strings.NewReplacer("%prefix%", prefix, "%topic%", "{device}").Replace(full) + "/" + what
	}
	o := mqtt.Options{Connection: c.Connection, Longest: 1 << 20}
	var own sonify.Problems
	o.Topics = mqtt.Patterns(&own, "full_topic", []string{topics("tele", "{what}"), topics("stat", "{what}")})
	o.Availability = mqtt.Patterns(&own, "full_topic", []string{topics("tele", "LWT")})
	if err := append(ps, own...).Err(); err != nil {
		return nil, err
	}
	n := &normaliser{tell: sensors.New(env, c.Measures), tally: env.Tally, device: c.Clock == "device", zone: c.Zone}
	return &mqtt.Recipe{Engine: mqtt.New(env, o), Normaliser: n, Path: c.Path}, nil
}

type normaliser struct {
	tell   *sensors.Teller
	tally  *sonify.Tally
	device bool // the device's clock is the one that counts
	zone   string
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: append(sensors.Shapes(), vocabulary.ReadingOnline, vocabulary.ReadingOffline)}
}

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	device, what := "", ""
	for _, l := range m.Labels {
		switch l.Name {
		case "device":
			device = l.Value.String()
		case "what":
			what = l.Value.String()
		}
	}
	s := sensors.Said{At: m.At, Line: m.Line, Sensor: device, Place: m.Place}
	body := strings.TrimSpace(string(m.Body))
	switch {
	case what == "SENSOR":
		if !gjson.Valid(body) || !strings.HasPrefix(body, "{") {
			return errors.New("a message that is no JSON")
		}
		return n.sensor(&s, gjson.Parse(body), emit)
	case what == "RESULT":
		n.pressed(&s, body, emit)
		return nil
	case what == "STATE" || what == "UPTIME" || what == "LOGGING" || strings.HasPrefix(what, "INFO") || strings.HasPrefix(what, "STATUS"):
		return nil
	case body == "" || strings.HasPrefix(body, "{") || strings.HasPrefix(body, "["):
		return nil
	}
	// POWER, POWER1, ...: a switch. Other words are measures of their own.
	word := strings.ToLower(what)
	s.Measure = sensors.Named(word)
	if rest, ok := strings.CutPrefix(word, "power"); ok && !strings.HasPrefix(rest, "_") {
		s.Measure = sensors.Measure{Name: "switch", Flag: true}
		if rest != "" && rest != "1" {
			s.Sensor += "/" + rest
		}
	}
	n.tell.Text(&s, body, emit)
	return nil
}

// pressed tells what was done to buttons and switches, which no other topic says:
// {"Button1": {"Action": "DOUBLE"}}. What a result says of a relay comes under its own
// name, too.
func (n *normaliser) pressed(s *sensors.Said, body string, emit func(sonify.Event)) {
	if !gjson.Valid(body) {
		return
	}
	device := s.Sensor
	gjson.Parse(body).ForEach(func(k, v gjson.Result) bool {
		action := v.Get("Action")
		if action.Type == gjson.String && (strings.HasPrefix(k.Str, "Button") || strings.HasPrefix(k.Str, "Switch")) {
			s.Sensor, s.Measure = device+"/"+k.Str, sensors.Measure{Name: "action"}
			n.tell.Action(s, strings.ToLower(action.Str), emit)
		}
		return true
	})
}

// sensor tells what a SENSOR message says: an object for each sensor, with its values.
func (n *normaliser) sensor(s *sensors.Said, doc gjson.Result, emit func(sonify.Event)) error {
	if n.device || s.At.IsZero() {
		if at, ok := n.time(doc.Get("Time").String()); ok {
			s.At = at
		} else {
			n.tally.Add(sonify.Absent, "time of a device", s.Line)
		}
	}
	fahrenheit := doc.Get("TempUnit").String() == "F"
	pressure := doc.Get("PressureUnit").String()
	device := s.Sensor
	doc.ForEach(func(k, v gjson.Result) bool {
		if !v.IsObject() {
			if v.Type == gjson.String && strings.HasPrefix(k.Str, "Switch") {
				s.Measure = sensors.Measure{Name: "switch", Flag: true}
				s.Sensor = device + "/" + k.Str
				n.tell.JSON(s, v, emit)
			}
			return true
		}
		if k.Str == "ZbReceived" {
			v.ForEach(func(of, values gjson.Result) bool {
				s.Sensor = device + "/" + of.Str
				n.zigbee(s, values, emit)
				return true
			})
			return true
		}
		s.Sensor = device + "/" + k.Str
		v.ForEach(func(name, value gjson.Result) bool {
			if about[name.Str] || value.IsObject() || value.Type == gjson.String && !sensors.Plain(value.Str) {
				return true
			}
			m := sensors.Named(name.Str)
			switch {
			case m.Unit == "°C" && fahrenheit:
				m.Unit = "°F"
			case m.Unit == "hPa" && pressure != "":
				m.Unit = pressure
			case m.Name == "noise" && k.Str == "SonoffSC": // of the loudest that it can hear
				m.Unit = "%"
			}
			s.Measure = m
			if !value.IsArray() {
				n.tell.JSON(s, value, emit)
				return true
			}
			for i, phase := range value.Array() { // one for each phase
				if i == phases {
					break
				}
				s.Measure.Name = fmt.Sprintf("%s_%d", m.Name, i+1)
				n.tell.JSON(s, phase, emit)
			}
			return true
		})
		return true
	})
	return nil
}

// zigbee tells what a bridge of Zigbee has received of a device: of the many attributes
// those that mean the same with all makers, each in one unit whatever TempUnit says.
func (n *normaliser) zigbee(s *sensors.Said, values gjson.Result, emit func(sonify.Event)) {
	for _, name := range []string{"Temperature", "Humidity", "Pressure", "Occupancy"} {
		if v := values.Get(name); v.Type == gjson.Number {
			s.Measure = sensors.Named(name)
			n.tell.JSON(s, v, emit)
		}
	}
}

// about are what tells of the sensor itself, or of what came near it: cards and tags are
// people's.
var about = map[string]bool{"Id": true, "ID": true, "UID": true, "DATA": true, "Data": true, "Name": true, "MAC": true, "mac": true, "TotalStartTime": true, "User": true}

// phases bounds how many values of a list are told: current has three phases.
const phases = 4

// time reads a device's time, which is local and names no zone.
func (n *normaliser) time(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	r, err := clock.New("auto", n.zone)
	if err != nil {
		return time.Time{}, false
	}
	s, _, ok := r.Read(text)
	return s.At, ok && !s.At.IsZero()
}
