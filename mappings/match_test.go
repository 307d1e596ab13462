package mappings_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/mappings/internal/tension"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// What a listener who knows the first comment of match.toml has to tell its parts
// apart: their sounds, as General MIDI programs, and the pitch of a side that is
// level.
const (
	organTune, reedTune   = 17, 66
	leftScore, rightScore = 113, 115
	periodHorn, scoreGong = 61, 15
	leftBall, rightBall   = 116, 118
	levelKey              = 84
	matchBar              = 4 * 60 / 108.0 // seconds
	scoreLasts            = 4 * matchBar
)

// invention is a contest that never was, line by line.
type invention struct {
	lines []map[string]any
	score [2]int
	sport string
	dice  *rand.Rand
}

func (v *invention) tell(at float64, kind string, more map[string]any) {
	l := map[string]any{"t": at, "kind": "match." + kind, "sport": v.sport, "team1": "Pulse", "team2": "Noise", "score1": v.score[0], "score2": v.score[1]}
	for k, x := range more {
		l[k] = x
	}
	v.lines = append(v.lines, l)
}

func (v *invention) scored(at float64, side, points int, more map[string]any) {
	v.score[side-1] += points
	l := map[string]any{"side": side, "points": points}
	for k, x := range more {
		l[k] = x
	}
	v.tell(at, "score", l)
}

func (v *invention) end(at float64, period int) {
	winner := 0
	switch {
	case v.score[0] > v.score[1]:
		winner = 1
	case v.score[1] > v.score[0]:
		winner = 2
	}
	v.tell(at, "ended", map[string]any{"winner": winner, "progress": 1, "period": period})
}

// invent makes up a contest: basketball has some eighty scores, baseball some
// three hundred plays and few scores, football hardly any of either.
func invent(sport string, seed uint64) *invention {
	v := &invention{sport: sport, dice: rand.New(rand.NewPCG(seed, 21))}
	at := 0.0
	v.tell(at, "started", map[string]any{"progress": 0, "period": 1})
	between := func(low, high float64) float64 { return low + v.dice.Float64()*(high-low) }
	switch sport {
	case "basketball":
		side, skill := 1, [2]float64{between(0.4, 0.5), between(0.4, 0.5)}
		for q := 1; q <= 4; q++ {
			at += 120
			v.tell(at, "period", map[string]any{"begins": true, "period": q, "progress": float64(q-1) / 4})
			for clock := 0.0; ; side = 3 - side {
				d := between(9, 23)
				if clock += d; clock > 720 {
					break
				}
				at += 2.2 * d
				where := map[string]any{"period": q, "progress": (float64(q-1)*720 + clock) / 2880, "left_s": 720 - clock}
				if v.dice.Float64() < 0.12 {
					where["side"], where["play"], where["success"] = side, "turnover", false
					v.tell(at, "play", where)
					continue
				}
				points := 2
				if v.dice.Float64() < 0.35 {
					points = 3
				}
				if v.dice.Float64() < skill[side-1]*float64(8-2*points)/3.2 {
					v.scored(at, side, points, where)
					continue
				}
				where["side"], where["play"], where["success"] = side, "shot", false
				v.tell(at, "play", where)
			}
			v.tell(at+5, "period", map[string]any{"begins": false, "period": q, "progress": float64(q) / 4})
			if q == 2 {
				at += 600
			}
		}
		if v.score[0] == v.score[1] {
			v.scored(at+20, 1+v.dice.IntN(2), 1, map[string]any{"progress": 1, "period": 4})
		}
		v.end(at+90, 4)
	case "baseball":
		for inning := 1; inning <= 9; inning++ {
			at += 150
			v.tell(at, "period", map[string]any{"begins": true, "period": inning, "progress": float64(inning-1) / 9})
			for half := range 2 {
				side, outs, on := 2-half, 0, 0
				for outs < 3 {
					where := func() map[string]any {
						return map[string]any{"period": inning, "progress": (float64(2*(inning-1)+half) + float64(outs)/3) / 18}
					}
					for range 1 + v.dice.IntN(6) {
						at += between(18, 30)
						w := where()
						w["side"], w["play"], w["success"], w["value"], w["unit"] = 3-side, "pitch", v.dice.Float64() < 0.6, between(120, 155), "km/h"
						v.tell(at, "play", w)
					}
					at += 10
					w := where()
					switch x := v.dice.Float64(); {
					case x < 0.68:
						outs++
						w["side"], w["play"], w["success"] = side, "strikeout", false
						v.tell(at, "play", w)
					case x < 0.95 && on < 3:
						on++
						w["side"], w["play"], w["success"] = side, "single", true
						v.tell(at, "play", w)
					case x < 0.95:
						v.scored(at, side, 1, w)
					default:
						v.scored(at, side, on+1, w)
						on = 0
					}
				}
				at += 90
			}
			v.tell(at, "period", map[string]any{"begins": false, "period": inning, "progress": float64(inning) / 9})
		}
		v.end(at+90, 9)
	default: // football
		for half := range 2 {
			v.tell(at+30, "period", map[string]any{"begins": true, "period": half + 1, "progress": float64(half) / 2})
			for minute := range 45 {
				at += 60
				for side := 1; side <= 2; side++ {
					where := map[string]any{"period": half + 1, "progress": float64(45*half+minute) / 90}
					switch x := v.dice.Float64(); {
					case x < 0.02:
						v.scored(at+float64(20*side), side, 1, where)
					case x < 0.3:
						where["side"], where["play"], where["success"] = side, "shot", false
						v.tell(at+float64(20*side), "play", where)
					}
				}
			}
			at += 60
			v.tell(at, "period", map[string]any{"begins": false, "period": half + 1, "progress": float64(half+1) / 2})
			at += 60 + 600*float64(1-half)
		}
		v.end(at, 2)
	}
	return v
}

