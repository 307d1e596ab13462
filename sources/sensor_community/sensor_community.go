// Package sensorcommunity is the source that asks Sensor.Community what its sensors of
// air and noise read. README.md tells what becomes of what.
package sensorcommunity

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/poll"
	"proscenium/sources/internal/polled"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/replay"
	"proscenium/sources/internal/sensors"
	"proscenium/sources/internal/span"
)

//go:embed sample.toml
var sample string

// Config is what a piece says about it.
type Config struct {
	replay.Config
	Query    string        `toml:"query" doc:"what to ask for" required:"without path" example:"filter/area=48.78,9.18,3"`
	Measures []string      `toml:"measures" doc:"which measures are heard; all without it" example:"[\"pm2_5\", \"temperature\"]"`
	Every    time.Duration `toml:"every" doc:"how often the service is asked" default:"2m30s" example:"5m"`
	URL      string        `toml:"url" doc:"the address of the service" default:"https://data.sensor.community/airrohr/v1"`
}

const address = "https://data.sensor.community/airrohr/v1"

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name:   "sensor_community",
		Doc:    "air and noise as the sensors of Sensor.Community read them",
		Group:  "things",
		Sample: sample,
		Live:   true,
		Config: func() any { return &Config{Every: 150 * time.Second, URL: address} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("sensor_community: configuration is a %T, a *sensorcommunity.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

// query is what the service understands, by https://github.com/opendata-stuttgart/meta/wiki/EN-APIs.
var query = regexp.MustCompile(`^(sensor/[0-9]{1,9}|filter/[a-z]+=[A-Za-z0-9.,_-]+(&[a-z]+=[A-Za-z0-9.,_-]+)*)$`)

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	// Its sensors report every 145 seconds; to ask more often gives the same again.
	span.Check(&ps, "every", c.Every, time.Minute, 24*time.Hour)
	base, err := reach.Parse(c.URL, "https", "http")
	if err != nil {
		ps.Add("url", fmt.Sprintf("url = %q", address), "%v", err)
	}
	q := strings.Trim(c.Query, "/")
	if !query.MatchString(q) && (c.Query != "" || !c.Recorded()) {
		hint := `query = "sensor/12345" or "filter/area=48.78,9.18,3"`
		if _, err := strconv.Atoi(q); err == nil {
			hint = fmt.Sprintf("write %q", "sensor/"+q)
		}
		ps.Add("query", hint, "%q is nothing the service understands", c.Query)
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	return &polled.Source{
		Env: env, Path: c.Path,
		New: func(bool) decode.Normaliser {
			return &normaliser{tell: sensors.New(env, c.Measures), tally: env.Tally, seen: make(map[int64]bool)}
		},
		Poller: func() (*poll.Poller, error) {
			return poll.New(poll.Options{URL: base.String() + "/" + q + "/", Every: c.Every, JSON: true, MaxBytes: 32 << 20})
		},
	}, nil
}

// types are the service's words for what is measured, and their units:
// https://github.com/opendata-stuttgart/meta/wiki/EN-APIs.
var types = map[string]sensors.Measure{
	"P0": {Name: "pm1", Unit: "µg/m³"}, "P1": {Name: "pm10", Unit: "µg/m³"}, "P2": {Name: "pm2_5", Unit: "µg/m³"}, "P4": {Name: "pm4", Unit: "µg/m³"},
	"temperature": {Name: "temperature", Unit: "°C"}, "humidity": {Name: "humidity", Unit: "%"},
	"pressure": {Name: "pressure", Unit: "hPa", By: 0.01}, "pressure_at_sealevel": {Name: "sea_pressure", Unit: "hPa", By: 0.01},
	"noise_LAeq": {Name: "noise", Unit: "dB"}, "noise_LA_min": {Name: "noise_min", Unit: "dB"}, "noise_LA_max": {Name: "noise_max", Unit: "dB"},
	"co2_ppm": {Name: "co2", Unit: "ppm"}, "radiation_msi": {Name: "radiation", Unit: "µSv/h"},
}

// place are what sensors that have one of GPS say of where they are.
var place = map[string]bool{"lat": true, "lon": true, "height": true}

// remembered bounds how many readings are known from before: an area of a large town
// has some thousands in five minutes.
const remembered = 50_000

type normaliser struct {
	tell  *sensors.Teller
	tally *sonify.Tally
	seen  map[int64]bool
	old   map[int64]bool // those before
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: sensors.Shapes()[:1]} }

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	doc := gjson.ParseBytes(m.Body)
	if !gjson.ValidBytes(m.Body) || !doc.IsArray() {
		return errors.New("an answer that is no list of readings")
	}
	// The newest come first.
	all := doc.Array()
	for i := len(all) - 1; i >= 0; i-- {
		n.reading(m, all[i], emit)
	}
	return nil
}

func (n *normaliser) reading(m *decode.Message, r gjson.Result, emit func(sonify.Event)) {
	id := r.Get("id").Int()
	if id == 0 || r.Get("sensor.id").Int() == 0 {
		n.tally.Add(sonify.Skipped, "reading without a number of its own or of its sensor", m.Line)
		return
	}
	if n.seen[id] || n.old[id] {
		return // the service tells all of the last five minutes each time
	}
	if len(n.seen) >= remembered {
		n.old, n.seen = n.seen, make(map[int64]bool)
	}
	n.seen[id] = true
	s := sensors.Said{At: m.At, Line: m.Line, Sensor: r.Get("sensor.id").String(), Place: m.Place}
	// It names no zone, and is UTC.
	if at, err := time.Parse("2006-01-02 15:04:05", r.Get("timestamp").String()); err == nil {
		s.At = at
	} else {
		n.tally.Add(sonify.Absent, "time of a reading", m.Line)
	}
	r.Get("sensordatavalues").ForEach(func(_, v gjson.Result) bool {
		word := v.Get("value_type").String()
		if place[word] {
			return true
		}
		var ok bool
		if s.Measure, ok = types[word]; !ok {
			s.Measure = sensors.Named(word)
			s.Measure.Unit = "" // of a word that is not known neither is the unit
		}
		n.tell.Text(&s, v.Get("value").String(), emit)
		return true
	})
}
