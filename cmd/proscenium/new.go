package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"proscenium/mappings"
	"proscenium/sonify"

	"github.com/spf13/cobra"
)

// pieces are the pieces that the program itself brings.
//
//go:embed pieces/*.toml
var pieces embed.FS

func (p *program) newCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "new DIR",
		Short: "Make a working piece to start from",
		Long: `New makes the folder DIR with a piece.toml that plays at once, without any data of
your own, and whose comments teach the language. With --from the piece takes its
music from a mapping of the library: ` + strings.Join(mappings.Names(), ", ") + `.`,
		Example: `  proscenium new first
  proscenium new match --from tennis`,
		Args: arguments(1, 1, "the folder to make"),
		RunE: func(c *cobra.Command, args []string) error { return p.new(args[0], from) },
	}
	c.Flags().StringVar(&from, "from", "", "start from this `mapping` of the library")
	c.RegisterFlagCompletionFunc("from", completeMappings)
	return c
}

func (p *program) new(dir, from string) error {
	var text string
	if from == "" {
		text = brought("first")
	} else {
		if _, ok := mappings.Get(from); !ok {
			return usagef("--from %s: the library has no such mapping%s", from, hint(sonify.DidYouMean(from, mappings.Names())))
		}
		source, ok := samples[from]
		if !ok {
			source = "[source.data]\n# \"proscenium sources\" lists the kinds; \"proscenium sources NAME\" shows one.\ntype = \"csv\"\npath = \"data.csv\"\n"
		}
		text = strings.NewReplacer("{{mapping}}", from, "{{source}}", source,
			"{{title}}", strings.ToUpper(from[:1])+from[1:]).Replace(brought("from"))
	}
	text = strings.ReplaceAll(text, "{{dir}}", dir)
	made := false
	switch err := os.Mkdir(dir, 0o777); {
	case err == nil:
		made = true
	case errors.Is(err, fs.ErrExist):
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			return &outputError{fmt.Errorf("make folder %s: there is a file of that name", dir)}
		}
	default:
		return &outputError{fmt.Errorf("make folder %s: %w", dir, bare(err))}
	}
	name := filepath.Join(dir, "piece.toml")
	if err := writeNew(name, text); err != nil {
		if made {
			os.Remove(dir)
		}
		return &outputError{err}
	}
	p.say.linef("wrote %s; hear it with: proscenium render %s -o %s", name, dir, filepath.Join(dir, "piece.wav"))
	return nil
}

// writeNew writes a file that must not be there yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and is left as it is: name another folder", name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, bare(err))
	}
	_, err = f.WriteString(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(name)
		return fmt.Errorf("write %s: %w", name, bare(err))
	}
	return nil
}

// brought returns one of the program's own pieces.
func brought(name string) string {
	b, err := pieces.ReadFile("pieces/" + name + ".toml")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(b)
}