// file writes lines of events and returns the path.
func (v *invention) file(t testing.TB) string { return feed(t, v.lines) }

func feed(t testing.TB, lines []map[string]any) string {
	t.Helper()
	var b strings.Builder
	for _, l := range lines {
		j, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(j)
		b.WriteByte('\n')
	}
	path := filepath.Join(t.TempDir(), "feed.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const matchFeed = "[source.feed]\ntype = \"jsonl\"\nevent_from = \"kind\"\ntime = \"t\"\nmax_gap = \"0s\"\nspeed = %d\npath = %q\n"

// matchTake plays lines of events with the mapping, and reads the notes.
func matchTake(t testing.TB, lines []map[string]any, speed int, o take.Options) (*take.Take, *heard.File) {
	t.Helper()
	o.MIDI = true
	k, err := take.Of(t.Context(), "piece.toml", []byte("mapping = \"match\"\n"+fmt.Sprintf(matchFeed, speed, feed(t, lines))), o)
	if err != nil {
		t.Fatal(err)
	}
	f, err := heard.Read(k.MIDI)
	if err != nil {
		t.Fatal(err)
	}
	return k, f
}

// A chime is what a listener takes for a score.
type chime struct {
	at      float64
	side    int
	strokes int
	key     int
}

// stands says how the side of the bell stands after it: 1 ahead, 0 level, -1 behind.
func (c *chime) stands() int { return cmp.Compare(c.key, levelKey) }

type hornCall struct {
	at     float64
	begins bool
	key    int
}

// matchHeard is what a listener takes down of a match, from the notes alone.
type matchHeard struct {
	chimes []chime
	horns  []hornCall
}

// listenToMatch decodes a MIDI file by the first comment: strokes of one bell, at one
// height and an eighth apart, are one score; a long call of the horn begins a period, two
// short ones end it.
func listenToMatch(f *heard.File) (h matchHeard) {
	for side, program := range []int{leftScore, rightScore} {
		bells := f.Select(func(n *heard.Note) bool { return n.Program == program })
		for i := 0; i < len(bells); {
			k := i + 1
			for k < len(bells) && bells[k].Key == bells[i].Key && bells[k].Beat-bells[k-1].Beat < 0.51 && bells[i].Beats < 0.6 && k-i < 4 {
				k++
			}
			h.chimes = append(h.chimes, chime{bells[i].At, side + 1, k - i, bells[i].Key})
			i = k
		}
	}
	slices.SortStableFunc(h.chimes, func(a, b chime) int { return cmp.Compare(a.at, b.at) })
	calls := f.Select(func(n *heard.Note) bool { return n.Program == periodHorn })
	for i := 0; i < len(calls); i++ {
		long := calls[i].Beats > 1
		h.horns = append(h.horns, hornCall{calls[i].At, long, calls[i].Key})
		if !long {
			i++
		}
	}
	return h
}

// sings says who has the tune from one moment to another: who sings at least three
// quarters of it, else 0 for both in turn; -1 if nobody does. The four bars from a gong
// on are left out, for there sings who scored.
func sings(f *heard.File, from, to float64) int {
	var sung [2]float64
	gong := -100.0
	for _, n := range f.Notes {
		if n.Program == scoreGong {
			gong = n.At
		}
		if n.At >= from-0.01 && n.At < to-0.01 && n.At >= gong+scoreLasts-0.01 {
			switch n.Program {
			case organTune:
				sung[0] += n.Length
			case reedTune:
				sung[1] += n.Length
			}
		}
	}
	switch all := sung[0] + sung[1]; {
	case all < 0.5:
		return -1
	case sung[0] > 0.75*all:
		return 1
	case sung[1] > 0.75*all:
		return 2
	}
	return 0
}

// whoWon says who won, by the four bars before the last gongs, which are struck two bars
// apart: the winner sings over the other; if they begin in turns it is a draw; -1 if
// nobody sings, and -2 if it is none of that.
func whoWon(f *heard.File) int {
	gongs := f.Select(func(n *heard.Note) bool { return n.Program == scoreGong })
	if len(gongs) < 2 {
		return -2
	}
	last := gongs[len(gongs)-2].At
	hard := [2][2]int{} // by bar and side
	for _, n := range f.Notes {
		for bar := range 2 {
			if from := last - float64(4-bar)*matchBar - 0.05; n.At < from || n.At >= from+matchBar {
				continue
			}
			switch n.Program {
			case organTune:
				hard[bar][0] = max(hard[bar][0], n.Velocity)
			case reedTune:
				hard[bar][1] = max(hard[bar][1], n.Velocity)
			}
		}
	}
	switch a, b := hard[0], hard[1]; {
	case a == [2]int{} && b == [2]int{}:
		return -1
	case a[0] > 0 && a[1] == 0 && b[0] == 0 && b[1] > 0:
		return 0
	case min(a[0], a[1], b[0], b[1]) > 0 && a[0] > a[1] && b[0] > b[1]:
		return 1
	case min(a[0], a[1], b[0], b[1]) > 0 && a[1] > a[0] && b[1] > b[0]:
		return 2
	}
	return -2
}

// What can be heard can be recovered, in contests of all kinds: from the notes alone
// who scored, how much and how he stood then, which period began and ended when, who
// was ahead, and who won.
func TestMatch_IsToldByItsNotes(t *testing.T) {
	var table strings.Builder
	var sum struct{ scores, points, stands, periods, leads, wins, real judged }
	for _, sport := range []string{"football", "basketball", "baseball"} {
		for seed := uint64(1); seed <= 12; seed++ {
			if underRace && seed > 1 {
				continue // slow, and the same notes
			}
			v := invent(sport, seed)
			level := []string{"full", "gentle"}[seed%2]
			speed := []int{12, 20, 40}[seed%3]
			if sport == "football" {
				speed *= 2
			}
			k, f := matchTake(t, v.lines, speed, take.Options{Sets: []string{"level=" + level, fmt.Sprint("seed=", seed)}})
			h := listenToMatch(f)
			var scores, points, stands, periods, leads, wins, real judged
			used := make([]bool, len(h.chimes))
			horns := slices.Clone(h.horns)
			lastKey := 0
			var inPlay []stretch // when the match is not between two periods
			playing := -1.0
			var truth []labelled
			for _, m := range k.Marks {
				if m.Kind != sonify.MarkEvent {
					continue
				}
				ev, at := m.Heard.Event, m.Frame.Duration().Seconds()
				num := func(field string) int { f, _ := ev.Value(field).Float(); return int(f) }
				margin := num("score1") - num("score2")
				truth = append(truth, labelled{at, clearly(sport, margin)})
				switch ev.Kind() {
				case "match.score":
					side, found := num("side"), -1
					for i := range h.chimes {
						if c := &h.chimes[i]; !used[i] && c.side == side && c.at >= at-0.01 && c.at < at+2.5 {
							found = i
							break
						}
					}
					scores.say(found >= 0)
					if found < 0 {
						continue
					}
					used[found] = true
					c := &h.chimes[found]
					points.say(c.strokes == min(4, num("points")))
					if side == 2 {
						margin = -margin
					}
					stands.say(c.stands() == cmp.Compare(margin, 0))
				case "match.period":
					begins, _ := ev.Value("begins").Bool()
					i := slices.IndexFunc(horns, func(c hornCall) bool { return c.at >= at-0.01 && c.at < at+2 && c.begins == begins })
					ok := i >= 0
					if ok && begins { // each begins higher than the one before
						ok = horns[i].key > lastKey
						lastKey = horns[i].key
					}
					periods.say(ok)
					if i >= 0 {
						horns = slices.Delete(horns, i, i+1)
					}
					if begins {
						playing = at
					} else if playing >= 0 {
						inPlay = append(inPlay, stretch{playing, at})
						playing = -1
					}
				case "match.ended":
					wins.say(whoWon(f) == num("winner"))
				}
			}
			for _, u := range used {
				real.say(u)
			}
			for range horns {
				real.say(false)
			}
			// Who is ahead is told where it stays so for eight bars of play at least, the
			// first five of which may belong to a score.
			for _, s := range steadily(truth, inPlay) {
				if s.to-s.from >= 14*matchBar {
					leads.say(sings(f, s.from+matchBar+scoreLasts, s.to) == s.leader)
				}
			}
			fmt.Fprintf(&table, "\n%-10s %d, speed %2d, %-6s: scores %d/%d, points %d/%d, how he stands %d/%d, periods %d/%d, who is ahead %d/%d, who won %d/%d, false %d",
				sport, seed, speed, level, scores.right, scores.all, points.right, points.all, stands.right, stands.all, periods.right, periods.all, leads.right, leads.all, wins.right, wins.all, real.all-real.right)
			for to, from := range map[*judged]judged{&sum.scores: scores, &sum.points: points, &sum.stands: stands, &sum.periods: periods, &sum.leads: leads, &sum.wins: wins, &sum.real: real} {
				to.right, to.all = to.right+from.right, to.all+from.all
			}
		}
	}
	t.Log(table.String())
	for what, j := range map[string]judged{"whose scores": sum.scores, "how many points": sum.points, "how the side stands": sum.stands, "the periods": sum.periods,
		"who is ahead": sum.leads, "who won": sum.wins, "bells and horns that mean something": sum.real} {
		t.Logf("%s: %.2f %% of %d", what, 100*j.share(), j.all)
		if j.all < 3 || j.share() < 0.95 {
			t.Errorf("%s: only %d of %d are told by ear", what, j.right, j.all)
		}
	}
}

// labelled is who is ahead from a moment on.
type labelled struct {
	at     float64
	leader int
}

// clearly says who is ahead, -1 where it is by no more than a score of many.
func clearly(sport string, margin int) int {
	switch {
	case margin == 0:
		return 0
	case sport == "basketball" && margin <= 3 && margin >= -3:
		return -1
	case margin > 0:
		return 1
	}
	return 2
}

// reignOf is a stretch in which one side is ahead, or nobody.
type reignOf struct {
	stretch
	leader int
}

// steadily returns the stretches of play in which the same side is ahead.
func steadily(truth []labelled, inPlay []stretch) (out []reignOf) {
	for _, p := range inPlay {
		var cur *reignOf
		leader := -1
		for i := range truth {
			if truth[i].at <= p.from {
				leader = truth[i].leader
			}
		}
		begin := func(at float64, leader int) {
			out = append(out, reignOf{stretch{at, p.to}, leader})
			cur = &out[len(out)-1]
		}
		begin(p.from, leader)
		for _, l := range truth {
			if l.at > p.from && l.at < p.to && l.leader != cur.leader {
				cur.to = l.at
				begin(l.at, l.leader)
			}
		}
	}
	return slices.DeleteFunc(out, func(r reignOf) bool { return r.leader < 0 })
}

// A feed that tells no more than who scored, or than the score, is music too, and
// says the same.
func TestMatch_NeedsNoMoreThanTheScore(t *testing.T) {
	goals := []struct{ at, side, one, two int }{{1200, 2, 0, 1}, {3600, 1, 1, 1}, {5000, 1, 2, 1}}
	for what, tell := range map[string]func(l map[string]any, side, one, two int){
		"the side":  func(l map[string]any, side, _, _ int) { l["side"] = side },
		"the score": func(l map[string]any, _, one, two int) { l["score1"], l["score2"] = one, two },
		"both":      func(l map[string]any, side, one, two int) { l["side"], l["score1"], l["score2"] = side, one, two },
	} {
		for _, bare := range []bool{false, true} {
			var lines []map[string]any
			if !bare {
				lines = append(lines, map[string]any{"t": 0, "kind": "match.started"})
				if what == "the score" {
					lines[0]["score1"], lines[0]["score2"] = 0, 0
				}
			}
			for _, g := range goals {
				l := map[string]any{"t": g.at, "kind": "match.score"}
				tell(l, g.side, g.one, g.two)
				lines = append(lines, l)
			}
			end := map[string]any{"t": 6600, "kind": "match.ended"}
			if bare {
				lines = append(lines, map[string]any{"t": 6600, "kind": "match.paused"}) // the feed just stops
			} else {
				lines = append(lines, end)
			}
			k, f := matchTake(t, lines, 60, take.Options{})
			var got []string
			for _, c := range listenToMatch(f).chimes {
				got = append(got, fmt.Sprintf("%d:%d:%d", c.side, c.strokes, c.stands()))
			}
			if s := strings.Join(got, " "); s != "2:1:1 1:1:0 1:1:1" {
				t.Errorf("%s is told, alone %v: the scores are heard as %s", what, bare, s)
			}
			var names []string
			for _, m := range k.Marks {
				if m.Kind == sonify.MarkSection && (len(names) == 0 || names[len(names)-1] != m.Name) {
					names = append(names, m.Name)
				}
			}
			want := "between start level score_2 ahead2 equaliser level score_1 ahead1 won_1 finale"
			if bare {
				want = "between score_2 ahead2 equaliser level score_1 ahead1 paused finale"
			}
			if s := strings.Join(names, " "); s != want {
				t.Errorf("%s is told, alone %v: sections %s", what, bare, s)
			}
			if won := whoWon(f); !bare && won != 1 {
				t.Errorf("%s is told: %d is heard to win", what, won)
			}
		}
	}
}

// What is not told is not made up.
func TestMatch_ClaimsNothingThatIsNotTold(t *testing.T) {
	at := 0
	line := func(kind string, fields ...any) map[string]any {
		at += 600
		l := map[string]any{"t": at, "kind": "match." + kind}
		for i := 0; i < len(fields); i += 2 {
			l[fields[i].(string)] = fields[i+1]
		}
		return l
	}
	sectionsOf := func(k *take.Take) string {
		var names []string
		for _, m := range k.Marks {
			if m.Kind == sonify.MarkSection {
				names = append(names, m.Name)
			}
		}
		return strings.Join(names, " ")
	}
	captions := func(k *take.Take) string {
		var out []string
		for _, m := range k.Marks {
			if m.Kind == sonify.MarkCaption {
				out = append(out, m.Text)
			}
		}
		return strings.Join(out, " / ")
	}

	t.Run("a match that is called off has no winner", func(t *testing.T) {
		k, f := matchTake(t, []map[string]any{line("started"), line("score", "side", 1, "points", 1, "score1", 1, "score2", 0), line("ended", "score1", 1, "score2", 0, "result", "called_off")}, 60, take.Options{})
		if s := sectionsOf(k); !strings.Contains(s, " off ") || strings.Contains(s, "won") || whoWon(f) != -1 {
			t.Errorf("sections %s, %d is heard to win", s, whoWon(f))
		}
	})
	t.Run("who gives up may be ahead", func(t *testing.T) {
		for _, result := range []string{"retired", "walkover", "forfeit"} {
			k, f := matchTake(t, []map[string]any{line("started"), line("score", "side", 1, "points", 1, "score1", 1, "score2", 0), line("ended", "score1", 1, "score2", 0, "result", result)}, 60, take.Options{})
			if s := sectionsOf(k); strings.Contains(s, "won") || whoWon(f) != -1 {
				t.Errorf("%s: sections %s, %d is heard to win", result, s, whoWon(f))
			}
		}
		_, f := matchTake(t, []map[string]any{line("started"), line("score", "side", 1, "points", 1, "score1", 1, "score2", 0), line("ended", "score1", 1, "score2", 0, "result", "retired", "winner", 2)}, 60, take.Options{})
		if won := whoWon(f); won != 2 {
			t.Errorf("%d is heard to win, 2 has", won)
		}
	})
	t.Run("without progress there are no last minutes", func(t *testing.T) {
		var lines []map[string]any
		for i := range 30 {
			lines = append(lines, line("play", "side", 1+i%2, "clock_s", 190*i, "left_s", 5700-190*i))
		}
		k, _ := matchTake(t, append(lines, line("ended", "score1", 0, "score2", 0)), 300, take.Options{})
		// Nor is a match level of which no score was told.
		if s := sectionsOf(k); s != "between drawn finale" {
			t.Errorf("sections %s", s)
		}
	})
	t.Run("what is put right downwards is no score", func(t *testing.T) {
		k, f := matchTake(t, []map[string]any{line("started", "score1", 0, "score2", 0), line("score", "side", 1, "points", 1, "score1", 1, "score2", 0),
			line("score", "side", 1, "points", -1, "score1", 0, "score2", 0), line("ended", "score1", 0, "score2", 0)}, 60, take.Options{})
		if h := listenToMatch(f); len(h.chimes) != 1 || whoWon(f) != 0 {
			t.Errorf("%d bells, %d is heard to win", len(h.chimes), whoWon(f))
		}
		if s := sectionsOf(k); !strings.Contains(s, "score_1 back level drawn") || !strings.Contains(captions(k), "Put right: 0-0") {
			t.Errorf("sections %s, captions %s", s, captions(k))
		}
	})
	t.Run("a score of nobody rings no bell", func(t *testing.T) {
		// The first thing that is heard of the match is a score that both have.
		k, f := matchTake(t, []map[string]any{line("score", "score1", 55, "score2", 48), line("score", "score1", 55, "score2", 51), line("paused")}, 60, take.Options{})
		h := listenToMatch(f)
		if len(h.chimes) != 1 || h.chimes[0].side != 2 || h.chimes[0].strokes != 3 || h.chimes[0].stands() >= 0 {
			t.Errorf("bells: %v", h.chimes)
		}
		if s := captions(k); !strings.Contains(s, "not said whose") {
			t.Errorf("captions: %s", s)
		}
	})
	t.Run("how much the first score was worth is not guessed", func(t *testing.T) {
		_, f := matchTake(t, []map[string]any{line("score", "side", 1, "score1", 55, "score2", 48), line("score", "side", 1, "score1", 58, "score2", 48), line("paused")}, 60, take.Options{})
		if h := listenToMatch(f); len(h.chimes) != 2 || h.chimes[0].strokes != 1 || h.chimes[1].strokes != 3 {
			t.Errorf("bells: %v", h.chimes)
		}
	})
	t.Run("a period without a number sounds lower than any", func(t *testing.T) {
		_, f := matchTake(t, []map[string]any{line("period", "begins", true), line("period", "begins", true, "period", 1), line("period", "begins", true, "period", 2), line("period", "begins", false, "period", 2), line("paused")}, 60, take.Options{})
		h := listenToMatch(f)
		if len(h.horns) != 4 || !(h.horns[0].key < h.horns[1].key && h.horns[1].key < h.horns[2].key) || h.horns[3].begins || h.horns[3].key != h.horns[2].key {
			t.Errorf("horns: %v", h.horns)
		}
	})
	t.Run("a match that is met while it is on has the score that it has", func(t *testing.T) {
		k, f := matchTake(t, []map[string]any{line("started", "score1", 40, "score2", 61), line("play", "side", 1), line("play", "side", 1, "score1", 40, "score2", 61), line("paused")}, 60, take.Options{})
		if s := sectionsOf(k); !strings.HasPrefix(s, "between start_2 ahead2") || len(listenToMatch(f).chimes) > 0 {
			t.Errorf("sections %s", s)
		}
	})
}

// Rare scores stop everything, frequent ones only ring.
func TestMatch_AScoreIsAsGreatAsScoresAreRare(t *testing.T) {
	for sport, want := range map[string][2]float64{"football": {0.9, 1}, "baseball": {0.5, 1}, "basketball": {0.01, 0.12}} {
		scores, great := 0, 0
		for seed := uint64(1); seed <= 5; seed++ {
			k, _ := matchTake(t, invent(sport, seed).lines, 10, take.Options{Sets: []string{"level=plain"}})
			for _, m := range k.Marks {
				switch {
				case m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == "match.score":
					scores++
				case m.Kind == sonify.MarkSection && (strings.HasPrefix(m.Name, "score_") || m.Name == "equaliser"):
					great++
				}
			}
		}
		share := float64(great) / float64(max(1, scores))
		t.Logf("%s: all stops for %d of %d scores", sport, great, scores)
		if scores < 5 || share < want[0] || share > want[1] {
			t.Errorf("%s: all stops for %d of %d scores: a share of %.2f to %.2f was expected", sport, great, scores, want[0], want[1])
		}
	}
}

// A flood of plays is density, not noise: it keeps within the budget of its voices,
// every note ends, and nothing that comes after it is late.
func TestMatch_AFloodStaysMusic(t *testing.T) {
	v := &invention{sport: "basketball", dice: rand.New(rand.NewPCG(5, 5))}
	v.tell(0, "started", nil)
	for i := range 600 {
		at := 20 + float64(i)/60 // ten seconds
		if i%6 == 5 {
			v.scored(at, 1+v.dice.IntN(2), 1+v.dice.IntN(3), nil)
			continue
		}
		v.tell(at, "play", map[string]any{"side": 1 + i%2, "success": i%3 == 0})
	}
	v.scored(45, 2, 300, nil) // long after it: at once, and on the grid
	v.end(60, 4)
	k, f := matchTake(t, v.lines, 1, take.Options{})
	perBar := map[[2]int]int{}
	for _, n := range f.Notes {
		switch n.Program {
		case leftScore, rightScore, leftBall, rightBall:
			perBar[[2]int{n.Program, n.Bar}]++
			if n.Length > 1 {
				t.Errorf("a note of program %d at %.2f s lasts %.2f s", n.Program, n.At, n.Length)
			}
		}
		if n.Length > 3*matchBar {
			t.Errorf("a note of program %d at %.2f s hangs for %.2f s", n.Program, n.At, n.Length)
		}
	}
	for at, n := range perBar {
		// The budget, and what was gathered: in a bar four chords of three at most.
		if n > 6+12 {
			t.Errorf("program %d plays %d notes in bar %d", at[0], n, at[1])
		}
	}
	last := listenToMatch(f).chimes
	if c := last[len(last)-1]; c.side != 2 || c.at < 45-0.01 || c.at > 45.4 || c.strokes != 4 {
		t.Errorf("the last score is heard as %+v", c)
	}
	if whoWon(f) != 2 {
		t.Errorf("%d is heard to win", whoWon(f))
	}
	var lost uint64
	for what, n := range k.Summary.Lost {
		t.Logf("lost: %s: %d", what, n)
		lost += n
	}
	if lost > 6 {
		t.Errorf("%d of 600 were lost", lost)
	}
}

// The end of a close match is tenser to the ear than what comes before, and the end
// releases it: measured in the sound, in three sports.
func TestMatch_TheEndOfACloseMatchIsTense(t *testing.T) {
	if underRace {
		t.Log("whole matches are rendered: left to the tests without the race detector")
		return
	}
	for _, sport := range []string{"football", "basketball", "baseball"} {
		found := false
		for seed := uint64(1); seed <= 60 && !found; seed++ {
			v := invent(sport, seed)
			k, _ := matchTake(t, v.lines, 30, take.Options{})
			last, end := sections(k, "last_minutes", 3), append(append(sections(k, "won_1", 0), sections(k, "won_2", 0)...), sections(k, "drawn", 0)...)
			if len(last) != 1 || last[0].to-last[0].from < 10 || len(end) != 1 || end[0].from-last[0].to > 5 {
				continue
			}
			found = true
			var sound take.Samples
			matchTake(t, v.lines, 30, take.Options{Sinks: []pcm.Sink{&sound}})
			curve := tension.Of(sound).Tension
			over := func(from, to float64) float64 {
				part := curve[int(from):min(len(curve), int(to))]
				sum := 0.0
				for _, x := range part {
					sum += x
				}
				return sum / float64(len(part))
			}
			before, during, after := over(last[0].from-25, last[0].from), over(last[0].from, last[0].to), over(end[0].from, end[0].to+8)
			t.Logf("%s, seed %d: %.2f before the last minutes, %.2f in them, %.2f at the end", sport, seed, before, during, after)
			if during <= before || after >= during {
				t.Errorf("%s: the tension heard is %.2f before the last minutes, %.2f in them and %.2f at the end", sport, before, during, after)
			}
		}
		if !found {
			t.Errorf("%s: of sixty matches none is close to its end", sport)
		}
	}
}

// The board has the score that is told.
func TestMatch_TheBoardIsRight(t *testing.T) {
	for _, sport := range []string{"football", "basketball", "baseball"} {
		var score [2]int
		seen := 0
		boardBefore(t, "mapping = \"match\"\n"+fmt.Sprintf(matchFeed, 20, invent(sport, 3).file(t)), "match.score", func(board [][]string, ev *sonify.Event) {
			for i, name := range []string{"Pulse", "Noise"} {
				if board[i][0] != name || board[i][1] != fmt.Sprint(score[i]) {
					t.Fatalf("%s: row %d is %q, the score is %v", sport, i, board[i], score)
				}
			}
			if ev != nil {
				seen++
				side, _ := ev.Value("side").Float()
				points, _ := ev.Value("points").Float()
				score[int(side)-1] += int(points)
			}
		})
		if seen == 0 {
			t.Errorf("%s: no scores", sport)
		}
	}
}
