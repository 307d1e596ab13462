package pcm

import (
	"bytes"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"proscenium/sonify"
)

func measure(blocks ...[]Frame) Loudness {
	m := NewMeter()
	for _, b := range blocks {
		for len(b) > 0 {
			n := min(len(b), 1001)
			m.Write(b[:n])
			b = b[n:]
		}
	}
	return m.Loudness()
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %.3f, want %.3f ± %.3f", what, got, want, within)
	}
}

func TestMeter_ReferenceTones(t *testing.T) {
	// BS.1770-4: a 997 Hz sine at 0 dBFS in one front channel reads -3.01 LKFS.
	one := sine(10*48000, 997, 1)
	for i := range one {
		one[i][1] = 0
	}
	l := measure(one)
	near(t, "one channel", l.Integrated, -3.01, 0.02)
	near(t, "momentary", l.MaxMomentary, -3.01, 0.02)
	near(t, "short term", l.MaxShortTerm, -3.01, 0.02)
	near(t, "sample peak", l.SamplePeak, 0, 0.01)
	near(t, "range", l.Range, 0, 0.05)
	// EBU Tech 3341, case 1: 1000 Hz at -23 dBFS in both reads -23.0 ± 0.1.
	near(t, "case 1", measure(sine(20*48000, 1000, math.Pow(10, -23.0/20))).Integrated, -23, 0.1)
	// Case 3: -36, -23 and -36 dBFS for 10, 60 and 10 s read -23.0: the relative gate.
	soft, loud := sine(10*48000, 1000, math.Pow(10, -36.0/20)), sine(60*48000, 1000, math.Pow(10, -23.0/20))
	near(t, "case 3", measure(soft, loud, soft).Integrated, -23, 0.1)
	// Case 4: with -72 dBFS around it the absolute gate acts as well.
	faint := sine(10*48000, 1000, math.Pow(10, -72.0/20))
	near(t, "case 4", measure(faint, soft, loud, soft, faint).Integrated, -23, 0.1)
	// Tech 3342, case 1: 20 s at -20 and 20 s at -30 dBFS have a range of 10 LU.
	a, b := sine(20*48000, 1000, 0.1), sine(20*48000, 1000, math.Pow(10, -1.5))
	near(t, "range of 10", measure(a, b).Range, 10, 1)
}

func TestMeter_SilenceIsMinusInfinity(t *testing.T) {
	for _, l := range []Loudness{NewMeter().Loudness(), measure(make([]Frame, 480000))} {
		for _, v := range []float64{l.Integrated, l.MaxMomentary, l.MaxShortTerm, l.SamplePeak, l.TruePeak} {
			if !math.IsInf(v, -1) {
				t.Errorf("silence reads %v", v)
			}
		}
		if l.Range != 0 {
			t.Errorf("range of silence: %v", l.Range)
		}
	}
}

func TestTruePeak_LiesBetweenTheSamples(t *testing.T) {
	// EBU Tech 3341, cases 15 to 18: a sine at a quarter of the sample rate with
	// its samples at 45 degrees peaks 3 dB above them.
	b := make([]Frame, 48000)
	for i := range b {
		x := int32(math.Round(0.5 * Full * math.Sin(math.Pi/2*float64(i)+math.Pi/4)))
		b[i] = Frame{x, x}
	}
	l := measure(b)
	near(t, "sample peak", l.SamplePeak, -9.03, 0.01)
	near(t, "true peak", l.TruePeak, -6, 0.4) // the standard allows +0.2/-0.4 dB; its own filter reads +0.2
}

func TestTruePeak_SkippingChangesNothing(t *testing.T) {
	for _, hz := range []float64{100, 997, 5003, 11025, 19999} {
		block := sine(5000, hz, 0.9)
		for i := range block { // a swell and an irregular end
			block[i][0] = int32(int64(block[i][0]) * int64(i) / 5000)
			block[i][1] = int32(int64(block[i][1]) * int64((i*i)%977) / 977)
		}
		var skip truePeak
		for at := 0; at < len(block); at += 37 {
			skip.write(block[at:min(at+37, len(block))])
		}
		var all truePeak
		for ch := range 2 {
			line := make([]float64, peakTaps-1, len(block)+peakTaps)
			for _, f := range block {
				line = append(line, float64(f[ch])/Full)
			}
			all.filter(line)
		}
		if skip.peak != all.peak {
			t.Errorf("%v Hz: %v with skipping, %v without", hz, skip.peak, all.peak)
		}
	}
}

func TestTruePeak_FoldedFilterIsTheFilter(t *testing.T) {
	b := sine(3000, 7013, 0.9)
	line := make([]float64, 0, len(b))
	var want float64
	for i, f := range b {
		line = append(line, float64(f[0])/Full*float64(i%37)/37)
		if i < peakTaps-1 {
			continue
		}
		for p := range peakFilter {
			var y float64
			for j, c := range peakFilter[p] {
				y += c * line[i-j]
			}
			want = max(want, math.Abs(y))
		}
	}
	var tp truePeak
	tp.filter(line)
	near(t, "peak", tp.peak, want, 1e-12)
}

