package mappings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// A listener of the tennis mapping who has learnt its rules by heart, and has
// the notes of the MIDI file and nothing else. What he goes by are patterns that
// anybody can be taught to hear: three wooden notes up, a knock, a fanfare of
// three chords or of five. Nothing is fitted: the numbers below are lengths of
// notes as the mapping writes them. They were settled on the seeds 1 to 8; the
// test judges him by others.
type listener struct {
	file *heard.File
}

// The instruments, as programs of General MIDI, and the keys of the drums.
const (
	woodProgram  = 13
	knockProgram = 48
	brassProgram = 62
)

// sign is something heard at a moment, in seconds.
type sign struct {
	at   float64
	says string
}

// figures groups notes into figures: notes that follow each other within gap
// seconds.
func (l *listener) figures(program int, gap float64) (out [][]heard.Note) {
	for _, n := range l.file.Select(func(n *heard.Note) bool { return n.Program == program }) {
		if k := len(out); k > 0 && n.At-out[k-1][len(out[k-1])-1].At < gap {
			out[k-1] = append(out[k-1], n)
			continue
		}
		out = append(out, []heard.Note{n})
	}
	return out
}

// leads tells who leads whenever the wood says it.
func (l *listener) leads() (out []sign) {
	for _, f := range l.figures(woodProgram, 0.2) {
		says := "nobody"
		switch d := f[len(f)-1].Key - f[0].Key; {
		case d > 0:
			says = "player 1"
		case d < 0:
			says = "player 2"
		}
		out = append(out, sign{f[0].At, says})
	}
	return out
}

// knocks tells what the next point can decide.
func (l *listener) knocks() (out []sign) {
	for _, f := range l.figures(knockProgram, 0.2) {
		says := []string{"game", "set", "match"}[min(len(f), 3)-1]
		if f[0].Key < 43 { // E2 and not A2
			says += ", against the serve"
		}
		out = append(out, sign{f[0].At, says})
	}
	return out
}

// ends tells of the ends of sets, and of the match: three chords of the brass, or
// five.
func (l *listener) ends() (sets, matches []sign) {
	for _, f := range l.figures(brassProgram, 0.5) {
		chords := 0
		for i := range f {
			if i == 0 || f[i].At-f[i-1].At > 0.02 {
				chords++
			}
		}
		if chords >= 5 {
			matches = append(matches, sign{f[0].At, "match"})
		}
		sets = append(sets, sign{f[0].At, "set"}) // with the match a set has ended
	}
	return sets, matches
}

// truths are what happened, as the log of events has it.
type truths struct {
	leads, breakPoints, sets, matchPoints, matches []sign
}

func happened(p *take.Take) (t truths) {
	for _, m := range p.Marks {
		if m.Kind != sonify.MarkEvent {
			continue
		}
		ev, at := m.Heard.Event, m.Frame.Duration().Seconds()
		switch ev.Kind() {
		case "tennis.game_won":
			n, _ := ev.Value("leader").Float()
			t.leads = append(t.leads, sign{at, []string{"nobody", "player 1", "player 2"}[int(n)]})
		case "tennis.break_point":
			t.breakPoints = append(t.breakPoints, sign{at, "break point"})
		case "tennis.set_won":
			t.sets = append(t.sets, sign{at, "set"})
		case "tennis.match_point":
			t.matchPoints = append(t.matchPoints, sign{at, "match"})
		case "tennis.match_won":
			t.matches = append(t.matches, sign{at, "match"})
		}
	}
	return t
}

// tally counts what was heard of what happened.
type tally struct {
	happened, right, wrong, missed, invented int
}

// compare pairs what was heard with what happened, each once and in order, if
// it was heard within late seconds of it.
func (y *tally) compare(truth, heard []sign, late float64, confused map[string]int) {
	k := 0
	for _, x := range truth {
		y.happened++
		for k < len(heard) && heard[k].at < x.at-0.05 {
			y.invented++
			k++
		}
		switch {
		case k == len(heard) || heard[k].at > x.at+late:
			y.missed++
			confused[x.says+" not heard"]++
		case heard[k].says != x.says:
			y.wrong++
			confused[x.says+" taken for "+heard[k].says]++
			k++
		default:
			y.right++
			confused[x.says+" heard"]++
			k++
		}
	}
	y.invented += len(heard) - k
}

func (y *tally) recall() float64 { return float64(y.right) / float64(max(1, y.happened)) }
func (y *tally) precision() float64 {
	return float64(y.right) / float64(max(1, y.right+y.wrong+y.invented))
}

func (y *tally) String() string {
	return fmt.Sprintf("%4d happened, %4d right, %d wrong, %d not heard, %d heard that were not: recall %.3f, precision %.3f",
		y.happened, y.right, y.wrong, y.missed, y.invented, y.recall(), y.precision())
}

