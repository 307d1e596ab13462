package sim

import (
	"cmp"
	"context"
	"slices"
	"time"

	"proscenium/sonify"
)

// moment are the fields with which everything but tennis begins.
var moment = []sonify.Field{
	{Name: "day", Type: sonify.Number, Unit: "days", Doc: "day of the simulation, from 1"},
	{Name: "hour", Type: sonify.Number, Unit: "h", Doc: "time of day, 0 to 24"},
}

func shape(kind string, more ...[]sonify.Field) *sonify.Shape {
	fields := append([]sonify.Field(nil), moment...)
	for _, m := range more {
		fields = append(fields, m...)
	}
	return sonify.NewShape(kind, fields...)
}

// when returns the values of moment, with room for so many more.
func when(clock time.Duration, more int) []sonify.Value {
	const day = 24 * time.Hour
	v := make([]sonify.Value, 0, len(moment)+more)
	return append(v, num(int(clock/day)+1), sonify.Num(float64((clock%day)/time.Second)/3600))
}

func num(n int) sonify.Value { return sonify.Num(float64(n)) }

var (
	saleFields = []sonify.Field{
		{Name: "sold", Type: sonify.Number, Unit: "tickets", Doc: "sold so far, refunds taken off"},
		{Name: "left", Type: sonify.Number, Unit: "tickets", Doc: "still to be had"},
		{Name: "share", Type: sonify.Number, Doc: "0 to 1: how much of the house is sold"},
	}
	orderFields = []sonify.Field{
		{Name: "order", Type: sonify.Number, Doc: "number of the order, from 1"},
		{Name: "quantity", Type: sonify.Number, Unit: "tickets", Doc: "tickets of the order"},
		{Name: "amount", Type: sonify.Number, Doc: "what it costs, in the currency: 112.5"},
		{Name: "amount_minor", Type: sonify.Number, Doc: "the same in its smallest unit: 11250"},
		{Name: "currency", Type: sonify.Text, Doc: "of the amounts: EUR"},
		{Name: "tier", Type: sonify.Text, Doc: "price of its day: early, regular or late"},
		{Name: "channel", Type: sonify.Text, Doc: "web, app, box_office or partner"},
	}

	orderPaid     = shape("order.paid", saleFields, orderFields)
	orderRefunded = shape("order.refunded", saleFields, orderFields)
	announcement  = shape("ticket.announcement", saleFields, []sonify.Field{
		{Name: "topic", Type: sonify.Text, Doc: "what is announced: announcement, line-up, video, ..."},
		{Name: "size", Type: sonify.Number, Doc: "0 to 1: how much talk it makes"},
		{Name: "mood", Type: sonify.Number, Doc: "-1 to 1: what the talk is like"},
	})
	saleOpened  = shape("sale.opened", saleFields)
	saleSoldOut = shape("sale.sold_out", saleFields, []sonify.Field{
		{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "since the sale was opened"},
	})
	saleClosed = shape("sale.closed", saleFields, []sonify.Field{
		{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "since the sale was opened"},
	})
)

func ticketShapes() []*sonify.Shape {
	return []*sonify.Shape{announcement, saleOpened, orderPaid, orderRefunded, saleSoldOut, saleClosed}
}

// When tickets are bought: at lunch and in the evening.
var salesRhythm = rhythm{300, 150, 80, 60, 70, 150, 400, 800, 1100, 1250, 1300, 1350,
	1600, 1450, 1250, 1200, 1250, 1350, 1500, 1750, 1900, 1700, 1250, 840}

// How the demand is made up, in thousandths.
const (
	rushShare   = 300 // of those who wait for the opening
	steadyShare = 250 // by the hour of the day
	echoShare   = 350 // of those who heard talk, a lag later
	lastShare   = 100 // of those who wait until the last days

	saleOpens = 10 * 60 // minutes after the first midnight
	saleEnds  = 4 * 60  // minutes before the last one
	rushFall  = 90      // minutes
)

// quantities are how many of 100 orders are for one, two, ... tickets; ticketMean
// is the mean of it, in hundredths.
var quantities = [...]int{24, 50, 10, 13, 1, 2}

const ticketMean = 223

// demand returns how many orders are to be expected in each minute, in
// millionths, of so many thousandths of an order in all. Of those whom talk
// would move, unmoved of a hundred come by the hour of the day like others.
func demand(story []trigger, minutes, lag int, orders, unmoved int64) []int64 {
	end := minutes - saleEnds
	open := func(w []int64) []int64 {
		clear(w[:saleOpens])
		clear(w[end:])
		return w
	}
	rush := make([]int64, minutes)
	rush[saleOpens] = 1 << 40
	decay(rush, rushFall)
	last := make([]int64, minutes)
	last[saleEnds] = 1 << 40
	decay(last, int64(max(minutes/10, 720)))
	slices.Reverse(last)
	to := make([]int64, minutes)
	rates(to, open(rush), orders*rushShare/1000)
	echoes := orders * echoShare / 1000
	rates(to, open(salesRhythm.over(minutes)), orders*steadyShare/1000+echoes*unmoved/100)
	echo := open(late(talk(story, minutes), lag))
	for m := range echo { // some of those who hear of it at night wait for none
		echo[m] = echo[m] / 1000 * (300 + salesRhythm.at(m)*7/10)
	}
	rates(to, echo, echoes-echoes*unmoved/100)
	rates(to, open(last), orders*lastShare/1000)
	return to
}

