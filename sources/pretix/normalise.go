package pretix

import (
	"errors"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// normaliser makes events of what the server answered when it was asked about a
// delivery: {"ping": the delivery, "event": the event, "order": the order}. The topic
// is the delivery's action. Recordings may have what was saved from the API instead: see
// saved.go.
type normaliser struct {
	c      Config
	env    sonify.SourceEnv
	book   *orders.Book
	only   map[int64]bool
	events map[string]gjson.Result // of a recording, by their short names
	states map[string]string       // of a recording's orders, by their codes
}

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	n := &normaliser{c: c, env: env, book: orders.NewBook(env, c.House), only: make(map[int64]bool, len(c.Only)), events: make(map[string]gjson.Result), states: make(map[string]string)}
	for _, i := range c.Only {
		n.only[int64(i)] = true
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.SaleOpened, vocabulary.OrderPlaced, vocabulary.OrderPaid, vocabulary.OrderChanged,
		vocabulary.OrderCanceled, vocabulary.OrderRefunded, vocabulary.SaleSoldOut, vocabulary.SaleClosed, vocabulary.AttendeeCheckedIn, vocabulary.AttendeeCheckedOut}}
}

var errNoOrder = errors.New("neither an order nor an event")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoOrder
	}
	b := gjson.ParseBytes(m.Body)
	ping, event, order := b.Get("ping"), b.Get("event"), b.Get("order")
	if !ping.IsObject() && n.saved(b, m, emit) {
		return nil
	}
	topic := m.Topic
	if topic == "" { // a recording of the bodies alone
		topic = ping.Get("action").String()
	}
	action, ok := strings.CutPrefix(topic, "pretix.event.")
	if !ok {
		n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
		return nil
	}
	name := n.c.EventName
	if name == "" {
		name = orders.Short(i18n(event.Get("name")))
	}
	switch action {
	case "live.activated":
		if event.Get("live").Bool() {
			n.book.Opened(m.At, name, m.Place, emit)
		}
		return nil
	case "live.deactivated":
		if event.Get("live").Type == gjson.False {
			n.book.Closed(m.At, name, m.Place, emit)
		}
		return nil
	}
	if !order.IsObject() {
		return errNoOrder
	}
	placed := orders.Time(order.Get("datetime").String(), m.At)
	o, all := n.order(order, name)
	if o.At = m.At; o.At.IsZero() { // a recording without times
		o.At = orders.Time(order.Get("last_modified").String(), placed)
	}
	if action == "checkin" || action == "checkin.reverted" {
		if !o.Test || n.c.Tests {
			out := action != "checkin" || ping.Get("type").String() == "exit"
			n.book.CheckedIn(out, o.At, "", "", orders.Short(ping.Get("orderposition_id").String()), name, m.Place, emit)
		}
		return nil
	}
	if n.without(&o, all) {
		return nil
	}
	currency := event.Get("currency").String()
	if action != "order.canceled" || !calledOff(order) { // else what it costs is a fee
		if o.Money, ok = money.Text(order.Get("total").String(), currency); !ok {
			n.env.Tally.Add(sonify.Absent, "total of an order", 0)
		}
	}
	switch {
	case action == "order.placed" || action == "order.placed.require_approval":
		o.At = placed
		n.book.Placed(&o, m.Place, emit)
		if order.Get("status").String() == "p" && order.Get("total").String() == "0.00" {
			n.book.Paid(&o, m.Place, emit) // nobody pays for what is free
		}
	case action == "order.paid":
		n.book.Paid(&o, m.Place, emit)
	case action == "order.canceled":
		n.book.Cancelled(&o, confirmed(order), m.Place, emit)
	case action == "order.expired" || action == "order.denied":
		n.book.Cancelled(&o, false, m.Place, emit)
	case action == "order.refund.done":
		r := lastRefund(order)
		if !r.Exists() {
			n.env.Tally.Add(sonify.Skipped, "refund that the order does not know", 0)
			return nil
		}
		// For which of the tickets it is is not said.
		o.Money, _ = money.Text(r.Get("amount").String(), currency)
		o.Quantity = 0
		o.At = orders.Time(r.Get("execution_date").String(), o.At)
		n.book.PaidBack(&o, o.Key+"-R-"+r.Get("local_id").String(), m.Place, emit)
	case (strings.HasPrefix(action, "order.changed") || action == "order.reactivated") && order.Get("status").String() == "p":
		n.book.Resized(&o, m.Place, emit) // positions came, were called off, or are there again
	case strings.HasPrefix(action, "order.changed") || action == "order.modified" || action == "order.reactivated" || action == "order.approved":
		n.book.Changed(&o, m.Place, emit)
	default:
		n.env.Tally.Add(sonify.Skipped, "delivery that is not told", 0)
	}
	return nil
}

