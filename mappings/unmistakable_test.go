package mappings_test

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// What a match comes to must be heard in the music too, without the signs that
// the data's own instruments give. This listener leaves the bell, the knocks, the
// wood, the horn and the brass out, and says of every bar of the rest what it
// is.
const (
	leftProgram  = 28
	rightProgram = 29
	oneProgram   = 81
	twoProgram   = 82
	chimeProgram = 12
	kickKey      = 36
	snareKey     = 38
	hatKey       = 42
	tickKey      = 76
)

// bar is what plays in one bar.
type bar struct {
	left, right []heard.Note // the running figures
	one, two    []heard.Note // the tunes
	chimes      int          // short ones, a sixteenth or less
	kicks       int
	snares      int
	hats        int
	ticks       int
	all         int
}

func bars(f *heard.File) []bar {
	out := make([]bar, len(f.Bars))
	for b, notes := range f.ByBar() {
		x := &out[b]
		for _, n := range notes {
			switch {
			case n.Program == leftProgram && n.Beats < 0.24: // the point's blow is longer
				x.left = append(x.left, n)
			case n.Program == rightProgram && n.Beats < 0.24:
				x.right = append(x.right, n)
			case n.Program == oneProgram:
				x.one = append(x.one, n)
			case n.Program == twoProgram:
				x.two = append(x.two, n)
			case n.Program == chimeProgram && n.Beats < 0.24:
				x.chimes++
			case n.Channel == 10 && n.Key == kickKey:
				x.kicks++
			case n.Channel == 10 && n.Key == snareKey:
				x.snares++
			case n.Channel == 10 && n.Key == hatKey:
				x.hats++
			case n.Channel == 10 && n.Key == tickKey:
				x.ticks++
			default:
				continue
			}
			x.all++
		}
	}
	return out
}

// together counts the moments at which both tunes strike.
func (b *bar) together() int {
	n := 0
	for _, x := range b.one {
		for _, y := range b.two {
			if d := x.Beat - y.Beat; d > -0.01 && d < 0.01 {
				n++
			}
		}
	}
	return n
}

// is says what a bar is heard as.
func (b *bar) is() string {
	keys := map[int]bool{}
	for _, n := range append(append([]heard.Note{}, b.left...), b.right...) {
		keys[n.Key] = true
	}
	tune := len(b.one) + len(b.two)
	hammer := len(b.left)+len(b.right) >= 12 && len(keys) <= 2 && tune == 0
	switch {
	case hammer && b.snares >= 10:
		return "set point"
	case hammer:
		return "break point"
	case b.ticks >= 2:
		return "tie-break"
	case b.chimes >= 8 && tune == 0:
		return "match point"
	case b.all <= 2 && tune == 0:
		return "silence"
	case b.hats == 0 && b.snares == 0 && len(b.left)+len(b.right) == 0 && tune <= 6 && b.together() == 0:
		return "rest"
	case b.together() >= 1 && b.together()*4 >= 3*max(len(b.one), len(b.two)) && tune <= 12: // both sing one melody
		return "release"
	}
	return "play"
}

// leads says who leads by the two running figures: whoever's is busier.
func (b *bar) leads() string {
	switch d := len(b.left) - len(b.right); {
	case d >= 2:
		return "player 1"
	case d <= -2:
		return "player 2"
	}
	return "nobody"
}

// expected is what a section should be heard as.
var expected = map[string]string{"opening": "play", "play": "play", "bridge": "play", "home": "play", "approach": "play",
	"tie_break": "tie-break", "change_of_ends": "rest", "break_point": "break point", "set_point": "set point",
	"match_point": "match point", "set_won": "release", "match_won": "release"}

// sectionsOf returns the sections of a take and the tick of its end.
func sectionsOf(p *take.Take) (out []sonify.Mark, end sonify.Tick) {
	for _, m := range p.Marks {
		if m.Kind == sonify.MarkSection {
			out = append(out, m)
		}
	}
	return out, p.Summary.Ticks
}

// ahead returns who is ahead at each bar line, as the events have it.
func ahead(p *take.Take, length sonify.Tick, n int) []string {
	out := make([]string, n)
	now, k := 0, 0
	for b := range out {
		for ; k < len(p.Marks) && p.Marks[k].Tick <= sonify.Tick(b)*length; k++ {
			if m := p.Marks[k]; m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == "tennis.point" {
				f, _ := m.Heard.Event.Value("leader").Float()
				now = int(f)
			}
		}
		out[b] = []string{"nobody", "player 1", "player 2"}[now]
	}
	return out
}

func TestTennis_DecisiveMomentsAreUnmistakable(t *testing.T) {
	t.Parallel()
	sections, leads := map[string]*tally{}, &tally{}
	confused := map[string]int{}
	heardAs := func(want, got string) {
		for _, k := range []string{want, got} {
			if sections[k] == nil {
				sections[k] = &tally{}
			}
		}
		sections[want].happened++
		if got == want {
			sections[want].right++
			return
		}
		sections[want].wrong++
		sections[got].invented++
		confused[want+" taken for "+got]++
	}
	all := heldOut(t)
	for _, m := range all {
		p := m.perform(t, take.Options{MIDI: true})
		f, err := heard.Read(p.MIDI)
		if err != nil {
			t.Fatal(err)
		}
		length := p.Header.Meter.Bar()
		played := bars(f)
		truth := ahead(p, length, len(played))
		marks, end := sectionsOf(p)
		for i, s := range marks {
			to := end
			if i+1 < len(marks) {
				to = marks[i+1].Tick
			}
			for b := (s.Tick + length - 1) / length; (b+1)*length <= to; b++ {
				x := &played[b]
				want := expected[s.Name]
				switch {
				case s.Name == "match_won" && b*length == s.Tick:
					want = "silence" // the bar of rest before the coda
				case s.Name == "match_won" && b*length == s.Tick+5*length:
					continue // the last chord
				case s.Name == "change_of_ends" && b*length >= s.Tick+4*length:
					continue // nobody sits that long: the data has a gap
				}
				heardAs(want, x.is())
				if want == "play" && s.Name != "opening" {
					leads.happened++
					if got := x.leads(); got == truth[b] {
						leads.right++
					} else {
						leads.wrong++
						confused[truth[b]+" leading taken for "+got]++
					}
				}
			}
		}
	}
	var table strings.Builder
	right, happened := 0, 0
	for _, k := range []string{"play", "rest", "tie-break", "break point", "set point", "match point", "release", "silence"} {
		y := sections[k]
		if y == nil {
			y = &tally{}
		}
		fmt.Fprintf(&table, "%-12s %v\n", k, y)
		right, happened = right+y.right, happened+y.happened
		if k != "play" && !underRace && (y.happened == 0 || y.recall() < 0.95 || y.precision() < 0.95) {
			t.Errorf("%s: %v; at least 0.95 of both were expected", k, y)
		}
	}
	fmt.Fprintf(&table, "%-12s %v\n%v\n", "who leads", leads, confused)
	t.Logf("%d of %d bars of %d matches are heard as what they are\n%s", right, happened, len(all), table.String())
	if float64(right) < 0.95*float64(happened) || leads.recall() < 0.95 {
		t.Errorf("%d of %d bars are heard as what they are, who leads in %d of %d", right, happened, leads.right, leads.happened)
	}
}
