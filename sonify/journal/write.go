package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

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
	held    *os.File // the lock
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
// there. Until it is closed, or the program ends, no other writes there: the error is a
// [*Busy] if one does.
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
	w := &Writer{dir: dir, opts: o}
	if err := w.lock(); err != nil {
		return nil, err
	}
	return w, nil
}

// RunName returns the name of a run that begins at t. In a folder that holds others it
// is [NextRun] that names it.
func RunName(t time.Time) string { return t.UTC().Format(runName) }

const runName = "20060102T150405.000Z"

// Begin ends the segment that is open, if any, and begins a new one. h.Segment is
// set to the number after the last of its run.
func (w *Writer) Begin(h *Header) error {
	w.end()
	w.err = nil
	if err := w.lock(); err != nil {
		return w.fail(err)
	}
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
	if err := w.head(h); err != nil {
		// Nothing can be read of it, and on a full disk each try would leave another one.
		w.end()
		os.Remove(w.name)
		return err
	}
	syncFolder(w.dir)
	w.syncer.start(w.file, w.opts.Sync)
	w.prune()
	return nil
}

// head writes a segment's first line, and sees that it is on the disk.
func (w *Writer) head(h *Header) error {
	if err := w.object("journal", h); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return w.fail(err)
	}
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

// Close ends the journal, and lets others write in its folder. It may be called more
// than once.
func (w *Writer) Close() error {
	w.end()
	w.unlock()
	return w.err
}
