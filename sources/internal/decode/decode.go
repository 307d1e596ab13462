// Package decode turns what transports receive into events. Every general transport
// (http, sse, websocket, webhook, mqtt, nats, ...) has its keys ([Config], embedded in
// the transport's own) and does with them the same: it reads JSON, lines of JSON, CSV,
// XML or text, finds the records in it, names their kinds and fields, puts values
// right by stated policies, and sees to what is late, twice or far off. Recipes for
// one service are normalisers of their own, and share the types.
package decode

import (
	"time"

	"proscenium/sonify"
)

// Message is one thing that a transport received. The decoder keeps nothing of Body.
type Message struct {
	Body []byte
	// Type is the media type of Body as the transport says it, "text/csv"; "" if it does
	// not say.
	Type string
	// Topic is what the transport says it is about: an MQTT topic, a NATS subject, a
	// Kafka topic, the event name of SSE, an IRC command, the kind of a webhook, a Redis
	// channel; "" if there is none.
	Topic string
	// ID is the delivery's, for de-duplication; "" if it has none.
	ID string
	// At is when it happened, as the transport says; zero if it does not say.
	At time.Time
	// Place goes into Event.Place of the last event of the message.
	Place string
	// Labels are further fields from the transport: parts of a topic, values of headers.
	Labels []Label
	// Line is the line or record of the transport's input, from 1; 0 if it has none.
	Line int64
}

// Label is a field that the transport adds to every event of a message.
type Label struct {
	Name     string // lower_snake
	Value    sonify.Value
	Personal bool // see [sonify.Field]
}

// A Normaliser turns messages into events. It is used by one goroutine.
type Normaliser interface {
	// Normalise gives emit the events of m, in order. Oddities go to the Tally; the
	// error is for what makes the whole message unusable (the caller counts it and goes
	// on), or a sonify.Permanent. It may hold events back, see [Flusher].
	Normalise(m *Message, emit func(sonify.Event)) error
	// Prospect says what will come.
	Prospect() sonify.Prospect
}

// A Flusher is a Normaliser that may hold events back, to put them into their order
// or to learn a value that is missing. A transport asks it again at the time it
// says, and once more with the zero time when nothing more will come.
type Flusher interface {
	// Flush gives emit the events that have waited long enough by now, all of them if
	// now is zero, and returns when it is to be called next: zero if nothing waits.
	Flush(now time.Time, emit func(sonify.Event)) (next time.Time)
}

// Flush flushes n if it is a Flusher.
func Flush(n Normaliser, now time.Time, emit func(sonify.Event)) (next time.Time) {
	if f, ok := n.(Flusher); ok {
		return f.Flush(now, emit)
	}
	return time.Time{}
}
