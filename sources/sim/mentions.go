package sim

import (
	"context"
	"time"

	"proscenium/sonify"
)

var mentionShape = shape("mention", []sonify.Field{
	{Name: "count", Type: sonify.Number, Unit: "mentions", Doc: "the how many-th, from 1"},
	{Name: "sentiment", Type: sonify.Number, Doc: "-1 to 1: how friendly it is"},
	{Name: "mood", Type: sonify.Text, Doc: "negative below -0.2, positive above 0.2, else neutral"},
	{Name: "lang", Type: sonify.Text, Doc: "language: en, de, fr, es, it or ja"},
	{Name: "reach", Type: sonify.Number, Unit: "people", Doc: "how many may see it: most few, a few very many"},
	{Name: "reply", Type: sonify.Bool, Doc: "whether it answers or passes on another one"},
	{Name: "topic", Type: sonify.Text, Doc: "what it is about: announcement, line-up, video, ...; missing if nothing in particular"},
})

func mentionShapes() []*sonify.Shape { return []*sonify.Shape{mentionShape} }

// When people talk: little at night, most in the evening.
var talkRhythm = rhythm{520, 330, 220, 180, 180, 240, 420, 720, 960, 1080, 1130, 1180,
	1260, 1240, 1200, 1220, 1270, 1350, 1450, 1580, 1700, 1720, 1500, 950}

// talkShare is how much of the talk is about something that happened, in
// thousandths; the rest follows the day.
const talkShare = 300

func (s *source) mentions(ctx context.Context, emit func(sonify.Event)) error {
	seed := s.seed()
	minutes := s.c.Days * dayMinutes
	story := newStory(seed, s.c.Days)
	all := int64(s.c.PerDay) * int64(s.c.Days)
	about := all * talkShare
	bursts, rate := make([]int64, minutes), make([]int64, minutes)
	rates(bursts, talk(story, minutes), about)
	rates(rate, talkRhythm.over(minutes), all*1000-about)
	arrive, d := newDice(seed, mentionDice), newDice(seed, wordDice)
	count, last := 0, -1
	for m := range minutes {
		if m%60 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for last+1 < len(story) && story[last+1].minute <= m {
			last++
		}
		clock := time.Duration(m) * time.Minute
		arrive.arrivals(rate[m]+bursts[m], func(after time.Duration) {
			count++
			var g *trigger
			if last >= 0 && int64(d.below(1_000_000)) < bursts[m]*1_000_000/(rate[m]+bursts[m]) {
				g = &story[last]
			}
			at := clock + after
			v := append(when(at, 7), num(count))
			emit(sonify.Event{Source: s.env.Name, Shape: mentionShape, Values: d.mention(v, g), Clock: at, Timed: true})
		})
	}
	return nil
}

var langs = [...]struct {
	name  string
	parts int // of 100
}{{"en", 54}, {"de", 14}, {"fr", 11}, {"es", 10}, {"it", 6}, {"ja", 5}}

// mention invents a mention about g, nil for nothing in particular.
func (d *dice) mention(v []sonify.Value, g *trigger) []sonify.Value {
	mood := 12
	if g != nil {
		mood = g.mood
	}
	sentiment := min(max(d.about(mood, 35), -100), 100)
	word := "neutral"
	switch {
	case sentiment < -20:
		word = "negative"
	case sentiment > 20:
		word = "positive"
	}
	lang, roll := langs[0].name, d.below(100)
	for _, l := range langs {
		if lang = l.name; roll < l.parts {
			break
		}
		roll -= l.parts
	}
	reach := 20 + d.below(180)
	for reach < 2_000_000 && d.chance(330) {
		reach = reach*2 + d.below(reach)
	}
	reply := 350
	var topic sonify.Value
	if g != nil {
		reply, topic = 600, sonify.Word(g.topic)
	}
	return append(v, sonify.Num(float64(sentiment)/100), sonify.Word(word), sonify.Word(lang), num(reach),
		sonify.Truth(d.chance(reply)), topic)
}
