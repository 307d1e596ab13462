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

// What comes back is never more than was sold for it, and of what was not counted nothing.
func TestBook_GivesBackWhatWasSold(t *testing.T) {
	sale := func(key, payment string, pieces int) func(*orders.Book, func(sonify.Event)) {
		return func(b *orders.Book, emit func(sonify.Event)) {
			b.Paid(&orders.Order{Key: key, Payment: payment, Quantity: pieces}, "", emit)
		}
	}
	share := func(key, payment string, pieces int, returned, paid int64) func(*orders.Book, func(sonify.Event)) {
		return func(b *orders.Book, emit func(sonify.Event)) {
			b.RefundedShare(&orders.Order{Key: key, Payment: payment, Quantity: pieces}, returned, paid, "", "", emit)
		}
	}
	back := func(key string, pieces int) func(*orders.Book, func(sonify.Event)) {
		return func(b *orders.Book, emit func(sonify.Event)) {
			b.Refunded(&orders.Order{Key: key, Quantity: pieces}, "", "", emit)
		}
	}
	off := func(key string) func(*orders.Book, func(sonify.Event)) {
		return func(b *orders.Book, emit func(sonify.Event)) {
			b.Cancelled(&orders.Order{Key: key}, true, "", emit)
		}
	}
	now := func(key string, pieces int) func(*orders.Book, func(sonify.Event)) {
		return func(b *orders.Book, emit func(sonify.Event)) {
			b.Resized(&orders.Order{Key: key, Quantity: pieces}, "", emit)
		}
	}
	for name, c := range map[string]struct {
		place string
		sold  int
		steps []func(*orders.Book, func(sonify.Event))
		want  string
	}{
		"all of it, by the payment":             {"", 0, []func(*orders.Book, func(sonify.Event)){sale("cs", "pi", 4), share("ch", "pi", 0, 50, 50)}, "[4 0/cs/4]"},
		"all of it, by the key":                 {"", 0, []func(*orders.Book, func(sonify.Event)){sale("ch", "pi", 4), share("ch", "pi", 4, 50, 50)}, "[4 0/ch/4]"},
		"the payment is the key":                {"", 0, []func(*orders.Book, func(sonify.Event)){sale("pi", "", 4), share("ch", "pi", 0, 50, 50)}, "[4 0/pi/4]"},
		"by share, whole seats only":            {"", 0, []func(*orders.Book, func(sonify.Event)){sale("cs", "pi", 4), share("ch", "pi", 0, 20, 50), share("ch", "pi", 0, 25, 50), share("ch", "pi", 0, 50, 50), share("ch", "pi", 0, 50, 50)}, "[4 3/cs/1 2/cs/1 0/cs/2 0/cs/]"},
		"shares that are no binary fractions":   {"", 0, []func(*orders.Book, func(sonify.Event)){sale("a", "", 49), share("a", "", 0, 1, 49), share("a", "", 0, 2, 0), share("a", "", 0, -5, 49), share("a", "", 0, 3, 49)}, "[49 48/a/1 48/a/ 48/a/ 46/a/2]"},
		"more than was sold":                    {"", 0, []func(*orders.Book, func(sonify.Event)){sale("a", "", 5), sale("b", "", 2), back("b", 3), share("b", "", 0, 90, 50)}, "[5 7 5/b/3 5/b/]"},
		"never counted":                         {"", 0, []func(*orders.Book, func(sonify.Event)){sale("cs", "pi", 4), share("ch", "other", 2, 50, 50), share("ch2", "", 0, 50, 50), back("x", 2), back("y", 0)}, "[4 4/ch/2 4/ch2/ 4/x/2 4/y/]"},
		"sold before: what is said":             {"", 3, []func(*orders.Book, func(sonify.Event)){share("ch", "other", 2, 50, 50), share("ch2", "", 0, 50, 50)}, "[1/ch/2 1/ch2/]"},
		"counted before the program was begun":  {"~9.0.0.0", 0, []func(*orders.Book, func(sonify.Event)){back("x", 2), back("y", 0)}, "[7/x/2 7/y/]"},
		"nothing said, counted as one":          {"", 0, []func(*orders.Book, func(sonify.Event)){sale("a", "", 3), sale("b", "", 0), back("b", 0), back("a", 0)}, "[3 4 3/b/ 3/a/]"},
		"fewer and more of it, then called off": {"", 0, []func(*orders.Book, func(sonify.Event)){sale("a", "", 3), now("a", 2), now("a", 2), now("a", 5), now("b", 7), now("a", 0), off("a"), now("a", 4)}, "[3 2 2 5 5 5 0 4]"},
		"more of it, until all is sold":         {"", 90, []func(*orders.Book, func(sonify.Event)){sale("a", "", 9), now("a", 10), now("a", 11), now("a", 9)}, "[99 100 100 100 99]"},
		"called off, how many is not said":      {"", 0, []func(*orders.Book, func(sonify.Event)){sale("a", "", 3), off("a")}, "[3 0]"},
	} {
		env := sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place)}
		env.Place.Set(c.place)
		b := orders.NewBook(env, orders.House{Capacity: 100, Sold: c.sold})
		var got []string
		for _, step := range c.steps {
			step(b, func(ev sonify.Event) {
				s := ev.Value("sold").String()
				if ev.Kind() == "order.refunded" {
					s = fmt.Sprintf("%s/%v/%v", s, ev.Value("order_id"), ev.Value("quantity"))
				}
				got = append(got, s)
			})
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
	}
}
