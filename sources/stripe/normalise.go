package stripe

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

// normaliser makes events of Stripe's.
type normaliser struct {
	c    Config
	env  sonify.SourceEnv
	book *orders.Book
}

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	return &normaliser{c: c, env: env, book: orders.NewBook(env, c.House)}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.OrderPlaced, vocabulary.OrderPaid, vocabulary.OrderCanceled,
		vocabulary.OrderRefunded, vocabulary.SaleSoldOut}}
}

var errNoEvent = errors.New("no event of Stripe's")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoEvent
	}
	b := gjson.ParseBytes(m.Body)
	if b.Get("object").String() == "list" && m.Topic == "" { // saved from the API, the newest first
		all := b.Get("data").Array()
		for i := len(all) - 1; i >= 0; i-- {
			inner := *m
			if inner.Body = []byte(all[i].Raw); all[i].Get("object").String() != "event" {
				n.env.Tally.Add(sonify.Skipped, "entry of a list that is no event", 0)
			} else if err := n.Normalise(&inner, emit); err != nil {
				return err
			}
		}
		return nil
	}
	typ, obj := b.Get("type").String(), b.Get("data.object")
	if typ != "" && b.Get("object").String() == "v2.core.event" { // what it is about it only names
		n.env.Tally.Add(sonify.Skipped, "event that does not say what it is about, a thin one", 0)
		return nil
	}
	if typ == "" || !obj.IsObject() {
		return errNoEvent
	}
	o := orders.Order{
		Key:      obj.Get("id").String(),
		At:       unix(b.Get("created"), m.At),
		Quantity: int(min(max(n.meta(obj, n.c.Quantity).Int(), 0), 1<<20)),
		Tier:     orders.Short(n.meta(obj, n.c.Tier).String()),
		Channel:  orders.Short(n.meta(obj, n.c.Channel).String()),
		Country:  obj.Get("customer_details.address.country").String(),
		Test:     b.Get("livemode").Type == gjson.False,
		Tells:    true,
		Event:    n.c.EventName,
	}
	// Whether it is the session, the intent or the charge that is an order: all name the intent.
	if p := obj.Get("payment_intent"); p.Type == gjson.String {
		o.Payment = p.String()
	} else if p.IsObject() { // expanded
		o.Payment = p.Get("id").String()
	}
	if c := obj.Get("customer"); c.Type == gjson.String {
		o.Customer = orders.Short(c.String())
	}
	if o.Country == "" {
		o.Country = obj.Get("billing_details.address.country").String()
	}
	currency := obj.Get("currency").String()
	sum := func(path string) {
		v := obj.Get(path)
		if v.Type != gjson.Number {
			n.env.Tally.Add(sonify.Absent, path, 0)
			return
		}
		o.Money = money.Stripe(v.Int(), currency)
	}
	counts, rest, _ := strings.Cut(typ, ".")
	if counts == "charge" && rest == "refunded" {
		n.refund(&o, b, obj, currency, m.Place, emit)
		return nil
	}
	if counts != n.c.Count {
		// One sale is reported as a checkout, as a payment and as a charge.
		n.env.Tally.Add(sonify.Skipped, "event about what is not counted, see count", 0)
		return nil
	}
	switch typ {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		if obj.Get("mode").String() == "setup" {
			n.env.Tally.Add(sonify.Skipped, "checkout that only keeps a card for later", 0)
			return nil
		}
		sum("amount_total")
		if v := obj.Get("total_details.amount_discount"); v.Type == gjson.Number {
			o.Discount = money.Stripe(v.Int(), currency).Major
		}
		if obj.Get("payment_status").String() == "unpaid" && typ == "checkout.session.completed" {
			n.book.Placed(&o, m.Place, emit)
		} else {
			n.book.Paid(&o, m.Place, emit)
		}
	case "checkout.session.expired", "checkout.session.async_payment_failed":
		sum("amount_total")
		n.book.Cancelled(&o, false, m.Place, emit)
	case "payment_intent.succeeded":
		sum("amount_received")
		n.book.Paid(&o, m.Place, emit)
	case "payment_intent.canceled":
		sum("amount")
		n.book.Cancelled(&o, false, m.Place, emit)
	case "charge.succeeded":
		sum("amount")
		if obj.Get("captured").Type == gjson.False {
			n.book.Placed(&o, m.Place, emit)
		} else {
			n.book.Paid(&o, m.Place, emit)
		}
	case "charge.captured":
		sum("amount_captured")
		n.book.Paid(&o, m.Place, emit)
	default:
		n.env.Tally.Add(sonify.Skipped, "event that is not told", 0)
	}
	return nil
}

// refund tells what of a charge was given back this time: the charge says how much
// was in all, and the event how much it had been before.
func (n *normaliser) refund(o *orders.Order, b, charge gjson.Result, currency, place string, emit func(sonify.Event)) {
	all, before := charge.Get("amount_refunded"), b.Get("data.previous_attributes.amount_refunded")
	if all.Type != gjson.Number {
		n.env.Tally.Add(sonify.Absent, "amount_refunded", 0)
	} else {
		o.Money = money.Stripe(all.Int()-before.Int(), currency)
	}
	returned, paid := all.Int(), charge.Get("amount_captured").Int()
	if paid <= 0 {
		paid = charge.Get("amount").Int()
	}
	whole := charge.Get("refunded").Bool()
	if whole {
		returned, paid = 1, 1
	}
	if !whole || before.Int() > 0 { // not all at once, so what the charge says of its tickets is not what came back
		o.Quantity = 0
	}
	n.book.RefundedShare(o, returned, paid, b.Get("id").String(), place, emit)
}

// meta returns a value of the object's metadata, where a shop writes what Stripe does
// not know: numbers are texts there.
func (n *normaliser) meta(obj gjson.Result, key string) gjson.Result {
	if key == "" {
		return gjson.Result{}
	}
	var found gjson.Result
	obj.Get("metadata").ForEach(func(k, v gjson.Result) bool {
		if k.String() == key {
			found = v
			return false
		}
		return true
	})
	return found
}

func unix(v gjson.Result, fallback time.Time) time.Time {
	if n := v.Int(); v.Type == gjson.Number && n > 0 && n < 1<<36 {
		return time.Unix(n, 0)
	}
	return fallback
}
