package main

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"proscenium/cmd/proscenium/internal/hours"
	aloud "proscenium/sonify/speaker"
	"proscenium/sonify/station"
)

func TestParseVolume(t *testing.T) {
	for text, want := range map[string]float64{
		"100%": 1, "50%": 0.5, " 12.5 %": 0.125, "0%": 0, "0dB": 1, "-6dB": 0.501187, "-20 db": 0.1,
		"-60dB": 0.001, "0.1%": 0.001,
		"-61dB": -1, "-200dB": -1, "-1e9dB": -1, "-Infdb": -1, "0.01%": -1,
		"": -1, "50": -1, "0.5": -1, "101%": -1, "-1%": -1, "+3dB": -1, "NaN%": -1, "NaNdB": -1, "loud": -1, "%": -1, "dB": -1,
	} {
		got, err := parseVolume(text)
		if want < 0 {
			if err == nil {
				t.Errorf("%q is taken for %v", text, got)
			} else if !strings.Contains(err.Error(), "-6dB") {
				t.Errorf("%q: %v", text, err)
			}
		} else if err != nil || math.Abs(got-want) > 1e-6 {
			t.Errorf("%q is %v, %v; expected %v", text, got, err, want)
		}
	}
}

// The quiet hours are heard, told once each, and said of the room while they last.
func TestRoom_QuietHours(t *testing.T) {
	q, err := hours.Parse("22:00-8:00, sun 8:00-22:00")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	log := slog.New((&speaker{w: &said}).handler())
	now := time.Date(2026, 11, 27, 21, 58, 50, 0, time.UTC) // a Friday
	r := &room{hours: q, now: func() time.Time { return now }, log: log}
	for _, c := range []struct {
		after time.Duration
		gain  float64
		hush  string
	}{
		{0, 1, ""},
		{70*time.Second + hours.Fade/2, 0.5, "quiet hours until 08:00"},
		{time.Hour, 0, "quiet hours until 08:00"},
		{9*time.Hour + 30*time.Second, 1, ""},
		{14 * time.Hour, 0, "quiet hours until Monday 08:00"},
	} {
		now = now.Add(c.after)
		if g, h := r.gain(), r.hush(now); math.Abs(g-c.gain) > 1e-9 || h != c.hush {
			t.Errorf("at %s: gain %v, %q; expected %v, %q", now.Format("Mon 15:04:05"), g, h, c.gain, c.hush)
		}
	}
	want := "proscenium: quiet hours until 08:00\nproscenium: the quiet hours are over, the room hears it again\nproscenium: quiet hours until Monday 08:00\n"
	if said.String() != want {
		t.Errorf("it says\n%s", said.String())
	}
}

// The hours that the pages, the units and the help give as examples are what people take
// them for: the nights are quiet, that to Monday too, and Tuesday noon is not.
func TestRoom_QuietHoursThatAreWrittenDown(t *testing.T) {
	example := regexp.MustCompile(`--quiet-hours "([^"]*)"|such as ("[^"]*" or "[^"]*")`)
	n := 0
	for _, path := range []string{"../../README.md", "../../examples/installation/README.md", "../../examples/installation/proscenium.service",
		"../../examples/installation/proscenium-listen.service", "../../examples/installation/Containerfile", "play.go", "serve.go", "listen.go", "room.go"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range example.FindAllStringSubmatch(string(b), -1) {
			all := []string{m[1]}
			if m[2] != "" {
				if !strings.Contains(m[2], ":00") {
					continue // of another flag
				}
				all = strings.Split(strings.Trim(m[2], `"`), `" or "`)
			}
			for _, text := range all {
				n++
				q, err := hours.Parse(text)
				if err != nil {
					t.Errorf("%s: %v", path, err)
					continue
				}
				monday := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
				if !q.At(monday) || q.At(monday.Add(33*time.Hour)) {
					t.Errorf("%s: %q: quiet on Monday 3:00: %v, on Tuesday 12:00: %v", path, text, q.At(monday), q.At(monday.Add(33*time.Hour)))
				}
				if weekend := strings.Contains(text, "sat"); weekend && (!q.At(monday.Add(-39*time.Hour)) || !q.At(monday.Add(-15*time.Hour)) || q.At(monday.Add(6*time.Hour))) {
					t.Errorf("%s: %q is not the whole weekend, and no more", path, text)
				}
			}
		}
	}
	if n < 6 {
		t.Errorf("only %d examples were found", n)
	}
}

// The watchdog is starved when no music is made, or when a device that played has been
// gone for long; not for one that was never there, nor at once.
func TestVitals(t *testing.T) {
	p := &program{say: &speaker{w: io.Discard}}
	w := &written{name: "demo.toml", src: []byte(brought("demo"))}
	st, err := station.New(station.Options{Name: "demo", Env: w.env(false), File: w.name, Read: func() ([]byte, error) { return w.src, nil }, Check: playable})
	if err != nil {
		t.Fatal(err)
	}
	p.say.problems(st.Status().Problems)
	s := &show{station: st, beat: &beat{}}
	s.beat.note()
	now := time.Unix(0, s.beat.at.Load())
	v := &vitals{shows: []*show{s}, now: func() time.Time { return now }, listeners: func() int { return 2 }, gone: hopes{}}
	how := func(wantWell bool, want string) {
		t.Helper()
		if status, well := v.how(); well != wantWell || status != want {
			t.Errorf("%q, well %v; expected %q, %v", status, well, want, wantWell)
		}
	}
	title := fmt.Sprintf("%q on the air; ", st.Header().Title)
	how(true, title+"2 listeners")
	now = now.Add(stillAfter + 2*time.Second)
	how(false, title+"demo has made no music for 12 s; 2 listeners")

	// An edit with a mistake is told until it is mended; a doubt before it is none.
	now = time.Unix(0, s.beat.at.Load())
	st.Edit(append([]byte("sead = 4\n"), w.src...))
	how(true, title+`edits are not taken: demo.toml:1:1: sead: unknown key (did you mean "seed"?); 2 listeners`)
	st.Edit(w.src)
	how(true, title+"2 listeners")

	plays := aloud.Status{Playing: true, Taken: 48000}
	gone := aloud.Status{Why: "the sound card was taken away", Taken: 48000}
	never := aloud.Status{Why: "there is no sound card"}
	for i, c := range []struct {
		after time.Duration
		room  aloud.Status
		well  bool
	}{
		{0, never, true}, {time.Hour, never, true},
		{0, plays, true}, {time.Hour, gone, true}, {lastResort, gone, true}, {time.Second, gone, false}, {time.Hour, gone, false},
		{0, plays, true}, {0, gone, true},
	} {
		now = now.Add(c.after)
		if well := v.gone.look(nil, c.room, now); well != c.well {
			t.Errorf("step %d: well is %v", i, well)
		}
	}
}
