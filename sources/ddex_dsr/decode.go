package dsr

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/vocabulary"
)

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape { return []*sonify.Shape{vocabulary.ReleaseUsage} }

// mostRecords bounds a report.
const mostRecords = 5_000_000

// thing is a recording or release that was used.
type thing struct{ title, artist, isrc, release string }

// usage is what a record of a report says.
type usage struct {
	thing
	territory, model, use string
	currency              string
	quantity, amount      float64
	counted, paid         bool
}

// report is one that is told.
type report struct {
	source  string
	service string
	named   map[string]columns // columns of flat files, as the piece names them
	tally   *sonify.Tally
	emit    func(sonify.Event)
	step    time.Duration
	clock   time.Duration
	count   int64
}

// say tells a record. They have no times: the report is told one every step.
func (r *report) say(u *usage, line int64) {
	if !u.counted && !u.paid {
		r.tally.Add(sonify.Skipped, "record without a number", line)
		return
	}
	if r.count++; r.count > mostRecords {
		r.tally.Add(sonify.Skipped, "records beyond 5,000,000 of a report", line)
		return
	}
	e := vocabulary.New(vocabulary.ReleaseUsage)
	e.Text("title", u.title).Text("artist", u.artist).Text("isrc", u.isrc).Text("release_id", u.release)
	e.Text("territory", u.territory).Text("model", u.model).Text("use", u.use).Text("service", r.service)
	if u.counted {
		e.Num("quantity", u.quantity)
	}
	if u.paid {
		e.Num("amount", u.amount).Text("currency", u.currency)
	}
	e.Source, e.Line = r.source, line
	e.Clocked(r.clock)
	r.clock += r.step
	r.emit(e.Event)
}

// tell tells a report, XML or flat file, from base on, and returns the clock at its end.
func tell(body []byte, source string, named map[string]columns, base, step time.Duration, tally *sonify.Tally, emit func(sonify.Event)) (time.Duration, error) {
	r := &report{source: source, named: named, tally: tally, emit: emit, step: step, clock: base}
	var err error
	if t := bytes.TrimSpace(body); len(t) > 0 && t[0] == '<' {
		err = r.xml(body)
	} else {
		err = r.flat(body)
	}
	return r.clock, err
}

// number reads a number of either form. Amounts below 0 are returns.
func number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f > -1e12 && f < 1e12
}

// money rounds an amount that was multiplied to a millionth.
func money(f float64) float64 { return math.Round(f*1e6) / 1e6 }

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
