package mappings_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// The loudness among the figures is what another meter says of the same music.
func TestLoudness_AgreesWithFFmpeg(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ffmpeg is not installed")
		}
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "tennis.wav")
	wav, err := pcm.CreateWAV(path, pcm.WAVOptions{Format: pcm.Int24})
	if err != nil {
		t.Fatal(err)
	}
	s := setsOf(t, "tennis")[0]
	l := s.perform(t, take.Options{Meter: true, Sinks: []pcm.Sink{wav}, Until: 30 * sonify.SampleRate}).Meter.Loudness()
	out, err := exec.Command(ffmpeg, "-nostats", "-i", path, "-filter_complex", "ebur128=peak=true", "-f", "null", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sum := string(out)
	sum = sum[max(0, strings.LastIndex(sum, "Summary:")):]
	for name, ours := range map[string]float64{`\bI`: l.Integrated, `Peak`: l.TruePeak} {
		m := regexp.MustCompile(name + `:\s+(-?[0-9.]+) `).FindStringSubmatch(sum)
		if m == nil {
			t.Fatalf("ffmpeg says no %s:\n%s", name, sum)
		}
		// It prints tenths.
		if theirs, _ := strconv.ParseFloat(m[1], 64); math.Abs(theirs-ours) > 0.1 {
			t.Errorf("%s: %.2f, ffmpeg says %.1f", name, ours, theirs)
		}
	}
}
