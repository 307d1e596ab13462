// Package nofma finds floating-point sums that a compiler may fuse with a
// product: x*y + z is computed with one rounding on arm64, riscv64, ppc64le,
// s390x and amd64 v3, and with two on amd64, 386 and WebAssembly. The language
// forbids it if the product is converted explicitly: float64(x*y) + z.
//
// A test of a package whose results must be the same everywhere reads
//
//	func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }
package nofma

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Test reports as an error of t every sum in the packages in dirs that may be
// fused; test files do not count. It runs the go command to learn the types of
// other packages; where there is none (a test that runs under an emulator or in
// WebAssembly) the test is skipped, except on CI's own machine.
func Test(t *testing.T, dirs ...string) {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nofma: the go command is needed: ", err)
		}
		t.Skip("nofma: the go command is needed: ", err)
	}
	for _, dir := range dirs {
		found, err := Check(dir)
		if err != nil {
			t.Error(err)
		}
		for _, f := range found {
			t.Error(f)
		}
	}
}

// Finding is a sum that may be fused.
type Finding struct {
	Pos token.Position
	Sum string // as it is written
}

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s may be fused with a product: wrap the product, float64(x*y)", f.Pos, f.Sum)
}

// Check returns the sums of floats in the package in dir one operand of which is a
// product that no conversion rounds. The product may also come by way of a
// variable, field or element, or of a function of the same package, because
// the compiler sees through those; one that holds such a product anywhere counts
// as doing so everywhere. What flows through functions of other
// packages is not followed. A product with a constant power of two is exact, and
// so allowed.
func Check(dir string) ([]Finding, error) {
	pkg, exports, err := list(dir)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("nofma: %w", err)
		}
		files = append(files, f)
	}
	lookup := func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data of %s", path)
		}
		return os.Open(exports[path])
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", lookup)}
	if _, err := conf.Check(pkg.ImportPath, fset, files, info); err != nil {
		return nil, fmt.Errorf("nofma: %w", err)
	}
	c := &checker{info: info, raw: map[types.Object]bool{}}
	for {
		n := len(c.raw)
		for _, f := range files {
			c.spread(f)
		}
		if len(c.raw) == n {
			break
		}
	}
	for _, f := range files {
		c.sums(fset, f)
	}
	return c.found, nil
}

type listed struct {
	Dir, ImportPath, Export string
	GoFiles                 []string
	DepOnly                 bool
}

// list asks the go command for the package in dir and the export data of what it
// imports.
func list(dir string) (pkg listed, exports map[string]string, err error) {
	cmd := exec.Command("go", "list", "-deps", "-export", "-json=Dir,ImportPath,Export,GoFiles,DepOnly", ".")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return pkg, nil, fmt.Errorf("nofma: go list in %s: %w", dir, err)
	}
	exports = make(map[string]string)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); err == io.EOF {
			return pkg, exports, nil
		} else if err != nil {
			return pkg, nil, fmt.Errorf("nofma: go list: %w", err)
		}
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			pkg = p
		}
	}
}
