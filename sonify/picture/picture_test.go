package picture

import (
	"io"
	"os"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/sonifytest"
)

func TestOutput_Contract(t *testing.T) {
	sonifytest.TestOutput(t, func(*testing.T) sonify.Output { return NewWriter(io.Discard) })
	sonifytest.TestFile(t, "a.svg", func(p string) (sonify.Output, error) { return Create(p) })
}

// TestLook writes pictures to the folder PROSCENIUM_LOOK for people to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("PROSCENIUM_LOOK")
	if dir == "" {
		return
	}
	for name, p := range map[string]sonifytest.Performance{"short": {Bars: 24, Plain: true}, "three": {Bars: 90, Voice: 3}, "long": {Bars: 4000, Voice: 4, Gap: 300}} {
		o, err := Create(dir + "/" + name + ".svg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Play(o); err != nil {
			t.Error(err)
		}
		o.Close()
	}
}
