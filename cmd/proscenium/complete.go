package main

import (
	"strings"

	"proscenium/mappings"

	"github.com/spf13/cobra"
)

// pieceFiles completes the name of a piece.
func pieceFiles(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"toml"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeSources completes the kind of a source.
func completeSources(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	reg := standardSources()
	var out []string
	for _, n := range reg.Names() {
		info, _ := reg.Get(n)
		out = append(out, n+"\t"+info.Doc)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// completeMappings completes the name of a mapping of the library.
func completeMappings(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return mappings.Names(), cobra.ShellCompDirectiveNoFileComp
}

// completeOutput completes a file name by its extension, and the formats.
func completeOutput(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	stem, ext := typed, ""
	if i := strings.LastIndexByte(typed, '.'); i >= 0 && !strings.ContainsAny(typed[i:], `/\`) {
		stem, ext = typed[:i], typed[i+1:]
	} else {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var out []string
	for _, f := range formats {
		if strings.HasPrefix(f.extension(), ext) {
			out = append(out, stem+"."+f.extension()+"\t"+f.doc)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
