package main

import (
	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"

	"github.com/spf13/cobra"
)

func (p *program) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a piece, for editors",
		Long: `Schema prints the grammar of a piece as JSON Schema (2020-12), with which editors
complete and check as one types. With taplo, for example, write this as the first
line of a piece:

  #:schema ./proscenium.schema.json`,
		Example: `  proscenium schema > proscenium.schema.json`,
		Args:    arguments(0, 0, ""),
		RunE: func(c *cobra.Command, args []string) error {
			return p.print(string(grammar.Schema(&mapping.File{}, "A piece for Proscenium")))
		},
	}
}
