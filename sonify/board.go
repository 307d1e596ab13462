package sonify

// Limits of a board.
const (
	MaxBoardRows    = 16
	MaxBoardColumns = 12
	MaxBoardText    = 80 // bytes of one place
)

// Board describes a table that displays show beside the music: the score of a
// match, the seats that are sold. What stands in it comes as marks ([MarkBoard]), each
// with the place it is for; a place of which no mark has come is empty.
type Board struct {
	Doc     string   // what it shows, in a sentence; may be empty
	Columns []string // the heading of each column; "" has none
	Rows    int      // 1 to MaxBoardRows
}

// Places returns how many places the board has: row by row, from the left. A nil
// board has none.
func (b *Board) Places() int {
	if b == nil {
		return 0
	}
	return b.Rows * len(b.Columns)
}
