package mappings_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// What the decoders below know of the piece: the programs of the three sensors'
// bells and of the horn, and the keys of the drums that stand for what is missing and
// for a sensor that is silent.
var bellPrograms = [3]int{15, 13, 93}

const (
	hornProgram = 61
	knockKey    = 76
	clockKey    = 75
)

// bars makes a curve of a sensor's readings: their mean in each bar, and of a bar
// without one the mean before.
func readingsByBar(t *take.Take, f *heard.File, sensor func(*sonify.Event) bool) []float64 {
	sum, n := make([]float64, len(f.Bars)), make([]float64, len(f.Bars))
	bar := 0
	for _, m := range t.Marks {
		if m.Kind != sonify.MarkEvent || !sensor(m.Heard.Event) {
			continue
		}
		v, ok := m.Heard.Event.Value("value").Float()
		for bar+1 < len(f.Bars) && f.Bars[bar+1] <= m.Frame.Duration().Seconds() {
			bar++
		}
		if ok {
			sum[bar] += v
			n[bar]++
		}
	}
	last := math.NaN()
	for i := range sum {
		if n[i] > 0 {
			last = sum[i] / n[i]
		}
		sum[i] = last
	}
	return sum
}

// bellsByBar is the same of what is heard of it: the pitch of its bells.
func bellsByBar(f *heard.File, program int) []float64 {
	sum, n := make([]float64, len(f.Bars)), make([]float64, len(f.Bars))
	for _, note := range f.Notes {
		if note.Program == program {
			b := min(note.Bar, len(sum)-1)
			sum[b] += float64(note.Key)
			n[b]++
		}
	}
	last := math.NaN()
	for i := range sum {
		if n[i] > 0 {
			last = sum[i] / n[i]
		}
		sum[i] = last
	}
	return sum
}

// together returns the correlation of two curves where both are known, from a bar
// on.
func together(a, b []float64, from int) float64 {
	var x, y []float64
	for i := from; i < min(len(a), len(b)); i++ {
		if !math.IsNaN(a[i]) && !math.IsNaN(b[i]) {
			x, y = append(x, a[i]), append(y, b[i])
		}
	}
	return heard.Pearson(x, y)
}

// Who hears only the notes of the MIDI file can draw the curve of each sensor, and
// tell them apart.
func TestSensor_TheLevelsAreHeard(t *testing.T) {
	const one = "[source.a]\ntype = \"sim\"\nof = \"sensor\"\nseed = %d\nspeed = %d\nmeasures = %q\nsensors = %d\nevery = %q\nmax_gap = \"0s\"\n%s"
	type setting struct {
		name, piece string
		sensors     []func(*sonify.Event) bool
		learn       float64 // data hours in which the bells find their range
	}
	named := func(names ...string) (out []func(*sonify.Event) bool) {
		for _, n := range names {
			out = append(out, func(ev *sonify.Event) bool {
				return ev.Value("sensor").String() == n || ev.Value("measure").String() == n
			})
		}
		return out
	}
	all := []func(*sonify.Event) bool{func(*sonify.Event) bool { return true }}
	settings := []setting{
		{"temperature", fmt.Sprintf(one, 201, 1200, "temperature", 1, "5m", ""), all, 24},
		{"temperature, its range known", fmt.Sprintf(one, 202, 2400, "temperature", 1, "5m", "[signal.level1]\ndomain = [12, 30]\n"), all, 0},
		{"three rooms", fmt.Sprintf(one, 203, 1500, "temperature", 3, "10m", ""), named("sensor 1", "sensor 2", "sensor 3"), 24},
		{"the air of two rooms", fmt.Sprintf(one, 204, 1800, "co2", 2, "4m", ""), named("sensor 1", "sensor 2"), 24},
		{"temperature and air", fmt.Sprintf(one, 205, 1200, "temperature", 1, "5m", "[source.b]\ntype = \"sim\"\nof = \"sensor\"\nseed = 206\nspeed = 1200\nmeasures = \"co2\"\nmax_gap = \"0s\"\n"), named("temperature", "co2"), 24},
	}
	// Not the road: its jams lie far from what is usual, where the bells end and the horn
	// and the crack speak.
	if dir := os.Getenv("PROSCENIUM_DATA"); dir != "" {
		path := filepath.Join(dir, "sensors", "nyc-taxi-30min-usopen2014.csv")
		settings = append(settings, setting{"taxis", fmt.Sprintf("[source.a]\ntype = \"csv\"\npath = %q\ntime = \"timestamp\"\nspeed = 3600\nmax_gap = \"0s\"\n", path), all, 48})
	} else {
		t.Log("PROSCENIUM_DATA is not set: a city's taxis are not heard")
	}
	for _, s := range settings {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			set := set{name: s.name, piece: "mapping = \"sensor\"\n" + s.piece}
			for _, level := range []string{"plain", "full"} {
				if underRace && level == "plain" {
					continue
				}
				p := set.perform(t, take.Options{MIDI: true, Sets: []string{"level=" + level}})
				f, err := heard.Read(p.MIDI)
				if err != nil {
					t.Fatal(err)
				}
				from := 0
				for _, m := range p.Marks {
					if m.Kind == sonify.MarkEvent && m.Heard.Event.Clock.Hours() < s.learn {
						for from+1 < len(f.Bars) && f.Bars[from+1] <= m.Frame.Duration().Seconds() {
							from++
						}
					}
				}
				for i, is := range s.sensors {
					was := readingsByBar(p, f, is)
					own := together(heard.Smooth(bellsByBar(f, bellPrograms[i]), 3), heard.Smooth(was, 3), from)
					other := -1.0
					for k := range s.sensors {
						if k != i {
							other = max(other, together(bellsByBar(f, bellPrograms[k]), was, from))
						}
					}
					t.Logf("%-6s sensor %d: its bells go with it by %.3f, the others' by %.3f at most", level, i+1, own, other)
					if !(own >= 0.95) || own < other {
						t.Errorf("%s, sensor %d: its bells go with it by %.3f, others' by %.3f: 0.95 were expected, and more than others", level, i+1, own, other)
					}
				}
			}
		})
	}
}

