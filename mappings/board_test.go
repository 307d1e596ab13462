package mappings_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"proscenium/sonify"
)

// boardBefore plays a piece and calls see for every event of a kind, with the board
// as it stood just before its arrival, row by row. At the end it is called once more,
// without an event.
func boardBefore(t *testing.T, piece, kind string, see func(board [][]string, ev *sonify.Event)) {
	t.Helper()
	r := play(t, piece)
	b := r.header.Board
	if b == nil {
		t.Fatal("the piece has no board")
	}
	board := make([][]string, b.Rows)
	for i := range board {
		board[i] = make([]string, len(b.Columns))
	}
	for _, m := range r.marks {
		switch {
		case m.Kind == sonify.MarkBoard:
			board[m.Index/len(b.Columns)][m.Index%len(b.Columns)] = m.Text
		case m.Kind == sonify.MarkEvent && m.Heard.Event.Kind() == kind:
			see(board, m.Heard.Event)
		}
	}
	see(board, nil)
}

// umpire keeps the score of a match of three sets from who won each point, and
// nothing else: a tie-break at six all, to seven, in the third set to ten.
type umpire struct{ points, games, sets [2]int }

func (u *umpire) point(winner int) {
	w, l := winner-1, 2-winner
	u.points[w]++
	need := 4
	tieBreak := u.games == [2]int{6, 6}
	if tieBreak {
		need = 7
		if u.sets == [2]int{1, 1} {
			need = 10
		}
	}
	if u.points[w] < need || u.points[w] < u.points[l]+2 {
		return
	}
	u.points = [2]int{}
	if u.games[w]++; tieBreak || u.games[w] >= 6 && u.games[w] >= u.games[l]+2 {
		u.games = [2]int{}
		u.sets[w]++
	}
}

// says returns what a board shows of the points of a player.
func (u *umpire) says(player int) string {
	p, o := u.points[player], u.points[1-player]
	switch {
	case u.games == [2]int{6, 6}:
		return strconv.Itoa(p)
	case p >= 3 && o >= 3 && p > o:
		return "AD"
	}
	return []string{"0", "15", "30", "40"}[min(p, 3)]
}

// The board of a match agrees with an umpire who sees who wins the points, before
// every point and at the end; the ball is with whoever serves the next one, or with
// nobody where that is not known.
func TestTennis_TheBoardIsRight(t *testing.T) {
	seen, dots := 0, 0
	for seed := 1; seed <= 12; seed++ {
		u := &umpire{}
		boardBefore(t, simulated(seed, 10)+"best_of = 3\n", "tennis.point", func(board [][]string, ev *sonify.Event) {
			first := ev != nil && u.points == [2]int{} && u.games == [2]int{} && u.sets == [2]int{}
			for i, row := range board {
				if first && row[1] == "" {
					continue // the match begins with its first point
				}
				want := []string{strconv.Itoa(u.sets[i]), strconv.Itoa(u.games[i]), u.says(i)}
				if got := row[2:]; strings.Join(got, " ") != strings.Join(want, " ") {
					t.Fatalf("seed %d: row %d of the board is %q, the umpire has %q", seed, i, got, want)
				}
			}
			if board[0][0] != "" && board[1][0] != "" {
				t.Fatalf("seed %d: both serve", seed)
			}
			if ev == nil {
				if board[0][0]+board[1][0] != "" {
					t.Errorf("seed %d: somebody serves after the match", seed)
				}
				return
			}
			seen++
			server, _ := ev.Value("server").Float()
			for i := range board {
				if board[i][0] == "" {
					continue
				}
				if dots++; int(server) != i+1 {
					t.Fatalf("seed %d, sets %v games %v points %v: the board has player %d serve, it is %v", seed, u.sets, u.games, u.points, i+1, server)
				}
			}
			winner, _ := ev.Value("winner").Float()
			u.point(int(winner))
		})
	}
	if seen < 1000 || dots < seen*99/100 {
		t.Errorf("of %d points the board knew the server of %d", seen, dots)
	}
}

// The board of a football match has the goals that were shot.
func TestFootball_TheBoardIsRight(t *testing.T) {
	goals := [2]int{}
	names := ""
	matches := 0
	r := 0
	boardBefore(t, "mapping = \"football\"\n"+waveformCup, "football.goal", func(board [][]string, ev *sonify.Event) {
		if now := board[0][0] + " - " + board[1][0]; now != names {
			names, goals = now, [2]int{}
			matches++
		}
		for i, row := range board {
			if n, _, _ := strings.Cut(row[1], " ("); row[0] == "" || n != strconv.Itoa(goals[i]) {
				t.Fatalf("%s: row %d is %q, %d goals were shot", names, i, row, goals[i])
			}
		}
		if ev == nil {
			return
		}
		r++
		side, _ := ev.Value("side").Float()
		goals[int(side)-1]++
	})
	if matches < 5 || r < 20 {
		t.Errorf("%d goals in %d matches", r, matches)
	}
}

func TestTicketSales_TheBoardIsRight(t *testing.T) {
	for _, name := range []string{"ticket_sales", "fans_and_tickets"} {
		sold, orders := 0, 0
		boardBefore(t, fmt.Sprintf("mapping = %q\nseed = 3\n[source.box_office]\ntype = \"sim\"\nof = \"tickets\"\ndays = 1\ncapacity = 3000\nspeed = 600\n", name), "order.paid",
			func(board [][]string, ev *sonify.Event) {
				// Several orders come in one stretch of the music: the board may be some behind.
				got, err := strconv.Atoi(strings.ReplaceAll(board[0][0], ",", ""))
				if orders > 0 && (err != nil || got > sold || got < sold-60) {
					t.Fatalf("%s: the board has %q sold, it is %d", name, board[0][0], sold)
				}
				if ev == nil {
					if got != sold || orders == 0 {
						t.Errorf("%s: in the end the board has %q sold, it is %d", name, board[0][0], sold)
					}
					return
				}
				orders++
				f, _ := ev.Value("sold").Float()
				sold = int(f)
			})
	}
}
