package main

import (
	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"

	"github.com/spf13/cobra"
)

func (p *program) schemaCommand() *cobra.Command {
	reference := false
	c := &cobra.Command{
		Use:   "schema",
		Short: "Print the grammar of a piece, for editors or to read",
		Long: `Schema prints the grammar of a piece as JSON Schema (2020-12), with which editors
complete and check as one types. With taplo, for example, write this as the first
line of a piece:

  #:schema ./proscenium.schema.json

With --reference it prints the same grammar to read: one page a table, every key
with its unit, its default and an example, as Markdown.`,
		Example: `  proscenium schema > proscenium.schema.json
  proscenium schema --reference > reference.md`,
		Args: arguments(0, 0, ""),
		RunE: func(c *cobra.Command, args []string) error {
			if reference {
				return p.print("# The language of a piece\n\n" + grammar.Markdown(grammar.Reference(&mapping.File{}), 2))
			}
			return p.print(string(grammar.Schema(&mapping.File{}, "A piece for Proscenium")))
		},
	}
	c.Flags().BoolVar(&reference, "reference", false, "print Markdown for people instead")
	return c
}
