package midi

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
)

// spool is a scratch file in which the tracks leave what does not fit into
// their memory, block by block.
type spool struct {
	path string         // of the result
	file *safefile.File // nil until it is needed
	size int64
	err  error
}

// blockSize is how much of a track is kept in memory.
const blockSize = 32 << 10

// put adds a block and returns where it is.
func (s *spool) put(block []byte) int64 {
	if s.err != nil {
		return 0
	}
	if s.file == nil {
		if s.file, s.err = safefile.Scratch(s.path); s.err != nil {
			return 0
		}
	}
	at := s.size
	_, s.err = s.file.Write(block)
	s.size += int64(len(block))
	return at
}

func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// track collects the events of one MTrk chunk.
type track struct {
	spool  *spool
	buf    []byte
	blocks []int64 // where the full blocks are in the spool
	last   sonify.Tick
	status byte // running status
}

// maxDelta is the longest time between two events that a file can say.
const maxDelta = 0x0fffffff

// add appends a message at the given tick, which must not lie before the last.
func (t *track) add(at sonify.Tick, msg []byte) {
	delta := at - t.last
	for ; delta > maxDelta; delta -= maxDelta {
		t.buf = append(t.buf, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x01, 0x00) // an empty text
		t.status = 0
		t.spill()
	}
	t.last = at
	t.buf = appendVarLen(t.buf, uint32(delta))
	switch {
	case msg[0] >= 0xf0:
		t.status = 0
	case msg[0] == t.status:
		msg = msg[1:]
	default:
		t.status = msg[0]
	}
	t.buf = append(t.buf, msg...)
	t.spill()
}

func (t *track) spill() {
	for len(t.buf) >= blockSize {
		t.blocks = append(t.blocks, t.spool.put(t.buf[:blockSize]))
		t.buf = append(t.buf[:0], t.buf[blockSize:]...)
	}
}

// appendVarLen appends n, at most maxDelta, in seven bits a byte.
func appendVarLen(b []byte, n uint32) []byte {
	for shift := 21; shift > 0; shift -= 7 {
		if n>>shift != 0 {
			b = append(b, byte(n>>shift)|0x80)
		}
	}
	return append(b, byte(n&0x7f))
}

// writeTo writes the chunk.
func (t *track) writeTo(w io.Writer) error {
	size := int64(len(t.blocks))*blockSize + int64(len(t.buf))
	if size > math.MaxUint32 {
		return fmt.Errorf("midi: a track is %d bytes long, a file can say at most %d: render it in parts", size, uint32(math.MaxUint32))
	}
	if _, err := w.Write(binary.BigEndian.AppendUint32([]byte("MTrk"), uint32(size))); err != nil {
		return err
	}
	block := make([]byte, blockSize)
	for _, at := range t.blocks {
		if _, err := t.spool.file.ReadAt(block, at); err != nil {
			return err
		}
		if _, err := w.Write(block); err != nil {
			return err
		}
	}
	_, err := w.Write(t.buf)
	return err
}
