// Simulate writes an evening of basketball that never was, play by play, in the
// kinds match.* that all sources of contests speak.
//
//	go run ./examples/any-match/simulate > examples/any-match/evening.jsonl
//
// The same flags write the same bytes on every machine.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	seed := flags.Uint64("seed", 15, "another `seed`, another evening")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	w := bufio.NewWriter(stdout)
	g := &game{w: w, dice: dice(*seed)}
	g.play()
	return w.Flush()
}

// dice are random numbers (splitmix64), the same everywhere.
type dice uint64

func (d *dice) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) >> 11 % uint64(n))
}

// quarter is how long a quarter is, in seconds.
const quarter = 720

// game is an evening as it goes. Times are whole seconds.
type game struct {
	w       *bufio.Writer
	dice    dice
	at      int // seconds since the evening began
	period  int // from 1; from 5 on five minutes each
	clock   int // seconds played of the period
	score   [2]int
	stops   [2]int // how many time-outs each has left
	hot     int    // who has a run: 1 or 2, 0 nobody
	hotLeft int    // how many attacks it lasts
}

var players = [2][5]string{
	{"Ada Sawtooth", "Bo Duty", "Cy Arpeggio", "Di Vibrato", "Ed Envelope"},
	{"Flo Register", "Gus Hiss", "Hal Burst", "Ivy Shift", "Jo Feedback"},
}

func (g *game) length() int {
	if g.period > 4 {
		return 300
	}
	return quarter
}

// tell writes one event; more is what it says besides the score, as JSON.
func (g *game) tell(kind, more string) {
	played := min(g.period-1, 4)*quarter + max(g.period-5, 0)*300 + g.clock
	progress := min(played*10_000/(4*quarter), 10_000)
	fmt.Fprintf(g.w, `{"t": %d, "kind": "match.%s", "sport": "basketball", "team1": "Pulse City", "team2": "Noise Athletic", "score1": %d, "score2": %d, "period": %d, "clock_s": %d, "left_s": %d, "progress": %d.%04d%s}`+"\n",
		g.at, kind, g.score[0], g.score[1], g.period, played, g.length()-g.clock, progress/10_000, progress%10_000, more)
}

// deed tells what somebody of a side did, and whether it came off.
func (g *game) deed(side int, play, success string) {
	if success != "" {
		success = `, "success": ` + success
	}
	g.tell("play", fmt.Sprintf(`, "side": %d, "play": %q%s, "points": 0, "player": %q`, side, play, success, g.player(side)))
}

func (g *game) player(side int) string { return players[side-1][g.dice.below(5)] }

// scored tells points.
func (g *game) scored(side int, play string, points int) {
	before := g.score[side-1] - g.score[2-side]
	g.score[side-1] += points
	g.tell("score", fmt.Sprintf(`, "side": %d, "play": %q, "points": %d, "equaliser": %t, "takes_lead": %t, "player": %q`,
		side, play, points, before+points == 0, before <= 0 && before+points > 0, g.player(side)))
}

// play plays four quarters, and more if nobody is ahead then.
func (g *game) play() {
	g.period, g.stops = 1, [2]int{4, 4}
	g.tell("started", "")
	for side := 1 + g.dice.below(2); ; g.period++ {
		g.clock = 0
		g.at += 60
		g.tell("period", `, "begins": true`)
		for {
			took := 7 + g.dice.below(17)
			if g.clock+took > g.length() {
				break
			}
			g.clock += took
			g.at += took + 4 + g.dice.below(14)
			side = g.attack(side)
			g.stop(side)
		}
		g.at += g.length() - g.clock
		g.clock = g.length()
		g.tell("period", `, "begins": false`)
		if g.period >= 4 && g.score[0] != g.score[1] {
			break
		}
		g.at += 120
		if g.period == 2 {
			g.at += 780 // half-time
		}
	}
	g.at += 20
	winner := 1
	if g.score[1] > g.score[0] {
		winner = 2
	}
	result := "win"
	if g.period > 4 {
		result = "overtime"
	}
	g.tell("ended", fmt.Sprintf(`, "winner": %d, "result": %q`, winner, result))
}

// attack plays one attack of a side and returns who has the next one.
func (g *game) attack(side int) int {
	other := 3 - side
	if g.hotLeft--; g.hotLeft <= 0 { // runs come and go
		g.hot, g.hotLeft = g.dice.below(3), 8+g.dice.below(14)
	}
	form := 0 // of a hundred
	switch {
	case g.hot == side:
		form = 14
	case g.hot == other:
		form = -8
	}
	switch x := g.dice.below(100); {
	case x < 12:
		g.deed(side, "turnover", "false")
		return other
	case x < 22:
		g.deed(other, "foul", "")
		for range 2 {
			g.at += 8
			if g.dice.below(100) < 76 {
				g.scored(side, "free_throw", 1)
			} else {
				g.deed(side, "free_throw", "false")
			}
		}
		return other
	case x < 55:
		if g.dice.below(100) < 33+form {
			g.scored(side, "three_pointer", 3)
			return other
		}
		g.deed(side, "three_pointer", "false")
	default:
		if g.dice.below(100) < 50+form {
			g.scored(side, "two_pointer", 2)
			return other
		}
		g.deed(side, "two_pointer", "false")
	}
	g.at += 2
	if g.dice.below(100) < 24 {
		other = side
	}
	g.deed(other, "rebound", "true")
	return other
}

// stop lets a side that is under the other's run have a time-out.
func (g *game) stop(side int) {
	if g.hot == 0 || g.hot == side || g.stops[side-1] == 0 || g.dice.below(100) >= 7 {
		return
	}
	g.stops[side-1]--
	g.at += 5
	g.tell("paused", "")
	g.at += 75
	g.tell("resumed", "")
	g.hotLeft = 0
}
