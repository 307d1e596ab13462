//go:build unix

package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"proscenium/sonify/pcm"

	"github.com/mewkiz/flac"
)

// What a player gets as FLAC and as WAV is the render of the station's log, to the bit;
// and what a kitchen radio asks first is answered as Icecast does.
func TestServe_TheRadioIsTheRender(t *testing.T) {
	c := newCard(t)
	log := filepath.Join(c.dir, "log")
	p := c.run("serve", "../../examples/grand-slam/piece.toml", "--log", log, "--addr", "127.0.0.1:0")
	p.until("on the air: http")
	stream := regexp.MustCompile(`http://[0-9.:]+`).FindString(p.all.String()) + "/s/grand-slam/stream."
	const seconds = 6
	got := map[string][]pcm.Frame{}
	take := func(format string, size int) []byte {
		resp, err := http.Get(stream + format)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b := make([]byte, size)
		if _, err := io.ReadFull(resp.Body, b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for b := take("wav", 44+seconds*48000*4)[44:]; len(b) >= 4; b = b[4:] {
		got["wav"] = append(got["wav"], pcm.Frame{int32(int16(binary.LittleEndian.Uint16(b))), int32(int16(binary.LittleEndian.Uint16(b[2:])))})
	}
	s, err := flac.New(bytes.NewReader(take("flac", seconds*100_000)))
	if err != nil {
		t.Fatal(err)
	}
	for {
		f, err := s.ParseNext()
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				break // cut off in the middle of a frame
			}
			t.Fatal(err)
		}
		for i := range f.Subframes[0].Samples {
			got["flac"] = append(got["flac"], pcm.Frame{f.Subframes[0].Samples[i], f.Subframes[1].Samples[i]})
		}
	}
	if curl, err := exec.LookPath("curl"); err == nil {
		out, err := exec.Command(curl, "-sI", stream+"opus").CombinedOutput()
		for _, want := range []string{"HTTP/1.1 200 OK\r\n", "Content-Type: audio/ogg\r\n", "icy-name: Point by point\r\n", "icy-br: 128\r\n", "ice-audio-info: ice-samplerate=48000;"} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("curl -I: %v, %q is not in\n%s", err, want, out)
			}
		}
	} else if os.Getenv("CI") == "true" {
		t.Error(err)
	}
	p.stop()
	want := c.rendered(p, log)
	for i, f := range want {
		for side, v := range f {
			want[i][side] = min(max((v+128)>>8, -1<<15), 1<<15-1)
		}
	}
	for format, frames := range got {
		for len(frames) > 0 && frames[0] == (pcm.Frame{}) {
			frames = frames[1:] // from before the beginning
		}
		if n := longestOf(frames, want); n < len(frames)-480 || n < 2*48000 {
			t.Errorf("%s: of %d frames %d in a row are the render's", format, len(frames), n)
		} else {
			t.Logf("%s: %d frames are the render's", format, n)
		}
	}
}
