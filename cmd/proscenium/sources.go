package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"

	"github.com/spf13/cobra"
)

func (p *program) sourcesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sources [NAME]",
		Short: "List the kinds of source, or show one",
		Long: `Sources lists the kinds of source that a piece can take its events from. With a
name it prints that source's part of a piece, with every key, what it says and its
default, ready to be copied.`,
		Example: `  proscenium sources
  proscenium sources slam`,
		Args: arguments(0, 1, "a source"),
		RunE: func(c *cobra.Command, args []string) error {
			reg := standardSources()
			if len(args) == 0 {
				return p.print(sourceTable(reg))
			}
			info, ok := reg.Get(args[0])
			if !ok {
				return usagef("there is no source named %q%s", args[0], hint(sonify.DidYouMean(args[0], reg.Names())))
			}
			return p.print(strings.TrimRight(info.Sample, "\n") + "\n")
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completeSources(c, args, "")
		},
	}
}

// groups are the headings under which sources are listed, in their order; others follow.
var groups = []string{"files", "transports", "social", "tickets and orders", "sports", "things", "music business", "invented"}

// sourceTable lists the kinds of source, one a line, by groups.
func sourceTable(reg *sonify.Registry) string {
	width := 0
	by := map[string][]string{}
	order := slices.Clone(groups)
	for _, n := range reg.Names() {
		width = max(width, len(n))
		info, _ := reg.Get(n)
		g := cmp.Or(info.Group, groups[0])
		if !slices.Contains(order, g) {
			order = append(order, g)
		}
		by[g] = append(by[g], n)
	}
	var b strings.Builder
	for _, g := range order {
		if len(by[g]) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(g + "\n")
		for _, n := range by[g] {
			info, _ := reg.Get(n)
			fmt.Fprintf(&b, "  %-*s  %s\n", width, n, info.Doc)
		}
	}
	return b.String()
}