// last returns the last sign before each end.
func lastBefore(signs, ends []sign) (out []sign) {
	for _, e := range ends {
		for i := len(signs) - 1; i >= 0; i-- {
			if signs[i].at <= e.at {
				out = append(out, signs[i])
				break
			}
		}
	}
	return out
}

func only(signs []sign, has string) (out []sign) {
	for _, s := range signs {
		if strings.Contains(s.says, has) {
			out = append(out, s)
		}
	}
	return out
}

func say(signs []sign, what string) []sign {
	out := make([]sign, len(signs))
	for i, s := range signs {
		out[i] = sign{s.at, what}
	}
	return out
}

// heldOut are matches on which nothing was tuned: simulated ones of both
// formats at several speeds, and the real ones where they are.
func heldOut(t *testing.T) (out []set) {
	for seed := 101; seed <= 124; seed++ {
		for i, speed := range []int{10, 20, 30, 60} {
			if i != seed%4 {
				continue
			}
			out = append(out, set{name: fmt.Sprintf("seed %d at %d", seed, speed), piece: fmt.Sprintf(
				"mapping = \"tennis\"\n[source.court]\ntype = \"sim\"\nof = \"tennis\"\nseed = %d\nspeed = %d\nbest_of = %d\n", seed, speed, 3+seed/4%2*2)})
		}
	}
	for i, f := range realMatches(t) {
		out = append(out, set{name: filepath.Base(f), piece: fmt.Sprintf(
			"mapping = \"tennis\"\n[source.court]\ntype = \"slam\"\npath = %q\nspeed = %d\n", f, []int{30, 20, 60, 10}[i%4])})
	}
	if underRace {
		out = out[:4]
	}
	return out
}

// realMatches are the files of PROSCENIUM_DATA with points of tennis.
func realMatches(t *testing.T) []string {
	dir := os.Getenv("PROSCENIUM_DATA")
	if dir == "" {
		t.Log("PROSCENIUM_DATA is not set: only simulated matches are played")
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(dir, "tennis", "*points*.csv"))
	more, _ := filepath.Glob(filepath.Join(dir, "tennis", "*-pbp.csv"))
	if len(files) == 0 {
		t.Errorf("no matches in %s", dir)
	}
	return append(files, more...)
}

// What the music says of a match can be heard back: who leads at the end of every
// game, every break point, the ends of sets, the last match point and the end.
func TestTennis_AListenerHearsTheMatch(t *testing.T) {
	t.Parallel()
	matches := heldOut(t)
	for _, level := range []string{"plain", "gentle", "full"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			names := []string{"who leads", "break points", "ends of sets", "last match points", "ends of matches", "who won"}
			tallies := map[string]*tally{}
			for _, n := range names {
				tallies[n] = &tally{}
			}
			confused := map[string]map[string]int{}
			for _, m := range matches {
				p := m.perform(t, take.Options{Sets: []string{"level=" + level}, MIDI: true})
				f, err := heard.Read(p.MIDI)
				if err != nil {
					t.Fatal(err)
				}
				l := &listener{f}
				truth := happened(p)
				knocks := l.knocks()
				sets, ends := l.ends()
				compare := func(name string, truth, heard []sign, late float64) {
					if confused[name] == nil {
						confused[name] = map[string]int{}
					}
					before := *tallies[name]
					tallies[name].compare(truth, heard, late, confused[name])
					if y := tallies[name]; y.right-before.right != y.happened-before.happened {
						t.Logf("%s, %s: %d of %d", m.name, name, y.right-before.right, y.happened-before.happened)
					}
				}
				// The grid is an eighth; a figure waits for the one before it.
				compare("who leads", truth.leads, l.leads(), 1)
				compare("break points", truth.breakPoints, say(only(knocks, "against"), "break point"), 1)
				compare("ends of sets", truth.sets, sets, 1)
				compare("ends of matches", truth.matches, ends, 1)
				compare("last match points", lastBefore(truth.matchPoints, truth.matches), say(lastBefore(only(knocks, "match"), ends), "match"), 1)
				compare("who won", lastBefore(truth.leads, truth.matches), lastBefore(l.leads(), ends), 1)
			}
			var table strings.Builder
			for _, n := range names {
				fmt.Fprintf(&table, "%-18s %v\n%20s%v\n", n, tallies[n], "", confused[n])
			}
			t.Logf("%d matches at level %s:\n%s", len(matches), level, table.String())
			for _, n := range names {
				if y := tallies[n]; y.happened == 0 || y.recall() < 0.95 || y.precision() < 0.95 {
					t.Errorf("%s: %v; at least 0.95 of both were expected", n, y)
				}
			}
		})
	}
}
