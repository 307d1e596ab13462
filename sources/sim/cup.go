package sim

// Fixture is a match of a knock-out: who plays, and the seed that decides it. A
// [Config] with these values plays it.
type Fixture struct {
	Draw      string // "Women" or "Men"
	Round     string // "quarter-final", "semi-final" or "final"
	BestOf    int    // sets
	Players   [2]string
	Strengths [2]int // as Config.Strengths
	Seed      int64
}

// CupMatches is how many matches a day of a knock-out has.
const CupMatches = 7

// Cup returns the matches of a day, in the order in which they are played: four
// quarter-finals, two semi-finals and a final, of the women on even days and of the
// men on odd ones. Who wins goes on, and is as strong as before. The same seed and
// day have the same matches.
func Cup(seed uint64, day int) [CupMatches]Fixture {
	d := newDice(seed^0x7465_6e6e_6973, uint64(day)) // not the dice of any match
	draw, names, best, even := "Women", women, 3, 575
	if day%2 == 1 {
		draw, names, best, even = "Men", men, 5, 640
	}
	names = append([]string(nil), names...)
	type entry struct {
		name     string
		strength int
	}
	var in []entry
	for range 8 {
		k := d.below(len(names))
		in = append(in, entry{names[k], d.about(even, 18)})
		names = append(names[:k], names[k+1:]...)
	}
	var out [CupMatches]Fixture
	n := 0
	for _, round := range []string{"quarter-final", "semi-final", "final"} {
		var on []entry
		for ; len(in) > 0; in = in[2:] {
			f := Fixture{Draw: draw, Round: round, BestOf: best, Players: [2]string{in[0].name, in[1].name},
				Strengths: [2]int{in[0].strength, in[1].strength}, Seed: int64(d.next()>>2) | 1}
			on = append(on, in[f.winner()-1])
			out[n] = f
			n++
		}
		in = on
	}
	return out
}

// winner plays the match and returns 1 or 2.
func (f *Fixture) winner() int {
	t := Tournament{Seed: uint64(f.Seed), Matches: 1, BestOf: f.BestOf, Players: f.Players[:], Strengths: f.Strengths[:]}
	m := t.Match(0)
	return int(m.Points[len(m.Points)-1].Winner) // who wins the match wins its last point
}

// The cast of a knock-out.
var (
	women = []string{"Ada Arpeggio", "Celia Cartridge", "Edda Echo", "Greta Glissando", "Inez Interlude", "Kira Kilohertz",
		"Mara Macro", "Olga Ostinato", "Quinn Quantise", "Rosa Register", "Tilda Triangle", "Vera Vibrato", "Xenia Xylophone", "Zora Zerocrossing"}
	men = []string{"Bruno Bitcrush", "Dario Dutycycle", "Fritz Fanfare", "Hugo Hihat", "Jonas Jingle", "Lino Lowpass",
		"Nils Noisechannel", "Pavel Pulsewave", "Sami Semitone", "Udo Upbeat", "Wim Wavetable", "Yuri Yamscale"}
)
