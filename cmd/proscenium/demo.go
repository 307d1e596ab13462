package main

import (
	"context"
	"strings"

	"proscenium/sonify"

	"github.com/spf13/cobra"
)

// demoName is what the files of the demonstration are called, before the dot.
const demoName = "proscenium-demo"

// rootCommand is the program without a command: the demonstration on the air.
func (p *program) rootCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "proscenium",
		Short: "Turn live data into 8-bit music",
		Long: `Proscenium turns live data into 8-bit music: points of a match, tickets sold,
anything that happens. A piece, one TOML file, says what becomes what.

Without a command it puts its demonstration on the air, as "proscenium serve" does: a
day at a tournament that never was, and prints the address to open in a browser.`,
		Example: `  proscenium
  proscenium new first
  proscenium render first -o first.wav`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var known []string
			for _, s := range c.Commands() {
				known = append(known, s.Name())
			}
			if strings.HasSuffix(args[0], ".toml") {
				return usagef("what is to be done with %s? Such as: proscenium render %s -o piece.wav", args[0], args[0])
			}
			return usagef("there is no command %q%s", args[0], hint(sonify.DidYouMean(args[0], known)))
		},
		RunE: func(c *cobra.Command, args []string) error { return p.serve(c.Context(), &f, nil) },
	}
	// The defaults of serve; flags belong to serve itself.
	f.flags(&cobra.Command{})
	return c
}

func (p *program) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Render the demonstration, a tennis match that never was, into files",
		Long: `Demo renders a tennis match that never was into ` + demoName + `.wav, .mid and
.svg in the current folder: sound, notes for a DAW, and the score as a picture.`,
		Example: `  proscenium demo`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("demo: it takes no arguments; a piece of yours is rendered by: proscenium render %s -o piece.wav", args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return p.demo(c.Context()) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
}

// demo renders the demonstration.
func (p *program) demo(ctx context.Context) error {
	f := &renderFlags{outs: []string{demoName + ".wav", demoName + ".mid", demoName + ".svg"}}
	files, err := targets(f.outs)
	if err != nil {
		return err
	}
	w := &written{name: "demo.toml", src: []byte(brought("demo"))}
	piece, err := p.compile(w)
	if err != nil {
		return err
	}
	p.say.linef("rendering %q, a tennis match that never was", piece.Header.Title)
	r := &rendering{program: p, flags: f, written: w, piece: piece, header: &piece.Header, targets: files}
	defer r.close()
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.perform(ctx); err != nil {
		return err
	}
	p.say.linef("listen to %s.wav with any player, look at %s.svg in a browser, open %s.mid in a DAW", demoName, demoName, demoName)
	p.say.linef("then: proscenium new first (a piece of your own), proscenium --help")
	return nil
}