// A call is what a horn says.
type call struct {
	what string
	at   float64 // seconds
}

// callsHeard reads the horn: notes an eighth apart are one call, and it goes up, down,
// or home.
func callsHeard(f *heard.File) (out []call) {
	notes := f.Select(func(n *heard.Note) bool { return n.Program == hornProgram })
	for i := 0; i < len(notes); {
		k := i + 1
		for k < len(notes) && notes[k].Beat-notes[k-1].Beat < 0.8 && k-i < 4 && (k-i < 3 || notes[k].Key == notes[k-1].Key) {
			k++
		}
		first, last := notes[i].Key, notes[k-1].Key
		switch {
		case k-i == 4 && first > last:
			out = append(out, call{"home", notes[i].At})
		case k-i == 3 && last-first >= 9:
			out = append(out, call{"high", notes[i].At})
		case k-i == 3 && first-last >= 9:
			out = append(out, call{"low", notes[i].At})
		default:
			out = append(out, call{"?", notes[i].At})
		}
		i = k
	}
	return out
}

// story writes a table of one sensor whose value leaves its limits now and then, and
// returns when it does: 1 too high, -1 too low, 0 home again, in rows.
func story(seed uint64, rows int) (table string, was []call) {
	state := seed
	die := func(n int) int { // SplitMix64, as the simulations have it
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return int((z ^ z>>31) >> 1 % uint64(n))
	}
	var b strings.Builder
	b.WriteString("time,value\n")
	left, next, goal, is, away := 0, 60+die(40), 20.0, 20.0, ""
	for i := range rows {
		if next--; next == 0 {
			left, goal = 14+die(30), 44+float64(die(8))
			if die(2) == 0 {
				goal = -4 - float64(die(8))
			}
		}
		if left > 0 {
			if left--; left == 0 {
				goal, next = 20, 70+die(60)
			}
		}
		is += (goal-is)/6 + (float64(die(100))-49.5)/60
		switch {
		case away == "" && is > 36:
			away = "high"
			was = append(was, call{away, float64(i)})
		case away == "" && is < 4:
			away = "low"
			was = append(was, call{away, float64(i)})
		case away != "" && math.Abs(is-20) < 12:
			away = ""
			was = append(was, call{"home", float64(i)})
		}
		fmt.Fprintf(&b, "%d,%.2f\n", i, is)
	}
	return b.String(), was
}

