package jsonl_test

import (
	"fmt"
	"os"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/jsonl"
)

const score = `{"type":"score","version":1,"title":"Two notes","seed":"7","meter":"4/4","tempo":500000,"ppq":960,"rate":48000,"voices":[{"name":"lead","pitched":true}],"makers":[{"kind":"rule","name":"ace"}],"signals":[]}
{"type":"note","frame":0,"tick":0,"voice":"lead","pitch":69,"velocity":0.8031,"length":480,"frames":12000,"pan":0,"cause":{"event":1,"rule":"ace"}}
{"type":"note","frame":24000,"tick":960,"voice":"lead","pitch":72,"velocity":1,"length":960,"frames":24000,"pan":0,"cause":{"event":2,"rule":"ace"}}
{"type":"end","ticks":3840,"frames":96000,"notes":2,"events":2,"lost":{}}
`

func ExampleReader() {
	r, err := jsonl.NewReader(strings.NewReader(score))
	if err != nil {
		fmt.Println(err)
		return
	}
	ps, err := r.Next()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range ps.Notes {
		fmt.Println(r.Header().Voices[n.Voice].Name, n.Pitch, n.Length/sonify.PPQ)
	}
	// Output:
	// lead A4 0
	// lead C5 1
}

func ExampleText() {
	if err := jsonl.Replay(strings.NewReader(score), jsonl.NewText(os.Stdout)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// # Two notes, seed 7, 4/4, 120 bpm
	// [ 1:1.0 -> 1:1.5 | lead A4 v=0.80 ] <- #1 rule "ace"
	// [ 1:2.0 -> 1:3.0 | lead C5 v=1.00 ] <- #2 rule "ace"
	// # ends 2:1.0, 2 notes of 2 events
}
