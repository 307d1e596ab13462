// Package homeassistant is the source that hears the entities of Home Assistant, by way
// of its MQTT statestream. README.md tells what becomes of what.
package homeassistant

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
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	BaseTopic string   `toml:"base_topic" doc:"under which topic the statestream speaks" default:"homeassistant" example:"homeassistant"`
	Entities  []string `toml:"entities" doc:"which entities are heard, * for any part of a name" default:"[\"sensor.*\", \"binary_sensor.*\"]" example:"[\"sensor.kitchen_*\", \"light.*\"]"`
	Measures  []string `toml:"measures" doc:"which measures are heard; all without it" example:"[\"temperature\", \"motion\"]"`
	mqtt.Connection
	replay.Config
}

// entities are those that are sensors. People and where they are is nobody's business
// unless the piece asks.
var entities = []string{"sensor.*", "binary_sensor.*"}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "home_assistant",
		Doc:    "the sensors of a house that Home Assistant runs, by its MQTT statestream",
		Group:  "things",
		Sample: sample + mqtt.SampleTOML(),
		Live:   true,
		Config: func() any {
			return &Config{BaseTopic: "homeassistant", Entities: append([]string(nil), entities...), Connection: mqtt.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("home_assistant: configuration is a %T, a *homeassistant.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	base := strings.Trim(c.BaseTopic, "/")
	if base == "" || strings.ContainsAny(base, "+#{}") {
		ps.Add("base_topic", `base_topic = "homeassistant"`, "%q is no topic: a name without wildcards was expected", c.BaseTopic)
		base = "homeassistant"
	}
	if len(c.Entities) == 0 {
		ps.Add("entities", `entities = ["sensor.*"]`, "there is nothing to listen to")
	}
	for i, e := range c.Entities {
		if _, err := path.Match(e, ""); err != nil || strings.Count(e, ".") != 1 {
			ps.Add(fmt.Sprintf("entities[%d]", i), `for example "sensor.kitchen_*"`, "%q is no name of an entity: a domain, a point and a name were expected", e)
		}
	}
	c.Connection.Check(&ps)
	o := mqtt.Options{Connection: c.Connection, Longest: 1 << 20}
	var own sonify.Problems
	o.Topics = mqtt.Patterns(&own, "base_topic", []string{base + "/{domain}/{entity}/state"})
	o.Told = mqtt.Patterns(&own, "base_topic", []string{base + "/{domain}/{entity}/unit_of_measurement", base + "/{domain}/{entity}/device_class"})
	if err := append(ps, own...).Err(); err != nil {
		return nil, err
	}
	n := &normaliser{tell: sensors.New(env, c.Measures), entities: c.Entities, classes: make(map[string]string), units: make(map[string]string)}
	return &mqtt.Recipe{Engine: mqtt.New(env, o), Normaliser: n, Path: c.Path}, nil
}

// longest is how long a unit or a class may be, in bytes.
const longest = 20

// maxEntities bounds of how many entities the attributes are remembered.
const maxEntities = 10000

type normaliser struct {
	tell     *sensors.Teller
	entities []string
	classes  map[string]string // device_class by entity
	units    map[string]string
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: sensors.Shapes()} }

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	parts := strings.Split(m.Topic, "/")
	if len(parts) < 3 {
		return fmt.Errorf("a topic of %d levels", len(parts))
	}
	domain, name, what := parts[len(parts)-3], parts[len(parts)-2], parts[len(parts)-1]
	entity := domain + "." + name
	if !n.wanted(entity) {
		return nil
	}
	body := strings.TrimSpace(string(m.Body))
	if what != "state" {
		// Attributes are JSON: a text in quotes.
		into := n.units
		if what == "device_class" {
			into = n.classes
		}
		if v := gjson.Parse(body); gjson.Valid(body) && v.Type == gjson.String && len(v.Str) <= longest && (len(into) < maxEntities || into[entity] != "") {
			into[entity] = strings.Clone(v.Str)
		}
		return nil
	}
	s := sensors.Said{At: m.At, Line: m.Line, Sensor: name, Measure: n.measure(entity, domain, name), Place: m.Place}
	if !sensors.Known(s.Measure.Name) && (sensors.Personal(name) || !sensors.Plain(body) && sensors.PersonalText(name)) {
		// The entity of a lock's last user is a sensor like any other: what it is about
		// stands in its name alone.
		s.Measure = sensors.Measure{Name: name}
	}
	if isAction(name) {
		s.Measure = sensors.Measure{Name: "action"}
		if !missing(body) { // it says nothing again once it was pressed
			n.tell.Action(&s, body, emit)
		}
		return nil
	}
	if u := n.units[entity]; u != "" {
		s.Measure.Unit = u
	}
	n.tell.Text(&s, body, emit)
	return nil
}

// isAction reports whether an entity is what was done to a button or a remote.
func isAction(name string) bool {
	return name == "action" || strings.HasSuffix(name, "_action") || strings.HasSuffix(name, "_click")
}

// missing reports whether a state says that there is none.
func missing(text string) bool {
	switch strings.ToLower(text) {
	case "", "none", "unknown", "unavailable":
		return true
	}
	return false
}

func (n *normaliser) wanted(entity string) bool {
	for _, e := range n.entities {
		if ok, _ := path.Match(e, entity); ok {
			return true
		}
	}
	return false
}

// measure returns what an entity measures: its class, the end of its name, or else its
// domain. The unit is known only if the statestream says so: a temperature may well be
// in °F.
func (n *normaliser) measure(entity, domain, name string) sensors.Measure {
	word := n.classes[entity]
	for rest := name; word == ""; {
		if sensors.Known(rest) {
			word = rest
			break
		}
		_, after, ok := strings.Cut(rest, "_")
		if !ok {
			word = domain
			break
		}
		rest = after
	}
	if w := binary[word]; w != "" && domain == "binary_sensor" {
		word = w
	}
	m := sensors.Named(word)
	m.Unit = ""
	if domain == "sensor" { // gas is how much went through the meter
		m.Flag = false
	} else if domain == "binary_sensor" || domain == "switch" || domain == "light" {
		m.Flag = true
	}
	return m
}

// binary are classes of sensors that say yes or no whose names are also those of numbers:
// a battery that is on is low.
var binary = map[string]string{"battery": "battery_low", "moisture": "water_leak"}
