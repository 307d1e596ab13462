package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"proscenium/sonify"
)

// The limits of what is written and read.
const (
	maxLine   = 32 << 20
	maxText   = 64 << 10
	maxValues = 4096
	maxShapes = 4096
	maxFrame  = sonify.Frame(1) << 47
	maxTick   = sonify.Tick(1) << 41
	// maxGap is the longest time between two lines: a bar of 32 whole notes at ten
	// quarter notes a minute takes 13 minutes.
	maxGap = 24 * 3600 * sonify.SampleRate
)

// Options say how a journal is kept. The zero value of a field is its default.
type Options struct {
	SegmentBytes int64         // a segment is full then; default 64 MiB
	SegmentAge   time.Duration // or when it is so old; default 6 h
	KeepBytes    int64         // the oldest segments are deleted when all have more; default 1 GiB
	Sync         time.Duration // how often what was written is forced to the disk; default 5 s
}

// Writer writes a station's journal. It is used by one goroutine. After an error
// it writes no more, and every call returns that error, until Begin succeeds in
// beginning a new segment.
type Writer struct {
	dir     string
	opts    Options
	file    *os.File
	name    string
	run     string
	number  int
	buf     *bufio.Writer
	line    []byte
	size    int64
	began   time.Time
	shapes  map[*sonify.Shape]int
	numbers map[string]int
	ids     int
	err     error
	syncer  syncer
}

// New returns the writer of a journal in folder dir, which is made if it is not
// there.
func New(dir string, o Options) (*Writer, error) {
	if o.SegmentBytes <= 0 {
		o.SegmentBytes = 64 << 20
	}
	if o.SegmentAge <= 0 {
		o.SegmentAge = 6 * time.Hour
	}
	if o.KeepBytes <= 0 {
		o.KeepBytes = 1 << 30
	}
	if o.Sync <= 0 {
		o.Sync = 5 * time.Second
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return &Writer{dir: dir, opts: o}, nil
}

// RunName returns the name of a run that begins at t.
func RunName(t time.Time) string { return t.UTC().Format("20060102T150405.000Z") }

// Begin ends the segment that is open, if any, and begins a new one. h.Segment is
// set to the number after the last of its run.
func (w *Writer) Begin(h *Header) error {
	w.end()
	w.err = nil
	h.Version = Version
	for h.Segment = w.last(h.Run) + 1; ; h.Segment++ {
		if h.Segment > 999_999 {
			return w.fail(fmt.Errorf("run %s has a million segments", h.Run))
		}
		name := filepath.Join(w.dir, fmt.Sprintf("%s-%04d.log", h.Run, h.Segment))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return w.fail(err)
		}
		w.file, w.name, w.run, w.number = f, name, h.Run, h.Segment
		break
	}
	w.buf = bufio.NewWriterSize(w.file, 64<<10)
	w.size, w.began, w.ids = 0, time.Now(), 0
	w.shapes, w.numbers = make(map[*sonify.Shape]int), make(map[string]int)
	if err := w.object("journal", h); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return w.fail(err)
	}
	syncFolder(w.dir)
	w.syncer.start(w.file, w.opts.Sync)
	w.prune()
	return nil
}

// last returns the number of the last segment of a run, 0 if it has none. A number
// is not given twice, even if its segment was deleted.
func (w *Writer) last(run string) int {
	n := 0
	if w.run == run {
		n = w.number
	}
	paths, err := Segments(w.dir)
	if err != nil {
		return n
	}
	for _, p := range paths {
		if r, number, _ := splitName(filepath.Base(p)); r == run {
			k, _ := strconv.Atoi(number)
			n = max(n, k)
		}
	}
	return n
}

// Name returns the path of the segment that is open, or of the last one.
func (w *Writer) Name() string { return w.name }

