// Package mappings is the library of music that a piece can start from: one
// TOML file each, embedded in the program. Its first comment says what to
// listen for.
package mappings

import (
	"embed"
	"strings"
)

//go:embed *.toml
var files embed.FS

// Get returns the mapping of that name.
func Get(name string) ([]byte, bool) {
	b, err := files.ReadFile(name + ".toml")
	return b, err == nil
}

// Names returns the names of all mappings, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".toml"))
	}
	return names
}
