package ticketmaster

import (
	"errors"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// normaliser compares each list of events with the one before. The service tells
// nothing of what is sold: its states, prices and dates are all that can be heard.
type normaliser struct {
	env   sonify.SourceEnv
	book  *orders.Book
	begun bool
	known map[string]*state
	round int
}

// state is what is known of an event.
type state struct {
	status    string
	low, high sonify.Value
	currency  string
	onsale    time.Time // when the public sale begins
	day, hour string    // when the event is, at its place; "" as long as it is not known
	name      string
	opened    bool
	round     int // in which it was seen last
}

// maxKnown bounds how many events are followed: the search gives a thousand.
const maxKnown = 4096

func newNormaliser(env sonify.SourceEnv) *normaliser {
	env.Place = nil
	return &normaliser{env: env, book: orders.NewBook(env, orders.House{}), known: make(map[string]*state)}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.TicketAnnouncement, vocabulary.SaleOpened, vocabulary.SaleClosed}}
}

var errNoList = errors.New("no list of events")

// Normalise implements decode.Normaliser. What is there at first is known, and no
// news.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoList
	}
	b := gjson.ParseBytes(m.Body)
	list := b.Get("events")
	if !list.IsArray() {
		if list = b.Get("_embedded.events"); !list.IsArray() {
			if !b.Get("page").IsObject() {
				return errNoList
			}
			list = gjson.Result{} // a page of nothing has no list
		}
	}
	n.round++
	list.ForEach(func(_, ev gjson.Result) bool {
		if ev.Get("test").Bool() {
			return true
		}
		if id := ev.Get("id").String(); id != "" && len(id) <= 64 {
			n.event(id, ev, m, emit)
		}
		return true
	})
	for id, s := range n.known {
		if n.round-s.round > 3 {
			delete(n.known, id) // gone from the search: past, or no longer found
		}
	}
	n.begun = true
	return nil
}

func (n *normaliser) event(id string, ev gjson.Result, m *decode.Message, emit func(sonify.Event)) {
	now := read(ev)
	was := n.known[id]
	if was == nil {
		if len(n.known) >= maxKnown {
			n.env.Tally.Add(sonify.Skipped, "too many events, not followed", 0)
			return
		}
		now.round = n.round
		now.opened = now.status == "onsale" && (now.onsale.IsZero() || !now.onsale.After(m.At))
		n.known[id] = now
		if n.begun {
			topic := "announcement"
			if now.status == "cancelled" || now.status == "postponed" { // nobody is invited
				topic = now.status
			}
			n.book.Announced(topic, m.At, now.low, now.high, now.currency, now.name, m.Place, emit)
		}
		return
	}
	now.keep(was)
	if was.status != now.status {
		switch now.status {
		case "onsale":
			if !was.opened {
				now.opened = true
				n.book.Opened(m.At, now.name, m.Place, emit)
			}
		case "offsale":
			if was.status == "onsale" {
				n.book.Closed(m.At, now.name, m.Place, emit)
			}
		default: // cancelled, postponed, rescheduled
			n.book.Announced(orders.Short(now.status), m.At, now.low, now.high, now.currency, now.name, m.Place, emit)
		}
	}
	now.opened = now.opened || was.opened && now.status != "offsale"
	if (was.low != now.low || was.high != now.high) && !now.low.IsMissing() {
		n.book.Announced("price", m.At, now.low, now.high, now.currency, now.name, m.Place, emit)
	}
	if !now.onsale.IsZero() && !now.onsale.Equal(was.onsale) && !now.opened {
		n.book.Announced("sale_date", m.At, now.low, now.high, now.currency, now.name, m.Place, emit)
	}
	if was.day != "" && now.day != was.day || was.hour != "" && now.hour != was.hour {
		n.book.Announced("new_date", m.At, now.low, now.high, now.currency, now.name, m.Place, emit)
	}
	now.round = n.round
	n.known[id] = now
}

// keep keeps what an answer leaves out: that is not news, and neither is that the next one
// has it again.
func (s *state) keep(was *state) {
	if s.status == "" {
		s.status = was.status
	}
	if s.low.IsMissing() && s.high.IsMissing() {
		s.low, s.high, s.currency = was.low, was.high, was.currency
	}
	if s.day == "" {
		s.day, s.hour = was.day, was.hour
	}
	if s.hour == "" && s.day == was.day {
		s.hour = was.hour
	}
}

func read(ev gjson.Result) *state {
	s := &state{
		status: ev.Get("dates.status.code").String(),
		onsale: orders.Time(ev.Get("sales.public.startDateTime").String(), time.Time{}),
		day:    orders.Short(ev.Get("dates.start.localDate").String()),
		hour:   orders.Short(ev.Get("dates.start.localTime").String()),
		name:   orders.Short(ev.Get("name").String()),
	}
	if s.status == "canceled" { // as its documents write it; its answers, as we do
		s.status = "cancelled"
	}
	if ev.Get("sales.public.startTBD").Bool() || s.onsale.Year() < 2000 { // what is not known yet is 1900 there
		s.onsale = time.Time{}
	}
	ev.Get("priceRanges").ForEach(func(_, p gjson.Result) bool {
		if p.Get("type").String() != "standard" && s.currency != "" {
			return true
		}
		s.currency = orders.Short(p.Get("currency").String())
		s.low, s.high = num(p.Get("min")), num(p.Get("max"))
		return true
	})
	return s
}

func num(v gjson.Result) sonify.Value {
	if v.Type != gjson.Number {
		return sonify.Value{}
	}
	return sonify.Num(v.Num)
}

// Flush implements decode.Flusher: a sale begins at its time, whether or not somebody
// looks just then.
func (n *normaliser) Flush(now time.Time, emit func(sonify.Event)) (next time.Time) {
	if now.IsZero() {
		return time.Time{}
	}
	for {
		var first *state
		for _, s := range n.known {
			if s.opened || s.onsale.IsZero() || s.status == "cancelled" || s.status == "postponed" {
				continue
			}
			if first == nil || s.onsale.Before(first.onsale) || s.onsale.Equal(first.onsale) && s.name < first.name {
				first = s
			}
		}
		if first == nil {
			return time.Time{}
		}
		if first.onsale.After(now) {
			return first.onsale
		}
		first.opened = true
		if now.Sub(first.onsale) < 24*time.Hour { // what began long ago is no news
			n.book.Opened(first.onsale, first.name, "", emit)
		}
	}
}
