package pcm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// Format is how samples are written to files.
type Format uint8

const (
	Int16   Format = iota // rounded half up, and clamped
	Int24                 // exactly the engine's samples
	Float32               // exactly the engine's samples, full scale is 1
)

func (f Format) String() string {
	return [...]string{"16 bit", "24 bit", "32 bit float", "unknown"}[f&3]
}

// Bytes returns how many bytes one frame takes.
func (f Format) Bytes() int { return [...]int{4, 6, 8, 8}[f&3] }

// Tags say what a recording is. Empty ones are left out.
type Tags struct {
	Title     string
	Artist    string
	Album     string
	Date      string // "2014-09-08"
	Comment   string
	Copyright string
	Software  string
}

// WAVOptions say how a [WAV] is written.
type WAVOptions struct {
	Format Format
	Tags   Tags
}

// WAV is a sink that writes a WAV file of any length, in stereo at
// [sonify.SampleRate]. Past 4 GiB it becomes an RF64 file (EBU Tech 3306). Once
// a second of sound the sizes in its header are brought up to date, so that what
// a power cut leaves in the partial file can be opened. Marks become cue points
// with labels.
type WAV struct {
	w     io.Writer
	at    io.WriterAt    // nil if the sizes cannot be patched
	file  *safefile.File // nil if the caller owns w
	opt   WAVOptions
	buf   []byte
	head  int   // bytes before the samples
	data  int64 // bytes of samples given, buffered ones too
	after int64 // bytes behind the samples
	fresh int64 // data when the header was last patched
	limit int64 // sizes above this need RF64
	cues  cueList
	err   error
	done  bool
}

// The parts of the header that are patched later.
const (
	riffSizeAt = 4
	ds64At     = 12
	ds64Size   = 28
)

// maxSize32 is what a size in a plain WAV file can say. All bits set means
// "unknown" or "see ds64", so that is one less.
const maxSize32 = math.MaxUint32 - 1

// CreateWAV begins a WAV file, which gets its name in Finish. The caller closes
// it.
func CreateWAV(path string, o WAVOptions) (*WAV, error) {
	f, err := safefile.Create(path)
	if err != nil {
		return nil, err
	}
	w := newWAV(f, o)
	w.file = f
	if f.CanSeek() {
		w.at = f
	}
	if err := w.begin(); err != nil {
		f.Close()
		return nil, err
	}
	return w, nil
}

// NewWAV begins a WAV file on w. If w is also an io.WriterAt, the sizes in the
// header are patched; otherwise they say "until the end" (all bits set), which
// players of pipes understand, and the marks are left out. The caller owns w.
func NewWAV(w io.Writer, o WAVOptions) (*WAV, error) {
	s := newWAV(w, o)
	s.at, _ = w.(io.WriterAt)
	if err := s.begin(); err != nil {
		return nil, err
	}
	return s, nil
}

func newWAV(w io.Writer, o WAVOptions) *WAV {
	return &WAV{w: w, opt: o, limit: maxSize32, buf: make([]byte, 0, 128<<10)}
}

// begin writes everything that stands before the samples.
func (w *WAV) begin() error {
	if w.opt.Format > Float32 {
		return fmt.Errorf("wav: unknown sample format %d", w.opt.Format)
	}
	b := append(w.buf, "RIFF\xff\xff\xff\xffWAVEJUNK"...)
	b = le32(b, ds64Size)
	b = append(b, make([]byte, ds64Size)...)
	b = w.appendFormat(b)
	b = appendInfo(b, w.opt.Tags)
	b = append(b, "data\xff\xff\xff\xff"...)
	w.head = len(b)
	if w.at != nil {
		// Until the first patch the file says that it is empty, and is.
		binary.LittleEndian.PutUint32(b[riffSizeAt:], uint32(w.head-8))
		binary.LittleEndian.PutUint32(b[w.head-4:], 0)
	}
	w.buf = b
	w.flush()
	return w.err
}

func (w *WAV) appendFormat(b []byte) []byte {
	frame := w.opt.Format.Bytes()
	rate := uint32(sonify.SampleRate)
	tag, size := uint16(1), uint32(16) // PCM
	if w.opt.Format == Float32 {
		tag, size = 3, 18 // IEEE float; its header has an extension, of no bytes
	}
	b = append(b, "fmt "...)
	b = le32(b, size)
	b = le16(b, tag)
	b = le16(b, 2)
	b = le32(b, rate)
	b = le32(b, rate*uint32(frame))
	b = le16(b, uint16(frame))
	b = le16(b, uint16(frame*4)) // bits of one of two channels
	if w.opt.Format == Float32 {
		b = le16(b, 0)
	}
	return b
}

// Write implements [Sink].
func (w *WAV) Write(block []Frame) error {
	if w.err != nil {
		return w.err
	}
	if w.done {
		return errors.New("wav: written to after its end")
	}
	size := w.opt.Format.Bytes()
	for len(block) > 0 && w.err == nil {
		n := min(len(block), (cap(w.buf)-len(w.buf))/size)
		if n == 0 {
			w.flush()
			continue
		}
		w.buf = appendFrames(w.buf, block[:n], w.opt.Format)
		w.data += int64(n * size)
		block = block[n:]
	}
	if w.data-w.fresh >= int64(sonify.SampleRate)*int64(size) {
		w.patch()
	}
	return w.err
}

