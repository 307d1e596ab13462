package mappings_test

import (
	"fmt"
	"math"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
)

// Programs of the two figures that count what is unusual: the chatter of the talk
// and the queue of the sales.
const crowdProgram, queueProgram = 105, 28

// boxProgram is that of the voice that sings the answers.
const boxProgram = 62

// lagHeard returns by how many bars the queue follows the chatter, up to most bars
// later, and how well: the greatest correlation of the notes a bar. from is the
// bar from which it listens.
func lagHeard(f *heard.File, from, most int) (bars, like float64) {
	hits := func(program int) []float64 {
		n := heard.Onsets(f.Select(func(n *heard.Note) bool { return n.Program == program }), f.Bars[1]-f.Bars[0], f.Seconds)
		return heard.Smooth(n[min(from, len(n)):], 3)
	}
	return heard.Peak(heard.Correlations(hits(crowdProgram), hits(queueProgram), most))
}

// answersHeard returns how often the box office begins to sing: with bars of rest
// between.
func answersHeard(f *heard.File, from int) int {
	n, last := 0, -2
	for b, notes := range f.ByBar() {
		for _, x := range notes {
			if x.Program == boxProgram && b >= from {
				if b > last+1 {
					n++
				}
				last = b
			}
		}
	}
	return n
}

// followed is the correlation from which on it is said that the sales follow. Of
// 36 pairs of sales other than those below, with a lag of 6 hours and without one,
// those that follow came to 0.37 to 0.74 and the others to 0.18 to 0.46; with
// 5000 seats and more, to 0.55 and more.
const followed = 0.5

// Who hears only the notes of the MIDI file hears how late the sales follow the
// talk, to within 15 % or a bar, and whether they follow at all. The first two
// days, with the rush at the opening, do not count.
func TestFansAndTickets_TheLagIsHeard(t *testing.T) {
	type setting struct {
		seed, speed, days int
		lag               float64 // hours; -1: talk sells nothing
	}
	for _, s := range []setting{
		{201, 600, 8, 1}, {202, 600, 8, 1},
		{203, 1200, 12, 3},
		{204, 2000, 14, 6}, {205, 2000, 14, 6}, {206, 2000, 14, 6},
		{207, 2000, 14, 12},
		{208, 2000, 14, 24}, {209, 3000, 14, 24}, {210, 3000, 21, 24},
		{211, 2000, 14, -1}, {212, 2000, 14, -1}, {213, 3000, 21, -1}, {214, 1200, 12, -1},
	} {
		t.Run(fmt.Sprintf("seed %d", s.seed), func(t *testing.T) {
			t.Parallel()
			talk := fmt.Sprintf("days = %d\n", s.days)
			sale := fmt.Sprintf("days = %d\ncapacity = 10000\ndemand_percent = 90\nlag = \"%vh\"\n", s.days, math.Abs(s.lag))
			if s.lag < 0 {
				sale = fmt.Sprintf("days = %d\ncapacity = 10000\ndemand_percent = 90\nunmoved_percent = 100\n", s.days)
			}
			set := set{name: "talk and sale", piece: "mapping = \"fans_and_tickets\"\n" + talkAndSale(s.seed, s.speed, talk, sale)}
			for _, level := range []string{"plain", "full"} {
				if underRace && level == "plain" {
					continue // the race detector takes ten times as long
				}
				p := set.perform(t, take.Options{MIDI: true, Sets: []string{"level=" + level}})
				f, err := heard.Read(p.MIDI)
				if err != nil {
					t.Fatal(err)
				}
				bar := (f.Bars[1] - f.Bars[0]) * float64(s.speed) / 3600 // hours
				lag, like := lagHeard(f, int(48/bar), int(36/bar))
				lag *= bar
				told := fmt.Sprintf("%.2f h", lag)
				if like < followed {
					told = "none"
				}
				answers := answersHeard(f, int(48/bar))
				t.Logf("%-5s lag %2.0f h: told as %s (correlation %.2f at %.2f h, bars of %.2f h), %d answers sung", level, s.lag, told, like, lag, bar, answers)
				switch {
				case s.lag < 0 && told != "none":
					t.Errorf("%s: talk sells nothing, a lag of %s is heard", level, told)
				case s.lag >= 0 && (told == "none" || math.Abs(lag-s.lag) > max(0.15*s.lag, bar)):
					t.Errorf("%s: sales follow after %v h, %s is heard", level, s.lag, told)
				}
				// Where talk sells nothing its calls stay without an answer.
				if level == "full" && (s.lag < 0 && answers > 2 || s.lag >= 0 && answers < 2) {
					t.Errorf("%d answers are sung", answers)
				}
			}
		})
	}
}
