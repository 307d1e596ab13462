package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/exact/nofma"
	"proscenium/sonify/sonifytest"
)

func TestOutput_Contract(t *testing.T) {
	sonifytest.TestOutput(t, func(*testing.T) sonify.Output { return NewWriter(io.Discard) })
	sonifytest.TestFile(t, "a.svg", func(p string) (sonify.Output, error) { return Create(p) })
}

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func picture(t *testing.T, p sonifytest.Performance) string {
	t.Helper()
	var b bytes.Buffer
	o := NewWriter(&b)
	defer o.Close()
	if _, err := p.Play(o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// texts are the texts of a picture, those on hovering apart. It fails the test
// if the picture is no well-formed XML.
func texts(t *testing.T, s string) (shown, hover []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(s))
	in := ""
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return shown, hover
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			in = tok.Name.Local
		case xml.EndElement:
			in = ""
		case xml.CharData:
			switch in {
			case "text":
				shown = append(shown, string(tok))
			case "title":
				hover = append(hover, string(tok))
			}
		}
	}
}

func has(list []string, part string) bool {
	for _, s := range list {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

func TestPicture_SaysWhatTheScoreSays(t *testing.T) {
	s := picture(t, sonifytest.Performance{Bars: 90, Voice: 3})
	shown, hover := texts(t, s)
	for _, want := range []string{
		"synthetic.toml · seed 1 · 2:", "A minor", "set 1 · A minor", "… set 2", "tension", "C5", "Ace, ", "0:05", "1:00:00", "lead: pulse, ",
		"An ace sounds its speed", "Not played, no room: 2", "drums", "music", "data", "-18 points",
	} {
		if !has(shown, want) {
			t.Errorf("the picture does not say %q", want)
		}
	}
	if hover[0] != `Point by point <synthetic> & "quoted"` || !has(hover, "court tennis.point, ace, speed_kmh = ") || !has(hover, "how close it is") {
		t.Errorf("on hovering: %q", hover[:5])
	}
	if n := strings.Count(s, " stroke=\"#ffffff\""); n < 2 {
		t.Error("no note that stands for a datum is outlined")
	}
}

func TestPicture_IsSelfContainedAndSafe(t *testing.T) {
	evil := "</text><script>alert(1)</script>\x00\x1b\ufffe\xff\n" + strings.Repeat("long ", 100)
	var b bytes.Buffer
	o := NewWriter(&b)
	h := &sonify.Header{Title: evil, Piece: evil, Version: evil, Key: evil, Level: evil, Meter: sonify.Meter{Beats: 4, Unit: 4}, Tempo: 500000,
		Voices:  []sonify.Voice{{Name: evil, Pitched: true, Instrument: sonify.Instrument{Wave: sonify.Pulse}}},
		Signals: []sonify.Signal{{Name: evil, Doc: evil, Unit: evil}}, Makers: []sonify.Maker{{Name: evil, Says: evil, Data: true}}}
	ev := &sonify.Event{Source: evil, Shape: sonify.NewShape(evil), Timed: true, Clock: -time.Hour}
	o.Begin(h)
	o.Play(sonify.Cue{Passage: &sonify.Passage{End: 480000, Marks: []sonify.Mark{
		{Kind: sonify.MarkSection, Name: evil}, {Kind: sonify.MarkCaption, Text: evil}, {Kind: sonify.MarkKey, Name: evil},
		{Kind: sonify.MarkEvent, Heard: &sonify.Heard{Number: 1, Event: ev}}, {Kind: sonify.MarkSignal, Number: 1e300}, {Kind: sonify.MarkSignal, Number: -1e300, Frame: 5},
		{Kind: sonify.MarkSignal, Index: 99}, {Kind: 200},
	}, Notes: []sonify.Note{
		{Frame: 0, Frames: 1 << 40, Pitch: 1 << 30, Velocity: 255, Cause: sonify.Cause{Event: 1, From: evil, Value: sonify.Word(evil)}},
		{Frame: -5, Frames: 10, Pitch: -1 << 30}, {Voice: 77}, {Voice: -1}}}})
	if err := o.Finish(&sonify.Summary{Lost: map[string]uint64{evil: 1}}); err != nil {
		t.Fatal(err)
	}
	texts(t, b.String())
	for _, bad := range []string{"<script", "href", "url(", "@import", "\x00", "\x1b"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the picture contains %q", bad)
		}
	}
	if !strings.Contains(b.String(), "&lt;/text&gt;&lt;script&gt;") {
		t.Error("what a person wrote is not there, escaped")
	}
}

func TestPicture_IsBoundedForAnyLength(t *testing.T) {
	sizes := map[int]int{}
	for _, bars := range []int{100, 1000, 5000, 40000} {
		s := picture(t, sonifytest.Performance{Bars: bars, Voice: 6})
		sizes[bars] = len(s)
		m := regexp.MustCompile(`height="(\d+)`).FindStringSubmatch(s)
		if high, _ := strconv.Atoi(m[1]); high > 9000 {
			t.Errorf("%d bars: %d pixels high", bars, high)
		}
	}
	for bars, size := range sizes {
		if size > 3<<20 {
			t.Errorf("%d bars: %d bytes", bars, size)
		}
	}
}

func TestOutput_MemoryIsFlat(t *testing.T) {
	var before, after runtime.MemStats
	o := NewWriter(io.Discard)
	defer o.Close()
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, err := (sonifytest.Performance{Bars: 30000}).Play(keep{o, func() {
		runtime.GC()
		runtime.ReadMemStats(&after)
	}}); err != nil {
		t.Fatal(err)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("30000 bars hold %d bytes", grown)
	}
}

// keep calls f before Finish.
type keep struct {
	sonify.Output
	f func()
}

func (k keep) Finish(s *sonify.Summary) error { k.f(); return k.Output.Finish(s) }

func TestPicture_IsTheSameOnEveryMachine(t *testing.T) {
	for bars, want := range map[int]string{
		24:   "155d3f683934afe8790386a6a8108c3a97f7a44ce549af8ef76db8e34957e143",
		3000: "5111814aea8052c7f90628925ce589b0fb9d7252350288e64392a28ff894752d",
	} {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(picture(t, sonifytest.Performance{Bars: bars})))); got != want {
			t.Errorf("%d bars: the picture is %s, it was %s; if it was meant to change, look at it first (PROSCENIUM_LOOK)", bars, got, want)
		}
	}
}

