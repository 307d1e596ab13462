package stream

import (
	"encoding/binary"
	"fmt"

	"github.com/tphakala/go-opus/opus"
)

const (
	opusRate    = 128_000   // bits a second, about: more where the sound wants it
	opusFrames  = Rate / 50 // of a packet: 20 ms
	opusPackets = 10        // of a page: 200 ms
	// opusDelay is by how many frames the encoder is late: 4 ms that it looks ahead
	// and 2.5 ms of overlap.
	opusDelay = 312
	// opusWarm is how many frames a decoder that begins in the middle drops, because
	// what it makes of them depends on what came before (RFC 7845, section 4.2).
	opusWarm = Rate * 80 / 1000
)

// opusStream makes Ogg Opus (RFC 7845).
type opusStream struct {
	gather
	about   About
	enc     *opus.Encoder
	packets [][]byte // of the page that is being made
	taken   int64    // frames of sound
	made    int64    // frames in packets
	pages   int64
	buf     [1500]byte
}

func newOpus(a About) (Encoder, error) {
	e, err := opus.NewEncoder(opus.EncoderConfig{SampleRate: Rate, Channels: Channels, Bitrate: opusRate, ConstrainedVBR: true})
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	return &opusStream{gather: gather{size: Channels * opusFrames}, about: a, enc: e}, nil
}

// Head implements [Encoder]. The pages of a head are always 0 and 1, whatever the
// number of the page that follows: so it is with every live stream, and players
// know it, while some do not take a head with other numbers for one.
func (o *opusStream) Head(n int64) []byte {
	skip := uint16(opusDelay)
	if n > 0 {
		skip = opusWarm
	}
	head := append([]byte("OpusHead"), 1, Channels)
	head = binary.LittleEndian.AppendUint16(head, skip)
	head = binary.LittleEndian.AppendUint32(head, Rate)
	head = append(head, 0, 0, 0) // no gain, the plain order of channels
	text := func(p []byte, s string) []byte {
		return append(binary.LittleEndian.AppendUint32(p, uint32(len(s))), s...)
	}
	tags := text([]byte("OpusTags"), "go-opus "+opus.Version)
	list := o.about.tags()
	tags = binary.LittleEndian.AppendUint32(tags, uint32(len(list)))
	for _, t := range list {
		tags = text(tags, t[0]+"="+t[1])
	}
	p := oggPage(oggBegin, 0, o.about.Serial, 0, head)
	return append(p, oggPage(0, 0, o.about.Serial, 1, tags)...)
}

// Retitle implements [Encoder].
func (o *opusStream) Retitle(title string) { o.about.Title = title }

// Encode implements [Encoder].
func (o *opusStream) Encode(samples []int16, emit func([]byte)) error {
	o.taken += int64(len(samples) / Channels)
	return o.blocks(samples, func(b []int16) error {
		if err := o.packet(b); err != nil {
			return err
		}
		if len(o.packets) == opusPackets {
			emit(o.page(0, o.made))
		}
		return nil
	})
}

// packet encodes 20 ms.
func (o *opusStream) packet(b []int16) error {
	n, err := o.enc.Encode(b, o.buf[:])
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	o.packets = append(o.packets, append([]byte(nil), o.buf[:n]...))
	o.made += opusFrames
	return nil
}

// page returns the packets that wait as a page.
func (o *opusStream) page(flags byte, granule int64) []byte {
	p := oggPage(flags, granule, o.about.Serial, uint32(o.pages+2), o.packets...)
	o.pages++
	clear(o.packets)
	o.packets = o.packets[:0]
	return p
}

// Finish implements [Encoder]: the last page says where in it the sound ends.
func (o *opusStream) Finish(emit func([]byte)) error {
	end := o.taken + opusDelay
	silence := make([]int16, Channels*opusFrames)
	for o.made < end || len(o.packets) == 0 {
		b := append(o.have, silence[:len(silence)-len(o.have)]...)
		o.have = o.have[:0]
		if err := o.packet(b); err != nil {
			return err
		}
	}
	emit(o.page(oggEnd, min(end, o.made)))
	return nil
}
