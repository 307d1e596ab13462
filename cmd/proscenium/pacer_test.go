package main

import (
	"io"
	"os"
	"strconv"
	"time"
)

// pacer is a sound card for tests: ALSA hands it what is played, and it takes that
// at 48 kHz and writes it down. It is this test binary under another name:
//
//	pacer OUT PID
func pacer() {
	pid := []byte(strconv.Itoa(os.Getpid()))
	if os.WriteFile(os.Args[2], pid, 0o600) != nil {
		os.Exit(1)
	}
	f, err := os.OpenFile(os.Args[1], os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		os.Exit(1)
	}
	block := make([]byte, 480*8)
	began := time.Now()
	for n := 1; ; n++ {
		if _, err := io.ReadFull(os.Stdin, block); err != nil {
			return
		}
		if _, err := f.Write(block); err != nil {
			os.Exit(1)
		}
		time.Sleep(time.Until(began.Add(time.Duration(n) * 10 * time.Millisecond)))
	}
}