func TestTruePeak_GainBoundsTheFilter(t *testing.T) {
	for p := range peakFilter {
		var sum float64
		for i, c := range peakFilter[p] {
			sum += math.Abs(c)
			if c != peakFilter[3-p][peakTaps-1-i] {
				t.Errorf("phase %d is not phase %d backwards", p, 3-p)
			}
		}
		if sum > peakGain {
			t.Errorf("phase %d makes up to %v", p, sum)
		}
	}
}

func TestMeter_AgreesWithFFmpeg(t *testing.T) {
	ff := program(t, "ffmpeg")
	path := filepath.Join(t.TempDir(), "a.wav")
	// Something with edges, pauses and two different channels.
	b := make([]Frame, 40*48000)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		level := int32(Full / 64 << (i / 48000 % 5))
		if i/24000%7 == 6 {
			level = 0
		}
		x := level
		if i/90%2 == 1 {
			x = -x
		}
		b[i] = Frame{x, int32(int64(int32(state)>>8) * int64(level) / Full / 4)}
	}
	writeWAV(t, path, WAVOptions{Format: Int24}, b)
	out, err := exec.Command(ff, "-nostats", "-i", path, "-filter_complex", "ebur128=peak=true+sample", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sum := string(out[bytes.LastIndex(out, []byte("Summary:")):])
	read := func(name string) float64 {
		m := regexp.MustCompile(name + `:\s+(-?[0-9.]+) `).FindStringSubmatch(sum)
		if m == nil {
			t.Fatalf("ffmpeg does not say %s:\n%s", name, sum)
		}
		f, _ := strconv.ParseFloat(m[1], 64)
		return f
	}
	l := measure(b)
	near(t, "integrated", l.Integrated, read("I"), 0.1)
	near(t, "range", l.Range, read("LRA"), 0.2)
	sum = strings.ReplaceAll(sum[strings.Index(sum, "Sample peak"):], "\n", " ")
	near(t, "sample peak", l.SamplePeak, read(`Sample peak:\s+Peak`), 0.1)
	near(t, "true peak", l.TruePeak, read(`True peak:\s+Peak`), 0.5)
}

func TestHash_IsTheSameHoweverTheBlocksFall(t *testing.T) {
	b := sine(20000, 440, 0.5)
	one, two := NewHash(), NewHash()
	one.Write(b)
	for at := 0; at < len(b); at += 113 {
		two.Write(b[at:min(at+113, len(b))])
	}
	if one.Sum() != two.Sum() {
		t.Error("the hash depends on the blocks")
	}
	// printf "\x01\x00\x00\xff\xff\xff" | sha256sum
	h := NewHash()
	h.Write([]Frame{{1, -1}})
	if got := h.String(); got != "be4fbaadb9f636ebd5a781267730c859c4812a09d6e6363adecafe56e6bcca68" {
		t.Errorf("hash of one frame: %s", got)
	}
	if one.Frames() != 20000 {
		t.Errorf("%d frames", one.Frames())
	}
}

func TestRaw_IsBareSamples(t *testing.T) {
	var b bytes.Buffer
	r := NewRaw(&b, Int16)
	r.Write([]Frame{{256, -256}})
	r.Write(make([]Frame, 100000))
	if r.Finish() != nil || b.Len() != 4*100001 || !bytes.HasPrefix(b.Bytes(), []byte{1, 0, 255, 255}) {
		t.Errorf("%d bytes, % x", b.Len(), b.Bytes()[:4])
	}
}

func TestTee_GivesToAllAndStopsAtTheFirstError(t *testing.T) {
	a, z := &Null{}, &Null{}
	both := Tee(a, NewRaw(&failing{left: 500}, Int16), z)
	if err := both.Write(make([]Frame, 100)); err != nil {
		t.Fatal(err)
	}
	if err := both.Write(make([]Frame, 100)); err == nil {
		t.Error("no error")
	}
	if a.Frames() != 200 || z.Frames() != 100 {
		t.Errorf("%d and %d frames", a.Frames(), z.Frames())
	}
	if both.Finish() == nil || both.Close() != nil {
		t.Error("Finish after an error, or Close")
	}
}

func ExampleMeter() {
	m := NewMeter()
	block := make([]Frame, sonify.SampleRate)
	for i := range block {
		block[i] = Frame{Full / 4 * int32(1-i/24%2*2), 0} // a pulse of 1 kHz
	}
	m.Write(block)
	fmt.Printf("%.0f dBFS\n", m.Loudness().SamplePeak)
	// Output: -12 dBFS
}
