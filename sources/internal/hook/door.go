package hook

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
)

const (
	// maxQueued bounds the bodies that wait, in bytes, whatever the number of
	// deliveries that may.
	maxQueued = 16 << 20
	// maxDepth bounds how deep a body is nested. The deepest of the services,
	// Shopify's orders, has 7.
	maxDepth = 64
	// busy is when a sender is asked to come again, in seconds, if the queue is full.
	busy = "5"
)

// door answers the calls of one source. answer is called from many goroutines.
type door struct {
	v     *Verifier
	form  Form
	tally *sonify.Tally
	link  *sonify.Link
	now   func() time.Time

	mu     sync.Mutex
	seen   ledger
	bytes  int // of what waits
	queue  chan delivery
	closed bool
}

// delivery is what was taken and waits.
type delivery struct {
	m    decode.Message
	name uint64 // in the ledger; 0: it has none
}

// Form is what a service expects of an answer beyond the rule.
type Form struct {
	// Challenge answers what a service sends to see whether the address is ours, after
	// its signature was found right. ok is false if d is a delivery like any other.
	Challenge func(c *sonify.Call, d Checked) (r sonify.Reply, ok bool)
	// Skip says what a delivery is that is taken and tells nothing, "ping", and "" for
	// all others. It is counted by that name.
	Skip func(c *sonify.Call, d Checked) string
	// Foreign means that bodies may be something else than JSON: then only those are
	// looked at that say they are.
	Foreign bool
	// Labels are further fields of a message from what the delivery says of itself.
	Labels func(c *sonify.Call, d Checked) []decode.Label
}

// Replies are short and the same for everybody. A service wants a status; what else
// it is told helps those who try things out.
var (
	taken    = sonify.Reply{Status: http.StatusOK, Text: "ok\n"}
	refused  = sonify.Reply{Status: http.StatusUnauthorized, Text: "refused\n"}
	unread   = sonify.Reply{Status: http.StatusBadRequest, Text: "not understood\n"}
	noMethod = sonify.Reply{Status: http.StatusMethodNotAllowed, Text: "deliveries are posted\n", Header: map[string]string{"Allow": http.MethodPost}}
	noType   = sonify.Reply{Status: http.StatusUnsupportedMediaType, Text: "deliveries are JSON\n"}
	full     = sonify.Reply{Status: http.StatusServiceUnavailable, Text: "come again\n", Header: map[string]string{"Retry-After": busy}}
)

// answer takes a call, or does not. It never waits for what becomes of it.
func (d *door) answer(c *sonify.Call) sonify.Reply {
	if c.Method != http.MethodPost {
		d.tally.Add(sonify.Skipped, "call that is no delivery, refused", 0)
		return noMethod
	}
	known, err := d.v.Verify(c, d.now())
	if err != nil {
		d.tally.Add(sonify.Skipped, err.Error(), 0)
		return refused
	}
	json := jsonType(c.Header["Content-Type"])
	if !json && !d.form.Foreign {
		d.tally.Add(sonify.Skipped, "delivery that is not JSON, refused", 0)
		return noType
	}
	d.link.Count(1, len(c.Body))
	if len(c.Body) == 0 || (json && !d.form.Foreign || looksJSON(c.Body)) && !valid(c.Body) {
		d.tally.Add(sonify.Skipped, "delivery that cannot be read, refused", 0)
		return unread
	}
	if d.form.Challenge != nil {
		if r, ok := d.form.Challenge(c, known); ok {
			return r
		}
	}
	if d.form.Skip != nil {
		if what := d.form.Skip(c, known); what != "" {
			d.tally.Add(sonify.Skipped, what, 0)
			return taken
		}
	}
	return d.take(c, known)
}

// take puts a delivery into the queue, unless it was taken before or there is no
// room.
func (d *door) take(c *sonify.Call, known Checked) sonify.Reply {
	// An id that is not signed could be made up for a delivery that was overheard; its
	// signature could not.
	var id, mark uint64
	if known.ID != "" {
		id = name(byID, "", known.ID)
	}
	if known.Mark != nil && (id == 0 || !d.v.idSigned) {
		mark = name(byMark, known.Topic, known.Mark)
	}
	m := decode.Message{Body: c.Body, Topic: known.Topic, ID: known.ID, At: known.At}
	if d.form.Labels != nil {
		m.Labels = d.form.Labels(c, known)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if id != 0 && d.seen.has(id) || mark != 0 && d.seen.has(mark) {
		d.tally.Add(sonify.Skipped, "delivery that came before", 0)
		return taken
	}
	if d.closed || d.bytes+len(c.Body) > maxQueued {
		return d.tooMany()
	}
	if id == 0 {
		id = mark
	}
	select {
	case d.queue <- delivery{m, id}:
	default:
		return d.tooMany()
	}
	d.bytes += len(c.Body)
	if id != 0 {
		d.seen.add(id)
	}
	if mark != 0 {
		d.seen.add(mark)
	}
	return taken
}

func (d *door) tooMany() sonify.Reply {
	if !d.closed { // a source that just stopped loses nothing: it is asked again
		d.tally.Add(sonify.Dropped, "delivery turned away, the queue was full", 0)
	}
	return full
}

// left is told that a delivery was taken out of the queue.
func (d *door) left(bytes int) {
	d.mu.Lock()
	d.bytes -= bytes
	d.mu.Unlock()
}

// leftBehind is what is counted of deliveries that were taken and not heard.
const leftBehind = "delivery in the queue when the source stopped"

// close turns away what comes from now on, and forgets what waits: its senders
// were told that it arrived, so it is counted.
func (d *door) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for {
		select {
		case q := <-d.queue:
			d.bytes -= len(q.m.Body)
			d.tally.Add(sonify.Dropped, leftBehind, 0)
		default:
			return
		}
	}
}

// jsonType reports whether a content type may be that of JSON. Some senders say
// nothing.
func jsonType(h []string) bool {
	if len(h) == 0 || h[0] == "" {
		return true
	}
	t, _, _ := strings.Cut(h[0], ";")
	t = strings.ToLower(strings.TrimSpace(t))
	return t == "application/json" || t == "text/json" || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json")
}

// looksJSON reports whether a body begins as JSON does.
func looksJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[')
}
