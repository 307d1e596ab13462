//go:build !wasip1

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"proscenium/sonify/chip"
)

// build makes the module the way it is shipped.
func build(t *testing.T) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "chip.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-buildmode=c-shared", "-ldflags=-s -w -buildid=", "-o", file, ".")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// allowed are the WASI functions that the browser's shim has.
var allowed = map[string]bool{
	"sched_yield": true, "proc_exit": true, "args_get": true, "args_sizes_get": true, "clock_time_get": true,
	"environ_get": true, "environ_sizes_get": true, "fd_write": true, "random_get": true, "poll_oneoff": true,
}

// piece returns the commands of a few busy seconds.
func piece(seconds int) []byte {
	p := chip.AppendConfig(nil, 0, &chip.Config{A4: 440000, Loudness: -1600, Guard: true, Ceiling: -100})
	for i := range uint8(5) {
		v := &chip.Voice{Wave: chip.Wave(i % 4), Polyphony: 2, Gain: 1000, Pan: int8(i)*20 - 40, EchoLevel: 300, EchoDelay: 9000, VibratoDepth: 30, VibratoRate: 500, Slide: uint16(i)}
		v.Volume = chip.Macro{Values: []int16{15, 12, 9, 7}, Loop: -1, Release: []int16{4, 2}}
		for k := range v.Steps {
			v.Steps[k] = uint8(k * k % 16)
		}
		p = chip.AppendVoice(p, 0, i, v)
	}
	for i := range seconds * 20 {
		p = chip.AppendNote(p, 2400, &chip.Note{Voice: uint8(i % 5), Pitch: int32(40+i*7%50) << 16, Velocity: uint8(50 + i%70), Frames: int64(1000 + i%9*700)})
	}
	return p
}

type module struct {
	t *testing.T
	api.Module
}

func (m module) call(name string, args ...uint64) int32 {
	m.t.Helper()
	r, err := m.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		m.t.Fatalf("%s: %v", name, err)
	}
	if len(r) == 0 {
		return 0
	}
	return int32(uint32(r[0]))
}

func (m module) write(p []byte) {
	m.t.Helper()
	if !m.Memory().Write(uint32(m.call("in")), p) {
		m.t.Fatal("in lies outside the memory")
	}
}

// TestModule_SoundsAsNative is the promise made to a listener: the browser's samples
// are the server's.
func TestModule_SoundsAsNative(t *testing.T) {
	wasm := build(t)
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	code, err := r.CompileModule(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range code.ImportedFunctions() {
		mod, name, _ := f.Import()
		if mod != "wasi_snapshot_preview1" || !allowed[name] {
			t.Errorf("the module imports %s.%s; the browser's shim has only %v", mod, name, allowed)
		}
	}
	inst, err := r.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithStartFunctions("_initialize"))
	if err != nil {
		t.Fatal(err)
	}
	m := module{t, inst}

	const seconds = 20
	p := piece(seconds)
	native := chip.New()
	m.call("reset")
	exact := uint32(m.call("out_exact"))
	wasmSum, nativeSum := sha256.New(), sha256.New()
	rest, nativeRest := p, p
	block := make([]chip.Frame, 128)
	buf := make([]byte, 8*len(block))
	for i := range seconds * chip.Rate / 128 {
		if len(rest) > 0 {
			part := rest[:min(len(rest), 500)]
			m.write(part)
			rest = rest[m.call("push", uint64(len(part))):]
			nativeRest = nativeRest[native.Push(nativeRest[:min(len(nativeRest), 500)]):]
		}
		if i == 2000 { // a listener who comes late
			n := m.call("snapshot")
			if n == 0 {
				t.Fatal("no snapshot")
			}
			m.call("restore", uint64(n))
		}
		if n := m.call("render_exact", 128); n != 128 {
			t.Fatalf("render_exact made %d frames", n)
		}
		b, ok := m.Memory().Read(exact, uint32(8*len(block)))
		if !ok {
			t.Fatal("out lies outside the memory")
		}
		wasmSum.Write(b)
		native.Render(block)
		for k, f := range block {
			binary.LittleEndian.PutUint32(buf[8*k:], uint32(f[0]))
			binary.LittleEndian.PutUint32(buf[8*k+4:], uint32(f[1]))
		}
		nativeSum.Write(buf)
	}
	if got, want := wasmSum.Sum(nil), nativeSum.Sum(nil); string(got) != string(want) {
		t.Errorf("the module's sound is %x, the native one %x", got, want)
	}
	if native.Stats().Late != 0 {
		t.Errorf("%d commands came late", native.Stats().Late)
	}

	// The floats are the same frames, left before right.
	m.call("reset")
	m.write(p)
	taken := m.call("push", uint64(len(p)))
	again := chip.New()
	again.Push(p[:taken])
	m.call("render", 4096)
	m.call("render", 4096)
	frames := make([]chip.Frame, 8192)
	again.Render(frames)
	out := uint32(m.call("out"))
	for i, f := range frames[4096:] {
		for ch := range uint32(2) {
			x, _ := m.Memory().ReadFloat32Le(out + 4*(uint32(i)+4096*ch))
			if x != float32(f[ch])/(1<<23) {
				t.Fatalf("frame %d, side %d: %v, want %v", i, ch, x, float32(f[ch])/(1<<23))
			}
		}
	}
	if m.call("restore", 12) == 0 {
		t.Error("restore takes what is no snapshot")
	}
}
