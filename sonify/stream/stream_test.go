package stream_test

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
	"regexp"
	"slices"
	"strings"
	"testing"

	"proscenium/sonify/stream"

	"github.com/mewkiz/flac"
	"github.com/tphakala/go-opus/oggopus"
)

// music returns something with tones, noise, silence and full scale.
func music(frames int) []int16 {
	p := make([]int16, 0, 2*frames)
	seed := uint32(1)
	for i := range frames {
		seed = seed*1664525 + 1013904223
		tone := 9000 * math.Sin(float64(i)*2*math.Pi*440/48000)
		var l, r float64
		switch i / 24000 % 5 {
		case 0:
			l, r = tone, tone
		case 1:
			l, r = math.Copysign(20000, tone), tone
		case 2:
			l, r = float64(int16(seed>>16)), -tone
		case 3:
			l, r = math.Copysign(32767, tone), math.Copysign(32767, -tone)
		}
		p = append(p, int16(l), int16(r))
	}
	return p
}

// encode encodes samples in pieces of odd lengths and returns the pages and the
// encoder.
func encode(t *testing.T, format string, samples []int16, finish bool) ([][]byte, stream.Encoder) {
	t.Helper()
	e, err := stream.Named(format).New(stream.About{Title: "A final", Station: "court", Program: "proscenium 1.0", Serial: 7})
	if err != nil {
		t.Fatal(err)
	}
	var pages [][]byte
	emit := func(p []byte) { pages = append(pages, p) }
	for i := 0; len(samples) > 0; i++ {
		n := min(2*(120+i*977%5000), len(samples))
		if err := e.Encode(samples[:n], emit); err != nil {
			t.Fatal(err)
		}
		samples = samples[n:]
	}
	if finish {
		if err := e.Finish(emit); err != nil {
			t.Fatal(err)
		}
	}
	return pages, e
}

// from returns the stream of who joins before page n.
func from(e stream.Encoder, pages [][]byte, n int) []byte {
	return append(slices.Clone(e.Head(int64(n))), slices.Concat(pages[n:]...)...)
}

