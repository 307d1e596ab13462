package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(cleaning{m}, map[string]func(){"proscenium": main, "pacer": pacer, "measured": measured})
}

// cleaning runs the tests and removes what they built.
type cleaning struct{ m *testing.M }

func (c cleaning) Run() int {
	code := c.m.Run()
	if built.Load() {
		if path, err := shipped(); err == nil {
			os.RemoveAll(filepath.Dir(path))
		}
	}
	return code
}

// TestStories runs the files of testdata: what a person types, and what happens.
// With PROSCENIUM_UPDATE_STORIES=1 the expected texts are rewritten.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("PROSCENIUM_UPDATE_STORIES") == "1",
		Setup: func(e *testscript.Env) error {
			// Messages of other libraries and numbers must not depend on who runs it.
			e.Vars = append(e.Vars, "LC_ALL=C")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"pour":      pour,
			"interrupt": interrupt,
			"onair":     onAirUntil,
			"head":      head,
			"tinydisk":  tinyDisk,
			"nofile":    noFile,
			"lines":     lines,
			"samebytes": sameBytes,
			"sumstems":  sumStems,
			"binary":    binaryFile,
			"replace":   replace,
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "tinydisk":
				return canMount(), nil
			case "signals":
				return runtime.GOOS != "windows", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// start prepares the program to be run by a command of the test itself.
func start(ts *testscript.TestScript, args []string) *exec.Cmd {
	return startOf(ts, "proscenium", args)
}

// startOf prepares one of the programs of TestMain.
func startOf(ts *testscript.TestScript, program string, args []string) *exec.Cmd {
	var path string
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		name := filepath.Join(dir, program)
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if _, err := os.Stat(name); err == nil {
			path = name
			break
		}
	}
	if path == "" {
		ts.Fatalf("%s is not in PATH", program)
	}
	c := exec.Command(path, args...)
	c.Dir = ts.MkAbs(".")
	c.Env = append(os.Environ(), "LC_ALL=C")
	return c
}

// endless is a reader of size bytes that nobody keeps: first head, then fill
// again and again.
type endless struct {
	head string
	fill string
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && e.left > 0 {
		if e.head == "" {
			e.head = e.fill
		}
		m := copy(p[n:], e.head[:min(int64(len(e.head)), e.left)])
		e.head = e.head[m:]
		n += m
		e.left -= int64(m)
	}
	return n, nil
}

// shipped builds the program as people run it, once: under the race detector the
// tests' own copy of it takes several times the memory and the time.
var shipped = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "proscenium-shipped-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "proscenium.exe")
	c := exec.Command("go", "build", "-race=false", "-o", path, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// built tells whether shipped was asked for.
var built atomic.Bool

// pour runs the program with size bytes on its standard input and fails if it
// takes more than limit MiB of memory:
//
//	pour 1073741824 HEAD FILL LIMIT STDERR args...
//
// STDERR is a regular expression that standard error must match; with ! the
// program must fail.
func pour(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 6 {
		ts.Fatalf("usage: pour size head fill limit stderr args...")
	}
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	limit, err := strconv.ParseInt(args[3], 10, 64)
	ts.Check(err)
	unescape := strings.NewReplacer(`\n`, "\n")
	built.Store(true)
	path, err := shipped()
	ts.Check(err)
	report := filepath.Join(filepath.Dir(path), ts.Name()+".peak")
	defer os.Remove(report)
	c := startOf(ts, "measured", append([]string{report, path}, args[5:]...))
	c.Stdin = &endless{head: unescape.Replace(args[1]), fill: unescape.Replace(args[2]), left: size}
	var stderr bytes.Buffer
	c.Stderr = &stderr
	err = c.Run()
	ts.Logf("[stderr]\n%s", stderr.String())
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() >= 125:
		ts.Fatalf("the program was killed: %v", err)
	case errors.As(err, &exit) != neg && !isPipe(err):
		ts.Fatalf("exit status: %v", err)
	}
	if !regexp.MustCompile(args[4]).MatchString(stderr.String()) {
		ts.Fatalf("standard error does not match %q", args[4])
	}
	text, err := os.ReadFile(report)
	ts.Check(err)
	peak, err := strconv.ParseInt(string(text), 10, 64)
	ts.Check(err)
	if peak > limit<<20 {
		ts.Fatalf("the program took %d MiB of memory, at most %d were expected", peak>>20, limit)
	} else {
		ts.Logf("peak memory %d MiB", peak>>20)
	}
}

