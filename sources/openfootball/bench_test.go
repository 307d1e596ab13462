package openfootball_test

import (
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/openfootball"
)

// BenchmarkDecode tells a championship of a hundred matches.
func BenchmarkDecode(b *testing.B) {
	text := cup(strings.Split(strings.Repeat(plain+"\x00", 99)+plain, "\x00")...)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := openfootball.Decode(strings.NewReader(text), openfootball.Config{}, nil, func(sonify.Event) {}); err != nil {
			b.Fatal(err)
		}
	}
}
