package web

import (
	"bufio"
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/sonify"
)

// lines are messages as they come, as JSON.
type lines struct {
	mu  sync.Mutex
	all []map[string]any
}

func (l *lines) add(t *testing.T, text string) {
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Errorf("%q: %v", text, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, m)
}

// seq returns the number of the last score message.
func (l *lines) seq() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.all) - 1; i >= 0; i-- {
		if n, ok := l.all[i]["seq"].(float64); ok && l.all[i]["type"] == "score" {
			return n
		}
	}
	return 0
}

// over reports whether goodbye has come.
func (l *lines) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all) > 0 && l.all[len(l.all)-1]["type"] == "goodbye"
}

// everything plays a passage with all that the wire carries.
func (a *air) everything() {
	a.t.Helper()
	n := a.n
	p := &sonify.Passage{Begin: a.at, End: a.at + passage, Span: sonify.Span{Begin: sonify.Tick(n) * 240, End: sonify.Tick(n+1) * 240}}
	values := []sonify.Value{{}, sonify.Num(-3), sonify.Num(0.1), sonify.Word("Ōsaka"), sonify.Truth(true), sonify.Truth(false), sonify.Num(1e300)}
	for i, v := range values {
		from := []string{"speed", "name", ""}[i%3]
		p.Notes = append(p.Notes, sonify.Note{Frame: a.at + sonify.Frame(i*70), Frames: 900, Voice: i % len(a.h.Voices), Pitch: sonify.Key(60) + sonify.Pitch(i*9973),
			Velocity: sonify.Velocity(1 + i*17), Pan: sonify.Pan(i*31 - 100), Cause: sonify.Cause{Event: uint64(1000 - i*i), Step: i, From: from, Value: v}})
	}
	p.Notes = append(p.Notes, sonify.Note{Frame: a.at + 5000, Frames: 1, Pitch: sonify.Key(127), Velocity: 127})
	for i := range sonify.Params() {
		p.Controls = append(p.Controls, sonify.Control{Frame: a.at + sonify.Frame(i), Voice: i % len(a.h.Voices), Param: sonify.Param(i), Value: int32(i%4 - 1)})
	}
	for i, m := range []sonify.Mark{
		{Kind: sonify.MarkSection, Name: "break_point"}, {Kind: sonify.MarkCaption, Text: "Ace, 201 km/h", Cause: sonify.Cause{Event: 17}}, {Kind: sonify.MarkCaption, Text: "no event"},
		{Kind: sonify.MarkKey, Name: "B minor", Number: 2, Minor: true}, {Kind: sonify.MarkKey, Name: "F major", Number: -1}, {Kind: sonify.MarkChord, Name: "i", Text: "Am"},
		{Kind: sonify.MarkMeter, Name: "7/8", Meter: sonify.Meter{Beats: 7, Unit: 8}}, {Kind: sonify.MarkTempo, Tempo: 512_345}, {Kind: sonify.MarkSignal, Number: 0.123456789},
		{Kind: sonify.MarkState, Name: "court", Text: "stale"}, {Kind: sonify.MarkBoard, Index: 3, Text: "40"}, {Kind: sonify.MarkBoard, Index: 0, Text: ""},
	} {
		if m.Kind == sonify.MarkBoard && a.h.Board == nil {
			continue
		}
		m.Frame, m.Tick = a.at+sonify.Frame(i*3), sonify.Tick(n*240+i)
		p.Marks = append(p.Marks, m)
	}
	cue := sonify.Cue{Passage: p, At: a.zero.Add(a.at.Duration())}
	for _, out := range []sonify.Output{a.channel, a.sound} {
		if err := out.Play(cue); err != nil {
			a.t.Fatal(err)
		}
	}
	a.at += passage
	a.n++
	a.mu.Lock()
	a.now = a.now.Add(sonify.Frame(passage).Duration())
	a.mu.Unlock()
}

// The three forms in which the score goes out say the same, and a client that was
// written from PROTOCOL.md alone, in another language, reads the binary one, loses its
// line and comes back without a gap.
func TestProtocol_SomebodyWritesAClient(t *testing.T) {
	python := Need(t, "python3")
	a := begin(t, Options{}, 0)
	var stranger, socket, events lines
	host, port, _ := net.SplitHostPort(a.addr)
	cmd := exec.Command(python, "testdata/client.py", host, port, "court", "3")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var done sync.WaitGroup
	read := func(l *lines, s *bufio.Scanner, prefix string) {
		s.Buffer(nil, 1<<20)
		done.Go(func() {
			for s.Scan() {
				if text, ok := strings.CutPrefix(s.Text(), prefix); ok && text != "" {
					l.add(t, text)
				}
			}
		})
	}
	read(&stranger, bufio.NewScanner(out), "")
	conn, _, err := a.dial("?format=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	done.Go(func() {
		for {
			_, p, err := conn.ReadMessage()
			if err != nil {
				return
			}
			socket.add(t, string(p))
		}
	})
	resp, err := (&http.Client{Timeout: time.Minute}).Get("http://" + a.addr + "/s/court/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	read(&events, bufio.NewScanner(resp.Body), "data: ")
	a.wait(func() bool { return a.channel.listeners() == 3 })

	for range 8 {
		a.everything()
		a.play(1)
	}
	a.wait(func() bool { return stranger.seq() >= 6 || complaint.Len() > 0 }) // it has come back
	h := header("bass", "hat", "lead")
	h.Board = &sonify.Board{Doc: "the score", Columns: []string{"player", "points"}, Rows: 2}
	a.change(h)
	for range 8 {
		a.everything()
		a.play(1)
	}
	if err := a.channel.Finish(nil); err != nil {
		t.Fatal(err)
	}
	a.wait(func() bool {
		return stranger.seq() == socket.seq() && events.seq() == socket.seq() || complaint.Len() > 0
	})
	a.channel.Close()
	a.wait(func() bool { return stranger.over() && socket.over() && events.over() || complaint.Len() > 0 })
	a.stop()
	done.Wait()
	if complaint.Len() > 0 {
		t.Fatalf("the client says:\n%s", complaint.String())
	}
	want := socket.all
	if got := events.all; !reflect.DeepEqual(got, want) {
		t.Errorf("as events it is said:\n%v\nand by the WebSocket:\n%v", got, want)
	}
	// It was told hello once more when it came back, and nothing else twice.
	var got []map[string]any
	hellos := 0
	for _, m := range stranger.all {
		if m["type"] == "hello" {
			if hellos++; hellos == 2 {
				continue
			}
		}
		got = append(got, m)
	}
	if hellos != 2 || len(got) != len(want) {
		t.Errorf("%d hellos, %d messages of %d", hellos, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			g, _ := json.Marshal(got[i])
			w, _ := json.Marshal(want[i])
			t.Fatalf("message %d is read as\n%s\nand says\n%s", i, g, w)
		}
	}
}
