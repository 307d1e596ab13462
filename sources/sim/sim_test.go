package sim_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/tennis"
	"proscenium/sources/sim"
	"proscenium/sources/slam"
)

// run returns what a simulation reports.
func run(t testing.TB, seed uint64, change func(c *sim.Config)) []sonify.Event {
	t.Helper()
	c := sim.Info().Config().(*sim.Config)
	if change != nil {
		change(c)
	}
	s, err := sim.Info().New(sonify.SourceEnv{Name: "court", Seed: seed, Tally: new(sonify.Tally)}, c)
	if err != nil {
		t.Fatal(err)
	}
	var events []sonify.Event
	if err := s.Run(t.Context(), func(ev sonify.Event) { events = append(events, ev) }); err != nil {
		t.Fatal(err)
	}
	return events
}

func says(events []sonify.Event) string {
	h := sha256.New()
	for _, ev := range events {
		fmt.Fprintln(h, ev.Kind(), ev.Clock, ev.Values)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestRun_TheSeedDecides(t *testing.T) {
	a := says(run(t, 1, nil))
	if b := says(run(t, 1, nil)); a != b {
		t.Error("the same seed invents something else")
	}
	if b := says(run(t, 2, nil)); a == b {
		t.Error("another seed invents the same")
	}
	if b := says(run(t, 2, func(c *sim.Config) { c.Seed = 1 })); a != b {
		t.Error("the source's own seed does not count")
	}
}

// The matches are integers only, so that they are the same on every machine.
func TestMatch_IsTheSameEverywhere(t *testing.T) {
	var b bytes.Buffer
	w := slam.NewWriter(&b, &b)
	for n := range 20 {
		if err := w.Write(sim.Tournament{Seed: 2014, Matches: 20}.Match(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const want = "afc7c89d109f3e1e3de71c11665f1429f9473c3f61a2cafb09aa112b28ce0664"
	if got := fmt.Sprintf("%x", sha256.Sum256(b.Bytes())); got != want {
		t.Errorf("twenty matches have the hash %s, want %s", got, want)
	}
}

func TestMatch_DoesNotDependOnTheOthers(t *testing.T) {
	all := run(t, 5, func(c *sim.Config) { c.Matches = 4 })
	third := run(t, 5, func(c *sim.Config) { c.Matches, c.First = 2, 3 })
	var points [2][]string
	for i, events := range [][]sonify.Event{all, third} {
		n := 0
		for _, ev := range events {
			if ev.Kind() == "tennis.match_started" {
				n++
			}
			if ev.Kind() == "tennis.point" && (i == 0 && n == 3 || i == 1 && n == 1) {
				points[i] = append(points[i], fmt.Sprint(ev.Values))
			}
		}
	}
	if len(points[0]) == 0 || fmt.Sprint(points[0]) != fmt.Sprint(points[1]) {
		t.Error("the third match is another one when it is the first to be played")
	}
}

// TestMatches_AreLikeRealOnes measures a programme. The bounds are around what
// great tournaments on hard courts come to.
func TestMatches_AreLikeRealOnes(t *testing.T) {
	type sums struct{ points, held, aces, doubles, firsts, speeds, speed, rally, rallies, long int }
	var by [2]sums // men, women
	var clock, played time.Duration
	matches := 0
	ids := make(map[string]bool)
	tour := sim.Tournament{Seed: 1, Matches: 170}
	for n := range tour.Matches {
		m := tour.Match(n)
		if ids[m.ID] {
			t.Errorf("there are two matches %s", m.ID)
		}
		ids[m.ID] = true
		matches++
		s := &by[0]
		if m.Category == tennis.Women {
			s = &by[1]
		}
		for i := range m.Points {
			p := &m.Points[i]
			s.points++
			if int(p.Winner) == p.ServerSide() {
				s.held++
			}
			if p.Ace == tennis.Yes {
				s.aces++
				if int(p.Winner) != p.ServerSide() {
					t.Fatal("an ace of the receiver")
				}
			}
			if p.DoubleFault == tennis.Yes {
				s.doubles++
				if p.SpeedKMH != 0 || int(p.Winner) == p.ServerSide() {
					t.Fatal("a double fault with a speed, or won by the server")
				}
			} else {
				s.rally += int(p.Rally)
				s.rallies++
				s.long = max(s.long, int(p.Rally))
			}
			if p.ServeNumber == 1 {
				s.firsts++
				if p.SpeedKMH > 0 {
					s.speeds++
					s.speed += int(p.SpeedKMH)
				}
			}
			if i > 0 && p.Clock <= m.Points[i-1].Clock {
				t.Fatal("two points at once")
			}
		}
		clock += m.Points[len(m.Points)-1].Clock
		played += time.Duration(len(m.Points)) * time.Second
	}
	for i, s := range by {
		share := func(n int) float64 { return 100 * float64(n) / float64(s.points) }
		t.Logf("%s: won by the server %.1f %%, aces %.1f %%, double faults %.1f %%, first serves %.1f %% at %d km/h, rally %.1f, longest %d",
			[]string{"men", "women"}[i], share(s.held), share(s.aces), share(s.doubles), share(s.firsts), s.speed/s.speeds, float64(s.rally)/float64(s.rallies), s.long)
		bounds := [2][5][2]float64{
			{{61, 66}, {5, 12}, {2, 5}, {58, 66}, {180, 200}},
			{{54, 60}, {2, 6}, {2, 6}, {58, 66}, {160, 178}},
		}[i]
		for k, v := range []float64{share(s.held), share(s.aces), share(s.doubles), share(s.firsts), float64(s.speed / s.speeds)} {
			if v < bounds[k][0] || v > bounds[k][1] {
				t.Errorf("measure %d of %d is %v", k, i, v)
			}
		}
	}
	if pace := clock.Seconds() / played.Seconds(); pace < 28 || pace > 45 {
		t.Errorf("%v s from point to point", pace)
	}
}

func TestRun_TheStrongerWinsMore(t *testing.T) {
	won := 0
	for seed := range uint64(40) {
		events := run(t, seed+1, func(c *sim.Config) {
			c.Players, c.Strengths, c.BestOf = []string{"Ada", "Bert"}, []int{700, 600}, 3
		})
		if events[0].Value("player1").String() != "Ada" || events[0].Value("player2").String() != "Bert" {
			t.Fatal("the players are not those named")
		}
		if events[len(events)-1].Value("winner_name").String() == "Ada" {
			won++
		}
	}
	if won < 34 {
		t.Errorf("the stronger won %d of 40", won)
	}
}

func TestNew_TellsMistakes(t *testing.T) {
	for name, change := range map[string]func(c *sim.Config){
		"of": func(c *sim.Config) { c.Of = "tenis" }, "players": func(c *sim.Config) { c.Players = []string{"Ada"} },
		"players[1]": func(c *sim.Config) { c.Players = []string{"Ada", "Ada"} },
		"strengths":  func(c *sim.Config) { c.Players, c.Strengths = []string{"Ada", "Bert"}, []int{600} },
		"best_of":    func(c *sim.Config) { c.BestOf = 4 },
	} {
		c := sim.Info().Config().(*sim.Config)
		change(c)
		_, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, c)
		var ps sonify.Problems
		if !errors.As(err, &ps) || ps[0].Key != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestProbe_TellsTheKinds(t *testing.T) {
	s, err := sim.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, sim.Info().Config())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.(sonify.Prober).Probe(t.Context())
	if err != nil || !p.Timed || p.Open || len(p.Shapes) != len(slam.Shapes()) {
		t.Errorf("%+v, %v", p, err)
	}
}

func ExampleTournament() {
	m := sim.Tournament{Seed: 452, Matches: 1, BestOf: 5, Players: []string{"Bruno Bitcrush", "Pavel Pulsewave"}}.Match(0)
	fmt.Println(m.Players[0], "and", m.Players[1], "played", len(m.Points), "points")
	// Output: Bruno Bitcrush and Pavel Pulsewave played 313 points
}
