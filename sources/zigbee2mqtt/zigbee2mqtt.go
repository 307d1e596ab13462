// Package zigbee2mqtt is the source that hears the Zigbee devices of a house, by way of
// Zigbee2MQTT and an MQTT broker. README.md tells what becomes of what.
package zigbee2mqtt

import (
	_ "embed"
	"fmt"
	"path"
	"strings"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
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
	BaseTopic string   `toml:"base_topic" doc:"under which topic Zigbee2MQTT speaks" default:"zigbee2mqtt" example:"zigbee2mqtt"`
	Devices   []string `toml:"devices" doc:"which devices are heard, by their friendly names, * for any part of one; all without it" example:"[\"kitchen/*\"]"`
	Measures  []string `toml:"measures" doc:"which measures are heard; all without it, but for those that are about the device itself" example:"[\"temperature\", \"motion\"]"`
	mqtt.Connection
	replay.Config
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "zigbee2mqtt",
		Doc:    "the Zigbee devices of a house, by way of Zigbee2MQTT",
		Group:  "things",
		Sample: sample + mqtt.SampleTOML(),
		Live:   true,
		Config: func() any { return &Config{BaseTopic: "zigbee2mqtt", Connection: mqtt.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("zigbee2mqtt: configuration is a %T, a *zigbee2mqtt.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	base := strings.Trim(c.BaseTopic, "/")
	if base == "" || strings.ContainsAny(base, "+#{}") {
		ps.Add("base_topic", `base_topic = "zigbee2mqtt"`, "%q is no topic: a name without wildcards was expected", c.BaseTopic)
		base = "zigbee2mqtt"
	}
	for i, d := range c.Devices {
		if _, err := path.Match(d, ""); err != nil || d == "" {
			ps.Add(fmt.Sprintf("devices[%d]", i), `for example "kitchen/*"`, "%q is no name of a device", d)
		}
	}
	c.Connection.Check(&ps)
	patterns := func(texts ...string) []string {
		for i := range texts {
			texts[i] = base + "/" + texts[i]
		}
		return texts
	}
	o := mqtt.Options{Connection: c.Connection, Longest: 1 << 20}
	var own sonify.Problems
	o.Topics = mqtt.Patterns(&own, "base_topic", patterns("{device...}"))
	o.Availability = mqtt.Patterns(&own, "base_topic", patterns("{device...}/availability", "bridge/state"))
	o.Ignore = mqtt.Patterns(&own, "base_topic", patterns("bridge/#", "{device...}/set", "{device...}/get", "{device...}/set/+", "{device...}/get/+"))
	if err := append(ps, own...).Err(); err != nil {
		return nil, err
	}
	n := &normaliser{tell: sensors.New(env, c.Measures), base: base + "/", devices: c.Devices, all: len(c.Measures) > 0}
	return &mqtt.Recipe{Engine: mqtt.New(env, o), Normaliser: n, Path: c.Path}, nil
}

// technical are what devices say about themselves. Lists and objects are passed over
// anyway.
var technical = map[string]bool{
	"linkquality": true, "battery": true, "voltage": true, "update_available": true, "last_seen": true, "device_temperature": true,
	"power_outage_count": true, "color_mode": true, "trigger_count": true, "elapsed": true, "battery_low": true, "tamper": true, "id": true,
}

type normaliser struct {
	tell    *sensors.Teller
	base    string
	devices []string
	all     bool // the piece says which measures it wants
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: append(sensors.Shapes(), vocabulary.ReadingOnline, vocabulary.ReadingOffline)}
}

// wanted reports whether a device is heard.
func (n *normaliser) wanted(device string) bool {
	for _, d := range n.devices {
		// path.Match stops at slashes; names may have them, and * is any part.
		if ok, _ := path.Match(strings.ReplaceAll(d, "/", "\x01"), strings.ReplaceAll(device, "/", "\x01")); ok {
			return true
		}
	}
	return len(n.devices) == 0
}

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	device := strings.TrimPrefix(m.Topic, n.base)
	s := sensors.Said{At: m.At, Line: m.Line, Sensor: device, Place: m.Place}
	body := strings.TrimSpace(string(m.Body))
	if body == "" {
		return nil // a device that was taken away: its retained message is cleared
	}
	if body[0] != '{' {
		// "output": "attribute": each attribute has a topic of its own.
		i := strings.LastIndexByte(device, '/')
		if i < 0 {
			return fmt.Errorf("a message that is no object")
		}
		s.Sensor = device[:i]
		if n.wanted(s.Sensor) {
			n.attribute(&s, device[i+1:], gjson.Result{Type: gjson.String, Str: body}, emit)
		}
		return nil
	}
	if !gjson.Valid(body) {
		return fmt.Errorf("a message that is no JSON")
	}
	if !n.wanted(device) {
		return nil
	}
	doc := gjson.Parse(body)
	// In versions before 2 the other one is what the device says, in no unit.
	lux := doc.Get("illuminance_lux").Exists()
	doc.ForEach(func(k, v gjson.Result) bool {
		if lux && k.Str == "illuminance" {
			return true
		}
		n.attribute(&s, k.Str, v, emit)
		return true
	})
	return nil
}

func (n *normaliser) attribute(s *sensors.Said, name string, v gjson.Result, emit func(sonify.Event)) {
	if technical[name] && !n.all || v.IsObject() || v.IsArray() {
		return
	}
	if name == "action" || name == "click" { // click in older versions
		// An empty one ends the one before, in older versions.
		if v.Type == gjson.String && v.Str != "" {
			s.Measure = sensors.Measure{Name: "action"}
			n.tell.Action(s, v.Str, emit)
		}
		return
	}
	if strings.HasPrefix(name, "action_") && v.Type == gjson.Number && !sensors.Personal(name) {
		return // of the action: how fast, which group, from which side
	}
	s.Measure = sensors.Named(name)
	if name == "voltage" && v.Num > 1000 { // of a battery it is in mV, of a plug in V
		s.Measure.By = 0.001
	}
	n.tell.JSON(s, v, emit)
}
