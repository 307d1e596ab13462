package shopify

import (
	"errors"
	"sort"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// normaliser makes events of deliveries. Topics are those of the header
// X-Shopify-Topic. It is not signed, so whether a body is an order or a refund it says
// itself; what has become of an order the topic knows better: that of a cancelled one need
// not say when, and stays paid until the money is back.
type normaliser struct {
	c    Config
	env  sonify.SourceEnv
	book *orders.Book
	only map[string]bool
}

func newNormaliser(env sonify.SourceEnv, c Config) *normaliser {
	n := &normaliser{c: c, env: env, book: orders.NewBook(env, c.House), only: make(map[string]bool, len(c.Only))}
	for _, s := range c.Only {
		n.only[strings.ToLower(s)] = true
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: []*sonify.Shape{vocabulary.OrderPlaced, vocabulary.OrderPaid, vocabulary.OrderChanged,
		vocabulary.OrderCanceled, vocabulary.OrderRefunded, vocabulary.SaleSoldOut}}
}

var errNoOrder = errors.New("neither an order nor a refund")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoOrder
	}
	return n.told(m, gjson.ParseBytes(m.Body), emit)
}

// told tells what a body is: an order or a refund, as they are delivered, or, in what was
// saved from the shop's API, under its name, or a list of orders.
func (n *normaliser) told(m *decode.Message, b gjson.Result, emit func(sonify.Event)) error {
	list := b
	if !b.IsArray() {
		list = b.Get("orders")
	}
	switch {
	case list.IsArray():
		if m.Topic != "" {
			return errNoOrder // nobody delivers that
		}
		all := list.Array()
		sort.SliceStable(all, func(i, j int) bool { // the newest stand first there
			return orders.Time(all[i].Get("created_at").String(), m.At).Before(orders.Time(all[j].Get("created_at").String(), m.At))
		})
		for _, o := range all {
			if !isOrder(o) {
				n.env.Tally.Add(sonify.Skipped, "entry of a list that is no order", 0)
				continue
			}
			if err := n.order(m, o, emit); err != nil {
				return err
			}
		}
		return nil
	case b.Get("refund_line_items").IsArray():
		return n.refund(m, b, emit)
	case isOrder(b):
		return n.order(m, b, emit)
	case b.Get("order_edit").IsObject():
		n.edit(m, b.Get("order_edit"), emit)
		return nil
	case isOrder(b.Get("order")):
		return n.order(m, b.Get("order"), emit)
	}
	return errNoOrder
}

func isOrder(b gjson.Result) bool { return b.Get("financial_status").Exists() && b.Get("id").Exists() }

func (n *normaliser) order(m *decode.Message, b gjson.Result, emit func(sonify.Event)) error {
	o := orders.Order{
		Key:      b.Get("id").String(),
		Channel:  channel(b.Get("source_name").String()),
		Country:  b.Get("billing_address.country_code").String(),
		Test:     b.Get("test").Bool(),
		Tells:    true,
		Customer: b.Get("customer.id").String(),
		Event:    n.c.EventName,
	}
	if !n.lines(b.Get("line_items"), "", &o) {
		n.env.Tally.Add(sonify.Skipped, "order without what is listened for", 0)
		return nil
	}
	currency := b.Get("currency").String()
	var ok bool
	if o.Money, ok = money.Text(b.Get("total_price").String(), currency); !ok {
		n.env.Tally.Add(sonify.Absent, "total_price", 0)
	}
	if d, ok := money.Text(b.Get("total_discounts").String(), currency); ok {
		o.Discount = d.Major
	}
	created := orders.Time(b.Get("created_at").String(), m.At)
	updated := orders.Time(b.Get("updated_at").String(), created)
	status := b.Get("financial_status").String()
	paid := status == "paid" || status == "partially_refunded" || status == "authorized" && n.c.Authorized
	switch topic := m.Topic; {
	case topic == "orders/cancelled" || b.Get("cancelled_at").Type == gjson.String:
		o.At = orders.Time(b.Get("cancelled_at").String(), updated)
		n.book.Cancelled(&o, paid || status == "refunded", m.Place, emit)
	case topic == "orders/fulfilled" || topic == "orders/partially_fulfilled": // sent, long after it was paid for
		n.env.Tally.Add(sonify.Skipped, "order that changed in nothing that is told", 0)
	case paid && topic != "orders/edited":
		if o.At = updated; topic == "orders/create" {
			o.At = created
		}
		n.book.Paid(&o, m.Place, emit)
	case topic == "orders/create" || topic == "":
		o.At = created
		n.book.Placed(&o, m.Place, emit)
	case topic == "orders/edited":
		o.At = updated
		n.book.Changed(&o, m.Place, emit)
	default: // updated, and nothing that is heard
		n.env.Tally.Add(sonify.Skipped, "order that changed in nothing that is told", 0)
	}
	return nil
}

