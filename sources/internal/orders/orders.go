// Package orders is what all sources of tickets and goods share: it counts what is
// sold against the number of seats that a piece names, knows which orders were
// counted already, and writes both down so that a restart goes on from there.
//
// The services tell single orders. How full the house is they do not say, and a
// piece that wants to hear it says capacity. Without it sold, left and share are
// missing: a source that came in the middle of a sale does not know them.
package orders

import (
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/money"
	"proscenium/sources/internal/vocabulary"
)

// House has the keys that the recipes share. It is embedded in theirs.
type House struct {
	Capacity int  `toml:"capacity" doc:"how many tickets there are in all; with it every order says how many are sold, left, and which share. 0: nobody says" default:"0" min:"0" max:"100000000"`
	Sold     int  `toml:"sold" doc:"how many of them were sold before the source began to listen" default:"0" min:"0" max:"100000000"`
	Tests    bool `toml:"tests" doc:"whether orders that the service calls trials count as well" default:"false"`
}

// Check adds the mistakes of c.
func (c *House) Check(ps *sonify.Problems) {
	if c.Capacity > 0 && c.Sold > c.Capacity {
		ps.Add("sold", "", "%d are sold of a capacity of %d", c.Sold, c.Capacity)
	}
	if c.Sold > 0 && c.Capacity == 0 {
		ps.Add("sold", "capacity = 2000", "it is counted against a capacity, and there is none")
	}
}

// Rest begins what this package writes into a Place, behind what a transport writes.
const Rest = "~"

// Book keeps a sale's count. It is used by one goroutine.
type Book struct {
	c      House
	env    sonify.SourceEnv
	sold   int
	out    bool // sale.sold_out was told
	opened time.Time
	paid   ring[*sale]    // by the order's key
	by     ring[*sale]    // by what its payment is called, if that is not the key
	gone   ring[struct{}] // refunds and cancellations that were told
	doors  int            // who came in and did not leave
	// before means that orders may have been counted that this book has not seen.
	before bool
}

// sale is an order that was counted.
type sale struct {
	key  string
	sold int
	left int  // of those, what did not come back
	said bool // the service said how many
}

// NewBook returns the book of a source, as far as it was kept.
func NewBook(env sonify.SourceEnv, c House) *Book {
	b := &Book{c: c, env: env, sold: c.Sold, before: c.Sold > 0}
	_, text, ok := strings.Cut(env.Place.Get(), Rest)
	if !ok {
		return b
	}
	part := strings.Split(text, ".")
	if len(part) != 4 {
		return b
	}
	var n [4]int64
	for i, p := range part {
		var err error
		if n[i], err = strconv.ParseInt(p, 36, 64); err != nil {
			return b
		}
	}
	if n[0] >= 0 && n[0] < 1<<40 {
		b.sold, b.before = int(n[0]), b.before || n[0] > 0
	}
	b.out = n[1] == 1
	if n[2] > 0 && n[2] < 1<<40 {
		b.opened = time.Unix(n[2], 0)
	}
	if n[3] >= 0 && n[3] < 1<<40 {
		b.doors = int(n[3])
	}
	return b
}

// place writes the count behind what the transport wrote.
func (b *Book) place(transport string) string {
	transport, _, _ = strings.Cut(transport, Rest)
	t := []byte(transport + Rest)
	t = strconv.AppendInt(t, int64(b.sold), 36)
	if b.out {
		t = append(t, ".1."...)
	} else {
		t = append(t, ".0."...)
	}
	var opened int64
	if !b.opened.IsZero() {
		opened = b.opened.Unix()
	}
	t = strconv.AppendInt(t, opened, 36)
	t = append(t, '.')
	t = strconv.AppendInt(t, int64(b.doors), 36)
	return string(t)
}

// Order is what a service says of an order, before it is an event.
type Order struct {
	Key      string // its id at the service; "" if it has none
	Payment  string // what refunds name instead of Key, at services that tell payments; "" elsewhere
	At       time.Time
	Money    money.Amount
	Quantity int // 0: not said
	Tier     string
	Channel  string
	Discount sonify.Value
	Country  string // two letters
	Test     bool
	Tells    bool // the service says of every order whether it is a trial
	Customer string
	Event    string // what it is sold for
}