// refund is an order that will be given back.
type refund struct {
	minute int
	order  []sonify.Value // of orderFields
	n      int
}

// sale is one event being sold.
type sale struct {
	s       *source
	emit    func(sonify.Event)
	detail  *dice
	price   int // of a ticket in the lowest tier, in minor units
	sold    int
	orders  int
	refunds []refund // those to come, the next one first
	out     bool     // it has been told that it is sold out
}

func (s *source) tickets(ctx context.Context, emit func(sonify.Event)) error {
	seed := s.seed()
	minutes := s.c.Days * dayMinutes
	story := newStory(seed, s.c.Days)
	wanted := int64(s.c.Capacity) * int64(s.c.Demand) * 1000 / ticketMean // both are in hundredths
	rate := demand(story, minutes, int(s.c.Lag/time.Minute), wanted, int64(s.c.Unmoved))
	arrive := newDice(seed, ticketDice)
	t := &sale{s: s, emit: emit, detail: newDice(seed, orderDice), price: cents(s.c.Price)}
	for m := range minutes - saleEnds {
		if m%60 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		clock := time.Duration(m) * time.Minute
		for len(story) > 0 && story[0].minute == m {
			g := story[0]
			story = story[1:]
			t.say(announcement, clock, sonify.Word(g.topic), sonify.Num(float64(g.size)/1200), sonify.Num(float64(g.mood)/100))
		}
		if m == saleOpens {
			t.say(saleOpened, clock)
		}
		for len(t.refunds) > 0 && t.refunds[0].minute == m {
			r := t.refunds[0]
			t.refunds = t.refunds[1:]
			t.sold -= r.n
			t.say(orderRefunded, clock, r.order...)
		}
		arrive.arrivals(rate[m], func(after time.Duration) { t.order(m, clock+after) })
	}
	t.say(saleClosed, time.Duration(minutes-saleEnds)*time.Minute, num((minutes-saleEnds-saleOpens)*60))
	return nil
}

// order sells to the next who wants tickets, if there are any left.
func (t *sale) order(minute int, clock time.Duration) {
	d := t.detail
	n, roll := 1, d.below(100)
	for _, q := range quantities[:len(quantities)-1] {
		if roll -= q; roll < 0 {
			break
		}
		n++
	}
	channel, roll := "web", d.below(100)
	hour := minute / 60 % 24
	switch {
	case roll < 27:
		channel = "app"
	case roll < 35 && hour >= 10 && hour < 19:
		channel = "box_office"
	case roll < 39:
		channel = "partner"
	}
	back := 0
	if d.chance(20) {
		back = minute + 60*(1+d.below(72))
	}
	left := t.s.c.Capacity - t.sold
	if left <= 0 {
		return
	}
	n = min(n, left)
	tier, percent := "early", 100
	switch share := t.sold * 100 / t.s.c.Capacity; {
	case share >= 85:
		tier, percent = "late", 150
	case share >= 20:
		tier, percent = "regular", 125
	}
	minor := t.price * percent / 100 * n
	t.orders++
	t.sold += n
	values := []sonify.Value{
		num(t.orders), num(n), sonify.Num(float64(minor) / 100), num(minor),
		sonify.Word(t.s.c.Currency), sonify.Word(tier), sonify.Word(channel),
	}
	t.say(orderPaid, clock, values...)
	if back > 0 {
		at, _ := slices.BinarySearchFunc(t.refunds, back+1, func(r refund, m int) int { return cmp.Compare(r.minute, m) })
		t.refunds = slices.Insert(t.refunds, at, refund{back, values, n})
	}
	if t.sold == t.s.c.Capacity && !t.out {
		t.out = true
		t.say(saleSoldOut, clock, num(int(clock/time.Second)-saleOpens*60))
	}
}

func (t *sale) say(shape *sonify.Shape, clock time.Duration, more ...sonify.Value) {
	all := t.s.c.Capacity
	v := append(when(clock, len(saleFields)+len(more)), num(t.sold), num(all-t.sold), sonify.Num(float64(t.sold)/float64(all)))
	t.emit(sonify.Event{Source: t.s.env.Name, Shape: shape, Values: append(v, more...), Clock: clock, Timed: true})
}
