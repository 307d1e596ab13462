package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  proscenium version",
		Args:    arguments(0, 0, ""),
		RunE: func(c *cobra.Command, args []string) error {
			return p.print(fmt.Sprintf("proscenium %s%s %s %s/%s\n", version, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
		},
	}
}

// revision returns the commit that the program was built from, as far as the
// build knows.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	rev, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			rev = " (" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ", changed"
		}
	}
	if rev == "" {
		return ""
	}
	return rev + dirty + ")"
}

// print writes what the person asked for to standard output.
func (p *program) print(s string) error {
	if _, err := p.out.Write([]byte(s)); err != nil {
		return &outputError{fmt.Errorf("standard output: %w", err)}
	}
	return nil
}
