//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"proscenium/sonify/pcm"
)

// Two machines that listen to one station, on a sound card and into a file, hear the
// render of its log, to the bit; one whose sound card breaks says so and goes on, and
// one whose station is started anew is back with it.
func TestListen_HearsTheStation(t *testing.T) {
	c := newCard(t)
	log := filepath.Join(c.dir, "log")
	serve := []string{"serve", "../../examples/grand-slam/piece.toml", "--log", log, "--addr"}
	station := c.run(append(serve, "127.0.0.1:0")...)
	station.until("on the air: http")
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(station.all.String())
	card := c.run("listen", base)
	file := c.run("listen", base+"/s/grand-slam/stream.m3u", "--output", "file:"+filepath.Join(c.dir, "heard.raw"), "--volume", "100%")
	card.until(`it plays here (title "Point by point")`)
	file.until(`it plays here (title "Point by point")`)
	c.took(6 * 48000)
	file.stop()
	if status, body := ask(t, base+"/metrics"); status != http.StatusOK || !strings.Contains(body, "proscenium_listeners") {
		t.Errorf("%d, %s", status, body)
	}
	got := c.frames() // so far: it goes on
	heard, err := os.ReadFile(filepath.Join(c.dir, "heard.raw"))
	if err != nil {
		t.Fatal(err)
	}

	// The station is killed, and comes back where it was.
	station.cmd.Process.Kill()
	for range station.said {
	}
	station.cmd.Wait()
	card.until("no station: ")
	station = c.run(append(serve, strings.TrimPrefix(base, "http://"))...)
	station.until("the last run goes on")
	card.until("the station is there again, after")
	c.took(2 * 48000)
	all := card.stop()
	if strings.Count(all, "no station") != 1 {
		t.Errorf("it says\n%s", all)
	}
	station.stop()

	want := c.rendered(station, log)
	// A machine that stands still is a card that runs dry: what follows is led back into
	// time, a frame in 480 being another. No half second is the render's by chance.
	if n := longestOf(got, want); n < 48000/2 {
		t.Errorf("of %d frames that the card took at most %d in a row are the render's", len(got), n)
	} else {
		t.Logf("the card: %d frames in a row are the render's", n)
	}
	// A file has 16 bits, and no clock but the computer's: where that stands still it is
	// led back into time, too.
	var small []pcm.Frame
	for ; len(heard) >= 4; heard = heard[4:] {
		small = append(small, pcm.Frame{int32(int16(uint16(heard[0]) | uint16(heard[1])<<8)), int32(int16(uint16(heard[2]) | uint16(heard[3])<<8))})
	}
	for i, f := range want {
		for side, v := range f {
			want[i][side] = min(max((v+128)>>8, -1<<15), 1<<15-1)
		}
	}
	if n := longestOf(small, want); n < 48000/2 {
		t.Errorf("of %d frames in the file at most %d in a row are the render's", len(small), n)
	} else {
		t.Logf("the file: %d frames in a row are the render's", n)
	}
}

// longestOf returns how many frames in a row, at the most, of what was heard are those
// of a render.
func longestOf(got, want []pcm.Frame) (longest int) {
	// Where a frame that is not silence stands in the render, by it and the one after.
	at := map[[2]pcm.Frame][]int{}
	for k := 0; k+1 < len(want); k++ {
		if want[k] != (pcm.Frame{}) {
			key := [2]pcm.Frame{want[k], want[k+1]}
			at[key] = append(at[key], k)
		}
	}
	for i := 0; i+1 < len(got); {
		best := 0
		for _, k := range at[[2]pcm.Frame{got[i], got[i+1]}] {
			n := 0
			for i+n < len(got) && k+n < len(want) && got[i+n] == want[k+n] {
				n++
			}
			best = max(best, n)
		}
		longest = max(longest, best)
		i += max(best, 1)
	}
	return longest
}

// What is wrong with an address is said with what is right.
func TestListen_WhatIsWrong(t *testing.T) {
	c := newCard(t)
	station := c.run("serve", "../../examples/grand-slam/piece.toml", "--addr", "127.0.0.1:0")
	station.until("on the air: http")
	base := regexp.MustCompile(`http://[0-9.:]+`).FindString(station.all.String())
	for address, want := range map[string]string{
		base + "/s/grandslam": fmt.Sprintf(`proscenium: listen %s/s/grandslam: there is no station "grandslam" at %s (did you mean "grand-slam"?)`, base, base),
		base + "/healthz":     fmt.Sprintf(`proscenium: listen %s/healthz: there are no stations at %s/healthz (the server says "404 Not Found"); expected a server of Proscenium`, base, base),
		"gopher://hall":       "proscenium: listen gopher://hall: gopher:// is not understood, expected http, https, ws or wss",
		"":                    "proscenium: listen : the address is empty",
		"http://hall:99999":   "proscenium: listen http://hall:99999: there is no port 99999, expected 1 to 65535",
		"hall:0/s/court":      "proscenium: listen hall:0/s/court: there is no port 0, expected 1 to 65535",
	} {
		p := c.run("listen", address, "--output", "null")
		p.until(want)
		for range p.said {
		}
		if p.cmd.Wait() == nil {
			t.Errorf("%s is taken for right", address)
		}
	}
	station.stop()
	p := c.run("listen", base, "--output", "null")
	p.until("no station: nobody answers at " + strings.TrimPrefix(base, "http://") + ": connect: connection refused; it is tried again")
	p.stop()
}
