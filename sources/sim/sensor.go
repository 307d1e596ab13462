package sim

import (
	"context"
	"strconv"
	"time"

	"proscenium/sonify"
)

var readingShape = shape("reading", []sonify.Field{
	{Name: "sensor", Type: sonify.Text, Doc: "which one: \"sensor 1\""},
	{Name: "measure", Type: sonify.Text, Doc: "temperature or co2"},
	{Name: "value", Type: sonify.Number, Doc: "what it reads, in its unit; missing while it cannot"},
	{Name: "unit", Type: sonify.Text, Doc: "°C or ppm"},
})

func sensorShapes() []*sonify.Shape { return []*sonify.Shape{readingShape} }

// How a room is warmed by the sun, in thousandths of half the difference between
// the coldest hour and the warmest.
var sunRhythm = rhythm{-640, -760, -860, -940, -990, -1000, -940, -780, -500, -150, 220, 540,
	780, 930, 1000, 990, 900, 740, 520, 280, 40, -170, -350, -510}

// How many are in a room, in thousandths of all: an institution that opens at
// nine.
var crowdRhythm = rhythm{0, 0, 0, 0, 0, 0, 20, 120, 420, 760, 900, 950,
	700, 850, 950, 900, 800, 550, 250, 120, 80, 40, 10, 0}

// sensor is one that reads for ever. All numbers are thousandths: of a degree, or
// of a part in a million.
type sensor struct {
	d      *dice
	co2    bool
	level  int // what is there
	drift  int // by how much the day is off
	offset int // by how much the sensor is
	hour   int // of the last drift
	crowd  int // of the day, in thousandths

	fault  fault
	left   int // readings that the fault will last
	stuck  int // what it reads as long as it is stuck
	faults int // of 1000 readings
}

// fault is what is wrong with a sensor.
type fault int

const (
	well    fault = iota
	dropout       // it reports that it reads nothing
	gap           // it does not report
	frozen        // it reports what it read before
	outlier       // it reports nonsense, once
)

// The mean lengths of the faults, in readings; their sum by four is that of all,
// as all are equally frequent.
var faultLengths = [...]int{dropout: 4, gap: 6, frozen: 8, outlier: 1}

func newSensor(seed uint64, n int, c *Config) *sensor {
	g := &sensor{d: newDice(seed, sensorDice+uint64(n)), co2: c.Measures == "co2", hour: -1, faults: c.Faults}
	if g.co2 {
		g.level, g.offset = 430_000, g.d.about(0, 15_000)
	} else {
		g.level, g.offset = 18_500, g.d.about(0, 600)
	}
	return g
}

// step lets the time from the last reading pass, and returns what is there now.
func (g *sensor) step(clock, passed time.Duration) int {
	minute := int(clock / time.Minute)
	if h := minute / 60; h != g.hour {
		if h/24 != g.hour/24 || g.hour < 0 {
			g.crowd = min(max(g.d.about(800, 200), 100), 1400)
			if day := h / 24 % 7; day >= 5 {
				g.crowd /= 4
			}
		}
		g.hour = h
		g.drift += g.d.about(0, 220) - g.drift/40
	}
	goal, slow := 0, 90*time.Minute
	if g.co2 {
		goal = 420_000 + int(crowdRhythm.at(minute))*g.crowd*700/1000 + g.drift*20
	} else {
		goal, slow = 20_500+int(sunRhythm.at(minute))*3+g.drift, 40*time.Minute
	}
	passed = min(passed, slow)
	g.level += int(int64(goal-g.level) * int64(passed/time.Millisecond) / int64(slow/time.Millisecond))
	return g.level
}

// read returns what the sensor reports of level; missing if it reads nothing,
// and nothing at all (ok is false) in a gap.
func (g *sensor) read(level int) (v sonify.Value, ok bool) {
	d := g.d
	noise := 90
	unit := 100 // a tenth of a degree
	if g.co2 {
		noise, unit = 6000, 1000
	}
	now := level + g.offset + d.about(0, noise)
	now -= (now%unit + unit) % unit
	if g.left == 0 {
		g.fault = well
		// A fault lasts 19/4 readings in the mean.
		if d.below(1_000_000) < g.faults*1000*4/19 {
			g.fault = fault(1 + d.below(4))
			mean := faultLengths[g.fault]
			g.left, g.stuck = 1+d.below(2*mean-1), now
		}
	}
	if g.left > 0 {
		g.left--
	}
	switch g.fault {
	case dropout:
		return sonify.Value{}, true
	case gap:
		return sonify.Value{}, false
	case frozen:
		now = g.stuck
	case outlier:
		off := unit * (150 + d.below(250))
		if g.co2 {
			off *= 4
		} else if d.chance(500) {
			off = -off
		}
		now += off
	}
	return sonify.Num(float64(now/unit) / float64(1000/unit)), true
}

func (s *source) sensor(ctx context.Context, emit func(sonify.Event)) error {
	seed := s.seed()
	n, every := s.c.Sensors, s.c.Every
	sensors := make([]*sensor, n)
	names := make([]sonify.Value, n)
	for i := range sensors {
		sensors[i] = newSensor(seed, i, &s.c)
		names[i] = sonify.Word("sensor " + strconv.Itoa(i+1))
	}
	measure, unit := sonify.Word("temperature"), sonify.Word("°C")
	if s.c.Measures == "co2" {
		measure, unit = sonify.Word("co2"), sonify.Word("ppm")
	}
	end := time.Duration(s.c.Days) * 24 * time.Hour
	for start := time.Duration(0); start < end; start += every {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for i, g := range sensors {
			clock := start + every*time.Duration(i)/time.Duration(n)
			value, ok := g.read(g.step(clock, every))
			if !ok || clock >= end {
				continue
			}
			v := append(when(clock, 4), names[i], measure, value, unit)
			emit(sonify.Event{Source: s.env.Name, Shape: readingShape, Values: v, Clock: clock, Timed: true})
		}
	}
	return nil
}
