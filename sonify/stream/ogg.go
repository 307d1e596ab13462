package stream

import "encoding/binary"

// The flags of an Ogg page (RFC 3533, section 6).
const (
	oggBegin = 2
	oggEnd   = 4
)

// oggPage returns a page that holds whole packets: together at most 255 segments of
// 255 bytes. granule is the position at its end.
func oggPage(flags byte, granule int64, serial, number uint32, packets ...[]byte) []byte {
	segments, size := 0, 0
	for _, q := range packets {
		segments += len(q)/255 + 1
		size += len(q)
	}
	p := make([]byte, 0, 27+segments+size)
	p = append(p, "OggS\x00"...)
	p = append(p, flags)
	p = binary.LittleEndian.AppendUint64(p, uint64(granule))
	p = binary.LittleEndian.AppendUint32(p, serial)
	p = binary.LittleEndian.AppendUint32(p, number)
	p = binary.LittleEndian.AppendUint32(p, 0) // the checksum, which counts itself as 0
	p = append(p, byte(segments))
	for _, q := range packets {
		n := len(q)
		for ; n >= 255; n -= 255 {
			p = append(p, 255)
		}
		p = append(p, byte(n))
	}
	for _, q := range packets {
		p = append(p, q...)
	}
	binary.LittleEndian.PutUint32(p[22:], oggSum(p))
	return p
}

// oggTable is for the checksum of Ogg: polynomial 0x04c11db7, highest bit first.
var oggTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&(1<<31) != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

func oggSum(p []byte) uint32 {
	var c uint32
	for _, b := range p {
		c = c<<8 ^ oggTable[byte(c>>24)^b]
	}
	return c
}
