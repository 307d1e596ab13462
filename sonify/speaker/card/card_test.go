package card

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// However what comes is cut, whole frames are handed on, and none twice.
func TestSource_WholeFrames(t *testing.T) {
	want := make([]byte, 8*1000)
	for i := range want {
		want[i] = byte(i * 7)
	}
	for name, in := range map[string]io.Reader{
		"whole":  bytes.NewReader(want),
		"bytes":  iotest.OneByteReader(bytes.NewReader(want)),
		"halves": iotest.HalfReader(bytes.NewReader(want)),
	} {
		src := &source{in: in}
		var got []byte
		buf := make([]byte, 8*11+5)
		for {
			n, err := src.Read(buf)
			if n%frameBytes != 0 {
				t.Fatalf("%s: %d bytes are no whole frames", name, n)
			}
			got = append(got, buf[:n]...)
			if errors.Is(err, io.EOF) {
				break
			}
			if src.read.Load() > int64(len(got)) {
				t.Fatalf("%s: %d bytes count as read, %d are", name, src.read.Load(), len(got))
			}
		}
		if !bytes.Equal(got, want) || src.read.Load() != int64(len(want)) || !src.ended.Load() {
			t.Errorf("%s: %d bytes of %d, or others", name, len(got), len(want))
		}
	}
	// A frame that is cut off at the end is none.
	src := &source{in: strings.NewReader("12345678123")}
	if got, err := io.ReadAll(src); err != nil || string(got) != "12345678" {
		t.Errorf("%q, %v", got, err)
	}
}

// What there is no such thing of is said.
func TestPlay_NoSuchOutput(t *testing.T) {
	if err := Play("gramophone", Latency, strings.NewReader(""), io.Discard); err == nil || err.Error() != `there is no output "gramophone"` {
		t.Errorf("%v", err)
	}
}

// A server that is not there is told in plain words.
func TestPlay_NoServer(t *testing.T) {
	t.Setenv("PULSE_SERVER", "unix:"+t.TempDir()+"/none")
	if err := Play("pulse", Latency, strings.NewReader(""), io.Discard); err == nil || err.Error() != "there is no PulseAudio or PipeWire server" {
		t.Errorf("%v", err)
	}
}