// Due reports whether a new segment should begin.
func (w *Writer) Due() bool {
	return w.err == nil && w.file != nil && (w.size >= w.opts.SegmentBytes || time.Since(w.began) >= w.opts.SegmentAge)
}

// fail remembers the first error.
func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = fmt.Errorf("journal: %w", err)
	}
	return w.err
}

// Write writes any record but a header.
func (w *Writer) Write(r Record) error {
	switch r := r.(type) {
	case *Event:
		return w.event(r)
	case *News:
		return w.object("source", r)
	case *Over:
		return w.object("over", r)
	case *Change:
		return w.object("piece", r)
	case *Here:
		return w.object("here", r)
	case *Held:
		return w.object("held", r)
	case *End:
		return w.object("end", r)
	}
	return fmt.Errorf("journal: a %T cannot be written", r)
}

// object writes a line by way of package json.
func (w *Writer) object(typ string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return w.fail(err)
	}
	w.line = append(w.line[:0], `{"type":"`...)
	w.line = append(w.line, typ...)
	w.line = append(w.line, `",`...)
	w.line = append(w.line, b[1:]...)
	return w.put()
}

// put writes the line.
func (w *Writer) put() error {
	switch {
	case w.err != nil:
		return w.err
	case w.file == nil:
		return w.fail(os.ErrClosed)
	case len(w.line) >= maxLine:
		return w.fail(fmt.Errorf("a line of %d bytes is longer than a journal takes", len(w.line)))
	}
	w.line = append(w.line, '\n')
	w.size += int64(len(w.line))
	if _, err := w.buf.Write(w.line); err != nil {
		return w.fail(err)
	}
	return nil
}

// Flush gives what was written to the system: a program that is killed afterwards
// loses none of it.
func (w *Writer) Flush() error {
	if w.err != nil {
		return w.err
	}
	if w.buf == nil {
		return nil
	}
	if err := w.buf.Flush(); err != nil {
		return w.fail(err)
	}
	if err := w.syncer.failed(); err != nil {
		return w.fail(err)
	}
	return nil
}

// end closes the segment that is open.
func (w *Writer) end() {
	if w.file == nil {
		return
	}
	w.Flush()
	w.syncer.stop()
	if err := w.file.Sync(); err != nil {
		w.fail(err)
	}
	if err := w.file.Close(); err != nil {
		w.fail(err)
	}
	w.file, w.buf = nil, nil
}

// Close ends the journal. It may be called more than once.
func (w *Writer) Close() error {
	w.end()
	return w.err
}

// Canonical makes ev what a reader of the journal will find: texts that are UTF-8
// and not longer than 64 KiB, times in UTC. The performance must hear the event
// after that, or its log would tell of another one.
func Canonical(ev *sonify.Event) {
	for i, v := range ev.Values {
		if v.Type() == sonify.Text {
			if s := v.String(); len(s) > maxText || !utf8.ValidString(s) {
				ev.Values[i] = sonify.Word(text(s))
			}
		}
	}
	if len(ev.Values) > maxValues {
		ev.Values = ev.Values[:maxValues]
	}
	ev.At = ev.At.UTC().Round(0)
	if y := ev.At.Year(); y < 0 || y > 9999 {
		ev.At = time.Time{}
	}
}

