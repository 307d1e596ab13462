package orders_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/orders"
)

func book(c orders.House, place string) (*orders.Book, *sonify.Tally, *[]string, func(sonify.Event)) {
	env := sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place)}
	env.Place.Set(place)
	var heard []string
	return orders.NewBook(env, c), env.Tally, &heard, func(ev sonify.Event) {
		heard = append(heard, fmt.Sprintf("%s sold=%v left=%v share=%v %s", ev.Kind(), ev.Value("sold"), ev.Value("left"), ev.Value("share"), ev.Place))
	}
}

// The house is counted, and the count goes on after a restart.
func TestBook(t *testing.T) {
	at := time.Unix(1795860000, 0)
	b, tally, heard, emit := book(orders.House{Capacity: 10, Sold: 4}, "")
	b.Opened(at, "", "p1", emit)
	b.Paid(&orders.Order{Key: "a", Quantity: 4}, "p2", emit)
	b.Paid(&orders.Order{Key: "a", Quantity: 4}, "p3", emit)
	b.Refunded(&orders.Order{Key: "a", Quantity: 3}, "r1", "p4", emit)
	b.Refunded(&orders.Order{Key: "a", Quantity: 3}, "r1", "p5", emit)
	b.Cancelled(&orders.Order{Key: "a", Quantity: 4}, true, "p6", emit) // three of the four came back before
	b.Cancelled(&orders.Order{Key: "x", Quantity: 4}, false, "p7", emit)
	b.Paid(&orders.Order{Key: "t", Quantity: 1, Test: true}, "p8", emit)
	b.PaidBack(&orders.Order{Key: "a"}, "r2", "p9", emit)
	b.Paid(&orders.Order{Key: "b", Quantity: 5}, "p10", emit)
	last := (*heard)[len(*heard)-1]
	want := `sale.opened sold=4 left=6 share=0.4 p1~4.0.tp7ig0.0
order.paid sold=8 left=2 share=0.8 p2~8.0.tp7ig0.0
order.refunded sold=5 left=5 share=0.5 p4~5.0.tp7ig0.0
order.cancelled sold=4 left=6 share=0.4 p6~4.0.tp7ig0.0
order.cancelled sold=4 left=6 share=0.4 p7~4.0.tp7ig0.0
order.refunded sold=4 left=6 share=0.4 p9~4.0.tp7ig0.0
order.paid sold=9 left=1 share=0.9 p10~9.0.tp7ig0.0`
	if got := strings.Join(*heard, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if n := len(tally.Counts()); n != 3 {
		t.Errorf("%d oddities: %v", n, tally.Counts())
	}
	place := last[strings.LastIndex(last, " ")+1:]
	b, _, heard, emit = book(orders.House{Capacity: 10, Sold: 4}, place)
	b.Paid(&orders.Order{Key: "c", Quantity: 1, At: at.Add(time.Hour)}, "q1", emit)
	b.Refunded(&orders.Order{Key: "unseen", Quantity: 1}, "r9", "q2", emit)
	b.Paid(&orders.Order{Key: "d", Quantity: 1, At: at.Add(2 * time.Hour)}, "q3", emit)
	want = `order.paid sold=10 left=0 share=1 q1~a.1.tp7ig0.0
sale.sold_out sold=10 left=0 share=1 q1~a.1.tp7ig0.0
order.refunded sold=9 left=1 share=0.9 q2~9.1.tp7ig0.0
order.paid sold=10 left=0 share=1 q3~a.1.tp7ig0.0`
	if got := strings.Join(*heard, "\n"); got != want {
		t.Errorf("after a restart: got\n%s\nwant\n%s", got, want)
	}
}

func TestBook_WithoutACapacityCountsNothing(t *testing.T) {
	b, tally, heard, emit := book(orders.House{}, "nonsense~x.y")
	b.Paid(&orders.Order{Key: "a"}, "", emit)
	if (*heard)[0] != "order.paid sold= left= share= ~0.0.0.0" || len(tally.Counts()) != 0 {
		t.Errorf("%q, %v", *heard, tally.Counts())
	}
}

func TestHouse_Mistakes(t *testing.T) {
	for want, c := range map[string]orders.House{"sold: 5 are sold": {Capacity: 4, Sold: 5}, "sold: it is counted": {Sold: 1}} {
		var ps sonify.Problems
		if c.Check(&ps); !strings.HasPrefix(ps.Error(), want) {
			t.Errorf("%v, want %s", ps, want)
		}
	}
}

func FuzzPlace(f *testing.F) {
	f.Add("abc~4.0.tp7ig0.0")
	f.Add("~zz.1.9.9")
	f.Fuzz(func(t *testing.T, place string) {
		b, _, heard, emit := book(orders.House{Capacity: 10}, place)
		b.Paid(&orders.Order{Key: "a", Quantity: 1}, "", emit)
		for _, h := range *heard {
			if strings.Contains(h, "left=-") || strings.Contains(h, "sold=-") {
				t.Fatal(h)
			}
		}
	})
}