// trial reports whether o does not count, and tallies it.
func (b *Book) trial(o *Order) bool {
	if o.Test && !b.c.Tests {
		b.env.Tally.Add(sonify.Skipped, "order that is only a trial", 0)
		return true
	}
	return false
}

// Placed tells of an order that is not paid for.
func (b *Book) Placed(o *Order, place string, emit func(sonify.Event)) {
	if !b.trial(o) {
		b.say(vocabulary.OrderPlaced, o, place, emit)
	}
}

// Changed tells of an order that became another.
func (b *Book) Changed(o *Order, place string, emit func(sonify.Event)) {
	if !b.trial(o) {
		b.say(vocabulary.OrderChanged, o, place, emit)
	}
}

// Resized is Changed of an order that is paid for and has as many tickets now as o says: the
// difference is counted, if the order was.
func (b *Book) Resized(o *Order, place string, emit func(sonify.Event)) {
	if b.trial(o) {
		return
	}
	last := false
	if s, seen := b.paid.known[o.Key]; seen && o.Quantity > 0 {
		more := o.Quantity - s.left
		s.sold, s.left, s.said = s.sold+more, o.Quantity, true
		b.sold = max(0, b.sold+more)
		last = more > 0 && b.c.Capacity > 0 && b.sold >= b.c.Capacity && !b.out
		b.out = b.out || last
	}
	b.say(vocabulary.OrderChanged, o, place, emit)
	if last {
		b.over(vocabulary.SaleSoldOut, o.At, o.Event, place, emit)
	}
}

// Paid tells of an order that is paid for, and counts it. One that was told before
// is not told again, whoever repeats it: services report an order by several names.
func (b *Book) Paid(o *Order, place string, emit func(sonify.Event)) {
	if b.trial(o) {
		return
	}
	pieces := b.pieces(o)
	s := &sale{key: strings.Clone(o.Key), sold: pieces, left: pieces, said: o.Quantity > 0}
	if o.Key != "" && !b.paid.add(s.key, s) {
		b.env.Tally.Add(sonify.Skipped, "order that was told before", 0)
		return
	}
	if o.Payment != "" && o.Payment != o.Key {
		b.by.add(o.Payment, s)
	}
	b.before = b.before || len(b.paid.order) == remembered // the oldest are forgotten from now on
	b.sold += pieces
	last := b.c.Capacity > 0 && b.sold >= b.c.Capacity && !b.out
	b.out = b.out || last
	if b.c.Capacity > 0 && b.sold > b.c.Capacity {
		b.env.Tally.Add(sonify.Repaired, "more sold than the capacity, taken for full", 0)
	}
	b.say(vocabulary.OrderPaid, o, place, emit)
	if last {
		b.over(vocabulary.SaleSoldOut, o.At, o.Event, place, emit)
	}
}

// pieces is how many an order counts against the capacity: one if it does not say.
func (b *Book) pieces(o *Order) int {
	if o.Quantity == 0 && b.c.Capacity > 0 {
		b.env.Tally.Add(sonify.Repaired, "order without a quantity, counted as one of the capacity", 0)
		return 1
	}
	return o.Quantity
}

// Refunded tells of tickets that were given back, and counts them: as many as the order
// says, none if it says none. key is the refund's own id: one order may be refunded in parts.
func (b *Book) Refunded(o *Order, key, place string, emit func(sonify.Event)) {
	b.back(vocabulary.OrderRefunded, o, key, place, emit)
}

