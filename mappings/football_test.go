package mappings_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/mappings/internal/tension"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// What a listener who knows the mapping's first comment has to tell the parts
// apart: their sounds, as General MIDI programs.
const (
	brass, pipe       = 62, 73 // the tunes of side 1 and side 2
	leftBell, farBell = 15, 10 // their goals
	whistle           = 79
)

// footballHeard is what a listener takes down of a match, or of several in a
// row: from the notes alone.
type footballHeard struct {
	goals   []rung  // bells, in order
	blown   []blast // whistles
	leaders []reign // who had the tune, from one bell or whistle to the next
}

type rung struct {
	at   float64
	side int
	kind string // goal, penalty, own goal
}

type blast struct {
	at    float64
	times int
}

type reign struct {
	from, to float64
	leader   int // 0 nobody, -1 not to be told
}

// listenToFootball decodes a MIDI file by rules of the ear:
//   - bells of one bar are one goal, of the side whose bell it is; a bell that
//     knocks five times is a penalty, one that falls an own goal;
//   - whistles less than a second apart are one sign: one begins, two is
//     half-time, three the end, four a shoot-out;
//   - from one of these to the next, who sings alone leads, and if both sing in
//     turn nobody does. The four bars after a goal are left out, for there
//     sings who scored.
func listenToFootball(f *heard.File) (h footballHeard) {
	var cuts []float64
	bells := f.Select(func(n *heard.Note) bool { return n.Program == leftBell || n.Program == farBell })
	for i := 0; i < len(bells); {
		k := i + 1
		for k < len(bells) && bells[k].Bar == bells[i].Bar && bells[k].Program == bells[i].Program {
			k++
		}
		r := rung{at: bells[i].At, side: 1, kind: "goal"}
		if bells[i].Program == farBell {
			r.side = 2
		}
		switch {
		case k-i == 5:
			r.kind = "penalty"
		case k-i == 4 && bells[i+3].Key < bells[i].Key:
			r.kind = "own goal"
		}
		h.goals = append(h.goals, r)
		cuts = append(cuts, r.at)
		i = k
	}
	for _, n := range f.Select(func(n *heard.Note) bool { return n.Program == whistle }) {
		if k := len(h.blown) - 1; k >= 0 && n.At-h.blown[k].at < 0.6*float64(h.blown[k].times) {
			h.blown[k].times++
			continue
		}
		h.blown = append(h.blown, blast{n.At, 1})
		cuts = append(cuts, n.At)
	}
	cuts = append(cuts, f.Seconds)
	for i := range cuts { // few: by hand
		for j := i; j > 0 && cuts[j] < cuts[j-1]; j-- {
			cuts[j], cuts[j-1] = cuts[j-1], cuts[j]
		}
	}
	bar := 2.0
	for i := 1; i < len(cuts); i++ {
		s := reign{from: cuts[i-1], to: cuts[i], leader: -1}
		from := s.from
		for _, g := range h.goals {
			if g.at == s.from {
				from += 4*bar - 0.1
			}
		}
		var sung [2]float64
		for _, n := range f.Notes {
			if n.At >= from && n.At < s.to && (n.Program == brass || n.Program == pipe) {
				if n.Program == brass {
					sung[0] += n.Length
				} else {
					sung[1] += n.Length
				}
			}
		}
		switch all := sung[0] + sung[1]; {
		case all < bar/2: // too short to tell
		case sung[0] > 0.75*all:
			s.leader = 1
		case sung[1] > 0.75*all:
			s.leader = 2
		default:
			s.leader = 0
		}
		h.leaders = append(h.leaders, s)
	}
	return h
}