// order reads what is the same of an order whatever became of it; all is how many positions
// it has.
func (n *normaliser) order(order gjson.Result, name string) (o orders.Order, all int) {
	o = orders.Order{
		Key:      order.Get("code").String(),
		Channel:  channel(order.Get("sales_channel").String()),
		Country:  order.Get("invoice_address.country").String(),
		Test:     order.Get("testmode").Bool(),
		Tells:    true,
		Customer: orders.Short(order.Get("customer").String()),
		Event:    name,
	}
	all = n.count(order, &o)
	return o, all
}

// without reports whether an order has nothing of what is listened for, and counts it.
func (n *normaliser) without(o *orders.Order, all int) bool {
	if o.Quantity > 0 || all == 0 || len(n.only) == 0 {
		return false
	}
	n.env.Tally.Add(sonify.Skipped, "order without what is listened for", 0)
	return true
}

// count counts the tickets of an order that are listened for; all is how many
// positions it has. Those of a cancelled order are called off one by one, and it is
// they that come back; those of another one that were called off are no part of it.
func (n *normaliser) count(order gjson.Result, o *orders.Order) (all int) {
	off := order.Get("status").String() == "c"
	order.Get("positions").ForEach(func(_, p gjson.Result) bool {
		if !off && p.Get("canceled").Bool() {
			return true
		}
		all++
		// What belongs to another position (a drink, a parking place) is no ticket.
		if len(n.only) == 0 && p.Get("addon_to").Type == gjson.Number || len(n.only) > 0 && !n.only[p.Get("item").Int()] {
			return true
		}
		o.Quantity++
		return true
	})
	return all
}

// confirmed reports whether an order had been paid for.
func confirmed(order gjson.Result) bool {
	paid := order.Get("payment_date").Type == gjson.String
	order.Get("payments").ForEach(func(_, p gjson.Result) bool {
		s := p.Get("state").String()
		paid = paid || s == "confirmed" || s == "refunded"
		return !paid
	})
	return paid
}

func lastRefund(order gjson.Result) (last gjson.Result) {
	var at time.Time
	order.Get("refunds").ForEach(func(_, r gjson.Result) bool {
		if r.Get("state").String() != "done" {
			return true
		}
		if t := orders.Time(r.Get("execution_date").String(), orders.Time(r.Get("created").String(), time.Time{})); !last.Exists() || !t.Before(at) {
			last, at = r, t
		}
		return true
	})
	return last
}

// i18n returns a text that pretix has in several languages: the English one, or any.
func i18n(v gjson.Result) string {
	if v.Type == gjson.String {
		return v.Str
	}
	if en := v.Get("en"); en.Type == gjson.String {
		return en.Str
	}
	text := ""
	v.ForEach(func(_, t gjson.Result) bool {
		text = t.String()
		return text == ""
	})
	return text
}

// channel names where an order came from in the words of the vocabulary.
func channel(sales string) string {
	switch sales {
	case "pretixpos":
		return "box_office"
	case "resellers":
		return "partner"
	}
	return orders.Short(sales)
}
