//go:build !linux

package main

import "github.com/rogpeppe/go-internal/testscript"

func canMount() bool { return false }

func tinyDisk(ts *testscript.TestScript, neg bool, args []string) {
	ts.Fatalf("no disk can be mounted here")
}
