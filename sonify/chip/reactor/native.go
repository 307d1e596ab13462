//go:build !wasip1

package main

import "os"

func main() {
	os.Stderr.WriteString("reactor: this is built for browsers: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared\n")
	os.Exit(2)
}
