package mqtt

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
	"proscenium/sources/internal/vocabulary"
)

// Presence is which devices are there and which are not, as they or what speaks for
// them say. What was so before somebody listened is known, and makes no event; a
// change is one, reading.online or reading.offline. How many are away is said with
// the state of the connection.
type Presence struct {
	env  sonify.SourceEnv
	is   map[string]bool
	gone int
}

// NewPresence returns one that knows of no device.
func NewPresence(env sonify.SourceEnv) *Presence {
	return &Presence{env: env, is: make(map[string]bool)}
}

// maxDevices bounds how many devices are told apart.
const maxDevices = 10000

// Heard takes what is said of a device. Retained means that the broker has kept it
// for whoever comes, at is when it was said.
func (p *Presence) Heard(device string, body []byte, retained bool, at time.Time, emit func(sonify.Event)) {
	online, ok := Online(body)
	if !ok {
		p.env.Tally.Add(sonify.Skipped, "availability that says neither online nor offline", 0)
		return
	}
	was, known := p.is[device]
	if !known && len(p.is) >= maxDevices {
		p.env.Tally.Add(sonify.Skipped, "availability of more than 10,000 devices", 0)
		return
	}
	if known && was == online {
		return
	}
	p.is[device] = online
	if !online {
		p.gone++
	} else if known {
		p.gone--
	}
	note := ""
	if p.gone > 0 {
		note = fmt.Sprintf("%d of %d devices are offline", p.gone, len(p.is))
	}
	p.env.Link.Note(note)
	// The first word about a device that is there is no change, and neither is what
	// the broker kept of one that was not known.
	if !known && (retained || online) {
		return
	}
	shape := vocabulary.ReadingOffline
	if online {
		shape = vocabulary.ReadingOnline
	}
	d := vocabulary.New(shape)
	d.Source, d.At = p.env.Name, at
	emit(d.Text("sensor", device).Event)
}

// Online reads what a device says of itself: online or offline and their like as a
// bare word, or in a JSON object under "state". ok is false if it says neither.
func Online(body []byte) (online, ok bool) {
	if len(body) > 4<<10 {
		return false, false
	}
	word := strings.TrimSpace(string(body))
	if strings.HasPrefix(word, "{") && gjson.Valid(word) {
		word = gjson.Get(word, "state").String()
	}
	switch strings.ToLower(strings.Trim(word, `"`)) {
	case "online", "on", "true", "1", "up", "connected", "available":
		return true, true
	case "offline", "off", "false", "0", "down", "disconnected", "unavailable":
		return false, true
	}
	return false, false
}
