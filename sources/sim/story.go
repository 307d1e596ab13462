package sim

import (
	"math/bits"
	"time"
)

// Streams of dice that are drawn from one seed, so that a change in one thing
// leaves the others as they were. Matches of tennis have the numbers from 0.
const (
	storyDice = 1<<32 + iota<<24
	ticketDice
	orderDice
	mentionDice
	wordDice
	sensorDice
	playDice
	catalogueDice
)

const dayMinutes = 24 * 60

// trigger is something that people talk about: a moment that tickets and mentions
// of one seed share.
type trigger struct {
	minute int    // since the first midnight
	size   int    // 150 to 1200: how much talk it makes
	mood   int    // -60 to 80: what the talk is like, in hundredths
	topic  string // what it is
}

var topics = []string{"line-up", "video", "interview", "review", "guest", "rehearsal", "award", "rumour"}

// newStory invents the triggers of so many days. The days of one seed are the
// same, however many are asked for. The first day has a big one at nine, an hour
// before the tickets are sold.
func newStory(seed uint64, days int) []trigger {
	story := []trigger{{minute: 9 * 60, size: 800, mood: 45, topic: "announcement"}}
	for day := 1; day < days; day++ {
		d := newDice(seed, storyDice+uint64(day))
		if !d.chance(600) {
			continue
		}
		t := trigger{minute: day*dayMinutes + 9*60 + d.below(12*60), size: 150, topic: topics[d.below(len(topics))]}
		for t.size < 1200 && d.chance(450) {
			t.size *= 2
		}
		t.mood = min(max(d.about(25, 30), -60), 80)
		story = append(story, t)
	}
	return story
}

// How the talk about a trigger rises and dies away, in minutes.
const (
	talkRise = 20
	talkFall = 150
)

// talk returns how much of the talk that the story makes falls on each of so many
// minutes, in units of its own.
func talk(story []trigger, minutes int) []int64 {
	w := make([]int64, minutes)
	for _, t := range story {
		for m := range talkRise {
			if at := t.minute + m; at < minutes {
				w[at] += int64(t.size) << 24 / talkRise
			}
		}
	}
	decay(w, talkFall)
	return w
}

// decay makes what is put into w at a minute last: it falls by one part in fall
// every minute, to a third after fall minutes.
func decay(w []int64, fall int64) {
	level := int64(0)
	for m := range w {
		level += w[m]
		w[m] = level
		level -= level / fall
	}
}

// late returns w so many minutes later.
func late(w []int64, minutes int) []int64 {
	l := make([]int64, len(w))
	if minutes < len(w) {
		copy(l[minutes:], w)
	}
	return l
}

// rhythm is how much happens in every hour of the day, in thousandths of the
// mean.
type rhythm [24]int

// at returns the rhythm at a minute, between the middles of the hours.
func (r *rhythm) at(minute int) int64 {
	m := (minute + dayMinutes - 30) % dayMinutes
	a, b := r[m/60], r[(m/60+1)%24]
	return int64(a + (b-a)*(m%60)/60)
}

// over returns the rhythm of so many minutes, from the first midnight.
func (r *rhythm) over(minutes int) []int64 {
	w := make([]int64, minutes)
	for m := range w {
		w[m] = r.at(m)
	}
	return w
}

// rates adds to every minute its part of so many thousandths of an event, in
// millionths of one, as w shares them out.
func rates(to []int64, w []int64, thousandths int64) {
	sum := int64(0)
	for _, x := range w {
		sum += x
	}
	if sum == 0 {
		return
	}
	for m, x := range w {
		hi, lo := bits.Mul64(uint64(x), uint64(thousandths)*1000)
		q, _ := bits.Div64(hi, lo, uint64(sum)) // x <= sum, so it fits
		to[m] += int64(q)
	}
}

// arrivals calls f for every event that comes by chance in a minute of the given
// rate, in millionths of events: with the time since its beginning, in order.
func (d *dice) arrivals(rate int64, f func(after time.Duration)) {
	if rate <= 0 {
		return
	}
	// As many slots as it takes for a slot to be taken in a quarter of the cases
	// at most, and a second long at most.
	n := 60 * (1 + rate/15_000_000)
	p := int(rate * 1000 / n)
	for i := range n {
		if d.below(1_000_000_000) < p {
			f(time.Duration(i) * time.Minute / time.Duration(n))
		}
	}
}
