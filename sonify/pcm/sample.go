package pcm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"

	"proscenium/sonify"
)

// Limits of recorded sounds. They are generous for a voice of a chip, and keep a
// file that was named by mistake from filling the memory.
const (
	MaxSampleBytes = 32 << 20 // of the file
	MaxSampleRate  = 192000
	MinSampleRate  = 4000
	MaxSampleChans = 8
)

// LoadSample reads a WAV file as the sound of a "sample" voice. The name of the
// sound is path. Errors name the file.
func LoadSample(path string) (*sonify.SampleSound, error) {
	f, err := os.Open(path)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("sample %s: %w", path, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("sample %s: it is a folder: name a WAV file in it", path)
	}
	s, err := ReadSample(f)
	if err != nil {
		return nil, fmt.Errorf("sample %s: %w", path, err)
	}
	s.Name = path
	return s, nil
}

// ReadSample reads a WAV file of 8, 16, 24 or 32-bit integers or 32-bit floats.
// Several channels are mixed to one, in equal parts, and all become 16 bits,
// rounded half up. The root is the one the file's "smpl" chunk names, C4
// otherwise; if that chunk has a loop, the sound ends where the loop does.
func ReadSample(r io.Reader) (s *sonify.SampleSound, err error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSampleBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxSampleBytes {
		return nil, fmt.Errorf("the file is larger than %d MiB, the most a sample may be", MaxSampleBytes>>20)
	}
	c, err := walk(b)
	if err != nil {
		return nil, err
	}
	mono, err := c.decode()
	if err != nil {
		return nil, err
	}
	s = &sonify.SampleSound{Rate: c.rate, Root: sonify.Key(60), PCM: mono, Loop: -1, Level: 1000}
	c.instrument(s)
	return s, nil
}

// chunks are the parts of a WAV file that say something about its sound.
type chunks struct {
	float             bool
	chans, rate, bits int
	data, smpl        []byte
}

// walk finds the chunks. A last chunk that says it is longer than the file is
// cut where the file ends, as every player does with a broken recording.
func walk(b []byte) (*chunks, error) {
	if len(b) < 12 || string(b[8:12]) != "WAVE" || string(b[:4]) != "RIFF" && string(b[:4]) != "RF64" {
		return nil, errors.New("this is no WAV file (convert it with: ffmpeg -i FILE out.wav)")
	}
	var c chunks
	var format []byte
	for rest := b[12:]; len(rest) >= 8; {
		id, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		body := rest[:min(size, int64(len(rest)))]
		switch {
		case id == "fmt " && format == nil:
			format = body
		case id == "data" && c.data == nil:
			c.data = body
		case id == "smpl" && c.smpl == nil:
			c.smpl = body
		}
		rest = rest[min(size+size%2, int64(len(rest))):]
	}
	if len(format) < 16 {
		return nil, errors.New("the WAV file does not say what its format is (no \"fmt \" chunk)")
	}
	tag := binary.LittleEndian.Uint16(format)
	if tag == 0xfffe && len(format) >= 26 { // extensible: the sub-format begins with the plain tag
		tag = binary.LittleEndian.Uint16(format[24:])
	}
	c.chans = int(binary.LittleEndian.Uint16(format[2:]))
	c.rate = int(min(binary.LittleEndian.Uint32(format[4:]), math.MaxInt32))
	c.bits = int(binary.LittleEndian.Uint16(format[14:]))
	c.float = tag == 3
	switch {
	case tag != 1 && tag != 3 || c.float && c.bits != 32 || c.bits != 8 && c.bits != 16 && c.bits != 24 && c.bits != 32:
		return nil, fmt.Errorf("samples of WAV format %d with %d bits are not understood: 8, 16, 24 or 32-bit integers or 32-bit floats are (convert it with: ffmpeg -i FILE -c:a pcm_s16le out.wav)", tag, c.bits)
	case c.chans < 1 || c.chans > MaxSampleChans:
		return nil, fmt.Errorf("the WAV file has %d channels, expected 1 to %d", c.chans, MaxSampleChans)
	case c.rate < MinSampleRate || c.rate > MaxSampleRate:
		return nil, fmt.Errorf("the WAV file has %d samples a second, expected %d to %d", c.rate, MinSampleRate, MaxSampleRate)
	}
	frame := c.chans * c.bits / 8
	c.data = c.data[:len(c.data)/frame*frame]
	if len(c.data) == 0 {
		return nil, errors.New("the WAV file holds no sound")
	}
	return &c, nil
}

