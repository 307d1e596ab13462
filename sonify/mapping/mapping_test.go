package mapping_test

import (
	"os"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/mapping"
)

func TestTennis_Compiles(t *testing.T) {
	src, err := os.ReadFile("../../mappings/tennis.toml")
	if err != nil {
		t.Fatal(err)
	}
	src = append([]byte("\n[source.court]\ntype=\"none\"\n"), src...)
	_ = sonify.Problems{}
	p, ps := mapping.Compile(mapping.Env{}, "tennis.toml", src, nil)
	t.Log(ps.Error())
	if p == nil {
		t.Fail()
	}
}
