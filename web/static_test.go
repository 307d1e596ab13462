package web

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The module that pages play with is that of the chip as it is.
func TestModule_IsThatOfTheChip(t *testing.T) {
	if v := runtime.Version(); v != "go1.26.8" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the module was built by go1.26.8, this is %s", v)
		}
		t.Skipf("the module was built by go1.26.8, this is %s", v)
	}
	fresh := filepath.Join(t.TempDir(), "chip.wasm.gz")
	if out, err := exec.Command("go", "run", "./internal/module", fresh).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(fresh)
	if err != nil {
		t.Fatal(err)
	}
	want, err := gunzip(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(files()["chip.wasm"].plain, want) {
		t.Error("static/chip.wasm.gz is not the chip as it is: go generate ./web")
	}
}
