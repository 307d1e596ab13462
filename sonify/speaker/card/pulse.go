package card

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/jfreymuth/pulse"
)

// pulsePlayer speaks PulseAudio's protocol itself: it needs no library of the system,
// so a program that is linked statically can play.
type pulsePlayer struct {
	stream *pulse.PlaybackStream

	mu   sync.Mutex
	free *sync.Cond // there is room
	buf  []byte     // read and not taken
}

func openPulse(src *source) (player, error) {
	if os.Getenv("PULSE_SERVER") == "" && os.Getenv("XDG_RUNTIME_DIR") == "" {
		// Without it the library would look in the current folder.
		os.Setenv("XDG_RUNTIME_DIR", fmt.Sprintf("/run/user/%d", os.Getuid()))
	}
	p := &pulsePlayer{}
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
	return p, nil
}

// plain says in plain words why there is no server.
func plain(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return errors.New("there is no PulseAudio or PipeWire server")
	}
	return fmt.Errorf("PulseAudio: %w", err)
}

func (p *pulsePlayer) open() error {
	c, err := pulse.NewClient(pulse.ClientApplicationName("proscenium"))
	if err != nil {
		return err
	}
	p.stream, err = c.NewPlayback(pulse.Float32Reader(p.take), pulse.PlaybackStereo, pulse.PlaybackSampleRate(rate),
		pulse.PlaybackLatency(latency.Seconds()), pulse.PlaybackMediaName("proscenium"))
	if err != nil {
		return err
	}
	p.stream.Start()
	return nil
}

// fill reads ahead, as much as the latency.
func (p *pulsePlayer) fill(src *source) {
	most := int(latency.Seconds() * rate * frameBytes)
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
	p.buf = p.buf[:copy(p.buf, p.buf[4*n:])]
	p.free.Signal()
	return len(out), nil
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
