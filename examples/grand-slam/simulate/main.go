// Simulate writes invented tennis matches in the layout of the archives that the
// source "slam" reads: the points to standard output, the list of matches to a
// file if one is named.
//
//	go run ./examples/grand-slam/simulate -matches 170 -seed 1 > year-points.csv
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"proscenium/sources/sim"
	"proscenium/sources/slam"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	matches := flags.Int("matches", 1, "how many `matches`")
	first := flags.Int("first", 1, "`number` of the first match, to have one out of a programme")
	seed := flags.Uint64("seed", 1, "another `seed`, other matches")
	best := flags.Int("best-of", 0, "`sets` at most: 1, 3 or 5; 0: 5 and 3 in turn")
	players := flags.String("players", "", "`names` of the players, with commas")
	year := flags.Int("year", 2026, "`year` in the match ids")
	list := flags.String("matches-file", "", "`file` for the list of matches")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	switch {
	case *matches < 1 || *matches > 10_000 || *first < 1 || *first > 10_000:
		return fmt.Errorf("%d matches from number %d on: 1 to 10000 were expected", *matches, *first)
	case *best != 0 && *best != 1 && *best != 3 && *best != 5:
		return fmt.Errorf("best of %d: 0, 1, 3 or 5 was expected", *best)
	}
	t := sim.Tournament{Seed: *seed, Matches: *first - 1 + *matches, BestOf: *best, Year: *year}
	if *players != "" {
		for _, p := range strings.Split(*players, ",") {
			t.Players = append(t.Players, strings.TrimSpace(p))
		}
		if len(t.Players) < 2 {
			return fmt.Errorf("players %q: two or more were expected", *players)
		}
	}
	var names io.Writer
	if *list != "" {
		f, err := os.Create(*list)
		if err != nil {
			return err
		}
		defer func() {
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}()
		names = f
	}
	w := slam.NewWriter(stdout, names)
	for n := range *matches {
		if err := w.Write(t.Match(*first - 1 + n)); err != nil {
			return err
		}
	}
	return w.Flush()
}