// measured is a program of its own: it runs another and writes the most memory
// that it had, in bytes, to a file.
//
//	measured FILE PROGRAM args...
//
// What a system tells of an ended process begins with what the process had from
// which it was started, up to the moment it became a program of its own (Linux,
// exec_mmap). Started by the tests directly, with their hundreds of MiB, no
// program would be seen to take less than they.
func measured() {
	c := exec.Command(os.Args[2], os.Args[3:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	if c.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	if err := os.WriteFile(os.Args[1], strconv.AppendInt(nil, peakMemory(c.ProcessState), 10), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(125)
	}
	code := c.ProcessState.ExitCode()
	if code < 0 {
		// It was killed.
		code = 126
	}
	os.Exit(code)
}

// isPipe reports whether err only says that the program did not read all of its
// input.
func isPipe(err error) bool {
	return err != nil && strings.Contains(err.Error(), "broken pipe")
}

// interrupt runs the program and sends it a signal once it has read much of an
// input that goes on for ever; then it expects the given exit status:
//
//	interrupt INT 130 HEAD FILL args...
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 5 {
		ts.Fatalf("usage: interrupt signal status head fill args...")
	}
	c := start(ts, args[4:])
	in, err := c.StdinPipe()
	ts.Check(err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	ts.Check(c.Start())
	unescape := strings.NewReplacer(`\n`, "\n")
	// The pipe and the program's buffers hold less than this, so that once it is
	// written some of it has become music.
	const enough = 400 << 10
	r := &endless{head: unescape.Replace(args[2]), fill: unescape.Replace(args[3]), left: 1 << 62}
	if _, err := io.CopyN(in, r, enough); err != nil {
		c.Process.Kill()
		c.Wait()
		ts.Fatalf("the program stopped reading: %v\n%s", err, stderr.String())
	}
	ts.Check(sendSignal(c.Process, args[0]))
	c.Wait()
	in.Close()
	ts.Logf("[stderr]\n%s", stderr.String())
	if got := strconv.Itoa(c.ProcessState.ExitCode()); got != args[1] {
		ts.Fatalf("exit status %s, expected %s", got, args[1])
	}
}

// onAirUntil runs the program until it has said a text, sends it a signal then, and
// expects that it ends well. What it said is in the file said.
//
//	onair INT TEXT args...
func onAirUntil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: onair signal text args...")
	}
	c := start(ts, args[2:])
	errs, err := c.StderrPipe()
	ts.Check(err)
	ts.Check(c.Start())
	var all strings.Builder
	sent := false
	for s := bufio.NewScanner(errs); s.Scan(); {
		fmt.Fprintln(&all, s.Text())
		if !sent && strings.Contains(s.Text(), args[1]) {
			sent = true
			ts.Check(sendSignal(c.Process, args[0]))
		}
	}
	err = c.Wait()
	ts.Logf("[stderr]\n%s", all.String())
	ts.Check(os.WriteFile(ts.MkAbs("said"), []byte(all.String()), 0o644))
	if err != nil || !sent {
		ts.Fatalf("it ended with %v, and said %q: %v", err, args[1], sent)
	}
}

