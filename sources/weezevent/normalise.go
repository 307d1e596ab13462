package weezevent

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/vocabulary"
	"proscenium/sources/internal/zones"

	"github.com/tidwall/gjson"
)

// normaliser makes events of lists of participants: each is a ticket, new if its
// number is above all that were there before.
type normaliser struct {
	c       Config
	env     sonify.SourceEnv
	book    *orders.Book
	begun   bool // what was there before is known
	highest int64
	since   time.Time // of the service's clock at the last list
	tickets map[string]ticket
	scanned map[int64]bool
	unpaid  map[int64]bool
}

type ticket struct{ name, price string }

// maxTickets bounds how many kinds of ticket are known; maxScanned how many
// participants who came in, or have not paid.
const (
	maxTickets = 1000
	maxScanned = 1 << 18
)

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	n := &normaliser{c: c, env: env, book: orders.NewBook(env, c.House), tickets: make(map[string]ticket), scanned: make(map[int64]bool), unpaid: make(map[int64]bool)}
	// The place is the highest number and the time of the last list.
	own, _, _ := strings.Cut(env.Place.Get(), orders.Rest)
	if a, b, ok := strings.Cut(own, "."); ok {
		high, err1 := strconv.ParseInt(a, 36, 64)
		at, err2 := strconv.ParseInt(b, 36, 64)
		if err1 == nil && err2 == nil && high > 0 && at > 0 && at < 1<<40 {
			n.highest, n.since, n.begun = high, time.Unix(at, 0), true
		}
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.OrderPlaced, vocabulary.OrderPaid, vocabulary.OrderCanceled, vocabulary.OrderRefunded, vocabulary.SaleSoldOut, vocabulary.AttendeeCheckedIn}}
}

// learn takes names and prices out of an answer about tickets.
func (n *normaliser) learn(b gjson.Result) {
	var walk func(list gjson.Result, depth int)
	walk = func(list gjson.Result, depth int) {
		list.ForEach(func(_, e gjson.Result) bool {
			if id := e.Get("id").String(); id != "" && e.Get("price").Exists() && len(n.tickets) < maxTickets {
				n.tickets[id] = ticket{orders.Short(e.Get("name").String()), e.Get("price").String()}
			}
			if depth < 4 {
				for _, in := range [...]string{"tickets", "categories", "events"} {
					walk(e.Get(in), depth+1)
				}
			}
			return true
		})
	}
	walk(b.Get("events"), 0)
	walk(b.Get("tickets"), 0)
}

var errNoList = errors.New("no list of participants")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoList
	}
	b := gjson.ParseBytes(m.Body)
	list := b.Get("participants")
	if !list.IsArray() {
		if b.Get("events").IsArray() {
			n.learn(b) // a recording tells the tickets first
			return nil
		}
		return errNoList
	}
	clock, ok := parse(b.Get("server_time").String())
	if ok {
		n.since = clock
	} else {
		clock = m.At
	}
	above := n.highest
	list.ForEach(func(_, p gjson.Result) bool {
		id, err := strconv.ParseInt(p.Get("id_participant").String(), 10, 64)
		if err != nil || id <= 0 {
			n.env.Tally.Add(sonify.Skipped, "participant without a number", 0)
			return true
		}
		above = max(above, id)
		n.participant(id, p, clock, emit)
		return true
	})
	n.highest, n.begun = above, true
	return nil
}

func (n *normaliser) participant(id int64, p gjson.Result, clock time.Time, emit func(sonify.Event)) {
	at, ok := parse(p.Get("create_date").String())
	if !ok {
		at = clock
	}
	t := n.tickets[p.Get("id_ticket").String()]
	o := orders.Order{Key: strconv.FormatInt(id, 10), At: at, Quantity: 1, Tier: t.name, Event: n.c.EventName, Customer: orders.Short(p.Get("buyer.id_acheteur").String())}
	if t.price != "" {
		o.Money, _ = money.Text(t.price, n.c.Currency)
	}
	deleted := yes(p.Get("deleted"))
	place := func() string {
		return strconv.FormatInt(max(n.highest, id), 36) + "." + strconv.FormatInt(max(n.since.Unix(), 1), 36)
	}
	scan := p.Get("control_status")
	in := yes(scan.Get("status"))
	fresh := id > n.highest
	open := p.Get("paid").Exists() && !yes(p.Get("paid"))
	if open && !deleted && len(n.unpaid) < maxScanned {
		n.unpaid[id] = true
	}
	if !n.begun { // what is there at first is known
		if in && len(n.scanned) < maxScanned {
			n.scanned[id] = true
		}
		return
	}
	switch {
	case deleted && !fresh:
		if o.At = clock; n.unpaid[id] {
			delete(n.unpaid, id)
			n.book.Cancelled(&o, false, place(), emit)
			return
		}
		n.book.Refunded(&o, "deleted "+o.Key, place(), emit)
		return
	case deleted:
		n.env.Tally.Add(sonify.Skipped, "ticket that was called off before it was seen", 0)
		return
	case fresh && open:
		n.book.Placed(&o, place(), emit)
	case fresh:
		n.book.Paid(&o, place(), emit)
	case n.unpaid[id] && !open:
		delete(n.unpaid, id)
		o.At = clock
		n.book.Paid(&o, place(), emit)
	}
	if in && !n.scanned[id] {
		if len(n.scanned) >= maxScanned {
			n.env.Tally.Add(sonify.Skipped, "too many scans, not told", 0)
			return
		}
		n.scanned[id] = true
		came, ok := parse(scan.Get("scan_date").String())
		if !ok {
			came = clock
		}
		n.book.CheckedIn(false, came, t.name, "", o.Key, n.c.EventName, place(), emit)
	}
}

// yes reads what is written as true, 1 or "1".
func yes(v gjson.Result) bool {
	switch v.Type {
	case gjson.True:
		return true
	case gjson.Number:
		return v.Num != 0
	case gjson.String:
		return v.Str == "1" || v.Str == "true"
	}
	return false
}

// layout is how the service writes times, which are those of Paris.
const layout = "2006-01-02 15:04:05"

func parse(text string) (time.Time, bool) {
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() < 2000 {
		return time.Time{}, false
	}
	return zones.Instant(t, paris(), time.Time{}).UTC(), true
}

// paris is the zone of the service.
var paris = sync.OnceValue(func() *time.Location {
	l, err := zones.Load("Europe/Paris")
	if err != nil {
		return time.UTC
	}
	return l
})
