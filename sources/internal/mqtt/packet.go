package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// The types of packets, MQTT 5, section 2.1.2.
const (
	connect    = 1
	connack    = 2
	publish    = 3
	puback     = 4
	subscribe  = 8
	suback     = 9
	pingreq    = 12
	pingresp   = 13
	disconnect = 14
	auth       = 15
)

// maxControl bounds every packet that is not a message: what a broker may say in
// an answer. Longer ones break the connection.
const maxControl = 64 << 10

var errMalformed = errors.New("the broker sent what is not MQTT")

// reader reads packets. What it returns is good until the next one.
type reader struct {
	src *bufio.Reader
	max int // the longest message
	buf []byte
}

// packet is one packet without its length.
type packet struct {
	kind  byte
	flags byte
	body  []byte
	long  int // of a message that is longer than max, and was passed over: its length
}

// read returns the next packet.
func (r *reader) read() (p packet, err error) {
	head, err := r.src.ReadByte()
	if err != nil {
		return p, err
	}
	p.kind, p.flags = head>>4, head&15
	n, err := r.length()
	if err != nil {
		return p, err
	}
	limit := maxControl
	if p.kind == publish {
		limit = r.max + maxControl // the topic and the properties come on top
	}
	if n > limit {
		if p.kind != publish {
			return p, fmt.Errorf("%w: a packet of %d bytes", errMalformed, n)
		}
		// Its topic is passed over with it; only the count of it is left.
		p.long = n
		_, err := io.CopyN(io.Discard, r.src, int64(n))
		return p, whole(err)
	}
	if cap(r.buf) < n {
		r.buf = make([]byte, max(n, 4096))
	}
	p.body = r.buf[:n]
	_, err = io.ReadFull(r.src, p.body)
	return p, whole(err)
}

