package wordofmouth_test

import (
	"bytes"
	"fmt"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
)

// The beginning of the example stays what it is: whoever changes it sees the
// difference note by note in its first minute, and all of it in the picture.
func TestBeginning(t *testing.T) { exampletest.Beginning(t, 96) }

// begins returns the bars in which a section of a score begins.
func begins(score []byte, section string) []int {
	var bars []int
	for line := range bytes.Lines(score) {
		var bar int
		var beat float64
		var name string
		if n, _ := fmt.Sscanf(string(line), "= %d:%f section %s", &bar, &beat, &name); n == 3 && name == section {
			bars = append(bars, bar)
		}
	}
	return bars
}

// Each of the week's announcements is called and answered: six hours later, which
// are four bars and a half. The opening of the sale is the first answer, to the
// first call.
func TestEveryCallIsAnswered(t *testing.T) {
	var text bytes.Buffer
	exampletest.Perform(t, 0, nil, jsonl.NewText(&text))
	calls, answers := begins(text.Bytes(), "call"), begins(text.Bytes(), "answer")
	if len(calls) < 6 || len(answers) < 5 {
		t.Fatalf("calls in the bars %v, answers in %v", calls, answers)
	}
	for i, a := range answers[1:] {
		if late := a - calls[i+1]; late < 4 || late > 6 {
			t.Errorf("the call of bar %d is answered in bar %d", calls[i+1], a)
		}
	}
}

// The same talk, and sales that do not mind it: no answer but to the opening.
func TestTalkThatSellsNothing(t *testing.T) {
	var text bytes.Buffer
	exampletest.Perform(t, 0, []string{"source.box.unmoved_percent=100"}, jsonl.NewText(&text))
	calls, answers := begins(text.Bytes(), "call"), begins(text.Bytes(), "answer")
	if len(calls) < 6 || len(answers) > 2 {
		t.Errorf("calls in the bars %v, answers in %v", calls, answers)
	}
}