// Alarms are told from the notes alone: that there was one, which way, and when it
// was over.
func TestSensor_AlarmsAreHeard(t *testing.T) {
	total, right, said := 0, 0, 0
	for seed := uint64(301); seed <= 312; seed++ {
		table, was := story(seed, 900)
		path := filepath.Join(t.TempDir(), "story.csv")
		if err := os.WriteFile(path, []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		const per = 0.4 // seconds of music a row
		s := set{name: "a story", piece: fmt.Sprintf("mapping = \"sensor\"\nlevel = %q\n[source.a]\ntype = \"csv\"\npath = %q\ntime = \"time\"\nspeed = %g\n[signal.strain1]\nvalue = \"(signal.steady1 - 20) / 16\"\n",
			[]string{"plain", "gentle", "full"}[seed%3], path, 1/per)}
		f, err := heard.Read(s.perform(t, take.Options{MIDI: true}).MIDI)
		if err != nil {
			t.Fatal(err)
		}
		got := callsHeard(f)
		total, said = total+len(was), said+len(got)
		for _, w := range was {
			for k, g := range got {
				if late := g.at - w.at*per; g.what == w.what && late > -1 && late < 3.5 {
					right++
					got[k].what = "" // taken
					break
				}
			}
		}
		for _, g := range got {
			if g.what != "" {
				t.Logf("seed %d: heard %s at %.1f s, which was not", seed, g.what, g.at)
			}
		}
	}
	t.Logf("of %d alarms and their ends %d are told right, and %d calls were heard", total, right, said)
	if total < 80 || float64(right) < 0.95*float64(total) || float64(right) < 0.95*float64(said) {
		t.Errorf("of %d alarms and their ends %d are told right, and %d calls were heard", total, right, said)
	}
}

// What is missing is a knock, and never a note; a sensor that says nothing at all is a
// clock that ticks until it speaks again.
func TestSensor_MissingIsNotLow(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,value\n")
	missing := 0
	for i := range 600 {
		switch {
		case i >= 300 && i < 330:
			b.WriteString(fmt.Sprintf("%d,\n", i))
			missing++
		case i >= 450 && i < 500: // no row
		default:
			b.WriteString(fmt.Sprintf("%d,%d\n", i, 20+(i*7)%11))
		}
	}
	path := filepath.Join(t.TempDir(), "gaps.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"plain", "full"} {
		s := set{name: "gaps", piece: fmt.Sprintf("mapping = \"sensor\"\nlevel = %q\n[source.a]\ntype = \"csv\"\npath = %q\ntime = \"time\"\nspeed = 2\n", level, path)}
		f, err := heard.Read(s.perform(t, take.Options{MIDI: true}).MIDI)
		if err != nil {
			t.Fatal(err)
		}
		within := func(n *heard.Note, from, to float64) bool { return n.At >= from && n.At < to }
		knocks := f.Select(func(n *heard.Note) bool { return n.Channel == 10 && n.Key == knockKey })
		if len(knocks) != missing || !within(&knocks[0], 150, 151) || !within(&knocks[missing-1], 164, 166) {
			t.Errorf("%s: %d readings were missing from 150 s on, %d knocks are heard", level, missing, len(knocks))
		}
		bells := func(from, to float64) int {
			return len(f.Select(func(n *heard.Note) bool { return n.Program == bellPrograms[0] && within(n, from, to) }))
		}
		if n := bells(151, 164.5); n != 0 {
			t.Errorf("%s: %d bells while nothing is read", level, n)
		}
		if n := bells(226, 249.5); n != 0 {
			t.Errorf("%s: %d bells while nothing is reported", level, n)
		}
		if bells(100, 110) == 0 || bells(170, 180) == 0 {
			t.Errorf("%s: no bells beside the gaps", level)
		}
		ticks := func(from, to float64) int {
			return len(f.Select(func(n *heard.Note) bool { return n.Channel == 10 && n.Key == clockKey && within(n, from, to) }))
		}
		if ticks(0, 225) != 0 || ticks(230, 250) < 20 || ticks(258, 290) != 0 {
			t.Errorf("%s: the clock ticks %d times before the silence, %d times in it and %d times after", level, ticks(0, 225), ticks(230, 250), ticks(258, 290))
		}
	}
}

// A word that a sensor says beside its readings is neither missing nor a sensor more.
func TestSensor_AWordIsNoKnock(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,sensor,measure,value,state\n")
	for i := range 200 {
		fmt.Fprintf(&b, "%d,heater,temperature,%d,\n", i, 20+(i*7)%11)
		for _, what := range []string{"running_state", "system_mode", "preset", "fan_mode"} {
			if i%10 == 0 {
				fmt.Fprintf(&b, "%d,heater,%s,,%s\n", i, what, []string{"idle", "heat"}[i/10%2])
			}
		}
	}
	path := filepath.Join(t.TempDir(), "words.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := set{name: "words", piece: fmt.Sprintf("mapping = \"sensor\"\n[source.a]\ntype = \"csv\"\npath = %q\ntime = \"time\"\nspeed = 2\n", path)}
	f, err := heard.Read(s.perform(t, take.Options{MIDI: true}).MIDI)
	if err != nil {
		t.Fatal(err)
	}
	knocks := f.Select(func(n *heard.Note) bool { return n.Channel == 10 && n.Key == knockKey })
	bells := f.Select(func(n *heard.Note) bool { return n.Program == bellPrograms[0] })
	other := f.Select(func(n *heard.Note) bool { return n.Program == bellPrograms[1] })
	if len(knocks) != 0 || len(bells) == 0 || len(other) != 0 {
		t.Errorf("%d knocks, %d bells of the sensor, %d of another", len(knocks), len(bells), len(other))
	}
}
