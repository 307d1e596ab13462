package main

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// report is what --report prints. A level of nothing at all is null.
type report struct {
	Title    string            `json:"title"`
	Seconds  float64           `json:"seconds"`
	LUFS     *float64          `json:"loudness_lufs"`
	Range    *float64          `json:"loudness_range_lu"`
	Loudest  *float64          `json:"loudest_momentary_lufs"`
	Peak     *float64          `json:"sample_peak_dbfs"`
	TruePeak *float64          `json:"true_peak_dbtp"`
	Notes    uint64            `json:"notes"`
	Events   uint64            `json:"events"`
	Lost     map[string]uint64 `json:"lost"`
	Took     float64           `json:"took_s"`
	Speed    float64           `json:"times_real_time"`
	Sources  []reportSource    `json:"sources"`
}

type reportSource struct {
	Name    string        `json:"name"`
	Oddness []reportOddly `json:"oddities"`
}

type reportOddly struct {
	Fate  string `json:"fate"`
	What  string `json:"what"`
	Count int64  `json:"count"`
	First int64  `json:"first_line,omitempty"`
}

// report prints what was measured, to standard output unless the result goes
// there.
func (r *rendering) report(sum *sonify.Summary, spent time.Duration) error {
	length := r.length(sum)
	l := r.meter.Loudness()
	rep := report{
		Title: r.piece.Header.Title, Seconds: round(length.Duration().Seconds(), 3),
		LUFS: level(l.Integrated), Range: level(l.Range), Loudest: level(l.MaxMomentary), Peak: level(l.SamplePeak), TruePeak: level(l.TruePeak),
		Notes: sum.Notes, Events: sum.Heard, Lost: sum.Lost, Took: round(spent.Seconds(), 3),
		Speed: round(length.Duration().Seconds()/spent.Seconds(), 1),
	}
	for _, s := range r.piece.Sources {
		rs := reportSource{Name: s.Name, Oddness: []reportOddly{}}
		for _, c := range s.Tally.Counts() {
			rs.Oddness = append(rs.Oddness, reportOddly{c.Fate.String(), c.What, c.Count, c.First})
		}
		rep.Sources = append(rep.Sources, rs)
	}
	text := rep.text()
	if r.flags.json {
		b, err := json.MarshalIndent(rep, "", "  ")
		if err != nil {
			return err
		}
		text = string(b) + "\n"
	}
	if slices.ContainsFunc(r.targets, func(t target) bool { return t.path == stdoutPath }) {
		_, err := fmt.Fprint(r.say.w, text)
		return err
	}
	return r.print(text)
}

// level is a measured level for JSON, nil if there was nothing to measure.
func level(db float64) *float64 {
	if math.IsInf(db, 0) || math.IsNaN(db) {
		return nil
	}
	db = round(db, 2)
	return &db
}

func round(x float64, digits int) float64 {
	p := math.Pow(10, float64(digits))
	return math.Round(x*p) / p
}

func (r *report) text() string {
	var b strings.Builder
	db := func(name string, v *float64, unit string) {
		if v == nil {
			fmt.Fprintf(&b, "%-16s %10s\n", name, "silence")
			return
		}
		fmt.Fprintf(&b, "%-16s %10.2f %s\n", name, *v, unit)
	}
	fmt.Fprintf(&b, "%-16s %10s\n", "length", clockTime(time.Duration(r.Seconds*float64(time.Second))))
	db("loudness", r.LUFS, "LUFS")
	db("loudness range", r.Range, "LU")
	db("loudest moment", r.Loudest, "LUFS")
	db("sample peak", r.Peak, "dBFS")
	db("true peak", r.TruePeak, "dBTP")
	fmt.Fprintf(&b, "%-16s %10s\n", "notes", count(r.Notes))
	fmt.Fprintf(&b, "%-16s %10s\n", "events", count(r.Events))
	var lost uint64
	for _, n := range r.Lost {
		lost += n
	}
	fmt.Fprintf(&b, "%-16s %10s\n", "lost", count(lost))
	fmt.Fprintf(&b, "%-16s %10.1f hours of music a minute (%.0f times real time)\n", "speed", r.Speed/60, r.Speed)
	return b.String()
}

var _ pcm.Sink = (*pcm.Meter)(nil)