// text returns s as JSON has it: every byte that is no UTF-8 is U+FFFD.
func text(s string) string {
	s = s[:min(len(s), maxText)]
	for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && len(s) >= maxText-utf8.UTFMax {
		s = s[:len(s)-1] // a character that was cut through
	}
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// event writes an event; ev.Event is Canonical.
func (w *Writer) event(e *Event) error {
	id, err := w.shape(e.Event.Shape)
	if err != nil {
		return err
	}
	p := append(w.line[:0], `{"type":"event","at":`...)
	p = strconv.AppendInt(p, int64(e.At), 10)
	p = append(p, `,"source":`...)
	p = sonify.AppendJSONString(p, e.Event.Source)
	p = append(p, `,"shape":`...)
	p = strconv.AppendInt(p, int64(id), 10)
	p = append(p, `,"values":[`...)
	for i, v := range e.Event.Values {
		if i > 0 {
			p = append(p, ',')
		}
		b, err := v.MarshalJSON()
		if err != nil {
			return w.fail(err)
		}
		p = append(p, b...)
	}
	p = append(p, ']')
	if e.Event.Line > 0 {
		p = append(p, `,"line":`...)
		p = strconv.AppendInt(p, e.Event.Line, 10)
	}
	if e.Event.Timed {
		p = append(p, `,"clock_s":`...)
		p = appendSeconds(p, e.Event.Clock)
	}
	if !e.Event.At.IsZero() {
		p = append(p, `,"time":"`...)
		p = e.Event.At.AppendFormat(p, time.RFC3339Nano)
		p = append(p, '"')
	}
	w.line = append(p, '}')
	return w.put()
}

// shape returns the number of a shape in this segment, and writes its line if
// it is new there.
func (w *Writer) shape(s *sonify.Shape) (int, error) {
	if s == nil {
		return 0, nil
	}
	if id, ok := w.shapes[s]; ok {
		return id, nil
	}
	k := KindOf(s)
	b, err := json.Marshal(k)
	if err != nil {
		return 0, w.fail(err)
	}
	id, known := w.numbers[string(b)]
	if !known {
		// A source that makes up shapes without end begins again to number them: a
		// reader keeps the last of each number.
		if w.ids++; w.ids >= maxShapes {
			w.ids = 1
			clear(w.numbers)
			clear(w.shapes)
		}
		id = w.ids
		w.numbers[string(b)] = id
		w.line = fmt.Appendf(w.line[:0], `{"type":"shape","id":%d,%s`, id, b[1:])
		if err := w.put(); err != nil {
			return 0, err
		}
	}
	if len(w.shapes) >= maxShapes {
		clear(w.shapes)
	}
	w.shapes[s] = id
	return id, nil
}

// appendSeconds appends d in seconds, exactly.
func appendSeconds(p []byte, d time.Duration) []byte {
	n := uint64(d)
	if d < 0 {
		p, n = append(p, '-'), -n
	}
	p = strconv.AppendUint(p, n/1e9, 10)
	if f := n % 1e9; f != 0 {
		p = append(p, '.')
		p = append(p, strings.TrimRight(fmt.Sprintf("%09d", f), "0")...)
	}
	return p
}

// parseSeconds reads what appendSeconds writes.
func parseSeconds(s string) (time.Duration, error) {
	digits, neg := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if len(whole) > 10 || len(part) > 9 {
		return 0, fmt.Errorf("clock_s %.40s is no number of seconds with at most nine decimals", s)
	}
	n, err := strconv.ParseUint(whole+(part + "000000000")[:9], 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("clock_s %.40s is no number of seconds with at most nine decimals", s)
	}
	if neg {
		return -time.Duration(n), nil
	}
	return time.Duration(n), nil
}

// syncer forces a file to the disk now and then, in a goroutine of its own: a
// slow disk must not hold up the music.
type syncer struct {
	quit chan struct{}
	done chan struct{}
	mu   sync.Mutex
	err  error
}

func (s *syncer) start(f *os.File, every time.Duration) {
	s.mu.Lock()
	s.err = nil
	s.mu.Unlock()
	s.quit, s.done = make(chan struct{}), make(chan struct{})
	go func(quit, done chan struct{}) {
		defer close(done)
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				if err := f.Sync(); err != nil {
					s.mu.Lock()
					s.err = err
					s.mu.Unlock()
				}
			case <-quit:
				return
			}
		}
	}(s.quit, s.done)
}

func (s *syncer) stop() {
	if s.quit != nil {
		close(s.quit)
		<-s.done
		s.quit = nil
	}
}

func (s *syncer) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