func TestPicture_CaptionsDoNotCollide(t *testing.T) {
	// Every caption is at the height of its line; two on one line may not overlap.
	for _, p := range []sonifytest.Performance{{Bars: 400}, {Bars: 200, Voice: 12}, {Bars: 3000}} {
		captionsDoNotCollide(t, picture(t, p))
	}
}

func captionsDoNotCollide(t *testing.T, s string) {
	t.Helper()
	re := regexp.MustCompile(`<text x="([\d.]+)" y="([\d.]+)" font-size="11" (text-anchor="end")?>([^<]*)<`)
	type line struct{ from, to float64 }
	lines := map[string][]line{}
	n := 0
	stems := map[string][][2]float64{} // by where they end: x and top
	for _, m := range regexp.MustCompile(`M([\d.]+) ([\d.]+)h1.2v([\d.]+)h-1.2z`).FindAllStringSubmatch(s, -1) {
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		high, _ := strconv.ParseFloat(m[3], 64)
		foot := fmt.Sprintf("%.0f", y+high)
		stems[foot] = append(stems[foot], [2]float64{x, y})
	}
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		n++
		x, _ := strconv.ParseFloat(m[1], 64)
		text := strings.NewReplacer("&quot;", "\"", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(m[4])
		w := float64(wide(text, 110)) / 10
		from, to := x, x+w
		if m[3] != "" {
			from, to = x-w, x
		}
		if from < 150 || to > 1575 {
			t.Errorf("caption %q reaches from %.0f to %.0f", text, from, to)
		}
		for _, o := range lines[m[2]] {
			if from < o.to && to > o.from {
				t.Errorf("caption %q collides", text)
			}
		}
		y, _ := strconv.ParseFloat(m[2], 64)
		for foot, list := range stems {
			if end, _ := strconv.ParseFloat(foot, 64); end < y || end > y+60 {
				continue // of another system
			}
			for _, st := range list {
				if st[1] < y-12 && st[0] > from && st[0] < to {
					t.Errorf("a stem crosses caption %q", text)
				}
			}
		}
		lines[m[2]] = append(lines[m[2]], line{from, to})
	}
	if n < 20 {
		t.Errorf("only %d captions are drawn", n)
	}
}

func TestPicture_IsDrawnByRsvg(t *testing.T) {
	rsvg, err := exec.LookPath("rsvg-convert")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("rsvg-convert is not installed")
		}
		t.Skip("rsvg-convert is not installed")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.svg")
	os.WriteFile(path, []byte(picture(t, sonifytest.Performance{Bars: 90})), 0o644)
	png := filepath.Join(dir, "a.png")
	if out, err := exec.Command(rsvg, path, "-o", png).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	f, err := os.Open(png)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w != 1600 {
		t.Errorf("%d pixels wide", w)
	}
	lamp := 0 // pixels in the colour of the first voice: its name and its notes
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if r, g, b, _ := img.At(x, y).RGBA(); r>>8 == 0x4d && g>>8 == 0xe3 && b>>8 == 0xff {
				lamp++
			}
		}
	}
	if lamp < 200 {
		t.Errorf("%d pixels of the first voice", lamp)
	}
}

