package mqtt

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
)

// TestGreeting holds the bytes that brokers see, by the examples of MQTT 5,
// section 3.1, and 3.1.1, section 3.1.
func TestGreeting(t *testing.T) {
	for want, g := range map[string]greeting{
		"\x10\x0f\x00\x04MQTT\x04\x02\x00\x1e\x00\x03abc":                                                       {version: 4, client: "abc", clean: true, alive: 30},
		"\x10\x13\x00\x04MQTT\x05\x02\x00\x1e\x03\x21\x04\x00\x00\x03abc":                                       {version: 5, client: "abc", clean: true, alive: 30, receive: 1024},
		"\x10\x1e\x00\x04MQTT\x05\xc0\x00\x1e\x08\x11\x00\x00\x00\x3c\x21\x04\x00\x00\x01k\x00\x01u\x00\x03pwd": {version: 5, client: "k", alive: 30, expiry: 60, receive: 1024, user: "u", password: "pwd"},
		"\x10\x14\x00\x04MQTT\x05\x42\x00\x00\x03\x21\x00\x01\x00\x00\x00\x02pw":                                {version: 5, clean: true, receive: 1, password: "pw"},
		"\x10\x12\x00\x04MQTT\x04\xc2\x00\x00\x00\x00\x00\x00\x00\x02pw":                                        {version: 4, clean: true, password: "pw"},
	} {
		if got := string(g.append(nil)); got != want {
			t.Errorf("%+v is %q, expected %q", g, got, want)
		}
	}
	if got := string(appendSubscribe(nil, 5, 1, []string{"a/+", "b"}, 1)); got != "\x82\x0d\x00\x01\x00\x00\x03a/+\x01\x00\x01b\x01" {
		t.Errorf("SUBSCRIBE is %q", got)
	}
	if got := string(appendSubscribe(nil, 4, 2, []string{"b"}, 0)); got != "\x82\x06\x00\x02\x00\x01b\x00" {
		t.Errorf("SUBSCRIBE is %q", got)
	}
}

func read1(text string, longest int) (packet, error) {
	r := reader{src: bufio.NewReader(strings.NewReader(text)), max: longest}
	return r.read()
}

func TestPacket_Messages(t *testing.T) {
	// QoS 1, again, retained; properties: a content type, a pair of the user's.
	p, err := read1("\x3b\x18\x00\x03a/b\x00\x07\x0e\x03\x00\x02tx\x26\x00\x01k\x00\x03vvvhi", 100)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.message(5)
	if err != nil || string(m.topic) != "a/b" || string(m.body) != "hi" || m.id != 7 || m.qos != 1 || !m.retain || !m.again {
		t.Errorf("%+v %v", m, err)
	}
	for _, bad := range []string{
		"\x30\x00",                                   // no topic
		"\x30\x02\x00\x00",                           // an empty one
		"\x30\x04\x00\x05ab",                         // cut off
		"\x36\x06\x00\x02ab\x00\x01",                 // QoS 3
		"\x32\x06\x00\x02ab\x00\x00",                 // QoS 1 without a number
		"\x30\x04\x00\x02\xff\xfe",                   // not UTF-8
		"\x30\x07\x00\x02ab\x02\x7f\x01",             // an unknown property
		"\x30\x05\x00\x02ab\x05",                     // properties cut off
		"\x30\x0a\x00\x02ab\xff\xff\xff\xff\xff\x01", // a length without an end
	} {
		p, err := read1(bad, 100)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.message(5); !errors.Is(err, errMalformed) {
			t.Errorf("% x: %v", bad, err)
		}
	}
	if _, err := read1("\x30\xff\xff\xff\xff\x01", 100); !errors.Is(err, errMalformed) {
		t.Errorf("a length of five bytes: %v", err)
	}
	if _, err := read1("\x90\xff\xff\x7f", 100); !errors.Is(err, errMalformed) {
		t.Errorf("an answer of 2 MB: %v", err)
	}
	if _, err := read1("\x30\x05\x00", 100); err != io.ErrUnexpectedEOF {
		t.Errorf("cut off: %v", err)
	}
	// One that is too long is passed over, and the next is read.
	r := reader{src: bufio.NewReader(strings.NewReader("\x30\x80\x80\x08" + strings.Repeat("x", 1<<17) + "\xd0\x00")), max: 100}
	if p, err := r.read(); err != nil || p.long != 1<<17 {
		t.Errorf("too long: %v", err)
	}
	if p, err := r.read(); err != nil || p.kind != pingresp || cap(r.buf) > 4096 {
		t.Errorf("after it: %v %v", p, err)
	}
}

// script answers a client with what a broker would send.
func script(t *testing.T, answer string) net.Conn {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	go func() {
		buf := make([]byte, 4096)
		theirs.Read(buf)
		io.WriteString(theirs, answer)
		theirs.Close()
	}()
	return ours
}

