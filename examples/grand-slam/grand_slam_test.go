package grandslam_test

import (
	"bytes"
	"testing"

	"proscenium/examples/internal/exampletest"
	"proscenium/sonify/jsonl"
	"proscenium/sonify/picture"
)

// The first minute of the example stays what it is: whoever changes it sees the
// difference note by note, and in the picture.
func TestFirstMinute(t *testing.T) {
	var text, svg bytes.Buffer
	exampletest.Play(t, exampletest.Compile(t), 60, jsonl.NewText(&text), picture.NewWriter(&svg))
	exampletest.Golden(t, map[string][]byte{"score.golden": text.Bytes(), "score.svg": svg.Bytes()})
}
