package mappings_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"proscenium/mappings/internal/take"
)

// A set is data that a mapping is measured on.
type set struct {
	name  string
	piece string // what stands below mapping = "...": sources, overrides
	// real names a file of PROSCENIUM_DATA that the set stands on; its path takes
	// the place of %q in piece. Where the variable is not set, the set is left out.
	real string
	// data writes a file that was made up for the set, whose path takes the place of %q
	// in piece.
	data func(t testing.TB) string
}

// sets are the sets of each mapping. A file for each mapping, NAME_sets_test.go,
// adds its own; the more important ones come first.
var sets = map[string][]set{}

// add adds sets to a mapping's, from the initialiser of a variable.
func add(mapping string, s ...set) bool {
	sets[mapping] = append(sets[mapping], s...)
	return true
}

// seeds returns a set for each seed: piece has a verb for the number.
func seeds(piece string, seed ...int) (out []set) {
	for _, s := range seed {
		out = append(out, set{name: fmt.Sprintf("seed %d", s), piece: fmt.Sprintf(piece, s)})
	}
	return out
}

// setsOf returns the sets of a mapping whose data is at hand, with whole pieces.
func setsOf(t testing.TB, mapping string) (out []set) {
	t.Helper()
	dir := os.Getenv("PROSCENIUM_DATA")
	seen := map[string]bool{}
	for _, s := range sets[mapping] {
		if seen[s.name] {
			t.Fatalf("%s has two sets named %q", mapping, s.name)
		}
		seen[s.name] = true
		if s.real != "" {
			if dir == "" {
				t.Logf("PROSCENIUM_DATA is not set: %s is not measured on %s", mapping, s.real)
				continue
			}
			s.piece = fmt.Sprintf(s.piece, filepath.Join(dir, filepath.FromSlash(s.real)))
		}
		if s.data != nil {
			s.piece = fmt.Sprintf(s.piece, s.data(t))
		}
		s.piece = fmt.Sprintf("mapping = %q\n%s", mapping, s.piece)
		out = append(out, s)
	}
	if len(out) < 3 {
		t.Errorf("%s is measured on %d sets: at least 3 were expected", mapping, len(out))
	}
	return out
}

// perform plays a set.
func (s *set) perform(t testing.TB, o take.Options) *take.Take {
	t.Helper()
	p, err := take.Of(t.Context(), "piece.toml", []byte(s.piece), o)
	if err != nil {
		t.Fatalf("%s:\n%v", s.name, err)
	}
	return p
}
