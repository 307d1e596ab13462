package web

import (
	"encoding/binary"

	"proscenium/sonify/wire"
)

// shared is a message as it goes to all listeners: made once, changed by nobody.
type shared struct {
	binary []byte // a frame of the WebSocket with the binary message
	text   []byte // a frame of the WebSocket with the JSON
}

// json returns the JSON alone, for those who are no WebSocket.
func (s *shared) json() []byte { return s.text[headerLen(len(s.text)):] }

// frame returns what a listener of the given format is sent.
func (s *shared) frame(json bool) []byte {
	if json {
		return s.text
	}
	return s.binary
}

// The opcodes of a WebSocket (RFC 6455, 5.2), with the bit that says that a frame
// is a whole message.
const (
	opText   = 0x81
	opBinary = 0x82
	opClose  = 0x88
	opPing   = 0x89
	opPong   = 0x8a
)

// share makes m ready to be sent; message is its binary form, or nil if that is
// still to be made.
func share(tr *wire.Translator, m wire.Message, message []byte) (*shared, error) {
	var err error
	if message == nil {
		if message, err = wire.Append(nil, m); err != nil {
			return nil, err
		}
	}
	j, err := tr.JSON(m)
	if err != nil {
		return nil, err
	}
	return &shared{binary: framed(opBinary, message), text: framed(opText, j)}, nil
}

// framed puts the header of a WebSocket's frame before a payload. A server does
// not mask.
func framed(op byte, payload []byte) []byte {
	n := len(payload)
	p := make([]byte, 0, n+10)
	p = append(p, op)
	switch {
	case n < 126:
		p = append(p, byte(n))
	case n < 1<<16:
		p = binary.BigEndian.AppendUint16(append(p, 126), uint16(n))
	default:
		p = binary.BigEndian.AppendUint64(append(p, 127), uint64(n))
	}
	return append(p, payload...)
}

// headerLen returns the length of the header of a frame of n bytes in all.
func headerLen(n int) int {
	switch {
	case n < 126+2:
		return 2
	case n < 1<<16+4:
		return 4
	}
	return 10
}