// inventedCup writes a championship of so many matches that never were.
func inventedCup(t testing.TB, seed uint64, matches int) string {
	t.Helper()
	dice := rand.New(rand.NewPCG(seed, 6))
	type goal struct {
		Name    string `json:"name"`
		Minute  int    `json:"minute"`
		Offset  int    `json:"offset,omitempty"`
		Own     bool   `json:"owngoal,omitempty"`
		Penalty bool   `json:"penalty,omitempty"`
	}
	type match struct {
		Round  string            `json:"round"`
		Team1  string            `json:"team1"`
		Team2  string            `json:"team2"`
		Score  map[string][2]int `json:"score"`
		Goals1 []goal            `json:"goals1"`
		Goals2 []goal            `json:"goals2"`
	}
	var ms []match
	for i := range matches {
		m := match{Round: []string{"Matchday 1", "Quarter-finals", "Final"}[i%3], Team1: fmt.Sprint("Pulse ", i), Team2: fmt.Sprint("Noise ", i), Score: map[string][2]int{}}
		var full, extra [2]int
		shoot := func(from, to int, count *[2]int) {
			for minute := from; minute <= to; minute++ {
				for side := range 2 {
					if dice.Float64() > 0.016 {
						continue
					}
					g := goal{Name: fmt.Sprint("Player ", minute), Minute: minute}
					switch x := dice.IntN(20); {
					case x == 0:
						g.Own = true
					case x < 4:
						g.Penalty = true
					}
					if minute == to && dice.IntN(2) == 0 {
						g.Offset = 1 + dice.IntN(5)
					}
					count[side]++
					if side == 0 {
						m.Goals1 = append(m.Goals1, g)
					} else {
						m.Goals2 = append(m.Goals2, g)
					}
				}
			}
		}
		shoot(1, 45, &full)
		shoot(46, 90, &full)
		m.Score["ft"] = full
		if full[0] == full[1] && i%3 > 0 {
			extra = full
			shoot(91, 105, &extra)
			shoot(106, 120, &extra)
			m.Score["et"] = extra
			if extra[0] == extra[1] {
				m.Score["p"] = [2]int{4, 2 + 3*dice.IntN(2)}
			}
		}
		ms = append(ms, m)
	}
	b, err := json.Marshal(map[string]any{"name": "Invented cup", "matches": ms})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cup.json")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// score counts how often the ear was right.
type judged struct{ right, all int }

func (j *judged) say(ok bool) {
	j.all++
	if ok {
		j.right++
	}
}

func (j judged) share() float64 { return float64(j.right) / float64(max(1, j.all)) }

// What can be heard can be recovered. A listener who has only the notes of the
// MIDI file tells every goal's side and kind, the ends of the halves, and who
// led in each minute of play.
func TestFootball_IsToldByItsNotes(t *testing.T) {
	type cup struct{ name, piece string }
	var cups []cup
	for i, speed := range []int{30, 45, 60, 60, 90} {
		cups = append(cups, cup{fmt.Sprintf("invented %d, speed %d", i, speed), fmt.Sprintf(
			"mapping = \"football\"\nseed = %d\n[source.cup]\ntype = \"openfootball\"\npath = %q\nspeed = %d\npause_s = 900\n", i+1, inventedCup(t, uint64(i+1), 9), speed)})
	}
	if dir := os.Getenv("PROSCENIUM_DATA"); dir != "" {
		for _, year := range []string{"2014", "2022"} {
			cups = append(cups, cup{year, fmt.Sprintf("mapping = \"football\"\n[source.cup]\ntype = \"openfootball\"\npath = %q\nspeed = 60\npause_s = 900\n",
				filepath.Join(dir, "football", "openfootball-worldcup-"+year+".json"))})
		}
	} else if os.Getenv("CI") == "true" {
		t.Log("PROSCENIUM_DATA is not set: only invented cups are heard")
	}
	var table strings.Builder
	var goals, kinds, ends, leads, extra judged
	for _, level := range []string{"full", "gentle"} {
		for i, c := range cups {
			if underRace && (i > 1 || level == "gentle") {
				continue // slow, and the same notes
			}
			k, err := take.Of(t.Context(), "piece.toml", []byte(c.piece), take.Options{MIDI: true, Sets: []string{"level=" + level}})
			if err != nil {
				t.Fatal(err)
			}
			f, err := heard.Read(k.MIDI)
			if err != nil {
				t.Fatal(err)
			}
			g, kd, e, l, x := judgeFootball(k, listenToFootball(f))
			fmt.Fprintf(&table, "\n%-24s %-7s goals %d/%d, kinds %d/%d, ends of halves %d/%d, leader by the minute %d/%d, false bells and whistles %d",
				c.name, level, g.right, g.all, kd.right, kd.all, e.right, e.all, l.right, l.all, x.all-x.right)
			for to, from := range map[*judged]judged{&goals: g, &kinds: kd, &ends: e, &leads: l, &extra: x} {
				to.right += from.right
				to.all += from.all
			}
		}
	}
	t.Log(table.String())
	for what, j := range map[string]judged{"the sides of goals": goals, "the kinds of goals": kinds, "the ends of halves": ends, "who leads": leads, "bells and whistles that mean something": extra} {
		t.Logf("%s: %.2f %% of %d", what, 100*j.share(), j.all)
		if j.share() < 0.95 {
			t.Errorf("%s: only %d of %d are told by ear", what, j.right, j.all)
		}
	}
}

// judgeFootball compares what was heard with what happened.
func judgeFootball(k *take.Take, h footballHeard) (goals, kinds, ends, leads, real judged) {
	usedBell := make([]bool, len(h.goals))
	usedBlast := make([]bool, len(h.blown))
	for _, m := range k.Marks {
		if m.Kind != sonify.MarkEvent {
			continue
		}
		ev, at := m.Heard.Event, m.Frame.Duration().Seconds()
		one, _ := ev.Value("goals1").Float()
		two, _ := ev.Value("goals2").Float()
		switch kind := ev.Kind(); kind {
		case "football.goal":
			side, _ := ev.Value("side").Float()
			want := "goal"
			if yes, _ := ev.Value("penalty").Bool(); yes {
				want = "penalty"
			}
			if yes, _ := ev.Value("own_goal").Bool(); yes {
				want = "own goal"
			}
			found := -1
			for i, g := range h.goals {
				if !usedBell[i] && g.at >= at-0.01 && g.at < at+6 {
					found = i
					break
				}
			}
			if found >= 0 {
				usedBell[found] = true
			}
			goals.say(found >= 0 && h.goals[found].side == int(side))
			kinds.say(found >= 0 && h.goals[found].kind == want)
		case "football.half_time", "football.full_time":
			want := 2
			if kind == "football.full_time" {
				want = 3
			}
			ok := false
			for i, b := range h.blown {
				if !usedBlast[i] && b.times == want && b.at >= at-0.01 && b.at < at+2 {
					usedBlast[i], ok = true, true
					break
				}
			}
			ends.say(ok)
		case "football.minute":
			leader := 0
			if one > two {
				leader = 1
			} else if two > one {
				leader = 2
			}
			for _, s := range h.leaders {
				if at >= s.from && at < s.to {
					// A goal is heard at the next bar line.
					if at-s.from > 0.01 && s.to-at > 2 {
						leads.say(s.leader == leader)
					}
					break
				}
			}
		}
	}
	for _, used := range usedBell {
		real.say(used)
	}
	for i, used := range usedBlast {
		if h.blown[i].times == 2 || h.blown[i].times == 3 {
			real.say(used)
		}
	}
	return
}

// The last minutes of a close match are tenser to the ear than the play before
// them, and the end releases it: measured in the sound.
func TestFootball_TheLastMinutesAreTense(t *testing.T) {
	if underRace {
		t.Log("a whole final is rendered: left to the tests without the race detector")
		return
	}
	pieces := map[string]string{"invented": "path = \"../examples/knock-out/cup.json\"\n"}
	if dir := os.Getenv("PROSCENIUM_DATA"); dir != "" {
		for _, year := range []string{"2014", "2022"} {
			pieces[year] = fmt.Sprintf("path = %q\n", filepath.Join(dir, "football", "openfootball-worldcup-"+year+".json"))
		}
	}
	for name, path := range pieces {
		var sound take.Samples
		p, err := take.Of(t.Context(), "piece.toml", []byte("mapping = \"football\"\n[source.cup]\ntype = \"openfootball\"\nround = \"Final\"\nspeed = 30\n"+path), take.Options{Sinks: []pcm.Sink{&sound}})
		if err != nil {
			t.Fatal(err)
		}
		curve := tension.Of(sound).Tension
		last := sections(p, "last_minutes", 0)
		end := sections(p, "won", 0)
		if len(last) == 0 || len(end) != 1 {
			t.Fatalf("%s: %d times the last minutes, %d ends", name, len(last), len(end))
		}
		over := func(from, to float64) float64 {
			sum := 0.0
			for _, v := range curve[int(from):min(len(curve), int(to))] {
				sum += v
			}
			return sum / float64(min(len(curve), int(to))-int(from))
		}
		first := last[0]
		before, during, after := over(first.from-20, first.from), over(first.from, first.to), over(end[0].from, end[0].to+8)
		t.Logf("%s: %.2f in the 20 s before the last minutes, %.2f in them, %.2f in the end", name, before, during, after)
		if during <= before || after >= during {
			t.Errorf("%s: the tension heard is %.2f before the last minutes, %.2f in them and %.2f at the end", name, before, during, after)
		}
	}
}

// A feed that tells no more than the score is music too: nothing is silent for
// want of a minute, a name or a tension.
func TestFootball_NeedsNoMoreThanTheScore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "feed.jsonl")
	feed := `{"t": 0, "kind": "football.kick_off", "goals1": 0, "goals2": 0}
{"t": 1200, "kind": "football.goal", "side": 2, "goals1": 0, "goals2": 1}
{"t": 3600, "kind": "football.goal", "side": 1, "goals1": 1, "goals2": 1}
{"t": 5000, "kind": "football.goal", "side": 1, "goals1": 2, "goals2": 1}
{"t": 6600, "kind": "football.full_time", "goals1": 2, "goals2": 1}
`
	if err := os.WriteFile(path, []byte(feed), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := take.Of(t.Context(), "piece.toml", []byte(fmt.Sprintf(
		"mapping = \"football\"\n[source.feed]\ntype = \"jsonl\"\npath = %q\nevent_from = \"kind\"\ntime = \"t\"\nspeed = 60\nmax_gap = \"0s\"\n", path)), take.Options{MIDI: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := heard.Read(p.MIDI)
	if err != nil {
		t.Fatal(err)
	}
	h := listenToFootball(f)
	var sides []int
	for _, g := range h.goals {
		sides = append(sides, g.side)
	}
	var leaders []int
	for _, r := range h.leaders[:min(4, len(h.leaders))] {
		leaders = append(leaders, r.leader)
	}
	if got := fmt.Sprint(sides, leaders); got != "[2 1 1] [0 2 0 1]" {
		t.Errorf("goals and leaders are heard as %s", got)
	}
	var names []string
	for _, m := range p.Marks {
		if m.Kind == sonify.MarkSection && (len(names) == 0 || names[len(names)-1] != m.Name) {
			names = append(names, m.Name)
		}
	}
	if got := strings.Join(names, " "); got != "between kick_off level goal_2 ahead2 equaliser level goal_1 ahead1 won finale" {
		t.Errorf("sections: %s", got)
	}
}
