package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"proscenium/sonify/journal"
	"proscenium/sonify/station"

	"github.com/spf13/cobra"
)

// logFlags say where stations write their logs, and whether they go on with them.
type logFlags struct {
	folder string
	anew   bool
}

func (f *logFlags) flags(c *cobra.Command, what string) {
	c.Flags().StringVar(&f.folder, "log", "", what+" (default under systemd: $STATE_DIRECTORY)")
	c.Flags().BoolVar(&f.anew, "anew", false, "begin at the beginning, not where the log in the folder ends")
}

// station gives the station that o names its log: below the folder that was asked for,
// or below the one, kept, that the service manager keeps for this service, so that it
// goes on after a restart. There is none if nobody asked.
func (f *logFlags) station(o *station.Options, kept string) {
	folder := f.folder
	if folder == "" {
		// There may be several (systemd.exec(5), StateDirectory=).
		folder, _, _ = strings.Cut(kept, ":")
	}
	if folder == "" {
		return
	}
	o.Journal = filepath.Join(folder, o.Name)
	if f.anew {
		o.ResumeWithin = -1
	}
}

// newStation makes a station; where another program has its log, it says what to do.
func newStation(o station.Options) (*station.Station, error) {
	st, err := station.New(o)
	var busy *journal.Busy
	if errors.As(err, &busy) {
		return nil, fmt.Errorf("%w: stop it, or name another folder with --log", err)
	}
	return st, err
}
