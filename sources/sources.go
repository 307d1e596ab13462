// Package sources lists the kinds of source that come with proscenium. README.md
// beside it has the rules that every one of them keeps.
package sources

import (
	"proscenium/sonify"
	"proscenium/sources/cricsheet"
	"proscenium/sources/csv"
	"proscenium/sources/jsonl"
	"proscenium/sources/openfootball"
	"proscenium/sources/sim"
	"proscenium/sources/slam"
	"proscenium/sources/statsbomb"
)

// Standard returns the kinds of source of this build, in the order in which
// lists show them.
func Standard() []sonify.SourceInfo {
	return []sonify.SourceInfo{
		csv.Info(),
		jsonl.Info(),
		slam.Info(),
		openfootball.Info(),
		statsbomb.Info(),
		cricsheet.Info(),
		sim.Info(),
	}
}
