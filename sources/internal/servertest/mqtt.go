package servertest

import (
	"bufio"
	"encoding/binary"
	"net"
	"testing"
	"time"
)

// Publisher sends messages to a broker of MQTT 3.1.1. It is used by one goroutine.
type Publisher struct {
	tb   testing.TB
	conn net.Conn
	in   *bufio.Reader
	id   uint16
	out  []byte
}

// Publish connects to a broker.
func Publish(tb testing.TB, addr string) *Publisher {
	tb.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	p := &Publisher{tb: tb, conn: conn, in: bufio.NewReader(conn)}
	tb.Cleanup(func() { conn.Close() })
	// CONNECT: MQTT, level 4, clean session, keep alive never, no client id.
	p.send([]byte{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 0})
	if got := p.answer(4); got[0] != 0x20 || got[3] != 0 {
		tb.Fatalf("the broker answers % x", got)
	}
	return p
}

func (p *Publisher) send(b []byte) {
	if _, err := p.conn.Write(b); err != nil {
		p.tb.Fatal(err)
	}
}

func (p *Publisher) answer(n int) []byte {
	b := make([]byte, n)
	p.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for i := range b {
		var err error
		if b[i], err = p.in.ReadByte(); err != nil {
			p.tb.Fatal(err)
		}
	}
	return b
}

// Send sends one message, and with QoS 1 returns when the broker has it.
func (p *Publisher) Send(topic, body string, qos byte, retain bool) {
	p.tb.Helper()
	p.out = p.append(p.out[:0], topic, body, qos, retain)
	p.send(p.out)
	if qos > 0 {
		if got := p.answer(4); got[0] != 0x40 {
			p.tb.Fatalf("the broker answers % x", got)
		}
	}
}

// Flood sends the same message n times with QoS 0, as fast as it goes.
func (p *Publisher) Flood(topic, body string, n int) {
	one := p.append(nil, topic, body, 0, false)
	var many []byte
	for range 100 {
		many = append(many, one...)
	}
	for ; n >= 100; n -= 100 {
		p.send(many)
	}
	p.send(many[:n*len(one)])
}

func (p *Publisher) append(b []byte, topic, body string, qos byte, retain bool) []byte {
	head := byte(0x30 | qos<<1)
	if retain {
		head |= 1
	}
	n := 2 + len(topic) + len(body)
	if qos > 0 {
		n += 2
	}
	b = append(b, head)
	for n > 127 {
		b = append(b, byte(n)|128)
		n >>= 7
	}
	b = append(b, byte(n))
	b = binary.BigEndian.AppendUint16(b, uint16(len(topic)))
	b = append(b, topic...)
	if qos > 0 {
		p.id = p.id%65535 + 1
		b = binary.BigEndian.AppendUint16(b, p.id)
	}
	return append(b, body...)
}

// Barrier returns when the broker has taken everything that was sent before.
func (p *Publisher) Barrier() {
	p.send([]byte{0xc0, 0})
	if got := p.answer(2); got[0] != 0xd0 {
		p.tb.Fatalf("the broker answers % x", got)
	}
}
