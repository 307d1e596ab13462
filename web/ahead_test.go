package web

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"proscenium/sonify/wire"
)

// The more listeners there are the earlier the station has to know its music, so that
// all of them together are sent no more messages than the budget says, and in a full
// house half as many.
func TestAhead_FollowsTheHouse(t *testing.T) {
	c := NewChannel("court", ChannelOptions{Cushion: 110 * time.Millisecond, Margin: 80 * time.Millisecond, Budget: 6000})
	defer c.Close()
	for _, k := range []struct {
		listeners int
		want      time.Duration
	}{{0, 0}, {150, 0}, {600, 98333333 * time.Nanosecond}, {6000, 2453333333 * time.Nanosecond}, {12_000, 6 * time.Second}} {
		c.hub.count(func(n *hubCounts) { n.listeners = k.listeners })
		if got := c.Ahead(); got != k.want {
			t.Errorf("%d listeners want to know it %v ahead, not %v", k.listeners, got, k.want)
		}
	}
	c.hub.count(func(n *hubCounts) { n.listeners = 0 })
}

// Where a message holds much music, who joins is given the one that is being played,
// and a keyframe from before it: they need not wait until it is over.
func TestJoin_InTheMiddleOfALongMessage(t *testing.T) {
	a := begin(t, Options{}, 0)
	a.zero = a.zero.Add(time.Second) // it is known 1.2 s ahead
	early := a.listen("")
	a.wait(func() bool { return a.channel.listeners() == 1 })
	a.play(30)
	late := a.listen("")
	late.read()
	key := late.read().(*wire.Keyframe)
	score := late.read().(*wire.Score)
	now := a.clock().Sub(a.zero)
	if begins := score.Begin.Duration(); begins > now+300*time.Millisecond || key.Seq != score.Seq || key.Frame > score.Begin || score.Frames < 40_000 {
		t.Errorf("at %v somebody who joins is told of %v on, message %d after keyframe %d", now, begins, score.Seq, key.Seq)
	}
	conn, _, err := a.dial("?format=json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var said []string
	for range 3 {
		_, p, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var m struct{ Type string }
		if err := json.Unmarshal(p, &m); err != nil {
			t.Fatal(err)
		}
		said = append(said, m.Type)
	}
	if fmt.Sprint(said) != "[hello keyframe score]" {
		t.Errorf("as JSON it is told %v", said)
	}
	a.play(30)
	if err := a.channel.Finish(nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{early, late} {
		c.until(a.at)
		c.same()
	}
}