// RefundedShare is Refunded where the service says only how much of the money has come back
// by now, of all that was paid: so many of the seats that were sold for it are free, and a
// seat is when it is paid back in full. The sale is known by the order's Key or Payment, and
// is told under its own. Of a sale that this book may have counted before it was opened anew
// come back as many as the order says.
func (b *Book) RefundedShare(o *Order, returned, paid int64, key, place string, emit func(sonify.Event)) {
	s, seen := b.paid.known[o.Key]
	if !seen && o.Payment != "" {
		if s, seen = b.paid.known[o.Payment]; !seen {
			s, seen = b.by.known[o.Payment]
		}
	}
	if seen {
		free := 0 // of all, by now
		switch {
		case paid <= 0 || returned <= 0: // nobody says what the part is
		case returned >= paid:
			free = s.sold
		default: // the product is exact, so that whole seats stay whole
			free = int(float64(s.sold) * float64(returned) / float64(paid))
		}
		o.Key, o.Quantity = s.key, max(free-(s.sold-s.left), 0)
	}
	b.back(vocabulary.OrderRefunded, o, key, place, emit)
}

// Cancelled tells of an order that was called off. Its seats are free again if it had
// been paid for, which paid says where the source did not see it, and if they were not
// given back before.
func (b *Book) Cancelled(o *Order, paid bool, place string, emit func(sonify.Event)) {
	key := "cancelled " + o.Key
	if _, seen := b.paid.known[o.Key]; paid || seen {
		b.back(vocabulary.OrderCanceled, o, key, place, emit)
		return
	}
	if b.trial(o) {
		return
	}
	if o.Key != "" && !b.gone.add(key, struct{}{}) {
		b.env.Tally.Add(sonify.Skipped, "order that was told before", 0)
		return
	}
	b.say(vocabulary.OrderCanceled, o, place, emit)
}

// PaidBack tells of money that was given back without the service saying for how many
// tickets: nothing is counted.
func (b *Book) PaidBack(o *Order, key, place string, emit func(sonify.Event)) {
	if b.trial(o) {
		return
	}
	if key != "" && !b.gone.add(key, struct{}{}) {
		b.env.Tally.Add(sonify.Skipped, "refund that was told before", 0)
		return
	}
	b.say(vocabulary.OrderRefunded, o, place, emit)
}

// back tells of an order that came back, in part or as a whole, and frees its seats.
func (b *Book) back(shape *sonify.Shape, o *Order, key, place string, emit func(sonify.Event)) {
	if b.trial(o) {
		return
	}
	if key != "" && !b.gone.add(key, struct{}{}) {
		b.env.Tally.Add(sonify.Skipped, "refund that was told before", 0)
		return
	}
	b.sold = max(0, b.sold-b.free(shape, o))
	b.say(shape, o, place, emit)
}

// free returns how many seats an order gives back. Of an order no more comes back than was
// sold: services report a refund and that the order was called off, for the same seats. Of
// one that was never counted nothing does.
func (b *Book) free(shape *sonify.Shape, o *Order) int {
	s, seen := b.paid.known[o.Key]
	switch {
	case o.Key == "":
		return o.Quantity
	case seen:
		pieces := o.Quantity
		if pieces == 0 && (shape == vocabulary.OrderCanceled || !s.said) { // all of it, or the one it was counted as
			pieces = s.left
		}
		pieces = min(pieces, s.left)
		s.left -= pieces
		return pieces
	}
	b.paid.add(o.Key, &sale{key: strings.Clone(o.Key)}) // what is paid for afterwards is an old report
	if b.c.Capacity > 0 && (o.Quantity == 0 || !b.before) {
		b.env.Tally.Add(sonify.Repaired, "refund of an order that was not counted here, no seats taken back", 0)
	}
	if !b.before {
		return 0
	}
	return o.Quantity
}

// Opened tells that the sale begins.
func (b *Book) Opened(at time.Time, event, place string, emit func(sonify.Event)) {
	b.opened = at
	d := vocabulary.New(vocabulary.SaleOpened)
	d.Text("event_name", event)
	b.send(&d, at, place, emit)
}

// Closed tells that the sale is over.
func (b *Book) Closed(at time.Time, event, place string, emit func(sonify.Event)) {
	b.over(vocabulary.SaleClosed, at, event, place, emit)
}

func (b *Book) over(shape *sonify.Shape, at time.Time, event, place string, emit func(sonify.Event)) {
	d := vocabulary.New(shape)
	if !b.opened.IsZero() && !at.Before(b.opened) {
		d.Num("duration_s", at.Sub(b.opened).Truncate(time.Second).Seconds())
	}
	d.Text("event_name", event)
	b.send(&d, at, place, emit)
}

