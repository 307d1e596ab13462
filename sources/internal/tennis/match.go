package tennis

import "time"

// Flag is something a record says of a point, or does not.
type Flag int8

const (
	Unsaid Flag = iota
	No
	Yes
)

// Point is what is known of one point. Zero values are unknown, except where a
// field says otherwise.
type Point struct {
	Line   int64         // of the input, from 1
	Clock  time.Duration // since the match began
	Winner int8          // 1 or 2: never 0
	Server int8          // 1 to 4: in doubles 3 and 4 are the partners of 1 and 2

	// What the record says of the score.
	SetNo, GameNo         int16
	Games                 [2]int16 // after the point; -1 if unknown
	SetWinner, GameWinner int8
	// TieBreak is Yes if the score beside the point counts 1, 2, 3, No if it
	// counts 15, 30, 40, Unsaid if it could be both.
	TieBreak Flag
	// Ruling is what the record says without doubt (the letters of a point
	// string). Settle fills it in for records that speak in columns.
	Ruling Ruling

	SpeedKMH    int16 // of the serve, 0 if unknown
	Rally       int16 // strokes, -1 if unknown
	ServeNumber int8  // 1 or 2

	Ace, DoubleFault Flag
	WinnerShot       Flag // won by a stroke the other could not reach
	UnforcedError    Flag // of the player who lost the point
	ForcedError      Flag // of the player who lost the point
	NetPoint         Flag // one of them was at the net
	NetPoints        [2]Flag
}

// ServerSide returns which side served p: 1, 2 or 0.
func (p *Point) ServerSide() int {
	if p.Server < 1 || p.Server > 4 {
		return 0
	}
	return int(p.Server-1)%2 + 1
}

// Category is who plays.
type Category string

const (
	Men          Category = "men"
	Women        Category = "women"
	MenDoubles   Category = "men's doubles"
	WomenDoubles Category = "women's doubles"
	Mixed        Category = "mixed doubles"
	AnyCategory  Category = ""
)

// Match is a recorded or invented match.
type Match struct {
	ID       string
	Players  [2]string // as they are called; "" if unknown
	Category Category
	Slam     string // "usopen", "wimbledon", "ausopen", "frenchopen", ""
	Year     int    // 0 if unknown

	// What a list of matches says; all may be empty.
	Status string // "Complete", "Retired"
	Winner int

	BestOf int // 0: find out from category and points
	Points []Point
}

// Serve returns how often the server of such a match wins a point, for [Model].
func (m *Match) Serve() float64 {
	switch m.Category {
	case Men:
		return ServeMen
	case Women:
		return ServeWomen
	}
	return ServeOther
}
