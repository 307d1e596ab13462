package square

import (
	"errors"
	"slices"
	"strings"
	"time"

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
		if !n.saved(b, m, emit) {
			n.env.Tally.Add(sonify.Skipped, foreign, m.Line)
		}
		return nil
	}
	at := orders.Time(b.Get("created_at").String(), m.At)
	what, _, _ := strings.Cut(typ, ".")
	n.tell(what, obj.Get(what), typ == "payment.created", at, m.Place, emit)
	return nil
}

// foreign is counted of a message that is none.
const foreign = "message that is nothing of Square's: an event as it posts them, or payments and refunds as its API has them, were expected"

// saved tells what was saved from the API, which lists the newest first: payments, refunds,
// and lists of them. It reports whether the message was such.
func (n *normaliser) saved(b gjson.Result, m *decode.Message, emit func(sonify.Event)) bool {
	type entry struct {
		of   string // what the API says that it is; "" if it stands alone
		said gjson.Result
	}
	var all []entry
	for _, of := range [...]string{"", "payment", "refund"} {
		one, list := b, b
		if of != "" {
			one, list = b.Get(of), b.Get(of+"s")
		}
		if list.IsArray() {
			for _, p := range list.Array() {
				all = append(all, entry{of, p})
			}
		}
		if isPayment(one) {
			all = append(all, entry{of, one})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		return orders.Time(a.said.Get("updated_at").String(), m.At).Compare(orders.Time(b.said.Get("updated_at").String(), m.At))
	})
	for _, e := range all {
		if !isPayment(e.said) {
			n.env.Tally.Add(sonify.Skipped, "entry of a list that is no payment", m.Line)
			continue
		}
		// A refund of no payment names none.
		if e.of == "" && (e.said.Get("payment_id").Exists() || e.said.Get("unlinked").Bool()) {
			e.of = "refund"
		} else if e.of == "" {
			e.of = "payment"
		}
		n.tell(e.of, e.said, true, m.At, m.Place, emit)
	}
	return len(all) > 0
}

// isPayment reports whether b is a payment or a refund.
func isPayment(b gjson.Result) bool {
	return b.Get("id").Type == gjson.String && b.Get("status").Type == gjson.String && b.Get("amount_money").IsObject()
}

// tell tells a payment or a refund as it stands. Created says that nobody has heard of it
// before.
func (n *normaliser) tell(what string, p gjson.Result, created bool, at time.Time, place string, emit func(sonify.Event)) {
	switch what {
	case "payment":
		if n.elsewhere(p) {
			return
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
			n.book.Paid(&o, place, emit)
		case "APPROVED", "PENDING":
			if created {
				n.book.Placed(&o, place, emit)
			} else {
				n.env.Tally.Add(sonify.Skipped, "payment that changed in nothing that is told", 0)
			}
		case "CANCELED", "FAILED":
			n.book.Cancelled(&o, false, place, emit)
		default:
			n.env.Tally.Add(sonify.Skipped, "payment in a state that is not known", 0)
		}
	case "refund":
		if n.elsewhere(p) {
			return
		}
		o := orders.Order{
			Key:   p.Get("payment_id").String(),
			At:    orders.Time(p.Get("updated_at").String(), at),
			Money: n.sum(p.Get("amount_money")),
			Event: n.c.EventName,
		}
		if p.Get("status").String() == "COMPLETED" {
			n.book.PaidBack(&o, p.Get("id").String(), place, emit)
		} else {
			n.env.Tally.Add(sonify.Skipped, "refund that is not done", 0)
		}
	default:
		n.env.Tally.Add(sonify.Skipped, "event that is not told", 0)
	}
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
