package stream

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"
)

const (
	flacFrames = 4096 // of a block: 85 ms
	flacOrder  = 3    // a block is divided into 2^flacOrder parts, each with a Rice parameter of its own
	flacOrders = 5    // of the fixed predictors: 0 to 4
	flacRice   = 14   // the greatest Rice parameter of four bits; 15 is an escape
)

// flacStream makes FLAC (RFC 9639). What the predictors are, and how many bits they
// take, is found out here: the library would try every Rice parameter on every
// sample.
type flacStream struct {
	gather
	buf   bytes.Buffer
	enc   *flac.Encoder
	head  []byte
	frame frame.Frame
	side  [4][]int32 // left, right, mid, side
	about About
}

func newFLAC(a About) (Encoder, error) {
	f := &flacStream{gather: gather{size: Channels * flacFrames}, about: a}
	enc, err := flacEncoder(&f.buf, &a)
	if err != nil {
		return nil, err
	}
	f.enc = enc
	f.head = bytes.Clone(f.buf.Bytes())
	f.frame = frame.Frame{Header: frame.Header{HasFixedBlockSize: true, SampleRate: Rate, BitsPerSample: 16},
		Subframes: []*frame.Subframe{{}, {}}}
	for i := range f.side {
		f.side[i] = make([]int32, flacFrames)
	}
	return f, nil
}

// flacEncoder returns an encoder that has written the head of a stream to w.
func flacEncoder(w io.Writer, a *About) (*flac.Encoder, error) {
	// 0 frames: that is, who knows how many.
	info := &meta.StreamInfo{BlockSizeMin: flacFrames, BlockSizeMax: flacFrames, SampleRate: Rate, NChannels: Channels, BitsPerSample: 16}
	comment := &meta.VorbisComment{Vendor: "mewkiz/flac", Tags: a.tags()}
	length := 8 + len(comment.Vendor)
	for _, t := range comment.Tags {
		length += 5 + len(t[0]) + len(t[1])
	}
	block := &meta.Block{Header: meta.Header{Type: meta.TypeVorbisComment, Length: int64(length)}, Body: comment}
	enc, err := flac.NewEncoder(w, info, block)
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	enc.EnablePredictionAnalysis(false)
	return enc, nil
}

// Retitle implements [Encoder].
func (f *flacStream) Retitle(title string) {
	f.about.Title = title
	var b bytes.Buffer
	if _, err := flacEncoder(&b, &f.about); err == nil { // as it did before
		f.head = b.Bytes()
	}
}

// Head implements [Encoder].
func (f *flacStream) Head(int64) []byte { return f.head }

// Encode implements [Encoder].
func (f *flacStream) Encode(samples []int16, emit func([]byte)) error {
	return f.blocks(samples, func(b []int16) error { return f.block(b, emit) })
}

// Finish implements [Encoder]: the last block is as short as it is.
func (f *flacStream) Finish(emit func([]byte)) error {
	if len(f.have) == 0 {
		return nil
	}
	err := f.block(f.have, emit)
	f.have = nil
	return err
}

// block writes one block of at most flacFrames.
func (f *flacStream) block(b []int16, emit func([]byte)) error {
	n := len(b) / Channels
	l, r, m, s := f.side[0][:n], f.side[1][:n], f.side[2][:n], f.side[3][:n]
	for i := range n {
		x, y := int32(b[2*i]), int32(b[2*i+1])
		l[i], r[i], m[i], s[i] = x, y, (x+y)>>1, x-y
	}
	var plans [4]plan
	for i, x := range [][]int32{l, r, m, s} {
		plans[i] = planFor(x, uint(16+i/3))
	}
	h := &f.frame.Header
	h.BlockSize = uint16(n)
	// The library makes mid and side of left and right itself.
	first, second := &plans[0], &plans[1]
	h.Channels = frame.ChannelsLR
	least := plans[0].bits + plans[1].bits
	for _, c := range []struct {
		channels frame.Channels
		a, b     int
	}{{frame.ChannelsLeftSide, 0, 3}, {frame.ChannelsSideRight, 3, 1}, {frame.ChannelsMidSide, 2, 3}} {
		if sum := plans[c.a].bits + plans[c.b].bits; sum < least {
			least, h.Channels, first, second = sum, c.channels, &plans[c.a], &plans[c.b]
		}
	}
	f.frame.Subframes[0].Samples, f.frame.Subframes[1].Samples = l, r
	for i, p := range []*plan{first, second} {
		sub := f.frame.Subframes[i]
		sub.NSamples = n
		sub.SubHeader = p.header
	}
	f.buf.Reset()
	if err := f.enc.WriteFrame(&f.frame); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	emit(bytes.Clone(f.buf.Bytes()))
	return nil
}

// plan is how a channel of a block is written.
type plan struct {
	header frame.SubHeader
	bits   int
}

// planFor finds how samples of that many bits take least room.
func planFor(x []int32, width uint) plan {
	n := len(x)
	constant := true
	for _, v := range x {
		constant = constant && v == x[0]
	}
	if constant {
		return plan{frame.SubHeader{Pred: frame.PredConstant}, int(width)}
	}
	best := plan{frame.SubHeader{Pred: frame.PredVerbatim}, n * int(width)}
	parts := 1 << flacOrder
	if n%parts != 0 || n/parts < flacOrders {
		return best
	}
	// The residual of order k+1 is the difference of two of order k. Their sums tell
	// which order is smallest, part by part.
	var sums [flacOrders][1 << flacOrder]uint64
	var last [flacOrders]int64
	for i, v := range x {
		d := int64(v)
		for k := range flacOrders {
			if i >= k {
				sums[k][i*parts/n] += zigzag(d)
			}
			last[k], d = d, d-last[k]
		}
	}
	for k := range flacOrders {
		p := plan{frame.SubHeader{Pred: frame.PredFixed, Order: k, ResidualCodingMethod: frame.ResidualCodingMethodRice1,
			RiceSubframe: &frame.RiceSubframe{PartOrder: flacOrder, Partitions: make([]frame.RicePartition, parts)}}, 6 + k*int(width)}
		for i := range parts {
			count := n / parts
			if i == 0 {
				count -= k
			}
			rice := riceFor(sums[k][i], count)
			p.header.RiceSubframe.Partitions[i].Param = rice
			// At most: what is cut off by the parameter is left in the sum.
			p.bits += 4 + count*int(1+rice) + int(sums[k][i]>>rice)
		}
		if p.bits < best.bits {
			best = p
		}
	}
	return best
}

func zigzag(v int64) uint64 { return uint64(v<<1 ^ v>>63) }

// riceFor returns the Rice parameter for count numbers of that sum: about the
// logarithm of their mean.
func riceFor(sum uint64, count int) uint {
	mean := sum / uint64(count)
	return min(uint(max(bits.Len64(mean)-1, 0)), flacRice)
}