// edit tells what orders/edited delivers: how many pieces of which line came or went, and not
// the order as it is now.
func (n *normaliser) edit(m *decode.Message, b gjson.Result, emit func(sonify.Event)) {
	if len(n.only) > 0 { // the lines have numbers of their own
		n.env.Tally.Add(sonify.Skipped, "edit that does not say whether it is of what is listened for", 0)
		return
	}
	at := orders.Time(b.Get("committed_at").String(), orders.Time(b.Get("created_at").String(), m.At))
	n.book.Changed(&orders.Order{Key: b.Get("order_id").String(), At: at, Event: n.c.EventName}, m.Place, emit)
}

func (n *normaliser) refund(m *decode.Message, b gjson.Result, emit func(sonify.Event)) error {
	o := orders.Order{Key: b.Get("order_id").String(), At: orders.Time(b.Get("created_at").String(), m.At), Event: n.c.EventName, Test: b.Get("transactions.0.test").Bool()}
	items := b.Get("refund_line_items")
	if !n.lines(items, "line_item", &o) && len(items.Array()) > 0 {
		n.env.Tally.Add(sonify.Skipped, "refund without what is listened for", 0)
		return nil
	}
	// A refund may be paid back in several ways; all are in the shop's currency.
	var currency string
	var minor float64
	known := false
	b.Get("transactions").ForEach(func(_, t gjson.Result) bool {
		if t.Get("kind").String() != "refund" || t.Get("status").String() != "success" {
			return true
		}
		currency = t.Get("currency").String()
		a, ok := money.Text(t.Get("amount").String(), currency)
		f, has := a.Minor.Float()
		if !ok || !has {
			known = false
			return false
		}
		minor += f
		known = true
		return true
	})
	if known {
		o.Money = money.Units(int64(minor), currency)
	} else {
		n.env.Tally.Add(sonify.Absent, "amount of a refund", 0)
	}
	n.book.Refunded(&o, b.Get("id").String(), m.Place, emit)
	return nil
}

// lines counts what is listened for among the lines of an order. ok is false if there
// is nothing of it. Of a mixed order the tier is that of the most pieces.
func (n *normaliser) lines(lines gjson.Result, at string, o *orders.Order) (ok bool) {
	most := 0
	lines.ForEach(func(_, l gjson.Result) bool {
		count := int(min(l.Get("quantity").Int(), 1<<20))
		if at != "" {
			l = l.Get(at)
		}
		if !n.wanted(l) || count <= 0 {
			return true
		}
		ok = true
		o.Quantity += count
		if count > most {
			most = count
			o.Tier = orders.Short(l.Get("variant_title").String())
		}
		return true
	})
	return ok
}

func (n *normaliser) wanted(line gjson.Result) bool {
	if len(n.only) == 0 {
		return true
	}
	for _, key := range [...]string{"sku", "product_id", "variant_id"} {
		if n.only[strings.ToLower(line.Get(key).String())] {
			return true
		}
	}
	return false
}

// channel names where an order came from in the words of the vocabulary.
func channel(source string) string {
	switch source {
	case "web", "":
		return source
	case "pos":
		return "box_office"
	case "iphone", "android":
		return "app"
	case "shopify_draft_order":
		return "draft"
	}
	return "partner" // the number of an app
}
