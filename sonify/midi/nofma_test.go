package midi

import (
	"testing"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }
