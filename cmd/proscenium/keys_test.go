package main

import (
	"reflect"
	"strings"
	"testing"

	"proscenium/sonify/mapping"
)

// TestSources_HaveNoKeyOfEverySource: a key that every source has would never reach
// the kind that has one of the same name.
func TestSources_HaveNoKeyOfEverySource(t *testing.T) {
	common := map[string]bool{}
	for _, k := range keysOf(reflect.TypeFor[mapping.Source]()) {
		common[k] = true
	}
	if !common["type"] || !common["keep"] {
		t.Fatalf("the keys of every source are %v", common)
	}
	reg := standardSources()
	for _, name := range reg.Names() {
		info, _ := reg.Get(name)
		for _, k := range keysOf(reflect.TypeOf(info.Config()).Elem()) {
			if common[k] {
				t.Errorf("%s has a key %q, which every source has", name, k)
			}
		}
	}
}

// keysOf returns the keys of a configuration, those of embedded ones included.
func keysOf(typ reflect.Type) []string {
	var keys []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		k, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case k == "" && f.Anonymous && f.Type.Kind() == reflect.Struct:
			keys = append(keys, keysOf(f.Type)...)
		case k != "" && k != "-" && k != "*":
			keys = append(keys, k)
		}
	}
	return keys
}
