package mapping_test

import (
	"strings"
	"testing"

	"proscenium/sonify"
)

// flood plays a piece to n events that all arrive at once, and then until it is
// over. It returns how many notes there were and what was lost.
func flood(t *testing.T, piece string, n int) (notes int, sum *sonify.Summary) {
	t.Helper()
	pf := compile(t, piece, "0 r v=1").Perform()
	sh := sonify.NewShape("r", sonify.Field{Name: "v"})
	for i := range n {
		pf.Hear(&sonify.Event{Source: "s", Shape: sh, Values: []sonify.Value{sonify.Num(float64(i))}}, 0)
	}
	pf.End()
	for stretches := 0; ; stretches++ {
		if stretches > 100_000 {
			t.Fatal("the piece does not come to its end")
		}
		pf.Open()
		if pf.Over() {
			return notes, pf.Summary()
		}
		notes += len(pf.Close().Notes)
		pf.Clear()
	}
}

// What cannot wait is left out and counted: nothing grows with the data.
func TestFlood_IsBoundedAndCounted(t *testing.T) {
	const head = "tempo = 120\n[source.s]\ntype = \"script\"\n[voice.a]\nnotes = 16\n[[rule]]\nname = \"r\"\non = \"r\"\nvoice = \"a\"\npitch = \"C4\"\n"
	const events = 9000
	notes, sum := flood(t, head+"grid = \"off\"\nmotif = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]\nevery = \"1/1\"\n", events)
	if notes > 80_000 || sum.Lost["too many notes were waiting for rule r"] != events-uint64(notes/16) {
		t.Errorf("%d notes of motifs, lost %v", notes, sum.Lost)
	}
	notes, sum = flood(t, head, events)
	if notes == 0 || notes > 100 || sum.Lost["no room on the grid for rule r"] != events-uint64(notes) {
		t.Errorf("%d notes on the grid, lost %v", notes, sum.Lost)
	}
	// Long notes and a busy accompaniment: every note of the data is compared with
	// every note beside it.
	notes, _ = flood(t, head+"grid = \"off\"\nlength = \"1000 bars\"\n[voice.b]\nnotes = 16\n[[pattern]]\nvoice = \"b\"\nstep = \"1/128\"\n", events)
	if notes < events {
		t.Errorf("%d notes", notes)
	}
}

// What a budget keeps out sounds together, and all of it is accounted for.
func TestBudget_GathersTheFlood(t *testing.T) {
	const events = 9000
	head := "tempo = 120\n[source.s]\ntype = \"script\"\n[voice.a]\nnotes = 3\nbudget = \"4 per beat\"\n[[rule]]\nname = \"r\"\non = \"r\"\nvoice = \"a\"\npitch = { from = \"v\", domain = [0, 9000], range = [\"C4\", \"C6\"] }\n"
	notes, sum := flood(t, head, events)
	if sum.Sounded != 4 || sum.Gathered != events-4 || sum.Crowds != 1 || len(sum.Lost) > 0 {
		t.Errorf("%d sounded, %d together in %d crowds, lost %v: expected 4 and the rest in one", sum.Sounded, sum.Gathered, sum.Crowds, sum.Lost)
	}
	if notes != 4+3 {
		t.Errorf("%d notes: expected 4, and one chord of three", notes)
	}
	_, sum = flood(t, head+"crowd = \"off\"\n", events)
	if sum.Sounded != 4 || sum.Gathered != 0 || sum.Lost["the budget was used up for rule r"] != events-4 {
		t.Errorf("%d sounded, %d together, lost %v: expected 4 and the rest lost", sum.Sounded, sum.Gathered, sum.Lost)
	}
}

// Turns that cross bar lines, one after the other, do not keep a piece from its
// end.
func TestEnd_DoesNotWaitForPatterns(t *testing.T) {
	var b strings.Builder
	b.WriteString("tempo = 120\n[source.s]\ntype = \"script\"\n[theme.t]\nunit = \"2 bars\"\nnotes = \"0\"\n[[rule]]\non = \"r\"\nsay = \"x\"\n")
	for _, v := range []string{"a", "b"} {
		b.WriteString("[voice." + v + "]\n")
	}
	b.WriteString("[[pattern]]\nvoice = \"a\"\ntheme = \"t\"\nornament = 1\n[[pattern]]\nvoice = \"b\"\ntheme = \"t\"\nornament = 1\ndelay = \"1 bar\"\n")
	if notes, sum := flood(t, b.String(), 1); notes == 0 || sum.Ticks > 40*sonify.PPQ {
		t.Errorf("%d notes in %d ticks", notes, sum.Ticks)
	}
}

// A window that is too small for what comes says so.
func TestWindow_CountsWhatItCannotHold(t *testing.T) {
	_, sum := flood(t, "[source.s]\ntype = \"script\"\n[signal.x]\non = \"r\"\nvalue = \"v\"\nreduce = \"median\"\nwindow = \"1h\"\n[voice.a]\n[[rule]]\non = \"r\"\nsay = \"x\"\n", 5000)
	if got := sum.Lost["more values in the window of signal x than it can hold"]; got != 5000-4096 {
		t.Errorf("counted %d", got)
	}
}

// A field may hold a whole article: its caption is cut.
func TestCaption_IsCut(t *testing.T) {
	pf := compile(t, "[source.s]\ntype = \"script\"\n[voice.a]\n[[rule]]\non = \"r\"\nsay = \"{v}\"\n", "0 r v=x").Perform()
	sh := sonify.NewShape("r", sonify.Field{Name: "v"})
	pf.Hear(&sonify.Event{Source: "s", Shape: sh, Values: []sonify.Value{sonify.Word(strings.Repeat("é", 100_000))}}, 0)
	pf.Open()
	for _, m := range pf.Close().Marks {
		if m.Kind == sonify.MarkCaption {
			if n := len(m.Text); n > 1010 || !strings.HasSuffix(m.Text, "é…") {
				t.Errorf("a caption of %d bytes ends in %q", n, m.Text[n-8:])
			}
			return
		}
	}
	t.Error("there is no caption")
}

// An event that is late is taken as arriving now, and nothing lies before the
// passage it comes in.
func TestHear_TakesLateEventsAsArrivingNow(t *testing.T) {
	p := compile(t, "[source.s]\ntype = \"script\"\n[voice.a]\n[[rule]]\non = \"r\"\nvoice = \"a\"\ngrid = \"off\"\n", "0 r v=1")
	pf := p.Perform()
	out := &strict{t: t}
	sh := sonify.NewShape("r", sonify.Field{Name: "v"})
	notes := 0
	for range 8 {
		pf.Open()
		pf.Hear(&sonify.Event{Source: "s", Shape: sh, Values: make([]sonify.Value, 1)}, 5)
		passage := pf.Close()
		notes += len(passage.Notes)
		if err := out.Play(sonify.Cue{Passage: passage}); err != nil {
			t.Fatal(err)
		}
		pf.Clear()
	}
	if notes != 8 {
		t.Errorf("%d notes of 8 events", notes)
	}
}
