package main

import "github.com/spf13/cobra"

// exitTopic is what "proscenium help exit" shows.
func exitTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit",
		Short: "What the exit status says",
		Long: `What the exit status says:

    0  it went well; warnings, if any, are on standard error
    1  the piece or its data is wrong: every mistake was told, with its place;
       if data broke off in the middle, what came before it was rendered
    2  the command line is wrong
    3  something could not be written: no folder, no permission, a full disk
  130  interrupted (Ctrl-C); 143 when asked to stop by SIGTERM

A file that could not be written to its end is not there, and a file that was
there before is unchanged. Who does not want to wait asks a second time: then the
program ends at once, and what it was writing stays beside it, hidden, as
.NAME.*.partial.`,
	}
}
