package pcm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	goaudio "github.com/go-audio/audio"
	gowav "github.com/go-audio/wav"

	"proscenium/sonify"
)

// program returns the path of a program that reads our files independently.
func program(t *testing.T, name string) string {
	t.Helper()
	p, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return p
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// sine fills n frames with a sine of the given frequency and amplitude.
func sine(n int, hz, amp float64) []Frame {
	b := make([]Frame, n)
	for i := range b {
		x := int32(math.Round(amp * (Full - 1) * math.Sin(2*math.Pi*hz*float64(i)/float64(sonify.SampleRate))))
		b[i] = Frame{x, -x}
	}
	return b
}

func writeWAV(t *testing.T, path string, o WAVOptions, frames []Frame, marks ...string) {
	t.Helper()
	w, err := CreateWAV(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i, m := range marks {
		if err := w.Mark(sonify.Frame(i)*1000, m); err != nil {
			t.Fatal(err)
		}
	}
	for len(frames) > 0 {
		n := min(len(frames), 777)
		if err := w.Write(frames[:n]); err != nil {
			t.Fatal(err)
		}
		frames = frames[n:]
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
}

func TestWAV_HeaderBytes(t *testing.T) {
	var b memory
	w, err := NewWAV(&b, WAVOptions{Tags: Tags{Title: "Ace"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]Frame{{256, -256}, {Full - 1, -Full}})
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	want := "RIFF" + "\x68\x00\x00\x00" + "WAVE" + // 104 bytes follow the size
		"JUNK" + "\x1c\x00\x00\x00" + strings.Repeat("\x00", 28) + // room for ds64
		"fmt " + "\x10\x00\x00\x00" +
		"\x01\x00" + // PCM
		"\x02\x00" + // channels
		"\x80\xbb\x00\x00" + // 48000
		"\x00\xee\x02\x00" + // bytes a second
		"\x04\x00" + // bytes of a frame
		"\x10\x00" + // bits
		"LIST" + "\x10\x00\x00\x00" + "INFO" + "INAM" + "\x04\x00\x00\x00" + "Ace\x00" +
		"data" + "\x08\x00\x00\x00" +
		"\x01\x00\xff\xff" + "\xff\x7f\x00\x80"
	if got := string(b.b); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWAV_RoundsHalfUpAndClamps(t *testing.T) {
	for in, want := range map[int32]int16{
		0: 0, 127: 0, 128: 1, 255: 1, -128: 0, -129: -1, -384: -1, -385: -2,
		Full - 1: 32767, 32767*256 + 128: 32767, -Full: -32768, 1 << 30: 32767, -1 << 30: -32768,
		math.MaxInt32: 32767, math.MinInt32: -32768,
	} {
		if got := to16(in); got != want {
			t.Errorf("%d becomes %d, want %d", in, got, want)
		}
	}
	if got := appendFrames(make([]byte, 0, 6), []Frame{{1 << 30, -1 << 30}}, Int24); !bytes.Equal(got, []byte{0xff, 0xff, 0x7f, 0, 0, 0x80}) {
		t.Errorf("24 bit clamps to % x", got)
	}
}

func TestWAV_FloatIsExact(t *testing.T) {
	for _, x := range []int32{0, 1, -1, 8388607, -8388608, 8388605, 1234567} {
		b := appendFrames(make([]byte, 0, 8), []Frame{{x, -x}}, Float32)
		for i, want := range []int32{x, -x} {
			f := math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
			if got := float64(f) * Full; got != float64(want) {
				t.Errorf("%d becomes %v", want, got)
			}
		}
	}
}

func TestWAV_ReadBackByGoAudio(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	frames := sine(100003, 441, 0.8)
	for _, f := range []Format{Int16, Int24, Float32} {
		writeWAV(t, path, WAVOptions{Format: f, Tags: Tags{Title: "Point by point", Software: "Proscenium", Comment: "odd"}}, frames, "set 1", "Ace, 201 km/h")
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := gowav.NewDecoder(bytes.NewReader(b))
		d.ReadMetadata()
		if err := d.Err(); err != nil {
			t.Fatal(err)
		}
		if d.Metadata == nil || d.Metadata.Title != "Point by point" || d.Metadata.Software != "Proscenium" || d.Metadata.Comments != "odd" {
			t.Errorf("%v: metadata %+v", f, d.Metadata)
		}
		if len(d.Metadata.CuePoints) != 2 || d.Metadata.CuePoints[1].SampleOffset != 1000 {
			t.Errorf("%v: cue points %+v", f, d.Metadata.CuePoints)
		}
		if err := d.Rewind(); err != nil {
			t.Fatal(err)
		}
		at := 0
		block := &goaudio.IntBuffer{Data: make([]int, 2*4096)}
		for {
			n, err := d.PCMBuffer(block)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			for i := range n {
				x := frames[at/2][at%2]
				want := int(x)
				switch f {
				case Int16:
					want = int(to16(x))
				case Float32:
					want = int(int32(math.Float32bits(float32(x) / Full)))
				}
				if block.Data[i] != want {
					t.Fatalf("%v: sample %d is %d, want %d", f, at, block.Data[i], want)
				}
				if at++; at == 2*len(frames) {
					break
				}
			}
			if at == 2*len(frames) {
				break
			}
		}
		if at != 2*len(frames) {
			t.Errorf("%v: %d samples, want %d", f, at, 2*len(frames))
		}
	}
}

func TestWAV_ReadBackBySoxAndFFprobe(t *testing.T) {
	program(t, "sox")
	program(t, "ffprobe")
	path := filepath.Join(t.TempDir(), "a.wav")
	for _, limit := range []int64{0, 1000} { // 1000: the file becomes RF64
		for f, bits := range map[Format]string{Int16: "16-bit Signed", Int24: "24-bit Signed", Float32: "32-bit Float"} {
			w, err := CreateWAV(path, WAVOptions{Format: f, Tags: Tags{Title: "Tïtle", Comment: "seed 2014", Software: "Proscenium"}})
			if err != nil {
				t.Fatal(err)
			}
			if limit > 0 {
				w.limit = limit
			}
			w.Mark(4800, "first")
			w.Mark(9600, "second é")
			w.Write(sine(120001, 1000, 0.5))
			if err := w.Finish(); err != nil {
				t.Fatal(err)
			}
			info := output(t, "sox", "--info", path)
			for _, want := range []string{bits, "120001 samples", ": 2\n", ": 48000\n"} {
				if !strings.Contains(info, want) {
					t.Errorf("limit %d, %v: sox does not say %q:\n%s", limit, f, want, info)
				}
			}
			if limit == 0 && strings.Contains(info, "WARN") {
				t.Errorf("%v: sox warns:\n%s", f, info)
			}
			stat := output(t, "sox", path, "-n", "stat")
			if !strings.Contains(stat, "Maximum amplitude:     0.500") {
				t.Errorf("limit %d, %v: sox measures\n%s", limit, f, stat)
			}
			probe := output(t, "ffprobe", "-v", "warning", "-show_format", "-show_streams", "-show_chapters", path)
			for _, want := range []string{"duration=2.500021", "TAG:title=Tïtle", "TAG:comment=seed 2014", "TAG:encoder=Proscenium", "sample_rate=48000"} {
				if !strings.Contains(probe, want) {
					t.Errorf("limit %d, %v: ffprobe does not say %q:\n%s", limit, f, want, probe)
				}
			}
			if strings.Contains(probe, "[wav") {
				t.Errorf("limit %d, %v: ffprobe warns:\n%s", limit, f, probe)
			}
			if b, _ := os.ReadFile(path); limit > 0 && string(b[:4]) != "RF64" {
				t.Error("the file is no RF64")
			}
		}
	}
}

func TestWAV_RF64SaysTheTrueSizes(t *testing.T) {
	// A file of 5 GiB, of which only the header is kept.
	var b memory
	b.keep = 4096
	w, err := NewWAV(&b, WAVOptions{Format: Float32})
	if err != nil {
		t.Fatal(err)
	}
	block := make([]Frame, 48000)
	for w.data < 5<<30 {
		if skip := int64(5<<30 - 64<<20); underRace && w.data > 0 && w.data < skip {
			w.data, b.n = w.data+skip, b.n+skip // as if it had been written: all of it takes over a minute
		}
		if err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	h := b.b
	if string(h[:4]) != "RF64" || string(h[4:8]) != "\xff\xff\xff\xff" || string(h[12:16]) != "ds64" || binary.LittleEndian.Uint32(h[16:]) != 28 {
		t.Fatalf("header: % x", h[:48])
	}
	riff, data, frames := binary.LittleEndian.Uint64(h[20:]), binary.LittleEndian.Uint64(h[28:]), binary.LittleEndian.Uint64(h[36:])
	if data != uint64(w.data) || frames != data/8 || riff != uint64(b.n-8) {
		t.Errorf("sizes %d %d %d, want %d %d %d", riff, data, frames, b.n-8, w.data, w.data/8)
	}
	if string(h[w.head-8:w.head]) != "data\xff\xff\xff\xff" {
		t.Errorf("data header % x", h[w.head-8:w.head])
	}
}

func TestWAV_CrashLeavesAReadableFile(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateWAV(filepath.Join(dir, "a.wav"), WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for range 100 {
		if err := w.Write(sine(4801, 440, 0.5)); err != nil {
			t.Fatal(err)
		}
	}
	// The program dies here: nobody calls Finish or Close.
	part, err := filepath.Glob(filepath.Join(dir, ".a.wav.*.partial"))
	if err != nil || len(part) != 1 {
		t.Fatalf("partial files: %q, %v", part, err)
	}
	b, _ := os.ReadFile(part[0])
	s, err := ReadSample(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(s.PCM); got < 9*48000 || got > 480100 {
		t.Errorf("%d frames can be read of 480100", got)
	}
	if size := binary.LittleEndian.Uint32(b[4:]); int(size) > len(b)-8 {
		t.Errorf("the header claims %d bytes of %d", size, len(b)-8)
	}
}

func TestWAV_PipeSaysUntilTheEnd(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWAV(struct{ io.Writer }{&b}, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Mark(0, "there is no place for it")
	w.Write(sine(1000, 440, 0.5))
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("RIFF\xff\xff\xff\xffWAVE")) || !bytes.Contains(b.Bytes(), []byte("data\xff\xff\xff\xff")) {
		t.Errorf("header: %q", b.Bytes()[:100])
	}
	s, err := ReadSample(&b)
	if err != nil || len(s.PCM) != 1000 {
		t.Fatalf("%v, %v", s, err)
	}
}

func TestWAV_PipeIsReadByFFmpeg(t *testing.T) {
	ff := program(t, "ffmpeg")
	cmd := exec.Command(ff, "-v", "error", "-i", "-", "-f", "s16le", "-")
	in, _ := cmd.StdinPipe()
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := NewWAV(struct{ io.Writer }{in}, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(sine(48000, 440, 0.5))
	w.Finish()
	in.Close()
	if err := cmd.Wait(); err != nil || out.Len() != 4*48000 {
		t.Errorf("%v: %d bytes", err, out.Len())
	}
}

func TestWAV_MarksAreBoundedAndSaid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	w, err := CreateWAV(path, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const given = 20000
	for i := range given {
		w.Mark(sonify.Frame(i), fmt.Sprint("mark ", i))
	}
	w.Write(make([]Frame, given))
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	kept, all := w.Cues()
	if all != given || kept > maxCues || kept < maxCues/2 {
		t.Errorf("%d of %d kept", kept, all)
	}
	for i := 1; i < kept; i++ {
		if d := w.cues.list[i].at - w.cues.list[i-1].at; d != 8 {
			t.Fatalf("cue %d is %d after the one before: they are thinned unevenly", i, d)
		}
	}
	b, _ := os.ReadFile(path)
	if want := fmt.Sprintf("%d of %d markers kept", kept, given); !bytes.Contains(b, []byte(want)) {
		t.Errorf("the file does not say %q", want)
	}
}

func TestWAV_ErrorsNameTheFile(t *testing.T) {
	if _, err := CreateWAV(filepath.Join(t.TempDir(), "no", "a.wav"), WAVOptions{}); err == nil || !strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("missing folder: %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	_, err := CreateWAV("/dev/full", WAVOptions{})
	if err == nil || !strings.Contains(err.Error(), "/dev/full: no space left") {
		t.Errorf("full disk at the header: %v", err)
	}
	// A disk that fills up later: the error stays, and nothing has the name.
	full := &failing{left: 300000}
	w, err := NewWAV(full, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var first error
	for range 10 {
		if first = w.Write(make([]Frame, 48000)); first != nil {
			break
		}
	}
	if !errors.Is(first, errFull) || !errors.Is(w.Write(nil), errFull) || !errors.Is(w.Finish(), errFull) {
		t.Errorf("errors: %v, %v", first, w.Finish())
	}
}

func TestWAV_AbandonedFileIsGone(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateWAV(filepath.Join(dir, "a.wav"), WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(make([]Frame, 100000))
	w.Close()
	w.Close()
	if es, _ := os.ReadDir(dir); len(es) != 0 {
		t.Errorf("left behind: %v", es)
	}
	if err := w.Write(make([]Frame, 1)); err == nil {
		t.Error("Write after Close worked")
	}
}

func TestSinks_DoNotAllocate(t *testing.T) {
	block := sine(4096, 440, 0.5)
	w, _ := NewWAV(struct{ io.Writer }{io.Discard}, WAVOptions{})
	for name, s := range map[string]Sink{"wav": w, "raw": NewRaw(io.Discard, Int24), "null": &Null{}, "hash": NewHash(), "meter": NewMeter()} {
		if n := testing.AllocsPerRun(50, func() { s.Write(block) }); n != 0 {
			t.Errorf("%s allocates %v times a block", name, n)
		}
	}
}

func TestWAV_IsFarFasterThanRealTime(t *testing.T) {
	// The promise is 5000 times; this only catches something being very wrong.
	w, _ := NewWAV(struct{ io.Writer }{io.Discard}, WAVOptions{})
	block := sine(48000, 440, 0.5)
	start := time.Now()
	for range 600 {
		w.Write(block)
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("ten minutes took %v", d)
	}
}

// memory is a file in memory, of which at most keep bytes are kept if keep is
// not 0.
type memory struct {
	b    []byte
	n    int64
	keep int
}

func (m *memory) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	if m.keep > 0 {
		m.b = append(m.b, p[:min(len(p), m.keep-len(m.b))]...)
	} else {
		m.b = append(m.b, p...)
	}
	return len(p), nil
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	return copy(m.b[off:], p), nil
}

var errFull = errors.New("disk full")

// failing takes left bytes and then fails.
type failing struct{ left int }

func (f *failing) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func BenchmarkWAV(b *testing.B) {
	block := sine(48000, 440, 0.5)
	for _, f := range []Format{Int16, Int24, Float32} {
		b.Run(f.String(), func(b *testing.B) {
			w, err := CreateWAV(filepath.Join(b.TempDir(), "a.wav"), WAVOptions{Format: f})
			if err != nil {
				b.Fatal(err)
			}
			defer w.Close()
			for range b.N {
				if w.data > 1<<30 { // stay in the page cache
					w.Close()
					w, _ = CreateWAV(filepath.Join(b.TempDir(), "a.wav"), WAVOptions{Format: f})
				}
				w.Write(block)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
		})
	}
}

func BenchmarkSinks(b *testing.B) {
	block := sine(48000, 440, 0.5)
	for name, s := range map[string]Sink{"hash": NewHash(), "meter": NewMeter(), "raw": NewRaw(io.Discard, Int16)} {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				s.Write(block)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
		})
	}
}

// tight takes left bytes, writes them on, and then fails in the middle of a Write.
type tight struct {
	w    io.Writer
	left int
}

func (f *tight) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	if _, err := f.w.Write(p[:n]); err != nil {
		return 0, err
	}
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

// Of a recording that the disk had no room for, what is there is a whole file, to the
// frame, wherever the room ended; a file of that name stays.
func TestKeep_WhatThereWasRoomFor(t *testing.T) {
	frames := sine(100003, 441, 0.8)
	for _, f := range []Format{Int16, Int24, Float32} {
		for _, room := range []int{48000*f.Bytes() + 3, 48000 * f.Bytes(), f.Bytes(), len(frames)*f.Bytes() + 20} {
			dir := t.TempDir()
			path := filepath.Join(dir, "take.wav")
			for _, name := range []string{"take.wav", "take-2.wav"} {
				w, err := CreateWAV(path, WAVOptions{Format: f})
				if err != nil {
					t.Fatal(err)
				}
				w.w = &tight{w: w.file, left: room}
				w.Mark(10, "a mark that has no room either")
				err = w.Write(frames)
				if err == nil {
					err = w.Finish()
				}
				if !errors.Is(err, errFull) {
					t.Fatalf("it ends with %v", err)
				}
				got, kept, err := w.Keep()
				if want := min(room/f.Bytes(), len(frames)); err != nil || got != filepath.Join(dir, name) || int(kept) != want {
					t.Fatalf("%v, room for %d bytes: %s, %d frames of %d, %v", f, room, got, kept, want, err)
				}
				if err := w.Write(frames); err == nil {
					t.Error("it is written to after that")
				}
				if err := w.Close(); err != nil {
					t.Error(err)
				}
				b, err := os.ReadFile(got)
				if err != nil {
					t.Fatal(err)
				}
				if len(b) != w.head+int(kept)*f.Bytes() || int(binary.LittleEndian.Uint32(b[4:])) != len(b)-8 || int(binary.LittleEndian.Uint32(b[w.head-4:])) != len(b)-w.head {
					t.Errorf("%v, room for %d bytes: the header does not say what the %d bytes are", f, room, len(b))
				}
				if s, err := ReadSample(bytes.NewReader(b)); err != nil || len(s.PCM) != int(kept) {
					t.Errorf("%v, room for %d bytes: %v", f, room, err)
				}
			}
		}
		path := filepath.Join(t.TempDir(), "take.raw")
		r, err := CreateRaw(path, f)
		if err != nil {
			t.Fatal(err)
		}
		r.w = &tight{w: r.file, left: 1000*f.Bytes() + 1}
		if err := r.Write(frames); !errors.Is(err, errFull) {
			t.Fatal(err)
		}
		if got, kept, err := r.Keep(); got != path || kept != 1000 || err != nil {
			t.Errorf("%v: %s, %d frames, %v", f, got, kept, err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() != int64(1000*f.Bytes()) {
			t.Errorf("%v: %v, %v", f, info, err)
		}
	}
	// Of nothing, nothing is kept; and a pipe cannot be.
	path := filepath.Join(t.TempDir(), "none.wav")
	w, err := CreateWAV(path, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Keep(); err == nil {
		t.Error("a file without a frame is kept")
	}
	w.Close()
	if _, err := os.Stat(path); err == nil {
		t.Error("a file without a frame is there")
	}
	w, err = NewWAV(&bytes.Buffer{}, WAVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.Write(frames)
	if _, _, err := w.Keep(); err == nil {
		t.Error("what is no file is kept")
	}
}
