package stream

import "encoding/binary"

// wavFrames is how many frames a page of WAV has: 100 ms.
const wavFrames = Rate / 10

// wav makes an endless WAV file of 16 bits.
type wav struct{ gather }

func newWAV(About) (Encoder, error) { return &wav{gather{size: Channels * wavFrames}}, nil }

// Head implements [Encoder]. The lengths are the greatest that there are, which
// players take for "until it ends".
func (w *wav) Head(int64) []byte {
	p := []byte("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00")
	p = binary.LittleEndian.AppendUint16(p, 1) // PCM
	p = binary.LittleEndian.AppendUint16(p, Channels)
	p = binary.LittleEndian.AppendUint32(p, Rate)
	p = binary.LittleEndian.AppendUint32(p, Rate*Channels*2)
	p = binary.LittleEndian.AppendUint16(p, Channels*2)
	p = binary.LittleEndian.AppendUint16(p, 16)
	return append(p, "data\xff\xff\xff\xff"...)
}

// Retitle implements [Encoder]: there are no titles in it.
func (w *wav) Retitle(string) {}

// Encode implements [Encoder].
func (w *wav) Encode(samples []int16, emit func([]byte)) error {
	return w.blocks(samples, func(b []int16) error {
		emit(littleEndian(b))
		return nil
	})
}

// Finish implements [Encoder].
func (w *wav) Finish(emit func([]byte)) error {
	if len(w.have) > 0 {
		emit(littleEndian(w.have))
	}
	w.have = nil
	return nil
}

func littleEndian(samples []int16) []byte {
	p := make([]byte, 0, 2*len(samples))
	for _, v := range samples {
		p = binary.LittleEndian.AppendUint16(p, uint16(v))
	}
	return p
}
