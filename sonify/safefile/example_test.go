package safefile_test

import (
	"fmt"
	"os"
	"path/filepath"

	"proscenium/sonify/safefile"
)

func ExampleCreate() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	f, err := safefile.Create(filepath.Join(dir, "take.txt"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close() // removes it again if Finish was not reached
	fmt.Fprintln(f, "one take")
	if err := f.Finish(); err != nil {
		fmt.Println(err)
		return
	}
	got, _ := os.ReadFile(filepath.Join(dir, "take.txt"))
	fmt.Printf("%s", got)
	// Output: one take
}
