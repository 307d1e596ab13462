package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFromHere_APathOnTheCommandLineMeansTheCurrentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("sub", 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"here.csv", filepath.Join("sub", "beside.csv"), "2013"} {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	abs := func(s string) string { return filepath.Join(here, s) }
	for set, want := range map[string]string{
		"source.court.path=here.csv":          "source.court.path=" + abs("here.csv"),
		` source.court.path = "here.csv" `:    "source.court.path=" + abs("here.csv"),
		"source.court.path=nowhere.csv":       "source.court.path=" + abs("nowhere.csv"),
		"source.court.path=beside.csv":        "source.court.path=beside.csv", // it lies beside the piece only
		"source.court.path=-":                 "source.court.path=-",
		"source.court.path=https://a.b/c":     "source.court.path=https://a.b/c",
		"source.court.path=" + abs("2013"):    "source.court.path=" + abs("2013"),
		"source.court.match=2013":             "source.court.match=2013", // no path, though there is such a file
		"voice.clap.sample=here.csv":          "voice.clap.sample=" + abs("here.csv"),
		"mapping=tennis":                      "mapping=tennis",
		"mapping=other.toml":                  "mapping=" + abs("other.toml"),
		"title=here.csv":                      "title=here.csv",
		"source.court.matches=here.csv":       "source.court.matches=" + abs("here.csv"),
		`source.court.path=["a.csv","b.csv"]`: `source.court.path=["a.csv","b.csv"]`,
	} {
		if got := fromHere(filepath.Join("sub", "piece.toml"), set); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", set, got, want)
		}
	}
}