func TestGreet_Answers(t *testing.T) {
	for _, c := range []struct {
		version     byte
		answer, say string
		old, final  bool
	}{
		{5, "\x20\x03\x00\x00\x00", "", false, false},
		{5, "\x20\x06\x01\x00\x03\x13\x00\x0a", "", false, false},
		{5, "\x20\x02\x00\x01", "version", true, false},     // 3.1.1: unacceptable protocol version
		{5, "\x20\x03\x00\x84\x00", "version", true, false}, // 5: the same
		{5, "", "version", true, false},                     // hangs up
		{5, "\x20\x0b\x00\x87\x08\x1f\x00\x05sorry", `it is not allowed ("sorry")`, false, true},
		{5, "\x20\x03\x00\x89\x00", "the server is busy", false, false},
		{4, "\x20\x02\x00\x05", "not allowed", false, true},
		{4, "\x20\x02\x00\x03", "not available", false, false},
		{4, "\x20\x02\x00\x04", "password", false, true},
		{4, "\x20\x02\x00\x63", "code 0x63", false, false},
		{4, "HTTP/1.1 400 Bad Request\r\n", "not MQTT", false, false},
		{5, "SSH-2.0-OpenSSH", "not MQTT", false, false},
	} {
		_, err := greet(script(t, c.answer), &greeting{version: c.version, alive: 30, receive: 1}, 100)
		var p *sonify.Permanent
		if (err == nil) != (c.say == "") || err != nil && !strings.Contains(err.Error(), c.say) || errors.Is(err, errVersion) != c.old || errors.As(err, &p) != c.final {
			t.Errorf("%q: %v", c.answer, err)
		}
	}
}

func TestConfig_Mistakes(t *testing.T) {
	for _, c := range []struct {
		change    func(c *Connection)
		key, hint string
	}{
		{func(c *Connection) { c.Broker = "tcp://h:1" }, "broker", `"mqtt://h:1"`},
		{func(c *Connection) { c.Broker = "house.local:1883" }, "broker", `"mqtt://house.local:1883"`},
		{func(c *Connection) { c.Broker = "mqtt://u:canary@h" }, "broker", ""},
		{func(c *Connection) { c.Broker = "mqtt://u@h" }, "broker", "username"},
		{func(c *Connection) { c.Broker = "mqtt://h/home" }, "broker", "topics"},
		{func(c *Connection) { c.Password = "canary" }, "password", "env:PASSWORD"},
		{func(c *Connection) { c.Session = "keep"; c.QoS = 1 }, "client_id", "client_id"},
		{func(c *Connection) { c.Session = "keep"; c.ClientID = "x" }, "qos", "qos = 1"},
		{func(c *Connection) { c.CA = "x.crt" }, "ca", ""},
		{func(c *Connection) { c.Broker, c.Cert = "mqtts://h", "x.crt" }, "cert_key", "cert_key"},
	} {
		conf := Defaults()
		c.change(&conf)
		var ps sonify.Problems
		conf.Check(&ps)
		if len(ps) != 1 || ps[0].Key != c.key || !strings.Contains(ps[0].Hint, c.hint) || strings.Contains(ps.Error(), "canary") {
			t.Errorf("%s: %v", c.key, ps)
		}
	}
	conf := Defaults()
	var ps sonify.Problems
	if conf.Check(&ps); len(ps) != 0 {
		t.Errorf("the defaults: %v", ps)
	}
	Patterns(&ps, "topics", []string{"a/#/b", "ok"})
	if len(ps) != 1 || ps[0].Key != "topics[0]" {
		t.Errorf("%v", ps)
	}
}

func TestOnline(t *testing.T) {
	for text, want := range map[string]string{
		"online": "yes", "Offline": "no", ` {"state":"online"} `: "yes", `{"state":"offline"}`: "no", `"online"`: "yes",
		"1": "yes", "perhaps": "", "": "", "{": "", `{"x":1}`: "", "online and more": "",
	} {
		got := ""
		if on, ok := Online([]byte(text)); ok {
			got = sonify.Truth(on).String()
		}
		if got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// Whatever a broker sends: no panic, no more memory than the piece allows, and what
// is read twice is read the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("\x20\x03\x00\x00\x00\x90\x04\x00\x01\x00\x00\x30\x05\x00\x01a\x00x"), byte(5))
	f.Add([]byte("\x20\x02\x00\x00\x90\x03\x00\x01\x01\x32\x06\x00\x01a\x00\x01x\xd0\x00"), byte(4))
	f.Add([]byte("\xe0\x0b\x8b\x09\x1f\x00\x06sleepy"), byte(5))
	f.Fuzz(func(t *testing.T, data []byte, version byte) {
		if version != 5 {
			version = 4
		}
		r := reader{src: bufio.NewReader(bytes.NewReader(data)), max: 1000}
		b := new(batch)
		c := &client{version: version}
		for {
			p, err := r.read()
			if err != nil {
				break
			}
			switch p.kind {
			case publish:
				if err := fill(c, &p, b); err == nil && p.long == 0 {
					h := b.messages[len(b.messages)-1]
					if h.topic > h.end || h.end != len(b.bytes) {
						t.Fatalf("%+v of %d bytes", h, len(b.bytes))
					}
				}
			case connack, suback, disconnect:
				if a, err := p.answer(version); err == nil && p.kind != suback && len(a.codes) != 1 {
					t.Fatalf("%+v", a)
				}
			}
			if b.full() {
				b.reset()
			}
		}
		if cap(r.buf) > 1000+maxControl {
			t.Fatalf("a buffer of %d bytes", cap(r.buf))
		}
		Online(data)
	})
}

// A broker that goes silent is left.
func TestClient_Silence(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	c := &client{conn: ours, version: 5, alive: 20 * time.Millisecond, in: reader{src: bufio.NewReader(ours), max: 10}}
	if _, err := c.next(); err == nil || !strings.Contains(err.Error(), "nothing was heard from the broker for 30ms") {
		t.Errorf("%v", err)
	}
}

func TestPort(t *testing.T) {
	for text, want := range map[string]string{"mqtt://h": "1883", "mqtts://h": "8883", "ws://h": "80", "wss://h:9001/mqtt": "9001"} {
		u, err := url.Parse(text)
		if err != nil || port(u) != want {
			t.Errorf("%s: %s", reach.Redact(text), port(u))
		}
	}
}