// length reads the length of a packet, MQTT 5, section 1.5.5.
func (r *reader) length() (int, error) {
	n := 0
	for shift := 0; shift < 28; shift += 7 {
		b, err := r.src.ReadByte()
		if err != nil {
			return 0, whole(err)
		}
		n |= int(b&127) << shift
		if b < 128 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a length of more than four bytes", errMalformed)
}

// whole makes an end in the middle of a packet what it is.
func whole(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// cursor takes a packet apart. After the first thing that is not there, ok is
// false and everything is empty.
type cursor struct {
	b  []byte
	ok bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) || !c.ok {
		c.b, c.ok = nil, false
		return nil
	}
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

func (c *cursor) byte() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) uint16() int {
	if b := c.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (c *cursor) text() []byte { return c.take(c.uint16()) }

// properties takes the properties of MQTT 5 and gives each that this client
// understands to each; n is the value of a number.
func (c *cursor) properties(each func(id byte, n int, text []byte)) {
	size, shift := 0, 0
	for {
		b := c.byte()
		size |= int(b&127) << shift
		if b < 128 || !c.ok {
			break
		}
		if shift += 7; shift > 21 {
			c.ok = false
			return
		}
	}
	p := cursor{c.take(size), c.ok}
	for len(p.b) > 0 && p.ok {
		// MQTT 5, section 2.2.2.2.
		switch id := p.byte(); id {
		case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a:
			each(id, int(p.byte()), nil)
		case 0x13, 0x21, 0x22, 0x23:
			each(id, p.uint16(), nil)
		case 0x02, 0x11, 0x18, 0x27:
			if b := p.take(4); b != nil {
				each(id, int(binary.BigEndian.Uint32(b)), nil)
			}
		case 0x0b:
			for p.ok && p.byte() >= 128 {
			}
		case 0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f:
			each(id, 0, p.text())
		case 0x26:
			p.text()
			p.text()
		default:
			p.ok = false
		}
	}
	c.ok = c.ok && p.ok
}

// What is read of the properties.
const (
	assignedClient = 0x12
	serverAlive    = 0x13
	reasonText     = 0x1f
	maxQoS         = 0x24
)

// message is what a PUBLISH carries. All of it is good until the next packet.
type message struct {
	topic   []byte
	body    []byte
	id      int // of the packet; 0 at QoS 0
	qos     byte
	retain  bool
	again   bool // it was sent before
	version byte
}

// message reads a PUBLISH packet.
func (p *packet) message(version byte) (m message, err error) {
	m = message{qos: p.flags >> 1 & 3, retain: p.flags&1 != 0, again: p.flags&8 != 0, version: version}
	c := cursor{p.body, true}
	m.topic = c.text()
	if m.qos > 0 {
		m.id = c.uint16()
	}
	if version == 5 {
		c.properties(func(byte, int, []byte) {})
	}
	m.body = c.b
	switch {
	case !c.ok, m.qos == 3, m.qos > 0 && m.id == 0:
		return m, fmt.Errorf("%w: a message that is cut off or of an unknown kind", errMalformed)
	case len(m.topic) == 0, !utf8.Valid(m.topic):
		return m, fmt.Errorf("%w: a message without a topic that can be read", errMalformed)
	}
	return m, nil
}

// answer is what a CONNACK, a SUBACK or a DISCONNECT says.
type answer struct {
	id      int // of the packet it answers
	present bool
	codes   []byte
	why     string // in the broker's words
	alive   int    // seconds; -1: what was asked for
	client  string // the name that the broker gave
}

// answer reads one of the three.
func (p *packet) answer(version byte) (a answer, err error) {
	a.alive = -1
	c := cursor{p.body, true}
	each := func(id byte, n int, text []byte) {
		switch id {
		case serverAlive:
			a.alive = n
		case reasonText:
			a.why = string(text[:min(len(text), 200)])
		case assignedClient:
			a.client = string(text)
		}
	}
	switch p.kind {
	case connack:
		a.present = c.byte()&1 != 0
		a.codes = append(a.codes, c.byte())
		if version == 5 && len(c.b) > 0 {
			c.properties(each)
		}
	case suback:
		a.id = c.uint16()
		if version == 5 {
			c.properties(each)
		}
		a.codes = c.b
	case disconnect:
		a.codes = append(a.codes, 0)
		if len(c.b) > 0 {
			a.codes[0] = c.byte()
		}
		if len(c.b) > 0 {
			c.properties(each)
		}
	}
	if !c.ok {
		return a, fmt.Errorf("%w: an answer that is cut off", errMalformed)
	}
	return a, nil
}

// What is sent.

func appendLength(b []byte, n int) []byte {
	for n > 127 {
		b = append(b, byte(n)|128)
		n >>= 7
	}
	return append(b, byte(n))
}

func appendText(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
	return append(b, s...)
}

func appendPacket(b []byte, head byte, body []byte) []byte {
	return append(appendLength(append(b, head), len(body)), body...)
}

// greeting is a CONNECT.
type greeting struct {
	version        byte // 4 is 3.1.1, 5 is 5
	client         string
	clean          bool
	expiry         uint32 // seconds that the session outlives the connection; MQTT 5
	alive          int    // seconds
	user, password string
	receive        int // how many messages may be on their way unacknowledged; MQTT 5
}

func (g *greeting) append(b []byte) []byte {
	body := appendText(nil, "MQTT")
	flags := byte(0)
	if g.clean {
		flags |= 2
	}
	if g.user != "" || g.password != "" && g.version == 4 { // 3.1.1 has no password without a name
		flags |= 128
	}
	if g.password != "" {
		flags |= 64
	}
	body = append(body, g.version, flags)
	body = binary.BigEndian.AppendUint16(body, uint16(g.alive))
	if g.version == 5 {
		var p []byte
		if g.expiry > 0 {
			p = binary.BigEndian.AppendUint32(append(p, 0x11), g.expiry)
		}
		p = binary.BigEndian.AppendUint16(append(p, 0x21), uint16(g.receive))
		body = append(appendLength(body, len(p)), p...)
	}
	body = appendText(body, g.client)
	if flags&128 != 0 {
		body = appendText(body, g.user)
	}
	if flags&64 != 0 {
		body = appendText(body, g.password)
	}
	return appendPacket(b, connect<<4, body)
}

func appendSubscribe(b []byte, version byte, id int, filters []string, qos byte) []byte {
	body := binary.BigEndian.AppendUint16(nil, uint16(id))
	if version == 5 {
		body = append(body, 0)
	}
	for _, f := range filters {
		body = append(appendText(body, f), qos)
	}
	return appendPacket(b, subscribe<<4|2, body)
}

func appendAck(b []byte, id int) []byte {
	return append(b, puback<<4, 2, byte(id>>8), byte(id))
}
