package sonifytest

import (
	"errors"
	"reflect"
	"testing"

	"proscenium/sonify"
)

func TestPerformance_IsWellFormedAndRepeatable(t *testing.T) {
	var a, b Recorder
	s, err := Performance{Bars: 64}.Play(&a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Performance{Bars: 64}).Play(&b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Error("two plays differ")
	}
	if len(a.Notes) != int(s.Notes) || len(a.Notes) < 500 {
		t.Errorf("%d notes, the summary says %d", len(a.Notes), s.Notes)
	}
	kinds := map[sonify.MarkKind]int{}
	for _, m := range a.Marks {
		kinds[m.Kind]++
	}
	for k := sonify.MarkSection; k <= sonify.MarkEvent; k++ {
		if kinds[k] == 0 {
			t.Errorf("no mark of kind %v", k)
		}
	}
	for _, n := range a.Notes {
		if n.Voice < 0 || n.Voice >= len(a.Header.Voices) || n.Velocity < 1 || n.Velocity > sonify.MaxVelocity {
			t.Fatalf("note %+v", n)
		}
	}
}

func TestRecorder(t *testing.T) {
	TestOutput(t, func(*testing.T) sonify.Output { return &Recorder{} })
	want := errors.New("no more")
	r := &Recorder{Err: want, PlaysLeft: 3}
	if _, err := (Performance{}).Play(r); err != want || len(r.Spans) != 3 {
		t.Errorf("%v after %d passages", err, len(r.Spans))
	}
}