// appendFrames appends frames in the given format. b has room for them.
func appendFrames(b []byte, frames []Frame, f Format) []byte {
	size := f.Bytes()
	at := len(b)
	b = b[:at+len(frames)*size]
	out := b[at:]
	switch f {
	case Int16:
		for i := range frames {
			v := uint32(uint16(to16(frames[i][0]))) | uint32(uint16(to16(frames[i][1])))<<16
			binary.LittleEndian.PutUint32(out[4*i:4*i+4], v)
		}
	case Int24:
		for i := range frames {
			l, r := clamp24(frames[i][0]), clamp24(frames[i][1])
			o := out[6*i : 6*i+6]
			o[0], o[1], o[2] = byte(l), byte(l>>8), byte(l>>16)
			o[3], o[4], o[5] = byte(r), byte(r>>8), byte(r>>16)
		}
	default:
		for i := range frames {
			l := uint64(math.Float32bits(float32(frames[i][0]) * (1.0 / Full)))
			r := uint64(math.Float32bits(float32(frames[i][1]) * (1.0 / Full)))
			binary.LittleEndian.PutUint64(out[8*i:8*i+8], l|r<<32)
		}
	}
	return b
}

// to16 rounds a 24-bit sample to 16 bits, half up, and clamps it.
func to16(x int32) int16 {
	return int16((min(max(x, -Full), math.MaxInt16<<8) + 128) >> 8)
}

func clamp24(x int32) int32 { return min(max(x, -Full), Full-1) }

// Mark implements [Sink]: the mark becomes a cue point with a label.
func (w *WAV) Mark(at sonify.Frame, label string) error {
	if w.err == nil && !w.done {
		w.cues.add(at, label)
	}
	return w.err
}

// Cues returns how many marks the file keeps, and how many it was given.
// They differ if there were more than some thousands, or marks later than 24
// hours, where the format's numbers end.
func (w *WAV) Cues() (kept, given int) { return len(w.cues.list), w.cues.given }

// Frames returns how many frames were written.
func (w *WAV) Frames() sonify.Frame { return sonify.Frame(w.data / int64(w.opt.Format.Bytes())) }

// Finish implements [Sink].
func (w *WAV) Finish() error {
	if w.err != nil {
		return w.err
	}
	if w.done {
		return errors.New("wav: finished twice")
	}
	w.done = true
	if w.at != nil {
		w.flush()
		// A frame has an even number of bytes, so the samples need no padding.
		tail := w.cues.appendTo(nil, w.Frames())
		w.buf = append(w.buf, tail...)
		w.after = int64(len(tail))
	}
	w.patch()
	if w.err == nil && w.file != nil {
		w.err = w.file.Finish()
	}
	return w.err
}

// Keep is for a file that could not be written to its end, because the disk is full: it
// makes a whole file of as many frames as there are, without the marks, and returns its
// path, which is another one if a file is there already. Nothing can be written after.
func (w *WAV) Keep() (path string, kept sonify.Frame, err error) {
	if w.file == nil || w.at == nil {
		return "", 0, errors.Join(w.err, errNotKept)
	}
	size, err := w.file.Salvage()
	if err != nil {
		return "", 0, err
	}
	frame := int64(w.opt.Format.Bytes())
	kept = min(sonify.Frame((size-int64(w.head))/frame), w.Frames())
	if kept <= 0 {
		return "", 0, errors.Join(w.err, errNotKept)
	}
	w.done, w.err, w.buf = true, nil, w.buf[:0]
	w.data, w.after = int64(kept)*frame, 0
	w.file.Truncate(int64(w.head) + w.data)
	w.patch() // if there is no room for that either, the header is a second old
	path, w.err = w.file.FinishBeside()
	return path, kept, w.err
}

var errNotKept = errors.New("there is nothing to keep")

// Close implements [Sink].
func (w *WAV) Close() error {
	w.done = true
	if w.file != nil {
		return w.file.Close()
	}
	return nil
}

func (w *WAV) flush() {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

// patch flushes, and brings the sizes in the header up to date.
func (w *WAV) patch() {
	w.flush()
	w.fresh = w.data
	if w.err != nil || w.at == nil {
		return
	}
	riff := int64(w.head) - 8 + w.data + w.after
	if riff <= w.limit {
		w.put(riffSizeAt, le32(nil, uint32(riff)))
		w.put(int64(w.head)-4, le32(nil, uint32(w.data)))
		return
	}
	b := append([]byte("RF64\xff\xff\xff\xffWAVEds64"), make([]byte, 4+ds64Size)...)
	binary.LittleEndian.PutUint32(b[ds64At+4:], ds64Size)
	binary.LittleEndian.PutUint64(b[ds64At+8:], uint64(riff))
	binary.LittleEndian.PutUint64(b[ds64At+16:], uint64(w.data))
	binary.LittleEndian.PutUint64(b[ds64At+24:], uint64(w.Frames()))
	w.put(0, b)
	w.put(int64(w.head)-4, []byte{0xff, 0xff, 0xff, 0xff})
}

func (w *WAV) put(at int64, b []byte) {
	if w.err == nil {
		_, w.err = w.at.WriteAt(b, at)
	}
}

func le16(b []byte, v uint16) []byte { return binary.LittleEndian.AppendUint16(b, v) }
func le32(b []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(b, v) }
