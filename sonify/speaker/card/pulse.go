package card

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jfreymuth/pulse"
	"github.com/jfreymuth/pulse/proto"
)

// pulsePlayer speaks PulseAudio's protocol itself: it needs no library of the system,
// so a program that is linked statically can play.
type pulsePlayer struct {
	client  *pulse.Client
	stream  *pulse.PlaybackStream
	latency time.Duration

	mu    sync.Mutex
	free  *sync.Cond  // there is room
	buf   []byte      // read and not taken
	sent  int64       // frames that the server was given, silence too
	zeros []time.Time // of the last: when the first frame that it was given was heard
}

func openPulse(src *source, latency time.Duration) (player, error) {
	if os.Getenv("PULSE_SERVER") == "" && os.Getenv("XDG_RUNTIME_DIR") == "" {
		// Without it the library would look in the current folder.
		os.Setenv("XDG_RUNTIME_DIR", fmt.Sprintf("/run/user/%d", os.Getuid()))
	}
	p := &pulsePlayer{latency: latency}
	p.free = sync.NewCond(&p.mu)
	opened := make(chan error, 1)
	go func() { opened <- p.open() }()
	select {
	case err := <-opened:
		if err != nil {
			return nil, plain(err)
		}
	case <-time.After(answerWait):
		return nil, errSilent
	}
	go p.fill(src)
	go p.ask()
	return p, nil
}

// plain says in plain words why there is no server.
func plain(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || strings.Contains(err.Error(), "no valid server") {
		return errNone
	}
	if errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), context.DeadlineExceeded.Error()) {
		return errSilent
	}
	return fmt.Errorf("PulseAudio: %w", err)
}

func (p *pulsePlayer) open() error {
	c, err := pulse.NewClient(pulse.ClientApplicationName("proscenium"))
	if err != nil {
		return err
	}
	p.client = c
	p.stream, err = c.NewPlayback(pulse.Float32Reader(p.take), pulse.PlaybackStereo, pulse.PlaybackSampleRate(rate),
		pulse.PlaybackLatency(p.latency.Seconds()), pulse.PlaybackMediaName("proscenium"))
	if err != nil {
		return err
	}
	p.stream.Start()
	return nil
}

// fill reads ahead, as much as the latency.
func (p *pulsePlayer) fill(src *source) {
	most := int(p.latency.Seconds() * rate * frameBytes)
	chunk := make([]byte, 480*frameBytes)
	for {
		n, err := src.Read(chunk)
		p.mu.Lock()
		p.buf = append(p.buf, chunk[:n]...)
		for len(p.buf) >= most {
			p.free.Wait()
		}
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take gives the server what there is, and silence for the rest.
func (p *pulsePlayer) take(out []float32) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(out), len(p.buf)/4)
	for i := range n {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(p.buf[4*i:]))
	}
	clear(out[n:])
	p.sent += int64(len(out) / channels)
	p.buf = p.buf[:copy(p.buf, p.buf[4*n:])]
	p.free.Signal()
	return len(out), nil
}

const (
	askEvery = 200 * time.Millisecond
	asked    = 9 // answers that are remembered
)

// ask asks the server, again and again, when its sound is heard, until it is gone.
func (p *pulsePlayer) ask() {
	for ; !p.stream.Closed(); time.Sleep(askEvery) {
		var r proto.GetPlaybackLatencyReply
		began := time.Now()
		if p.client.RawRequest(&proto.GetPlaybackLatency{StreamIndex: p.stream.StreamIndex()}, &r) != nil {
			return
		}
		trip := time.Since(began)
		if !r.Running || r.ReadIndex <= 0 {
			continue
		}
		// What the sink has of it is heard within the latency; the rest was read from what
		// it was given.
		heard := began.Add(trip/2 + time.Duration(r.Latency)*time.Microsecond)
		zero := heard.Add(-time.Duration(float64(r.ReadIndex) / (rate * frameBytes) * float64(time.Second)))
		p.mu.Lock()
		if p.zeros = append(p.zeros, zero); len(p.zeros) > asked {
			p.zeros = p.zeros[1:]
		}
		p.mu.Unlock()
	}
}

func (p *pulsePlayer) delay() (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.zeros) == 0 {
		return 0, false
	}
	sorted := slices.SortedFunc(slices.Values(p.zeros), time.Time.Compare)
	last := sorted[len(sorted)/2].Add(time.Duration(float64(p.sent) / rate * float64(time.Second)))
	return time.Until(last), true
}

func (p *pulsePlayer) held() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(len(p.buf))
}

func (p *pulsePlayer) err() error {
	if err := p.stream.Error(); err != nil && !errors.Is(err, pulse.ErrConnectionClosed) {
		return fmt.Errorf("PulseAudio: %w", err)
	}
	if p.stream.Closed() || p.stream.Error() != nil {
		return errGone
	}
	return nil
}