func raw(samples []int16) []byte {
	var b []byte
	for _, v := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// FLAC is the sound to the bit, from its beginning and from later on, and as long.
func TestFLAC_IsTheSound(t *testing.T) {
	samples := music(4096*40 + 777)
	pages, e := encode(t, "flac", samples, true)
	for _, n := range []int{0, 1, 17, len(pages) - 1} {
		s, err := flac.New(bytes.NewReader(from(e, pages, n)))
		if err != nil {
			t.Fatal(err)
		}
		var got []int16
		for k := n; ; k++ {
			f, err := s.ParseNext()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Num != uint64(k) {
				t.Fatalf("frame %d is numbered %d", k, f.Num)
			}
			for i := range f.Subframes[0].Samples {
				got = append(got, int16(f.Subframes[0].Samples[i]), int16(f.Subframes[1].Samples[i]))
			}
		}
		if !slices.Equal(got, samples[2*4096*n:]) {
			t.Errorf("from page %d: %d samples of %d, or others", n, len(got), len(samples)-2*4096*n)
		}
	}
	if size, all := len(slices.Concat(pages...)), 2*len(samples); size > all*3/4 {
		t.Errorf("%d bytes of sound became %d", all, size)
	}
}

// WAV is the sound to the bit.
func TestWAV_IsTheSound(t *testing.T) {
	samples := music(48000 + 77)
	pages, e := encode(t, "wav", samples, true)
	if got := from(e, pages, 3); !bytes.Equal(got[44:], raw(samples[3*9600:])) {
		t.Errorf("%d bytes from page 3, or others", len(got))
	}
}

// Opus is about the sound, as long to the frame, and nothing is lost in front.
func TestOpus_IsAboutTheSound(t *testing.T) {
	samples := music(48000*4 + 333)
	pages, e := encode(t, "opus", samples, true)
	d, err := oggopus.NewDecoder(bytes.NewReader(from(e, pages, 0)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2*len(samples) {
		t.Fatalf("%d bytes of sound, want %d", len(got), 2*len(samples))
	}
	// The first half second is a plain tone, of which little may be lost.
	var signal, noise float64
	for i, v := range samples[:40000] {
		d := float64(v) - float64(int16(binary.LittleEndian.Uint16(got[2*i:])))
		signal += float64(v) * float64(v)
		noise += d * d
	}
	if db := 10 * math.Log10(signal/noise); db < 25 {
		t.Errorf("the noise is %.1f dB below the tone", db)
	}
	if rate := 8 * len(slices.Concat(pages...)) * 48000 / (len(samples) / 2); rate < 64000 || rate > 180000 {
		t.Errorf("%d bits a second", rate)
	}
}

// tool returns the path of a program of the system.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// run runs a program and returns what it says, both ways.
func run(t *testing.T, input []byte, name string, args ...string) (string, error) {
	t.Helper()
	c := exec.Command(tool(t, name), args...)
	c.Stdin = bytes.NewReader(input)
	out, err := c.CombinedOutput()
	return string(out), err
}

// A minute from the beginning and from the middle, as others read it: without a
// word of complaint.
func TestStreams_OthersReadThem(t *testing.T) {
	minute := music(48000 * 61)
	for _, format := range []string{"opus", "flac", "wav"} {
		pages, e := encode(t, format, minute, true)
		for _, n := range []int{0, len(pages) / 2} {
			name := fmt.Sprintf("%s from page %d", format, n)
			in := filepath.Join(t.TempDir(), "in."+format)
			if err := os.WriteFile(in, from(e, pages, n), 0o600); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "out.raw")
			args := []string{"-v", "warning", "-xerror", "-err_detect", "explode", "-i", in, "-f", "s16le", "-y", out}
			if format == "wav" {
				// It warns that the length is unknown and the last packet is a short one.
				args = []string{"-v", "error", "-i", in, "-f", "s16le", "-y", out}
			}
			said, err := run(t, nil, "ffmpeg", args...)
			if format == "wav" {
				said = regexp.MustCompile(`(?m)^(.*Packet corrupt.*|.*corrupt input packet.*|Guessed Channel Layout.*)$`).ReplaceAllString(said, "")
			}
			if err != nil || strings.TrimSpace(said) != "" {
				t.Errorf("%s: ffmpeg: %v\n%s", name, err, said)
			}
			got, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			switch format {
			case "flac":
				want = raw(minute[2*4096*n:])
				if said, err := run(t, nil, "flac", "--test", "--silent", in); err != nil {
					t.Errorf("%s: flac: %v\n%s", name, err, said)
				}
			case "wav":
				want = raw(minute[2*4800*n:])
			case "opus":
				decoded := filepath.Join(t.TempDir(), "out.wav")
				said, err := run(t, nil, "opusdec", "--quiet", "--no-dither", in, decoded)
				if err != nil || strings.TrimSpace(said) != "" {
					t.Errorf("%s: opusdec: %v\n%s", name, err, said)
				}
				// Of a stream joined later it tells the gap, "normal for live streams".
				if said, err := run(t, nil, "opusinfo", "-q", in); n == 0 && (err != nil || strings.Contains(said, "WARNING")) {
					t.Errorf("%s: opusinfo: %v\n%s", name, err, said)
				}
				frames := len(minute)/2 - n*9600
				if n > 0 {
					frames += 312 - 3840
				}
				if len(got) != 4*frames {
					t.Errorf("%s: %d frames, want %d", name, len(got)/4, frames)
				}
				continue
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: ffmpeg reads %d bytes, want %d, or others", name, len(got), len(want))
			}
		}
	}
}

// Somebody who lost pages hears the others.
func TestStreams_LostPagesAreAHole(t *testing.T) {
	samples := music(48000 * 4)
	for _, format := range []string{"opus", "flac"} {
		pages, e := encode(t, format, samples, true)
		left := slices.Concat(pages[:5], pages[8:])
		in := from(e, left, 0)
		decoded := 0
		switch format {
		case "opus":
			d, err := oggopus.NewDecoder(bytes.NewReader(in))
			if err != nil {
				t.Fatal(err)
			}
			p, err := io.ReadAll(d)
			if err != nil {
				t.Fatal(err)
			}
			decoded = len(p) / 4
			if want := 48000*4 - 3*9600; decoded < want || decoded > want+960 {
				t.Errorf("opus: %d frames are left, want %d", decoded, want)
			}
		case "flac":
			s, err := flac.New(bytes.NewReader(in))
			if err != nil {
				t.Fatal(err)
			}
			for {
				f, err := s.ParseNext()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				decoded += int(f.BlockSize)
			}
			if want := 48000*4 - 3*4096; decoded != want {
				t.Errorf("flac: %d frames are left, want %d", decoded, want)
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	samples := music(48000)
	for _, f := range stream.Formats() {
		b.Run(f.Name, func(b *testing.B) {
			e, err := f.New(stream.About{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Encode(samples, func([]byte) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "x-real-time")
		})
	}
}