// head reads one line of what the program writes to standard output, closes it,
// and expects the program to end as if nothing had happened; with ! it must
// fail:
//
//	head args...
func head(ts *testscript.TestScript, neg bool, args []string) {
	c := start(ts, args)
	out, err := c.StdoutPipe()
	ts.Check(err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	ts.Check(c.Start())
	b := make([]byte, 64)
	_, err = io.ReadFull(out, b)
	ts.Check(err)
	out.Close()
	err = c.Wait()
	ts.Logf("[stderr]\n%s", stderr.String())
	if failed := err != nil || stderr.Len() > 0; failed != neg {
		ts.Fatalf("the program ended with %v and said %q", err, stderr.String())
	}
}

// noFile fails if a file matches one of the patterns.
func noFile(ts *testscript.TestScript, neg bool, args []string) {
	for _, pattern := range args {
		found, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if (len(found) > 0) != neg {
			ts.Fatalf("%s: found %v", pattern, found)
		}
	}
}

// lines counts the lines of a file that match a pattern:
//
//	lines 10 stderr 'piece.toml:\d+:\d+: '
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: lines count file pattern")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	re, err := regexp.Compile(args[2])
	ts.Check(err)
	got := 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		if re.MatchString(line) {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%d lines of %s match %q, expected %d", got, args[1], args[2], want)
	}
}

// sameBytes compares two files that may be binary; ! expects a difference.
func sameBytes(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: samebytes a b")
	}
	a, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	b, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	if len(a) == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
	if bytes.Equal(a, b) == neg {
		ts.Fatalf("%s (%d bytes) and %s (%d bytes): equal is %v", args[0], len(a), args[1], len(b), neg)
	}
}

// binaryFile writes a file of bytes that are no text.
func binaryFile(ts *testscript.TestScript, neg bool, args []string) {
	b := make([]byte, 64<<10)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// replace writes a copy of a file with texts replaced:
//
//	replace from.toml to.toml old new old new...
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: replace from to old new...")
	}
	text := ts.ReadFile(args[0])
	for i := 2; i+1 < len(args); i += 2 {
		if !strings.Contains(text, args[i]) {
			ts.Fatalf("%s holds no %q", args[0], args[i])
		}
		text = strings.ReplaceAll(text, args[i], args[i+1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o666))
}

// sumStems fails unless the 24-bit WAV files in a folder that are voices sum, at
// every sample, to the one that is their mix.
func sumStems(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*.wav"))
	ts.Check(err)
	var mix []int32
	var sum []int32
	for _, name := range found {
		s := samples24(ts, name)
		if sum == nil {
			sum = make([]int32, len(s))
		}
		if len(s) != len(sum) {
			ts.Fatalf("%s has %d samples, others %d", name, len(s), len(sum))
		}
		if filepath.Base(name) == "00-mix.wav" {
			mix = s
			continue
		}
		for i, v := range s {
			sum[i] += v
		}
	}
	if mix == nil || len(found) < 3 {
		ts.Fatalf("stems are %v, expected 00-mix.wav and two voices at least", found)
	}
	loud := int32(0)
	for i := range mix {
		if mix[i] != sum[i] {
			ts.Fatalf("sample %d: the voices sum to %d, the mix is %d", i, sum[i], mix[i])
		}
		loud = max(loud, mix[i])
	}
	if loud < 1<<16 {
		ts.Fatalf("the mix is silent")
	}
}

// samples24 reads the samples of a 24-bit WAV file.
func samples24(ts *testscript.TestScript, name string) []int32 {
	b, err := os.ReadFile(name)
	ts.Check(err)
	for at := 12; at+8 <= len(b); {
		size := int(binary.LittleEndian.Uint32(b[at+4:]))
		if string(b[at:at+4]) == "data" {
			b = b[at+8 : at+8+size]
			break
		}
		at += 8 + size + size&1
	}
	s := make([]int32, len(b)/3)
	for i := range s {
		s[i] = int32(uint32(b[3*i])<<8|uint32(b[3*i+1])<<16|uint32(b[3*i+2])<<24) >> 8
	}
	return s
}
