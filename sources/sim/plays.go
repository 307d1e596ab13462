package sim

import (
	"context"
	"slices"
	"time"

	"proscenium/sonify"
)

var listenShape = shape("listen", []sonify.Field{
	{Name: "artist", Type: sonify.Text, Doc: "who plays: nobody real"},
	{Name: "track", Type: sonify.Text, Doc: "what they play"},
	{Name: "genre", Type: sonify.Text, Doc: "one of eight"},
	{Name: "origin", Type: sonify.Text, Doc: "country of the artist, two letters of ISO 3166"},
	{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "length of the track"},
	{Name: "new", Type: sonify.Bool, Doc: "whether it is the artist's first play of the day"},
	{Name: "distinct", Type: sonify.Number, Unit: "artists", Doc: "different artists among the last 20 plays, this one included; 1 to 20"},
})

func playShapes() []*sonify.Shape { return []*sonify.Shape{listenShape} }

// How many artists are in rotation in every hour: a handful when most people
// listen, everybody at night.
var rotation = [24]int{90, 96, 96, 96, 90, 60, 14, 12, 12, 16, 24, 28,
	26, 28, 28, 24, 16, 14, 18, 36, 60, 70, 80, 90}

const (
	artists = 96
	tracks  = 5 // of each
	memory  = 4 // plays before an artist may come again
	window  = 20
)

var (
	genres = [...]string{"pop", "rock", "electronic", "hip-hop", "jazz", "folk", "classical", "chiptune"}
	// Those at home are more frequent than those from afar.
	origins = [...]string{"DE", "DE", "DE", "GB", "GB", "US", "US", "US", "FR", "SE", "JP", "BR", "NG", "KR", "ML", "AR"}
	firsts  = [...]string{"Copper", "Velvet", "Paper", "Northern", "Electric", "Quiet", "Golden", "Broken", "Winter", "Neon", "Distant", "Wooden"}
	seconds = [...]string{"Harbour", "Antennas", "Orchard", "Machines", "Rivers", "Lanterns", "Parade", "Satellites"}
	verbs   = [...]string{"Leaving", "Counting", "Turning", "Waiting for", "Dreaming of", "Under", "Beyond", "Chasing"}
	nouns   = [...]string{"the Tide", "Monday", "Small Hours", "a Signal", "the Garden", "Seven Suns", "the Line", "Home"}
)

// artist is somebody who can be played.
type artist struct {
	name, genre, origin sonify.Value
	tracks              [tracks]sonify.Value
	lengths             [tracks]int // seconds
}

// catalogue invents the artists of a station, those it plays most first.
func catalogue(seed uint64) []artist {
	d := newDice(seed, catalogueDice)
	all := make([]artist, artists)
	for i := range all {
		a := &all[i]
		a.name = sonify.Word(firsts[i%len(firsts)] + " " + seconds[i/len(firsts)])
		// What a station plays most is of few kinds; the rest of all.
		kinds := len(genres)
		if d.chance(600) {
			kinds = 3
		}
		a.genre, a.origin = sonify.Word(genres[d.below(kinds)]), sonify.Word(origins[d.below(len(origins))])
		verb := d.below(len(verbs))
		for k := range a.tracks {
			a.tracks[k] = sonify.Word(verbs[(verb+k)%len(verbs)] + " " + nouns[d.below(len(nouns))])
			a.lengths[k] = min(max(d.about(222, 38), 110), 420)
		}
	}
	// Shuffled, so that a name says nothing of how often it is played.
	for i := len(all) - 1; i > 0; i-- {
		k := d.below(i + 1)
		all[i], all[k] = all[k], all[i]
	}
	return all
}

// allowed returns those of all that a station plays whose variety is so many per
// cent: below 100, the artists of as many of the genres, in their order.
func allowed(all []artist, percent int) []int {
	kinds := min(max((len(genres)*percent+99)/100, 1), len(genres))
	var on []int
	for k := kinds; ; k++ { // so few that nothing else could come next are too few
		on = on[:0]
		for i, a := range all {
			if slices.Index(genres[:k], a.genre.String()) >= 0 {
				on = append(on, i)
			}
		}
		if len(on) > 2*memory || k == len(genres) {
			return on
		}
	}
}

func (s *source) plays(ctx context.Context, emit func(sonify.Event)) error {
	seed := s.seed()
	d, all := newDice(seed, playDice), catalogue(seed)
	end := time.Duration(s.c.Days) * 24 * time.Hour
	var recent []int // the last artists, the latest last
	today := make([]bool, artists)
	variety := s.c.Variety
	on := allowed(all, variety[0])
	day, hour := 0, -1
	for clock := time.Duration(0); clock < end; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if h := int(clock / time.Hour); h != hour { // the news
			hour = h
			clock += time.Duration(150+d.below(90)) * time.Second
			if h/24 != day {
				day = h / 24
				clear(today)
				on = allowed(all, variety[day%len(variety)])
			}
		}
		// Every day the rotation moves on by a few.
		pick := 0
		for {
			n := min(max(rotation[hour%24]*variety[day%len(variety)]/100, memory+2), len(on))
			pick = d.below(n)
			if d.chance(400) { // the hits among them
				pick = min(pick, d.below(n))
			}
			pick = on[(pick+3*day)%len(on)]
			if !slices.Contains(recent[max(0, len(recent)-memory):], pick) {
				break
			}
		}
		if recent = append(recent, pick); len(recent) > window {
			recent = recent[1:]
		}
		different := 0
		for i, a := range recent {
			if !slices.Contains(recent[:i], a) {
				different++
			}
		}
		a, k := &all[pick], d.below(tracks)
		v := append(when(clock, 7), a.name, a.tracks[k], a.genre, a.origin, num(a.lengths[k]), sonify.Truth(!today[pick]), num(different))
		today[pick] = true
		emit(sonify.Event{Source: s.env.Name, Shape: listenShape, Values: v, Clock: clock, Timed: true})
		clock += time.Duration(a.lengths[k]+3+d.below(25)) * time.Second
	}
	return nil
}
