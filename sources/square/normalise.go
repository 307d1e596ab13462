package square

import (
	"errors"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/orders"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// normaliser makes events of Square's.
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

var errNoEvent = errors.New("no event of Square's")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoEvent
	}
	b := gjson.ParseBytes(m.Body)
	typ, obj := b.Get("type").String(), b.Get("data.object")
	if typ == "" || !obj.IsObject() {
		return errNoEvent
	}
	at := orders.Time(b.Get("created_at").String(), m.At)
	what, _, _ := strings.Cut(typ, ".")
	switch what {
	case "payment":
		p := obj.Get("payment")
		if n.elsewhere(p) {
			return nil
		}
		o := orders.Order{
			Key:      p.Get("id").String(),
			At:       orders.Time(p.Get("updated_at").String(), at),
			Money:    n.sum(p.Get("amount_money")),
			Channel:  channel(p.Get("application_details.square_product").String()),
			Country:  p.Get("billing_address.country").String(),
			Customer: orders.Short(p.Get("customer_id").String()),
			Event:    n.c.EventName,
		}
		switch p.Get("status").String() {
		case "COMPLETED":
			n.book.Paid(&o, m.Place, emit)
		case "APPROVED", "PENDING":
			if typ == "payment.created" {
				n.book.Placed(&o, m.Place, emit)
			} else {
				n.env.Tally.Add(sonify.Skipped, "payment that changed in nothing that is told", 0)
			}
		case "CANCELED", "FAILED":
			n.book.Cancelled(&o, false, m.Place, emit)
		default:
			n.env.Tally.Add(sonify.Skipped, "payment in a state that is not known", 0)
		}
	case "refund":
		r := obj.Get("refund")
		if n.elsewhere(r) {
			return nil
		}
		o := orders.Order{
			Key:   r.Get("payment_id").String(),
			At:    orders.Time(r.Get("updated_at").String(), at),
			Money: n.sum(r.Get("amount_money")),
			Event: n.c.EventName,
		}
		if r.Get("status").String() == "COMPLETED" {
			n.book.PaidBack(&o, r.Get("id").String(), m.Place, emit)
		} else {
			n.env.Tally.Add(sonify.Skipped, "refund that is not done yet", 0)
		}
	default:
		n.env.Tally.Add(sonify.Skipped, "event that is not told", 0)
	}
	return nil
}

// elsewhere reports whether a payment is of another shop than the piece's.
func (n *normaliser) elsewhere(p gjson.Result) bool {
	if n.c.Location == "" || n.c.Location == p.Get("location_id").String() {
		return false
	}
	n.env.Tally.Add(sonify.Skipped, "payment of another location", 0)
	return true
}

// sum reads Money: what was asked for, in the smallest unit, without the tip.
func (n *normaliser) sum(v gjson.Result) money.Amount {
	a := v.Get("amount")
	if a.Type != gjson.Number {
		n.env.Tally.Add(sonify.Absent, "amount_money", 0)
		return money.Amount{}
	}
	return money.Units(a.Int(), v.Get("currency").String())
}

// channel names where a payment came from in the words of the vocabulary.
func channel(product string) string {
	switch product {
	case "":
		return ""
	case "SQUARE_POS", "VIRTUAL_TERMINAL", "TERMINAL_API", "RETAIL", "RESTAURANTS":
		return "box_office"
	case "ECOMMERCE_API", "ONLINE_STORE", "SQUARE_ONLINE", "PAYMENT_LINKS":
		return "web"
	}
	return strings.ToLower(orders.Short(product))
}
