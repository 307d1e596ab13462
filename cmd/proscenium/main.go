// Command proscenium turns live data into 8-bit music. "proscenium help" tells
// what it can do; the packages below sonify are what it is made of.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"proscenium/cmd/proscenium/internal/service"

	"github.com/spf13/cobra"
)

// version is that of the program and goes into what it writes. It is a constant
// and not read from the build, so that two builds of one version write the same
// bytes.
const version = "0.1.0"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// program is what the subcommands share.
type program struct {
	in  io.Reader
	out io.Writer
	say *speaker

	manager *service.Manager // that started it
	state   string           // folders that the manager keeps for it
}

// run runs the command line args and returns the exit status.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	// A reader that has seen enough is told apart from a full disk, and half
	// written files are removed, only if writing to a closed pipe does not kill
	// the program.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := untilSignal(context.Background())
	defer stop()
	p := &program{in: in, out: out, say: &speaker{w: errs}, manager: service.FromEnv(), state: os.Getenv("STATE_DIRECTORY")}
	if f, ok := errs.(*os.File); ok {
		p.say.journal = service.Journaled(f)
	}
	root := p.command()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // whatever it led to, the signal is the reason
	}
	p.say.failure(err)
	return exitStatus(err)
}

// untilSignal returns a context that is done when the program is asked to stop;
// its cause is then a *stopped. A second request stops the program at once.
func untilSignal(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case sig := <-ch:
			signal.Stop(ch)
			cancel(&stopped{sig})
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(ch)
		close(done)
		cancel(nil)
	}
}

// stopped is the error of a run that a signal ended.
type stopped struct{ sig os.Signal }

func (e *stopped) Error() string { return "stopped: " + e.sig.String() }

// usageError is a mistake in the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// outputError means that something could not be written.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }
func (e *outputError) Unwrap() error { return e.err }

// errSaid is the error of a command that has told what is wrong already.
var errSaid = errors.New("told already")

// The exit statuses; "proscenium help exit" explains them.
const (
	exitOK     = 0
	exitWrong  = 1
	exitUsage  = 2
	exitOutput = 3
	exitSignal = 128 // and the number of the signal
)

func exitStatus(err error) int {
	var s *stopped
	var u *usageError
	var o *outputError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &s):
		if n, ok := s.sig.(syscall.Signal); ok {
			return exitSignal + int(n)
		}
		return exitSignal + int(syscall.SIGINT)
	case errors.As(err, &u):
		return exitUsage
	case errors.As(err, &o):
		if errors.Is(err, syscall.EPIPE) {
			return exitOK // the reader has seen enough
		}
		return exitOutput
	}
	return exitWrong
}

// command returns the tree of commands.
func (p *program) command() *cobra.Command {
	root := p.rootCommand()
	root.PersistentFlags().BoolVarP(&p.say.quiet, "quiet", "q", false, "say nothing but what went wrong")
	root.AddGroup(
		&cobra.Group{ID: "play", Title: "To make music:"},
		&cobra.Group{ID: "work", Title: "To work on a piece:"},
		&cobra.Group{ID: "about", Title: "To look things up:"},
	)
	add := func(group string, cmds ...*cobra.Command) {
		for _, c := range cmds {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("play", p.serveCommand(), p.playCommand(), p.listenCommand(), p.renderCommand(), p.demoCommand())
	add("work", p.newCommand(), p.checkCommand(), p.explainCommand(), p.eventsCommand())
	add("about", p.sourcesCommand(), p.schemaCommand(), p.versionCommand())
	root.SetHelpCommandGroupID("about")
	root.SetCompletionCommandGroupID("about")
	root.AddCommand(exitTopic(), p.cardCommand())
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(flagError)
	return root
}

// pieces returns a check that there are at least low and at most high arguments
// (high < 0: any number), what being how a person calls one.
func arguments(low, high int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < low:
			return usagef("%s: name %s, such as: %s", c.Name(), what, firstExample(c))
		case high >= 0 && len(args) > high:
			return usagef("%s: %q is one argument too many", c.Name(), args[high])
		}
		return nil
	}
}
