package seen_test

import (
	"strconv"
	"testing"

	"proscenium/sources/internal/seen"
)

func TestSet(t *testing.T) {
	s := seen.New(100)
	if s.Again("a", "b") || !s.Again("a", "b") {
		t.Error("the same is not known again")
	}
	if s.Again("ab") || s.Again("a", "b", "") || s.Again("", "ab") {
		t.Error("parts run together")
	}
	for i := range 100 {
		s.Again(strconv.Itoa(i))
	}
	if !s.Again("a", "b") {
		t.Error("forgotten after a hundred more")
	}
	for i := range 300 {
		s.Again("x", strconv.Itoa(i))
	}
	if s.Again("a", "b") {
		t.Error("remembered for ever")
	}
}
