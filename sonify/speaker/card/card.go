// Package card is the process that holds a sound card: it reads sound from its
// standard input, plays it, and reports what the card took and when that is heard.
// Package speaker starts
// it, and kills it if it hangs; that is why it is one.
package card

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"
)

// What is read: 32-bit floats, little-endian, left and right in turn.
const (
	rate       = 48000
	channels   = 2
	frameBytes = 4 * channels
)

// Latency is how much sound a card is to hold, if nobody asks for less.
const Latency = 60 * time.Millisecond

const (
	answerWait = 4 * time.Second // so long a sound server may take to answer
	reportWait = 10 * time.Millisecond
	endWait    = 2 * time.Second // so long it may take to play the end
)

// Kinds are the names of what Play can play on in this build.
func Kinds() []string { return kinds }

// Play plays what it reads from in on a card until in ends, and writes to report, a
// line each, how many frames the card has taken and after how many the last of them
// is heard. kind is "oto" (the system's default card), "pulse" (the PulseAudio server)
// or "auto": the server if there is one, and the card otherwise. latency is how much
// sound the card is asked to hold.
func Play(kind string, latency time.Duration, in io.Reader, report io.Writer) error {
	src := &source{in: in}
	var c player
	var err error
	switch kind {
	case "auto":
		c, err = openAuto(src, latency)
	case "oto":
		c, err = openOto(src, latency)
	case "pulse":
		c, err = openPulse(src, latency)
	default:
		err = fmt.Errorf("there is no output %q", kind)
	}
	if err != nil {
		return err
	}
	ticker := time.NewTicker(reportWait)
	defer ticker.Stop()
	last := int64(-1)
	var over time.Time // when in ended
	for now := range ticker.C {
		// In this order: what is read in between counts as held.
		ended := src.ended.Load()
		read := src.read.Load()
		held := c.held()
		taken := (read - held) / frameBytes
		if taken > last {
			last = taken
			line := strconv.FormatInt(taken, 10)
			if d, ok := c.delay(); ok {
				line += " " + strconv.FormatInt(max(int64(d.Seconds()*rate), 0), 10)
			}
			if _, err := io.WriteString(report, line+"\n"); err != nil {
				return nil // nobody wants to know: who started us is gone
			}
		}
		if err := c.err(); err != nil {
			return err
		}
		if ended && over.IsZero() {
			over = now
		}
		switch {
		case !ended:
		case held == 0:
			time.Sleep(2 * latency) // what the card has is played
			return nil
		case now.Sub(over) > endWait:
			return nil // it takes no more
		}
	}
	return nil
}

// player is a card that is open.
type player interface {
	// held returns how many bytes were read and not taken yet.
	held() int64
	// delay returns after what time the last frame that the card has taken is heard, if
	// that is known.
	delay() (d time.Duration, ok bool)
	err() error
}

var (
	errNone   = errors.New("there is no PulseAudio or PipeWire server")
	errSilent = errors.New("the sound server does not answer")
	errGone   = errors.New("the sound server has gone")
)

// source reads whole frames, and counts them.
type source struct {
	in    io.Reader
	rest  [frameBytes]byte // of a frame that came in two halves
	half  int
	given int64        // bytes
	read  atomic.Int64 // given, when who read them is back for more and so holds them
	ended atomic.Bool
}

// Read implements [io.Reader]. A player that was given half a frame might take left
// for right from then on.
func (s *source) Read(p []byte) (int, error) {
	s.read.Store(s.given)
	p = p[:len(p)/frameBytes*frameBytes]
	if len(p) == 0 {
		return 0, nil
	}
	n := copy(p, s.rest[:s.half])
	s.half = 0
	m, err := io.ReadAtLeast(s.in, p[n:], frameBytes-n)
	n += m
	whole := n / frameBytes * frameBytes
	s.half = copy(s.rest[:], p[whole:n])
	s.given += int64(whole)
	if err != nil {
		s.read.Store(s.given)
		s.ended.Store(true)
		return whole, io.EOF
	}
	return whole, nil
}
