package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	dir := t.TempDir()
	piece := "mapping = \"tennis\"\n[source.court]\ntype = \"sim\"\nof = \"tennis\"\nspeed = 30\nseed = 3\n"
	if err := os.WriteFile(filepath.Join(dir, "piece.toml"), []byte(piece), 0o644); err != nil {
		t.Fatal(err)
	}
	drone := filepath.Join(dir, "drone.toml")
	one := "[source.court]\ntype = \"sim\"\nof = \"tennis\"\n[voice.lead]\nwave = \"pulse\"\n[[rule]]\non = \"tennis.point\"\nvoice = \"lead\"\npitch = \"A4\"\n"
	if err := os.WriteFile(drone, []byte(one), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args        []string
		status      int
		printed, by string // on standard output and standard error
	}{
		{[]string{"-levels", "full", "-sound=false", dir}, 0, "\nfull ", ""},
		{[]string{"-levels", "full", "-sound=false", "-set", "source.court.speed=30", drone}, 1, "pitch classes have 0.00 bits: 2.0 to 3.3 were expected", ""},
		{[]string{"-levels", "loud", dir}, 1, "", "loud"},
		{[]string{filepath.Join(dir, "none.toml")}, 1, "", "none.toml"},
		{nil, 2, "", "usage: measure"},
		{[]string{"-x"}, 2, "", "-x"},
	} {
		var out, say strings.Builder
		if got := run(t.Context(), c.args, &out, &say); got != c.status || !strings.Contains(out.String(), c.printed) || !strings.Contains(say.String(), c.by) {
			t.Errorf("%q: status %d, expected %d\n%s%s", c.args, got, c.status, out.String(), say.String())
		}
	}
}
