package pcm

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proscenium/sonify"
)

// wavFile builds a WAV file of the given format.
func wavFile(tag, chans, rate, bits int, data []byte, extra ...string) []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVE")
	for _, e := range extra {
		b = append(b, e...)
	}
	f := le16(le16(nil, uint16(tag)), uint16(chans))
	f = le32(le32(f, uint32(rate)), uint32(rate*chans*bits/8))
	f = le16(le16(f, uint16(chans*bits/8)), uint16(bits))
	b = appendChunk(b, "fmt ", f)
	b = appendChunk(b, "data", data)
	setSize(b, 0)
	return b
}

func floats(fs ...float32) (b []byte) {
	for _, f := range fs {
		b = le32(b, math.Float32bits(f))
	}
	return b
}

func TestReadSample_Formats(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		file []byte
		want []int16
		rate int
	}{
		"8 bit, odd":      {wavFile(1, 1, 8000, 8, []byte{0, 128, 255}), []int16{-32768, 0, 32512}, 8000},
		"16 bit":          {wavFile(1, 1, 44100, 16, []byte{1, 0, 0xff, 0x7f, 0, 0x80}), []int16{1, 32767, -32768}, 44100},
		"16 bit stereo":   {wavFile(1, 2, 44100, 16, []byte{1, 0, 2, 0, 0, 0x80, 0xff, 0x7f}), []int16{2, 0}, 44100},
		"24 bit":          {wavFile(1, 1, 48000, 24, []byte{0x80, 0, 0, 0x7f, 0, 0, 0xff, 0xff, 0x7f, 0, 0, 0x80}), []int16{1, 0, 32767, -32768}, 48000},
		"32 bit":          {wavFile(1, 1, 48000, 32, []byte{0, 0x80, 0, 0, 0xff, 0xff, 0xff, 0x7f}), []int16{1, 32767}, 48000},
		"float":           {wavFile(3, 1, 48000, 32, floats(0, 0.5, -1, 1, 7, -7, nan)), []int16{0, 16384, -32768, 32767, 32767, -32768, 0}, 48000},
		"junk before":     {wavFile(1, 1, 48000, 16, []byte{1, 0}, "LIST\x04\x00\x00\x00INFO", "odd \x03\x00\x00\x00abc\x00"), []int16{1}, 48000},
		"cut in a frame":  {wavFile(1, 2, 48000, 16, []byte{1, 0, 1, 0, 9, 9}), []int16{1}, 48000},
		"claims too much": {bytes.Replace(wavFile(1, 1, 48000, 16, []byte{1, 0, 2, 0}), []byte("data\x04\x00\x00\x00"), []byte("data\xff\xff\xff\xff"), 1), []int16{1, 2}, 48000},
	} {
		s, err := ReadSample(bytes.NewReader(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !slices.Equal(s.PCM, c.want) || s.Rate != c.rate || s.Loop != -1 || s.Root != sonify.Key(60) || s.Level != 1000 {
			t.Errorf("%s: %+v, want %v", name, s, c.want)
		}
	}
}

func TestReadSample_ReadsWhatWeWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.wav")
	frames := sine(70001, 440, 0.9)
	for i := range frames {
		frames[i][1] = frames[i][0]
	}
	for _, f := range []Format{Int16, Int24, Float32} {
		writeWAV(t, path, WAVOptions{Format: f, Tags: Tags{Title: "x"}}, frames, "a mark")
		s, err := LoadSample(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.PCM) != len(frames) {
			t.Fatalf("%v: %d frames, want %d", f, len(s.PCM), len(frames))
		}
		for i := range frames {
			if s.PCM[i] != to16(frames[i][0]) {
				t.Fatalf("%v: frame %d is %d, want %d", f, i, s.PCM[i], to16(frames[i][0]))
			}
		}
	}
}

func TestReadSample_RootAndLoop(t *testing.T) {
	smpl := make([]byte, 60)
	binary.LittleEndian.PutUint32(smpl[12:], 69)
	binary.LittleEndian.PutUint32(smpl[16:], 1<<31) // half a semitone
	binary.LittleEndian.PutUint32(smpl[28:], 1)
	binary.LittleEndian.PutUint32(smpl[44:], 2)
	binary.LittleEndian.PutUint32(smpl[48:], 4)
	file := func() []byte {
		return wavFile(1, 1, 48000, 16, make([]byte, 20), string(appendChunk(nil, "smpl", smpl)))
	}
	s, err := ReadSample(bytes.NewReader(file()))
	if err != nil {
		t.Fatal(err)
	}
	if s.Root != sonify.Key(69)+sonify.Semitone/2 || s.Loop != 2 || len(s.PCM) != 5 {
		t.Errorf("root %v, loop %d of %d", s.Root, s.Loop, len(s.PCM))
	}
	binary.LittleEndian.PutUint32(smpl[48:], 10) // behind the end
	if s, err = ReadSample(bytes.NewReader(file())); err != nil || s.Loop != -1 || len(s.PCM) != 10 {
		t.Errorf("a loop behind the end: %+v, %v", s, err)
	}
}

func TestReadSample_SaysWhatIsWrong(t *testing.T) {
	for want, file := range map[string][]byte{
		"no WAV file":                []byte("ID3\x04 this is an MP3"),
		"no \"fmt \" chunk":          []byte("RIFF\x04\x00\x00\x00WAVE"),
		"WAV format 85 with 16 bits": wavFile(85, 1, 48000, 16, make([]byte, 4)),
		"WAV format 3 with 64 bits":  wavFile(3, 1, 48000, 64, make([]byte, 8)),
		"WAV format 1 with 12 bits":  wavFile(1, 1, 48000, 12, make([]byte, 8)),
		"has 0 channels":             wavFile(1, 0, 48000, 16, make([]byte, 8)),
		"has 99 channels":            wavFile(1, 99, 48000, 16, make([]byte, 800)),
		"has 1 samples a second":     wavFile(1, 1, 1, 16, make([]byte, 8)),
		"holds no sound":             wavFile(1, 1, 48000, 16, nil),
		"larger than 32 MiB":         append(wavFile(1, 1, 48000, 16, nil), make([]byte, MaxSampleBytes)...),
	} {
		if _, err := ReadSample(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	dir := t.TempDir()
	for want, path := range map[string]string{"it is a folder": dir, "no such file": filepath.Join(dir, "no.wav")} {
		if _, err := LoadSample(path); err == nil || !strings.Contains(err.Error(), "sample "+path) || os.PathSeparator == '/' && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func FuzzReadSample(f *testing.F) {
	f.Add(wavFile(1, 2, 44100, 16, make([]byte, 40)))
	f.Add(wavFile(3, 1, 48000, 32, floats(0.1, 0.2)))
	f.Add(wavFile(1, 1, 8000, 8, []byte{1, 2, 3}, string(appendChunk(nil, "smpl", make([]byte, 60)))))
	f.Add(wavFile(0xfffe, 1, 8000, 24, []byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ReadSample(bytes.NewReader(b))
		if err != nil {
			return
		}
		if len(s.PCM) == 0 || len(s.PCM) > len(b) || s.Loop >= len(s.PCM) || s.Rate < MinSampleRate || s.Rate > MaxSampleRate {
			t.Errorf("%d frames of %d bytes, loop %d, rate %d", len(s.PCM), len(b), s.Loop, s.Rate)
		}
	})
}
