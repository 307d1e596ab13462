package eventbrite

import (
	"errors"
	"strconv"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/seen"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// normaliser makes events of Eventbrite's orders, attendees and events, as its API
// answers them. The topic is the delivery's action.
type normaliser struct {
	c    Config
	env  sonify.SourceEnv
	book *orders.Book
	came *seen.Set // who came and went, which is delivered by two names
	back *seen.Set // whose tickets were told to have come back
}

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	return &normaliser{c: c, env: env, book: orders.NewBook(env, c.House), came: seen.New(0), back: seen.New(0)}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.SaleOpened, vocabulary.OrderPaid, vocabulary.OrderChanged, vocabulary.OrderCanceled,
		vocabulary.OrderRefunded, vocabulary.SaleSoldOut, vocabulary.SaleClosed, vocabulary.AttendeeCheckedIn, vocabulary.AttendeeCheckedOut}}
}

var errNothing = errors.New("nothing of Eventbrite's")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNothing
	}
	b := gjson.ParseBytes(m.Body)
	if list := b.Get("orders"); m.Topic == "" && (list.IsArray() || isOrder(b)) { // saved from the API
		if !list.IsArray() {
			return n.saved(b, m, emit)
		}
		for _, o := range list.Array() {
			if !isOrder(o) {
				n.env.Tally.Add(sonify.Skipped, "entry of a list that is no order", 0)
			} else if err := n.saved(o, m, emit); err != nil {
				return err
			}
		}
		return nil
	}
	if b.Get("api_url").Exists() && !b.Get("id").Exists() { // in a recording: listening, we would have asked
		n.env.Tally.Add(sonify.Skipped, "delivery that only names an address, not what is there", m.Line)
		return nil
	}
	if !b.IsObject() || !b.Get("id").Exists() {
		return errNothing
	}
	about, what, _ := strings.Cut(m.Topic, ".")
	event := b.Get("event_id").String()
	if about == "event" {
		event = b.Get("id").String()
	}
	if n.c.Event != "" && event != n.c.Event {
		n.env.Tally.Add(sonify.Skipped, "delivery about another event", 0)
		return nil
	}
	switch about {
	case "order":
		n.order(what, b, m, emit)
	case "attendee", "barcode":
		tier := orders.Short(b.Get("ticket_class_name").String())
		id := orders.Short(b.Get("id").String())
		switch what {
		case "checked_in", "checked_out", "un_checked_in":
			out := what != "checked_in"
			if changed := b.Get("changed").String(); changed != "" && n.came.Again(id, strconv.FormatBool(out), changed) {
				n.env.Tally.Add(sonify.Skipped, "delivered before", 0)
				return nil
			}
			n.book.CheckedIn(out, orders.Time(b.Get("changed").String(), m.At), tier, "", id, n.c.EventName, m.Place, emit)
		default:
			n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
		}
	case "event":
		name := n.c.EventName
		if name == "" {
			name = orders.Short(b.Get("name.text").String())
		}
		at := orders.Time(b.Get("changed").String(), m.At)
		switch what {
		case "published":
			n.book.Opened(orders.Time(b.Get("published").String(), at), name, m.Place, emit)
		case "unpublished":
			n.book.Closed(at, name, m.Place, emit)
		default:
			n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
		}
	default:
		n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
	}
	return nil
}

func isOrder(b gjson.Result) bool { return b.Get("costs").IsObject() && b.Get("id").Exists() }

// saved tells an order that nobody delivered, by the state that it is in.
func (n *normaliser) saved(o gjson.Result, m *decode.Message, emit func(sonify.Event)) error {
	inner := *m
	inner.Body = []byte(o.Raw)
	switch o.Get("status").String() {
	case "refunded":
		inner.Topic = "order.refunded"
	case "deleted", "cancelled", "abandoned", "unpaid", "started":
		n.env.Tally.Add(sonify.Skipped, "order that came to nothing", 0)
		return nil
	default:
		inner.Topic = "order.placed"
	}
	return n.Normalise(&inner, emit)
}

func (n *normaliser) order(what string, b gjson.Result, m *decode.Message, emit func(sonify.Event)) {
	o := orders.Order{
		Key:   b.Get("id").String(),
		At:    orders.Time(b.Get("changed").String(), m.At),
		Event: n.c.EventName,
	}
	gross := b.Get("costs.gross")
	if v := gross.Get("value"); v.Type == gjson.Number {
		o.Money = money.Units(v.Int(), gross.Get("currency").String())
	} else {
		n.env.Tally.Add(sonify.Absent, "costs of an order", 0)
	}
	count, back, returned, before := map[string]int{}, 0, int64(0), 0
	b.Get("attendees").ForEach(func(_, a gjson.Result) bool {
		q := 1
		if v := a.Get("quantity"); v.Type == gjson.Number {
			q = int(min(max(v.Int(), 0), 1<<20))
		}
		o.Quantity += q
		if a.Get("refunded").Bool() || a.Get("cancelled").Bool() {
			if id := a.Get("id").String(); what == "refunded" && id != "" && n.back.Again(o.Key, id) {
				before += q
			} else {
				back += q
				returned += a.Get("costs.gross.value").Int()
			}
		}
		tier := a.Get("ticket_class_name").String()
		if count[tier] += q; o.Tier == "" || count[tier] > count[o.Tier] {
			o.Tier = tier
		}
		return true
	})
	o.Tier = orders.Short(o.Tier)
	switch what {
	case "placed":
		o.At = orders.Time(b.Get("created").String(), o.At)
		n.book.Paid(&o, m.Place, emit)
	case "refunded":
		// An order may be given back in parts; the change tells them apart.
		if back == 0 && before > 0 {
			n.env.Tally.Add(sonify.Skipped, "refund that was told before", 0)
			return
		}
		if back > 0 && back < o.Quantity {
			o.Quantity, o.Money = back, money.Amount{}
			if returned > 0 {
				o.Money = money.Units(returned, gross.Get("currency").String())
			}
		}
		n.book.Refunded(&o, o.Key+" "+b.Get("changed").String(), m.Place, emit)
	case "updated":
		if s := b.Get("status").String(); s == "deleted" || s == "cancelled" {
			n.book.Cancelled(&o, true, m.Place, emit)
		} else {
			n.book.Changed(&o, m.Place, emit)
		}
	default:
		n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
	}
}