// decode returns the samples as mono. The decoder is given a plain file of just
// format and samples: it panics on some files, and reads padding as sound in
// others.
func (c *chunks) decode() (mono []int16, err error) {
	defer func() {
		if p := recover(); p != nil {
			mono, err = nil, fmt.Errorf("the WAV file is broken: %v", p)
		}
	}()
	plain := append(make([]byte, 0, 44+len(c.data)+1), "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00"...)
	width := c.bits / 8
	plain = le16(plain, uint16(c.chans))
	plain = le32(plain, uint32(c.rate))
	plain = le32(plain, uint32(c.rate*c.chans*width))
	plain = le16(plain, uint16(c.chans*width))
	plain = le16(plain, uint16(c.bits))
	plain = append(plain, "data"...)
	plain = le32(plain, uint32(len(c.data)))
	plain = append(plain, c.data...)
	if len(c.data)%2 != 0 {
		plain = append(plain, 0)
	}
	setSize(plain, 0)

	d := wav.NewDecoder(bytes.NewReader(plain))
	block := &audio.IntBuffer{Data: make([]int, 4096*c.chans)}
	want := len(c.data) / width / c.chans
	mono = make([]int16, 0, want)
	for len(mono) < want {
		n, err := d.PCMBuffer(block)
		if err != nil {
			return nil, fmt.Errorf("the WAV file is broken: %w", err)
		}
		if n < c.chans {
			break
		}
		for at := 0; at+c.chans <= n && len(mono) < want; at += c.chans {
			mono = append(mono, c.mix(block.Data[at:at+c.chans]))
		}
	}
	if len(mono) < want {
		return nil, fmt.Errorf("the WAV file is broken: only %d of %d frames can be read", len(mono), want)
	}
	return mono, nil
}

// mix makes one 16-bit sample of the samples of all channels.
func (c *chunks) mix(frame []int) int16 {
	var sum int64 // in steps of 2⁻³¹
	for _, x := range frame {
		switch {
		case c.float:
			sum += fromFloat(math.Float32frombits(uint32(x)))
		case c.bits == 8:
			sum += int64(x-128) << 24
		default:
			sum += int64(x) << (32 - c.bits)
		}
	}
	den := int64(len(frame)) << 16
	return int16(min(max(floorDiv(sum+den/2, den), math.MinInt16), math.MaxInt16))
}

// fromFloat returns a sample in steps of 2⁻³¹, clamped. NaN is silence.
func fromFloat(f float32) int64 {
	if f != f {
		return 0
	}
	return int64(float64(min(max(f, -1), 1)) * (1 << 31))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// instrument takes root and loop from the "smpl" chunk, if what it says makes
// sense.
func (c *chunks) instrument(s *sonify.SampleSound) {
	if len(c.smpl) < 36 {
		return
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(c.smpl[at:]) }
	if key := word(12); key <= 127 {
		s.Root = sonify.Key(int(key)) + sonify.Pitch(word(16)>>16)
	}
	if word(28) == 0 || len(c.smpl) < 60 {
		return
	}
	from, to := int64(word(36+8)), int64(word(36+12)) // both are part of the loop
	if from < to && to < int64(len(s.PCM)) {
		s.Loop, s.PCM = int(from), s.PCM[:to+1]
	}
}
