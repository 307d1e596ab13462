package sonify_test

import (
	"testing"

	"proscenium/sonify/exact/nofma"
)

// The score must be the same on every CPU. Some of them compute x*y + z with
// one rounding, and a Go compiler may let them unless the product is converted
// first.
func TestMiddle_AddsNoProductThatCouldBeFused(t *testing.T) {
	nofma.Test(t, ".", "score", "mapping", "mapping/expression", "conductor", "../sources/sim", "../sources/internal/tennis")
}
