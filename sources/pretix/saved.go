package pretix

import (
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"

	"github.com/tidwall/gjson"
)

// What is counted of a recording's messages that cannot be told.
const (
	onlyNames = `delivery that only names an order, as pretix posts it: a recording needs the order as well, as the API has it`
	foreign   = `message that is nothing of pretix: an order as the API has it, a list or a page of them, an event, or {"ping", "event", "order"} was expected`
)

// mostStates bounds how many orders and events of a recording are known.
const mostStates = 1 << 16

// step is something that happened to an order.
type step struct {
	at   time.Time
	tell func()
}

// saved tells what was saved from the API: an order, a list of them, pages of lists, and
// events, which say the currency of the orders that come after them. It reports whether the
// message was such, or can be nothing else. What happened to the orders of a list is told in
// the order in which it happened.
func (n *normaliser) saved(b gjson.Result, m *decode.Message, emit func(sonify.Event)) bool {
	list := b
	if !b.IsArray() {
		list = b.Get("results")
	}
	var steps []step
	switch {
	case list.IsArray():
		for _, e := range list.Array() {
			switch {
			case isOrder(e):
				steps = append(steps, n.history(e, m, emit)...)
			case isEvent(e):
				n.learn(e)
			case isDelivery(e):
				n.env.Tally.Add(sonify.Skipped, onlyNames, m.Line)
			default:
				n.env.Tally.Add(sonify.Skipped, "entry of a list that is no order", m.Line)
			}
		}
	case isOrder(b):
		steps = n.history(b, m, emit)
	case isEvent(b):
		n.learn(b)
	case isDelivery(b):
		n.env.Tally.Add(sonify.Skipped, onlyNames, m.Line)
	case b.Get("event").IsObject(): // without its delivery, as long as there is a topic
		return false
	default:
		n.env.Tally.Add(sonify.Skipped, foreign, m.Line)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range steps {
		s.tell()
	}
	return true
}

func isOrder(b gjson.Result) bool {
	return b.Get("code").Type == gjson.String && b.Get("status").Type == gjson.String
}

func isEvent(b gjson.Result) bool {
	return b.Get("slug").Type == gjson.String && b.Get("currency").Type == gjson.String
}

func isDelivery(b gjson.Result) bool {
	return b.Get("notification_id").Exists() || strings.HasPrefix(b.Get("action").String(), "pretix.")
}

// learn remembers an event.
func (n *normaliser) learn(event gjson.Result) {
	if len(n.events) < mostStates {
		n.events[strings.Clone(event.Get("slug").Str)] = gjson.Parse(strings.Clone(event.Raw))
	}
}

// history returns what there is to tell of an order: what became of it, by its status, and
// its refunds. An order that comes again as it was tells nothing but new refunds.
func (n *normaliser) history(order gjson.Result, m *decode.Message, emit func(sonify.Event)) (steps []step) {
	slug, status := order.Get("event").String(), order.Get("status").String()
	off := calledOff(order)
	if off && status == "p" {
		status = "c"
	}
	if n.c.Event != "" && slug != "" && slug != n.c.Event {
		n.env.Tally.Add(sonify.Skipped, "order of another event", m.Line)
		return nil
	}
	event := n.events[slug]
	name := n.c.EventName
	if name == "" {
		name = orders.Short(i18n(event.Get("name")))
	}
	o, all := n.order(order, name)
	if n.without(&o, all) {
		return nil
	}
	currency := event.Get("currency").String()
	if sum, ok := money.Text(order.Get("total").String(), currency); !ok {
		n.env.Tally.Add(sonify.Absent, "total of an order", m.Line)
	} else if !off { // else what it costs is a fee
		if o.Money = sum; currency == "" {
			n.env.Tally.Add(sonify.Absent, "currency of an order, which the event has: none came before it", m.Line)
		}
	}
	placed := orders.Time(order.Get("datetime").String(), m.At)
	changed := orders.Time(order.Get("last_modified").String(), placed)
	add := func(at time.Time, tell func(o *orders.Order)) {
		o := o
		o.At = at
		steps = append(steps, step{at, func() { tell(&o) }})
	}
	was, known := n.states[o.Key]
	if known && was == status {
		n.env.Tally.Add(sonify.Skipped, "order that was told before", m.Line)
	} else {
		if known || len(n.states) < mostStates {
			n.states[strings.Clone(o.Key)] = strings.Clone(status)
		}
		switch status {
		case "n":
			add(placed, func(o *orders.Order) { n.book.Placed(o, m.Place, emit) })
		case "p":
			add(paidAt(order, changed), func(o *orders.Order) { n.book.Paid(o, m.Place, emit) })
		case "e":
			add(changed, func(o *orders.Order) { n.book.Cancelled(o, false, m.Place, emit) })
		case "c": // its seats were counted only if it was paid for earlier in the recording
			add(orders.Time(order.Get("cancellation_date").String(), changed), func(o *orders.Order) { n.book.Cancelled(o, false, m.Place, emit) })
		default:
			n.env.Tally.Add(sonify.Skipped, "order in a state that is not known", m.Line)
		}
	}
	order.Get("refunds").ForEach(func(_, r gjson.Result) bool {
		if r.Get("state").String() == "done" {
			add(orders.Time(r.Get("execution_date").String(), orders.Time(r.Get("created").String(), changed)), func(o *orders.Order) {
				// For which of the tickets it is is not said.
				o.Quantity = 0
				o.Money, _ = money.Text(r.Get("amount").String(), currency)
				n.book.PaidBack(o, o.Key+"-R-"+r.Get("local_id").String(), m.Place, emit)
			})
		}
		return true
	})
	return steps
}

// calledOff reports whether nothing is left of an order but a fee: then it stays paid.
func calledOff(order gjson.Result) bool {
	positions := order.Get("positions")
	if !positions.IsArray() || order.Get("status").String() == "c" {
		return false
	}
	for _, p := range positions.Array() {
		if !p.Get("canceled").Bool() {
			return false
		}
	}
	return true
}

// paidAt returns when an order was paid for: with the last of its payments, or when it was
// changed last.
func paidAt(order gjson.Result, changed time.Time) time.Time {
	var last time.Time
	order.Get("payments").ForEach(func(_, p gjson.Result) bool {
		if s := p.Get("state").String(); s == "confirmed" || s == "refunded" {
			if at := orders.Time(p.Get("payment_date").String(), time.Time{}); at.After(last) {
				last = at
			}
		}
		return true
	})
	if last.IsZero() {
		return changed
	}
	return last
}