func TestBins_DoubleAndKeepTheSum(t *testing.T) {
	b := &bins[uint32]{width: 10}
	var want uint64
	for i := range 5000 {
		from := sonify.Frame(i * i)
		fill(b, from, from+sonify.Frame(1+i%500))
		want += uint64(1 + i%500)
	}
	var got uint64
	for _, c := range b.cols {
		got += uint64(c)
	}
	if got != want || len(b.cols) > rollBins {
		t.Errorf("%d frames in %d columns, want %d", got, len(b.cols), want)
	}
}

func TestDataAxis_Interpolates(t *testing.T) {
	// 10 s of music for an hour of data, then 10 s for a minute.
	o := NewWriter(io.Discard)
	o.Begin(&sonify.Header{Meter: sonify.Meter{Beats: 4, Unit: 4}})
	shape := sonify.NewShape("x")
	at := func(s sonify.Frame, clock time.Duration) sonify.Mark {
		return sonify.Mark{Frame: s * second, Kind: sonify.MarkEvent, Heard: &sonify.Heard{Number: uint64(s) + 1, Event: &sonify.Event{Shape: shape, Clock: clock, Timed: true}}}
	}
	o.Play(sonify.Cue{Passage: &sonify.Passage{End: 20 * second, Marks: []sonify.Mark{at(0, 0), at(10, time.Hour), at(20, time.Hour+time.Minute)}}})
	s := string(o.draw(&sonify.Summary{Frames: 20 * second}))
	re := regexp.MustCompile(`<text x="([\d.]+)" y="[\d.]+" text-anchor="middle" font-size="10" fill="#ffd84d">([\d:]+)<`)
	found := map[string]float64{}
	for _, m := range re.FindAllStringSubmatch(s, -1) {
		found[m[2]], _ = strconv.ParseFloat(m[1], 64)
	}
	if x, ok := found["30:00"]; !ok || x < 150+1410/4-1 || x > 150+1410/4+1 {
		t.Errorf("half an hour is at %v of %v", x, found)
	}
	if x, ok := found["1:00:00"]; !ok || x < 150+1410/2-1 || x > 150+1410/2+1 {
		t.Errorf("an hour is at %v of %v", x, found)
	}
}

func TestCalendar(t *testing.T) {
	day := ""
	at := func(s string) int64 {
		tm, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return tm.UnixMilli()
	}
	for _, c := range []struct {
		when string
		step int64
		want string
	}{
		{"2014-09-08T17:00:00Z", 600_000, "8 Sep 17:00"}, {"2014-09-08T17:10:00Z", 600_000, "17:10"}, {"2014-09-09T00:00:00Z", 600_000, "9 Sep 00:00"},
		{"2014-09-09T00:00:05Z", 5_000, "00:00:05"}, {"2014-09-10T00:00:00Z", 86400_000, "10 Sep 2014"},
	} {
		if got := calendar(at(c.when), c.step, &day); got != c.want {
			t.Errorf("%s: %q, want %q", c.when, got, c.want)
		}
	}
}

func TestOutput_WriteErrorsComeOut(t *testing.T) {
	want := errors.New("disk full")
	o := NewWriter(failing{want})
	defer o.Close()
	if _, err := (sonifytest.Performance{Bars: 4}).Play(o); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestPicture_ToLookAt writes pictures to the folder PROSCENIUM_LOOK, if that is
// set, and checks that all are drawn.
func TestPicture_ToLookAt(t *testing.T) {
	dir := os.Getenv("PROSCENIUM_LOOK")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, p := range map[string]sonifytest.Performance{"short": {Bars: 24, Plain: true}, "three": {Bars: 90, Voice: 3}, "long": {Bars: 4000, Voice: 4, Gap: 300}, "many": {Bars: 200, Voice: 12}} {
		o, err := Create(filepath.Join(dir, name+".svg"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Play(o); err != nil {
			t.Error(err)
		}
		o.Close()
		if info, err := os.Stat(filepath.Join(dir, name+".svg")); err != nil || info.Size() < 10000 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkOutput(b *testing.B) {
	n := 0
	for range b.N {
		o := NewWriter(io.Discard)
		s, err := sonifytest.Performance{Bars: 4000}.Play(o)
		if err != nil {
			b.Fatal(err)
		}
		n += int(s.Notes)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "notes/s")
}
