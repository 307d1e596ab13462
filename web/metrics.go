package web

import (
	"bytes"
	"fmt"
	"net/http"
	runtimemetrics "runtime/metrics"
	"slices"
	"strings"

	"proscenium/sonify/stream"
)

// The metrics are written in the text format of Prometheus by hand: a few counters
// do not need a library and what it brings along.

// metrics answers /metrics.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	m := metricsText{lines: map[string][]string{}}
	runtime := []runtimemetrics.Sample{{Name: "/sched/goroutines:goroutines"}, {Name: "/memory/classes/heap/objects:bytes"}}
	runtimemetrics.Read(runtime)
	m.add("go_goroutines", "gauge", "", float64(runtime[0].Value.Uint64()))
	m.add("go_memstats_alloc_bytes", "gauge", "", float64(runtime[1].Value.Uint64()))
	m.add("proscenium_refused_total", "counter", "", float64(s.refused.Load()))
	m.add("proscenium_hook_calls_total", "counter", "", float64(s.hooks.calls.Load()))
	m.add("proscenium_hook_refused_total", "counter", "", float64(s.hooks.refused.Load()))
	m.add("proscenium_hook_bytes_total", "counter", "", float64(s.hooks.bytes.Load()))
	for _, o := range s.all() {
		label := labels("station", o.Name())
		h := o.hub.stats()
		o.mu.Lock()
		c, taps := o.counts, len(o.taps)
		o.mu.Unlock()
		m.add("proscenium_listeners", "gauge", label, float64(h.listeners+taps+o.radio.listeners()))
		m.add("proscenium_joined_total", "counter", label, float64(c.joins))
		m.add("proscenium_resumed_total", "counter", label, float64(c.resumes))
		m.add("proscenium_caught_up_total", "counter", label, float64(h.skipped))
		m.add("proscenium_dropped_listeners_total", "counter", label, float64(h.dropped))
		m.add("proscenium_refused_listeners_total", "counter", label, float64(h.refused))
		m.add("proscenium_messages_total", "counter", label, float64(c.messages))
		m.add("proscenium_late_messages_total", "counter", label, float64(c.late))
		m.add("proscenium_lead_seconds", "gauge", label, c.lead.Seconds())
		m.add("proscenium_ahead_seconds", "gauge", label, o.Ahead().Seconds())
		m.add("proscenium_keyframes_total", "counter", label, float64(c.keyframes))
		m.add("proscenium_sent_bytes_total", "counter", label, float64(h.written))
		m.add("proscenium_sent_frames_total", "counter", label, float64(h.frames))
		m.add("proscenium_longest_sweep_seconds", "gauge", label, h.longest.Seconds())
		for _, f := range stream.Formats() {
			c, n := o.radio.status(f)
			label := labels("station", o.Name(), "format", f.Name)
			m.add("proscenium_stream_listeners", "gauge", label, float64(n))
			m.add("proscenium_stream_joined_total", "counter", label, float64(c.joined))
			m.add("proscenium_stream_encoders_begun_total", "counter", label, float64(c.started))
			m.add("proscenium_stream_encoded_bytes_total", "counter", label, float64(c.bytes))
			m.add("proscenium_stream_sent_bytes_total", "counter", label, float64(c.past.written))
			m.add("proscenium_stream_lost_pages_total", "counter", label, float64(c.past.skipped))
			m.add("proscenium_stream_dropped_listeners_total", "counter", label, float64(c.past.dropped))
			m.add("proscenium_stream_unencoded_total", "counter", label, float64(c.lost))
		}
		i := o.info()
		playing := 0.0
		if i.State == "playing" {
			playing = 1
		}
		m.add("proscenium_playing", "gauge", label, playing)
		for k := range i.Sources {
			m.source(o.Name(), &i.Sources[k])
		}
		for name, v := range i.Counts {
			kind := "gauge"
			if strings.HasSuffix(name, "_total") {
				kind = "counter"
			}
			m.add("proscenium_"+name, kind, label, v)
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(m.text())
}

// source adds what is known of a source.
func (m *metricsText) source(station string, s *Source) {
	label := labels("station", station, "source", s.Name)
	for _, c := range []struct {
		name string
		n    uint64
	}{
		{"events", s.Heard}, {"errors", s.Errors}, {"late_events", s.Late}, {"repaired", s.Repaired}, {"missing", s.Missing}, {"skipped", s.Skipped}, {"dropped_events", s.Dropped},
		{"kept_out_values", s.KeptOut}, {"hashed_values", s.Hashed}, {"withheld_groups", s.Withheld}, {"connected", s.Connected}, {"messages", s.Messages}, {"bytes", s.Bytes},
	} {
		m.add("proscenium_source_"+c.name+"_total", "counter", label, float64(c.n))
	}
	m.add("proscenium_source_silent_seconds", "gauge", label, s.Silent)
	m.add("proscenium_source_events_per_minute", "gauge", label, s.PerMinute)
	is := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	m.add("proscenium_source_live", "gauge", label, is(s.State == "live"))
	if s.Link != "" {
		m.add("proscenium_source_up", "gauge", label, is(s.Link == "up"))
	}
}

// metricsText collects lines by metric, as the format wants them.
type metricsText struct {
	names []string
	lines map[string][]string
}

func (m *metricsText) add(name, kind, label string, v float64) {
	if m.lines[name] == nil {
		m.names = append(m.names, name)
		m.lines[name] = []string{fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n", name, help[name], name, kind)}
	}
	m.lines[name] = append(m.lines[name], fmt.Sprintf("%s%s %v\n", name, label, v))
}

// labels returns names and values of labels as the format has them.
func labels(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(pairs[i] + `="` + escaped.Replace(pairs[i+1]) + `"`)
	}
	return b.String() + "}"
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (m *metricsText) text() []byte {
	var b bytes.Buffer
	slices.Sort(m.names)
	for _, n := range m.names {
		for _, l := range m.lines[n] {
			b.WriteString(l)
		}
	}
	return b.Bytes()
}
