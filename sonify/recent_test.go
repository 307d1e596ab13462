package sonify

import "testing"

func TestRecent_FindsTheLastEventsOnly(t *testing.T) {
	var r Recent
	if r.Find(1) != nil {
		t.Error("found an event in nothing")
	}
	ev := &Event{Shape: NewShape("x")}
	n := uint64(0)
	for i := range uint64(10000) {
		n += 1 + i%3 // some numbers are never heard
		r.Hear(&Mark{Kind: MarkEvent, Heard: &Heard{Number: n, Event: ev}})
		r.Hear(&Mark{Kind: MarkCaption})
		for _, back := range []uint64{n, n - 100} {
			if h := r.Find(back); h != nil && h.Number != back {
				t.Fatalf("asked for %d, got %d", back, h.Number)
			}
		}
		if r.Find(n) == nil {
			t.Fatalf("event %d is not found", n)
		}
	}
	found := 0
	for i := range n + 10 {
		if r.Find(i) != nil {
			found++
		}
	}
	if found != recentEvents {
		t.Errorf("%d events are remembered, want %d", found, recentEvents)
	}
}
