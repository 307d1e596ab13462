package tennis

// mood is the momentum: the balance of the points won, each weighing what it
// was worth, the recent ones more. After seven points a point counts half.
type mood struct{ sum, weight float64 }

const (
	moodDecay = 0.905 // 0.905⁷ = 0.497
	moodFloor = 0.02  // weight of a point at which nothing is at stake
	moodPrior = 0.1   // weight of a balanced past, so that one point is no landslide
)

func (m *mood) add(winner int, stake float64) {
	w := moodFloor + stake
	m.weight = float64(m.weight*moodDecay) + w
	if winner == 2 {
		w = -w
	}
	m.sum = float64(m.sum*moodDecay) + w
}

// level returns the momentum in (-1, 1).
func (m *mood) level() float64 { return m.sum / (m.weight + moodPrior) }

// tension returns how much is in the air before the next point, in [0, 1]: half
// of it is how much the point decides, three tenths how near somebody is to the
// end, two tenths how close the match is. A break point is never below 0.5, a set
// point never below 0.65, a match point never below 0.9. How these are weighed is
// taste: it is meant to rise over a match, to jump at its big points and to be
// lowest when a set begins.
func tension(f Format, s *State, now Chances, importance, lead float64) float64 {
	if s.Over {
		return 0
	}
	if lead < 0 {
		lead = -lead
	}
	closeness := 1 - lead
	// An ordinary point of an even match is worth about 0.05, a break point at
	// 4-4 about 0.2, one at the end of a long tie-break about 0.5.
	decides := importance / (importance + 0.1)
	end := 0.0
	need := float64(f.Need())
	for p := range 2 {
		games := min(float64(s.Games[p])/6, 1)
		if s.TieBreak {
			games = 0.8 + float64(0.2*min(float64(s.Points[p])/float64(f.target(s)), 1))
		}
		end = max(end, (float64(s.Sets[p])+games)/need)
	}
	t := float64(0.5*decides) + float64(0.3*end) + float64(0.2*closeness)
	switch {
	case now.MatchPoint != 0:
		t = max(t, 0.9+float64(0.1*closeness))
	case now.SetPoint != 0:
		t = max(t, 0.65+float64(0.2*closeness))
	case now.BreakPoint != 0:
		t = max(t, 0.5+float64(0.1*closeness))
	}
	return min(t, 1)
}

// brinkHalf is how many points before match point the brink is half: two love
// games, or about a quarter of an hour of tennis.
const brinkHalf = 8

// brink returns how near the end is, in [0, 1], when somebody can win the match
// with so many points in a row. Other than the tension it does not fall when one
// side runs away with the match: that, too, is an end that comes.
func brink(toMatch int) float64 {
	if toMatch < 1 {
		return 0
	}
	return brinkHalf / float64(brinkHalf+toMatch-1)
}
