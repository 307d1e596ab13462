package sonify

import (
	"sync"
	"time"
)

// Place is where a source stands in what it reads: a cursor, an offset, the last
// id, in whatever form the source likes. It may be used by several goroutines; a
// nil *Place keeps nothing.
type Place struct {
	mu sync.Mutex
	at string
}

// PlaceLimit is the longest place that is kept, in bytes. A longer one is no place:
// it is forgotten, and the one before holds.
const PlaceLimit = 4 << 10

// Get returns the place, "" if there is none: the source begins where it likes.
func (p *Place) Get() string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

// Set makes at the place.
func (p *Place) Set(at string) {
	if p == nil || len(at) > PlaceLimit {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = at
}

// Link is how the connection of a live source is, for people to look at. Its
// methods may be called from any goroutine; a nil *Link keeps nothing.
type Link struct {
	mu sync.Mutex
	st LinkStatus
}

// LinkStatus is what a [Link] knows.
type LinkStatus struct {
	// State is "" before the first word, then "up" or "down".
	State string
	Why   string    // why it is down: lower case, nothing secret, no query of a URL
	Since time.Time // when that became so
	// Connected is how often it came up, 1 if it never broke.
	Connected uint64
	Messages  uint64 // that came, whether or not they became events
	Bytes     uint64
	Last      time.Time // when the last message came
	// Note is what else there is to know while it is up, such as how many devices
	// behind a broker are away: lower case, nothing personal. "" if there is nothing.
	Note string
}

// The states of a link.
const (
	LinkUp   = "up"
	LinkDown = "down"
)

// Up says that the source is connected: what happens now will be heard. Saying so
// again changes nothing.
func (l *Link) Up() { l.turn(LinkUp, "") }

// Down says that it is not, and why. An error that Run returns says so by itself.
func (l *Link) Down(why string) { l.turn(LinkDown, why) }

func (l *Link) turn(state, why string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(why) > 300 {
		why = why[:300]
	}
	l.st.Why = why
	if l.st.State == state {
		return
	}
	l.st.State, l.st.Since = state, time.Now()
	if state == LinkUp {
		l.st.Connected++
	}
}

// Note says what else there is to know, "" for nothing.
func (l *Link) Note(text string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.st.Note = text[:min(len(text), 300)]
}

// Count counts messages that came, and how long they were together.
func (l *Link) Count(messages, bytes int) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.st.Messages += uint64(max(messages, 0))
	l.st.Bytes += uint64(max(bytes, 0))
	if messages > 0 {
		l.st.Last = time.Now()
	}
}

// Status returns how it is.
func (l *Link) Status() LinkStatus {
	if l == nil {
		return LinkStatus{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.st
}
