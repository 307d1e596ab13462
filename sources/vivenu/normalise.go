package vivenu

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

// normaliser makes events of vivenu's.
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
		vocabulary.OrderRefunded, vocabulary.SaleSoldOut, vocabulary.AttendeeCheckedIn, vocabulary.AttendeeCheckedOut}}
}

var errNoEvent = errors.New("no event of vivenu's")

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	if !gjson.ValidBytes(m.Body) {
		return errNoEvent
	}
	b := gjson.ParseBytes(m.Body)
	typ, data := b.Get("type").String(), b.Get("data")
	if typ == "" || !data.IsObject() {
		if !n.saved(b, m, emit) {
			n.env.Tally.Add(sonify.Skipped, foreign, m.Line)
		}
		return nil
	}
	trial := b.Get("mode").String() == "dev"
	switch typ {
	case "transaction.complete", "transaction.canceled", "transaction.partiallyCanceled", "transaction.reservedBySystem":
		t := data.Get("transaction")
		if !t.IsObject() {
			return errNoEvent
		}
		n.transaction(typ, t, trial, m, emit)
	case "scan.created":
		s := data
		if inner := data.Get("scan"); inner.IsObject() {
			s = inner
		}
		if !trial || n.c.Tests {
			n.scan(s, m, emit)
		}
	default:
		n.env.Tally.Add(sonify.Skipped, "event that is not told", 0)
	}
	return nil
}

// scan tells who came in or went out.
func (n *normaliser) scan(s gjson.Result, m *decode.Message, emit func(sonify.Event)) {
	if n.elsewhere(s) {
		return
	}
	if r := s.Get("scanResult").String(); r == "rejected" || r == "denied" {
		n.env.Tally.Add(sonify.Skipped, "scan that let nobody in", m.Line)
		return
	}
	n.book.CheckedIn(s.Get("type").String() == "checkout", orders.Time(first(s, "time", "createdAt"), m.At),
		orders.Short(first(s, "ticketName", "categoryName")), orders.Short(first(s, "deviceName", "gate")), orders.Short(s.Get("ticketId").String()), n.c.EventName, m.Place, emit)
}

// foreign is counted of a message that is none.
const foreign = "message that is nothing of vivenu's: an event as it posts them, or transactions and scans as its API has them, were expected"

// states are what the types of events are called as the state of a transaction.
var states = map[string]string{"COMPLETE": "transaction.complete", "CANCELED": "transaction.canceled"}

// saved tells transactions that were saved from the API, by their state, and scans, single or
// in lists.
// It reports whether the message was such.
func (n *normaliser) saved(b gjson.Result, m *decode.Message, emit func(sonify.Event)) bool {
	var all []gjson.Result
	for _, list := range [...]gjson.Result{b, b.Get("rows"), b.Get("docs")} {
		if list.IsArray() {
			all = append(all, list.Array()...)
		}
	}
	if isTransaction(b) || isScan(b) {
		all = append(all, b)
	}
	slices.SortStableFunc(all, func(x, y gjson.Result) int {
		return when(x, m).Compare(when(y, m))
	})
	for _, t := range all {
		typ := states[t.Get("status").String()]
		switch {
		case isScan(t):
			n.scan(t, m, emit)
		case !isTransaction(t):
			n.env.Tally.Add(sonify.Skipped, "entry of a list that is no transaction", m.Line)
		case typ == "":
			n.env.Tally.Add(sonify.Skipped, "transaction in a state that is not told", m.Line)
		default:
			n.transaction(typ, t, false, m, emit)
		}
	}
	return len(all) > 0
}

// when is the time of a transaction or a scan.
func when(b gjson.Result, m *decode.Message) time.Time {
	return orders.Time(first(b, "time", "updatedAt", "createdAt"), m.At)
}

// isScan reports whether b is a scan of the API.
func isScan(b gjson.Result) bool {
	return b.Get("ticketId").Type == gjson.String && b.Get("scanResult").Type == gjson.String
}

// isTransaction reports whether b is a transaction of the API.
func isTransaction(b gjson.Result) bool {
	return b.Get("_id").Type == gjson.String && b.Get("status").Type == gjson.String && b.Get("tickets").IsArray()
}

func (n *normaliser) transaction(typ string, t gjson.Result, trial bool, m *decode.Message, emit func(sonify.Event)) {
	if n.elsewhere(t) {
		return
	}
	o := orders.Order{
		Key:      t.Get("_id").String(),
		At:       orders.Time(first(t, "updatedAt", "createdAt"), m.At),
		Channel:  channel(t.Get("origin").String()),
		Country:  first(t, "address.country", "country"),
		Test:     trial,
		Tells:    true,
		Customer: orders.Short(t.Get("customerId").String()),
		Event:    n.c.EventName,
	}
	most := 0
	t.Get("tickets").ForEach(func(_, l gjson.Result) bool {
		count := 1
		if a := l.Get("amount"); a.Type == gjson.Number {
			count = int(min(max(a.Int(), 0), 1<<20))
		}
		o.Quantity += count
		if count > most {
			most = count
			o.Tier = orders.Short(first(l, "name", "ticketName"))
		}
		return true
	})
	currency := t.Get("currency").String()
	if a, ok := money.Text(number(t, "realPrice", "price", "regularPrice"), currency); ok {
		o.Money = a
	} else {
		n.env.Tally.Add(sonify.Absent, "price of a transaction", 0)
	}
	if a, ok := money.Text(number(t, "discountTotal"), currency); ok {
		o.Discount = a.Major
	}
	switch typ {
	case "transaction.complete":
		n.book.Paid(&o, m.Place, emit)
	case "transaction.reservedBySystem":
		n.book.Placed(&o, m.Place, emit)
	case "transaction.canceled":
		n.book.Cancelled(&o, true, m.Place, emit)
	case "transaction.partiallyCanceled":
		// Which tickets came back it does not say, nor what they cost.
		o.Quantity, o.Money, o.Discount = 0, money.Amount{}, sonify.Value{}
		n.book.PaidBack(&o, m.ID, m.Place, emit)
	}
}

// elsewhere reports whether something is about another event than the piece's.
func (n *normaliser) elsewhere(t gjson.Result) bool {
	if n.c.EventID == "" || n.c.EventID == t.Get("eventId").String() {
		return false
	}
	n.env.Tally.Add(sonify.Skipped, "delivery about another event", 0)
	return true
}

func first(b gjson.Result, paths ...string) string {
	for _, p := range paths {
		if v := b.Get(p); v.Type == gjson.String && v.Str != "" {
			return v.Str
		}
	}
	return ""
}

// number returns the first number of b, as it is written: a float would lose cents.
func number(b gjson.Result, paths ...string) string {
	for _, p := range paths {
		if v := b.Get(p); v.Type == gjson.Number {
			return v.Raw
		} else if v.Type == gjson.String {
			return v.Str
		}
	}
	return ""
}

// channel names where a transaction came from in the words of the vocabulary.
func channel(origin string) string {
	switch origin {
	case "yourticket", "online", "web":
		return "web"
	case "pos":
		return "box_office"
	case "import", "ticketing", "api":
		return "partner"
	}
	return strings.ToLower(orders.Short(origin))
}