// CheckedIn tells of somebody at the door; out says that they leave.
func (b *Book) CheckedIn(out bool, at time.Time, tier, gate, attendee, event, place string, emit func(sonify.Event)) {
	shape := vocabulary.AttendeeCheckedIn
	if out {
		shape = vocabulary.AttendeeCheckedOut
		b.doors = max(0, b.doors-1)
	} else {
		b.doors++
	}
	d := vocabulary.New(shape)
	d.Num("count", float64(b.doors)).Text("tier", tier).Text("gate", gate).Text("attendee_id", attendee).Text("event_name", event)
	if b.c.Capacity > 0 {
		d.Num("share", min(1, float64(b.doors)/float64(b.c.Capacity)))
	}
	d.At, d.Place = at, b.place(place)
	emit(d.Event)
}

// Announced tells of news about what is sold.
func (b *Book) Announced(topic string, at time.Time, low, high sonify.Value, currency, event, place string, emit func(sonify.Event)) {
	d := vocabulary.New(vocabulary.TicketAnnouncement)
	d.Text("topic", topic).Set("price_min", low).Set("price_max", high).Text("currency", currency).Text("event_name", event)
	b.send(&d, at, place, emit)
}

// say tells an order.
func (b *Book) say(shape *sonify.Shape, o *Order, place string, emit func(sonify.Event)) {
	d := vocabulary.New(shape)
	if o.Quantity > 0 {
		d.Num("quantity", float64(o.Quantity))
	}
	d.Set("amount", o.Money.Major).Set("amount_minor", o.Money.Minor).Set("currency", o.Money.Currency).Set("discount", o.Discount)
	d.Text("tier", o.Tier).Text("channel", o.Channel).Text("country", Country(o.Country)).Text("order_id", o.Key).Text("customer_id", o.Customer).Text("event_name", o.Event)
	if o.Test || o.Tells {
		d.Bool("test", o.Test)
	}
	b.send(&d, o.At, place, emit)
}

// send adds the count and emits.
func (b *Book) send(d *vocabulary.Draft, at time.Time, place string, emit func(sonify.Event)) {
	if all := b.c.Capacity; all > 0 {
		sold := min(b.sold, all)
		d.Num("sold", float64(sold)).Num("left", float64(all-sold)).Num("share", float64(sold)/float64(all))
	}
	d.At, d.Place = at, b.place(place)
	emit(d.Event)
}

// Country returns the two letters of a country in capitals, "" if text is none.
func Country(text string) string {
	if len(text) != 2 || text[0]|0x20 < 'a' || text[0]|0x20 > 'z' || text[1]|0x20 < 'a' || text[1]|0x20 > 'z' {
		return ""
	}
	return strings.ToUpper(text)
}

// remembered is how many orders are known by their ids, so that what is reported
// twice under different names (created, paid, updated) is told once.
const remembered = 1 << 14

// ring knows the last texts, with something for each.
type ring[T any] struct {
	known map[string]T
	order []string
	next  int
}

// add reports whether s was not known.
func (r *ring[T]) add(s string, what T) bool {
	if _, ok := r.known[s]; ok {
		return false
	}
	if r.known == nil {
		r.known = make(map[string]T)
	}
	s = strings.Clone(s) // not the whole body with it
	if len(r.order) < remembered {
		r.order = append(r.order, s)
	} else {
		delete(r.known, r.order[r.next])
		r.order[r.next] = s
		r.next = (r.next + 1) % remembered
	}
	r.known[s] = what
	return true
}

// maxText bounds texts that become values.
const maxText = 200

// Short returns text as a value may hold it: what is longer is cut.
func Short(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) <= maxText {
		return strings.Clone(text)
	}
	return strings.ToValidUTF8(text[:maxText], "")
}

// Time reads the times of services: RFC 3339, with or without seconds' fractions.
// Without a readable one it is fallback.
func Time(text string, fallback time.Time) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t
	}
	return fallback
}
