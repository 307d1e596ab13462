package hook

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
)

func newDoor(t testing.TB, preset string, queue int) *door {
	s := scheme(t, preset)
	v, err := NewVerifier(s, "https://x.example/hooks/a", []string{"c2VjcmV0"})
	if err != nil {
		t.Fatal(err)
	}
	return &door{v: v, tally: new(sonify.Tally), link: new(sonify.Link), now: func() time.Time { return now }, queue: make(chan delivery, queue), seen: ledger{room: 1000}}
}

// Whatever is posted, the door answers, and takes what is signed and JSON.
func FuzzDoor(f *testing.F) {
	for _, body := range []string{`{"id":"a","event_id":"b"}`, `{`, "\x00", strings.Repeat("[", 80), `{"id":{"id":[]}}`, `{"id":"` + strings.Repeat("x", 300) + `"}`} {
		for _, p := range Presets() {
			f.Add(p, "application/json", body, true)
		}
	}
	f.Fuzz(func(t *testing.T, preset, typ, body string, right bool) {
		if _, ok := Preset(preset); !ok {
			return
		}
		d := newDoor(t, preset, 4)
		h := http.Header{}
		if right {
			h, _ = Sign(d.v.scheme, "c2VjcmV0", "https://x.example/hooks/a", "i", "t", now, []byte(body))
		}
		h.Set("Content-Type", typ)
		c := &sonify.Call{Method: "POST", Path: "a", Header: h, Body: []byte(body)}
		got := d.answer(c)
		switch {
		case got.Status == http.StatusOK && !(right && jsonType([]string{typ}) && json.Valid([]byte(body))):
			t.Fatalf("%q was taken", body)
		case got.Status != http.StatusOK && got.Status != 400 && got.Status != 401 && got.Status != 415:
			t.Fatalf("answered %+v", got)
		}
		if got.Status == http.StatusOK {
			again := d.answer(c)
			if again.Status != http.StatusOK || len(d.queue) != 1 {
				t.Fatalf("a repetition is answered %+v, and %d are queued", again, len(d.queue))
			}
		}
	})
}

func TestLedger_Forgets(t *testing.T) {
	l := ledger{room: 3}
	for n := range uint64(5) {
		l.add(n + 1)
	}
	for n := range uint64(5) {
		if got := l.has(n + 1); got != (n >= 2) {
			t.Errorf("%d: %v", n+1, got)
		}
	}
	if len(l.known) != 3 || len(l.ring) != 3 {
		t.Errorf("%d, %d are remembered", len(l.known), len(l.ring))
	}
	none := ledger{}
	if none.add(1); none.has(1) {
		t.Error("a ledger without room remembers")
	}
}

func FuzzPlace(f *testing.F) {
	var tr trail
	for n := range uint64(20) {
		tr.add(n * 0x9e3779b97f4a7c15)
	}
	f.Add(tr.place())
	f.Add(tr.place() + "~4.0.x.0")
	f.Add("===========")
	f.Fuzz(func(t *testing.T, place string) {
		var back trail
		n := 0
		readPlace(place, func(name uint64) { back.add(name); n++ })
		if n > len(place)/11 {
			t.Fatal(n)
		}
		if len(back.place()) > kept*11 {
			t.Fatal(back.place())
		}
	})
	if len(tr.place()) != kept*11 {
		f.Fatal(tr.place())
	}
}

// body is an order of 500 bytes.
func body(n int) []byte {
	b := fmt.Sprintf(`{"id":"evt_%09d","event_id":"evt_%09d","type":"checkout.session.completed","created":1795860000,"data":{"object":{"amount_total":9000,"currency":"eur","metadata":{"quantity":"2"},"filler":"`, n, n)
	return []byte(b + strings.Repeat("x", 500-len(b)-4) + `"}}}`)
}

// BenchmarkAnswer is what a delivery of 500 bytes costs until it is answered: its
// signature, its JSON, whether it came before, and a place in the queue.
func BenchmarkAnswer(b *testing.B) {
	for _, preset := range Presets() {
		b.Run(preset, func(b *testing.B) {
			d := newDoor(b, preset, 1)
			calls := make([]*sonify.Call, 4096)
			for i := range calls {
				h, _ := Sign(d.v.scheme, "c2VjcmV0", "https://x.example/hooks/a", fmt.Sprint("d", i), "t", now, body(i))
				calls[i] = &sonify.Call{Method: "POST", Path: "a", Header: h, Body: body(i)}
			}
			b.SetBytes(500)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if got := d.answer(calls[i%len(calls)]); got.Status != http.StatusOK {
					b.Fatal(got)
				}
				if i++; len(d.queue) > 0 {
					d.left(len((<-d.queue).m.Body))
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

// A door that is shut answers as one that is full, and what waited is counted.
func TestDoor_Close(t *testing.T) {
	d := newDoor(t, "github", 4)
	post := func(id string) sonify.Reply {
		h, _ := Sign(d.v.scheme, "c2VjcmV0", "", id, "push", now, []byte(`{"a":"`+id+`"}`))
		return d.answer(&sonify.Call{Method: "POST", Header: h, Body: []byte(`{"a":"` + id + `"}`)})
	}
	post("1")
	d.close()
	if got := post("2"); got.Status != http.StatusServiceUnavailable {
		t.Error(got)
	}
	if d.bytes != 0 || d.tally.Counts()[0].Fate != sonify.Dropped || d.tally.Counts()[0].Count != 1 {
		t.Errorf("%d bytes, %+v", d.bytes, d.tally.Counts())
	}
}

// Names stand in the places of stations that are restarted with a later program: what was
// taken by the one is known to the other.
func TestName_StaysWhatItIs(t *testing.T) {
	for _, c := range []struct {
		got  uint64
		want string
	}{
		{name(byID, "", "msg_1"), "imsg_1\x00"},
		{name(byID, "", strings.Repeat("x", 1000)), "i" + strings.Repeat("x", 1000) + "\x00"},
		{name(byMark, "order.paid", []byte{0, 1, 2}), "morder.paid\x00\x00\x01\x02\x00"},
	} {
		sum := sha256.Sum256([]byte(c.want))
		if c.got != binary.BigEndian.Uint64(sum[:]) {
			t.Errorf("the name of %.40q is %x", c.want, c.got)
		}
	}
}
