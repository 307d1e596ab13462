//go:build linux

// Command load measures what many listeners cost: it starts "proscenium serve" with
// its demonstration and lets thousands of listeners come, a tenth of whom read
// slowly or not at all, in a process of their own, so that the server's time is
// told from theirs. Beside it, if there is one on this machine, an Icecast carries
// 128 kbit/s to as many.
//
//	go run ./web/internal/load -listeners 10000 -seconds 60
//	go run ./web/internal/load -listeners 1000 -icecast=false -- --latency economy
//
// What stands after -- goes to serve. Ten thousand want about eleven thousand open
// files: ulimit -n. It runs on Linux, whose /proc knows what a process has used.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// settings are what is measured.
type settings struct {
	listeners int
	stuck     float64       // the part of them that reads slowly, or not at all
	length    time.Duration // of what is measured, once all are there
	soak      bool
	icecast   bool
	program   string // path of proscenium; "": built
	serve     []string
}

func main() {
	var s settings
	flag.IntVar(&s.listeners, "listeners", 1000, "how many")
	flag.Float64Var(&s.stuck, "stuck", 0.1, "part of them that reads slowly, or not at all")
	seconds := flag.Int("seconds", 60, "how long is measured, once all are there")
	flag.BoolVar(&s.icecast, "icecast", true, "measure Icecast too")
	flag.BoolVar(&s.soak, "soak", false, "listeners come and go all the time; the server's memory is told every minute")
	flag.StringVar(&s.program, "program", "", "path of proscenium; default: it is built")
	audience := flag.String("audience", "", "be the listeners of this address; load calls itself so")
	path := flag.String("path", "", "what the audience asks for")
	flag.Parse()
	s.length, s.serve = time.Duration(*seconds)*time.Second, flag.Args()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := raiseFiles()
	switch {
	case err != nil:
	case *audience != "":
		err = attend(ctx, &s, *audience, *path)
	default:
		err = measure(ctx, &s, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// raiseFiles lets this process and those it starts open as many files as they may.
func raiseFiles() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	l.Cur = l.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	return nil
}
