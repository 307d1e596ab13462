package tennis

import (
	"testing"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) {
	nofma.Test(t, ".", "../clock", "../field", "../../slam", "../../sim", "../../csv", "../../jsonl")
}
