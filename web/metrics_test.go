package web

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The text format of Prometheus, as strictly as its documentation has it.
var (
	metricName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	sampleLine = regexp.MustCompile(`^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)$`)
	labelPair  = regexp.MustCompile(`^([a-z][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)`)
)

// readMetrics reads a page of metrics and fails the test if Prometheus could not, or if
// it is not what its users expect: a help and a type before the samples of each metric,
// all of one together, counters that end in _total and nothing else that does.
func readMetrics(t *testing.T, text string) map[string]float64 {
	t.Helper()
	if !strings.HasSuffix(text, "\n") {
		t.Fatal("the last line has no end")
	}
	out := map[string]float64{}
	helped, typed := map[string]bool{}, map[string]string{}
	now := ""
	for n, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		wrong := func(what string) { t.Errorf("line %d: %s: %s", n+1, what, line) }
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, says, _ := strings.Cut(rest, " ")
			if !metricName.MatchString(name) || helped[name] || len(says) < 10 || !strings.HasSuffix(says, ".") {
				wrong("a help that is none")
			}
			helped[name] = true
			now = name
			continue
		}
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			if name != now || typed[name] != "" || kind != "counter" && kind != "gauge" {
				wrong("a type that stands where it cannot")
			}
			if (kind == "counter") != strings.HasSuffix(name, "_total") {
				wrong("a counter, and no other, ends in _total")
			}
			typed[name] = kind
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			wrong("no sample")
			continue
		}
		if m[1] != now || typed[now] == "" {
			wrong("a sample away from its metric")
		}
		for rest := m[2]; rest != ""; {
			pair := labelPair.FindString(rest)
			if pair == "" {
				wrong("labels that cannot be read")
				break
			}
			rest = rest[len(pair):]
		}
		v, err := strconv.ParseFloat(m[3], 64)
		if err != nil || typed[now] == "counter" && v < 0 {
			wrong("no number")
		}
		id := m[1] + "{" + m[2] + "}"
		if _, twice := out[id]; twice {
			wrong("a sample that is there already")
		}
		out[id] = v
	}
	return out
}

func TestMetrics_AreWhatPrometheusReads(t *testing.T) {
	a := begin(t, Options{}, 0)
	odd := NewChannel("a \"b\"\nc", ChannelOptions{})
	counts := map[string]float64{}
	for name := range help {
		if short, ok := strings.CutPrefix(name, "proscenium_"); ok && !strings.Contains(short, "stream_") && !strings.HasPrefix(short, "source_") && !strings.HasPrefix(short, "hook_") {
			counts[short] = 1
		}
	}
	for _, own := range []string{"refused_total", "listeners", "joined_total", "resumed_total", "keyframes_total", "caught_up_total", "dropped_listeners_total", "refused_listeners_total",
		"messages_total", "late_messages_total", "lead_seconds", "ahead_seconds", "sent_bytes_total", "sent_frames_total", "longest_sweep_seconds", "playing"} {
		delete(counts, own)
	}
	if err := a.server.Add(odd, func() Info {
		return Info{State: "playing", Sources: []Source{{Name: "court", State: "live", Link: "up"}, {Name: "box", State: "failed"}}, Counts: counts}
	}); err != nil {
		t.Fatal(err)
	}
	c := a.listen("")
	a.wait(func() bool { return a.channel.listeners() == 1 })
	a.play(12)
	c.until(a.at - 3*passage)
	resp, err := http.Get("http://" + a.addr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if kind := resp.Header.Get("Content-Type"); kind != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("it is sent as %q", kind)
	}
	got := readMetrics(t, string(b))
	for id, least := range map[string]float64{
		`proscenium_listeners{station="court"}`: 1, `proscenium_messages_total{station="court"}`: 3, `proscenium_sent_bytes_total{station="court"}`: 500,
		`go_goroutines{}`: 5, `go_memstats_alloc_bytes{}`: 1000,
		`proscenium_source_live{station="a \"b\"\nc",source="court"}`: 1, `proscenium_events_total{station="a \"b\"\nc"}`: 1,
	} {
		if v, ok := got[id]; !ok || v < least {
			t.Errorf("%s is %v", id, v)
		}
	}
	if v, ok := got[`proscenium_source_live{station="a \"b\"\nc",source="box"}`]; !ok || v != 0 {
		t.Errorf("a source that failed is told as %v", v)
	}
	for name := range help {
		if !strings.Contains(string(b), "# HELP "+name+" ") {
			t.Errorf("nobody says %s", name)
		}
	}
	if t.Failed() {
		fmt.Println(string(b))
	}
}
