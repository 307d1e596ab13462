package main

import (
	"fmt"
	"os"
)

func sendSignal(_ *os.Process, name string) error {
	return fmt.Errorf("signal %s cannot be sent here", name)
}

// peakMemory is not known here: 0.
func peakMemory(*os.ProcessState) int64 { return 0 }
