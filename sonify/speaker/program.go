package speaker

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/pcm"
)

// Manner is how a program is spoken to.
type Manner uint8

const (
	// Plain programs read samples of 16 bits, little-endian, left and right in turn, at
	// 48 kHz. What they have read counts as taken.
	Plain Manner = iota
	// Reported programs read 32-bit floats and write, as lines of decimal digits, how
	// many frames the device has taken, and behind a space, if they know, how many frames
	// it takes until the last of them is heard. Their last line on standard error that
	// begins with [Complaint] says why they end.
	Reported
)

// Complaint is how a reporting program begins a line that is meant for people.
const Complaint = "speaker: "

// Program returns what starts a program that plays what it reads from its standard
// input. command makes the command anew every time.
func Program(command func() *exec.Cmd, m Manner) func() (Device, error) {
	return func() (Device, error) {
		p := &program{cmd: command(), manner: m, gone: make(chan struct{})}
		d := Device(p)
		if m == Reported {
			d = &telling{program: p}
		}
		alone(p.cmd)
		var err error
		if p.in, err = p.cmd.StdinPipe(); err != nil {
			return nil, err
		}
		var out io.ReadCloser
		if m == Reported {
			if out, err = p.cmd.StdoutPipe(); err != nil {
				return nil, err
			}
		}
		p.cmd.Stderr = &p.said
		p.cmd.WaitDelay = time.Second // for those who hold standard error open
		if err := p.cmd.Start(); err != nil {
			return nil, plain(err)
		}
		go p.watch(out)
		return d, nil
	}
}

// telling is a program that may tell when it is heard.
type telling struct{ *program }

func (t *telling) zero() (time.Time, bool) { return t.hearing.zero() }

// plain says in short why a program could not be started.
func plain(err error) error {
	var e *exec.Error
	if errors.As(err, &e) {
		return fmt.Errorf("there is no program %q", e.Name)
	}
	return err
}

// program is a device that is a process.
type program struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	manner  Manner
	taken   atomic.Int64
	hearing hearing
	said    lastLines
	gone    chan struct{} // closed when the process has ended; err then says why
	err     error
	buf     []byte
}

// watch reads the reports until the process ends.
func (p *program) watch(out io.Reader) {
	if out != nil {
		for r := bufio.NewScanner(out); r.Scan(); {
			digits, after, told := strings.Cut(r.Text(), " ")
			n, err := strconv.ParseInt(digits, 10, 64)
			if err != nil || n <= p.taken.Load() {
				continue
			}
			p.taken.Store(n)
			if delay, err := strconv.ParseInt(after, 10, 32); told && err == nil && delay >= 0 {
				p.hearing.told(time.Now(), n, sonify.Frame(delay).Duration())
			}
		}
	}
	err := p.cmd.Wait()
	switch text := p.said.why(p.manner); {
	case text != "":
		p.err = errors.New(text)
	case err != nil:
		p.err = fmt.Errorf("its program ended: %w", err)
	default:
		p.err = errors.New("its program ended")
	}
	close(p.gone)
}

// Write implements [Device].
func (p *program) Write(frames []pcm.Frame) error {
	if p.manner == Reported {
		p.buf = appendFloat32(p.buf[:0], frames)
	} else {
		p.buf = appendInt16(p.buf[:0], frames)
	}
	if _, err := p.in.Write(p.buf); err != nil {
		<-p.gone
		return p.err
	}
	if p.manner == Plain {
		p.taken.Add(int64(len(frames)))
	}
	return nil
}

// Taken implements [Device].
func (p *program) Taken() int64 { return p.taken.Load() }

// Drain tells the program that there is no more, and lets it play what it has.
func (p *program) Drain() {
	p.in.Close()
	select {
	case <-p.gone:
	case <-time.After(drain):
	}
}

// drain is how long a program may take to play what it has.
const drain = 500 * time.Millisecond

// Close implements [Device]: the process is killed, and those that it started.
func (p *program) Close() error {
	p.in.Close()
	kill(p.cmd)
	<-p.gone
	return nil
}

// appendInt16 appends samples of 16 bits, as the files of package pcm have them.
func appendInt16(p []byte, frames []pcm.Frame) []byte {
	for _, f := range frames {
		for _, v := range f {
			p = binary.LittleEndian.AppendUint16(p, uint16(min(max((v+128)>>8, -1<<15), 1<<15-1)))
		}
	}
	return p
}

// appendFloat32 appends samples as floats: exactly the engine's, full scale is 1.
func appendFloat32(p []byte, frames []pcm.Frame) []byte {
	for _, f := range frames {
		for _, v := range f {
			p = binary.LittleEndian.AppendUint32(p, math.Float32bits(float32(v)/pcm.Full))
		}
	}
	return p
}

// lastLines keeps the end of what is written to it.
type lastLines struct {
	mu  sync.Mutex
	buf []byte
}

// Write implements [io.Writer].
func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf = append(l.buf, p...)
	if over := len(l.buf) - 4096; over > 0 {
		l.buf = l.buf[:copy(l.buf, l.buf[over:])]
	}
	return len(p), nil
}

// why returns the last line that is for people.
func (l *lastLines) why(m Manner) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(l.buf), []byte("\n"))
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.ToValidUTF8(strings.TrimSpace(string(lines[i])), "?")
		if m == Plain {
			return line
		}
		if text, ok := strings.CutPrefix(line, Complaint); ok {
			return text
		}
	}
	return ""
}
