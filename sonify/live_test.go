package sonify_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
)

func TestPlace_IsKeptAndBounded(t *testing.T) {
	var p sonify.Place
	p.Set("a")
	p.Set(strings.Repeat("x", sonify.PlaceLimit+1))
	if got := p.Get(); got != "a" {
		t.Errorf("place %.20q, expected the one before the endless one", got)
	}
	var none *sonify.Place
	none.Set("a")
	if none.Get() != "" {
		t.Error("no place keeps something")
	}
}

func TestLink_TellsHowItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l sonify.Link
		if got := l.Status(); got != (sonify.LinkStatus{}) {
			t.Fatalf("before the first word: %+v", got)
		}
		l.Up()
		begin := time.Now()
		time.Sleep(time.Minute)
		l.Up()
		l.Count(2, 500)
		l.Count(0, 20)
		got := l.Status()
		want := sonify.LinkStatus{State: sonify.LinkUp, Since: begin, Connected: 1, Messages: 2, Bytes: 520, Last: begin.Add(time.Minute)}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		l.Down("connection reset")
		l.Up()
		if got := l.Status(); got.Connected != 2 || got.Why != "" {
			t.Errorf("back again: %+v", got)
		}
		var none *sonify.Link
		none.Up()
		none.Count(1, 1)
		if none.Status() != (sonify.LinkStatus{}) {
			t.Error("no link knows something")
		}
	})
}
