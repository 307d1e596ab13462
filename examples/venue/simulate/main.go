// Simulate writes what a shop and a social network would say of an on-sale night: the
// deliveries of a Shopify shop and the posts of a Mastodon server, as recordings that
// the sources shopify and mastodon play.
//
//	go run ./examples/venue/simulate -dir examples/venue
//
// The same flags write the same bytes on every machine.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("dir", ".", "the `folder` to write orders.jsonl and posts.jsonl into")
	seats := flags.Int("seats", 900, "how many `seats` the house has")
	seed := flags.Uint64("seed", 7, "another `seed`, another night")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	if *seats < 1 || *seats > 100_000 {
		return fmt.Errorf("%d seats: 1 to 100000 were expected", *seats)
	}
	n := &night{seats: *seats, dice: dice(*seed)}
	return errors.Join(n.write(filepath.Join(*dir, "orders.jsonl"), n.orders), n.write(filepath.Join(*dir, "posts.jsonl"), n.posts))
}

// dice are random numbers (splitmix64), the same everywhere.
type dice uint64

func (d *dice) below(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) >> 11 % uint64(n))
}

// night is the evening from half past seven to a quarter past eleven.
type night struct {
	seats int
	dice  dice
	out   int // second at which the last seat went; 0: not yet
}

var begin = time.Date(2026, time.November, 27, 19, 30, 0, 0, time.UTC)

const (
	opens = 30 * 60         // seconds from the beginning: eight o'clock
	clip  = 1*60*60 + 38*60 // the band posts a clip
	late  = 2*60*60 + 56*60 // those who wait to the end
	end   = 3*60*60 + 45*60
)

func (n *night) write(path string, tell func(w *bufio.Writer)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	tell(w)
	return errors.Join(w.Flush(), f.Close())
}

// fading is a rate in thousandths that halves every so many seconds after a moment.
func fading(t, from, rate, half int) int {
	if t < from {
		return 0
	}
	t -= from
	for ; t >= half && rate > 0; t -= half {
		rate /= 2
	}
	return rate - rate*t/(2*half)
}

// wanted is how many orders there are in a second, in thousandths: the rush, those
// whom the clip moves six minutes later, those who wait, all night a few.
func (n *night) wanted(t int) int {
	if t < opens {
		return 0
	}
	rate := 10 + fading(t, opens, 270, 420) + fading(t, clip+6*60, 150, 420)
	if t > late {
		rate += min((t-late)/12, 55)
	}
	return rate * n.seats / 900
}

var tiers = []struct {
	sku, name string
	price     int
	parts     int // of 100
}{{"FLOOR", "Floor", 38, 55}, {"BALCONY", "Balcony", 52, 35}, {"BOX", "Box", 75, 10}}

// orders writes what the shop delivers.
func (n *night) orders(w *bufio.Writer) {
	left, number := n.seats, 1000
	type given struct{ at, order, count, price int }
	var back []given
	for t := range end {
		at := begin.Add(time.Duration(t) * time.Second)
		for len(back) > 0 && back[0].at == t {
			b := back[0]
			back = back[1:]
			left += b.count
			fmt.Fprintf(w, `{"at":%q,"topic":"refunds/create","id":"w-%d-r","body":{"id":%d,"order_id":%d,"created_at":%q,"note":"cannot come","refund_line_items":[{"quantity":%d,"line_item":{"sku":"FLOOR","variant_title":"Floor"}}],"transactions":[{"kind":"refund","status":"success","amount":"%d.00","currency":"EUR"}]}}`+"\n",
				stamp(at), b.order, 900000+b.order, 500000+b.order, stamp(at), b.count, b.count*b.price)
		}
		if n.dice.below(1000) >= n.wanted(t) || left == 0 {
			continue
		}
		count := 1
		for roll := n.dice.below(100); count < 6 && roll >= []int{28, 76, 85, 97, 99}[count-1]; count++ {
		}
		count = min(count, left)
		tier := tiers[0]
		for i, roll := 0, n.dice.below(100); i < len(tiers); i++ {
			if tier = tiers[i]; roll < tier.parts {
				break
			}
			roll -= tier.parts
		}
		if left -= count; left == 0 && n.out == 0 {
			n.out = t
		}
		number++
		if tier.sku == "FLOOR" && n.dice.below(100) < 4 && t < late {
			back = append(back, given{t + 40*60, number, count, tier.price})
		}
		at = at.Add(time.Duration(n.dice.below(1000)) * time.Millisecond)
		fmt.Fprintf(w, `{"at":%q,"topic":"orders/paid","id":"w-%d","body":{"id":%d,"name":"#%d","email":"buyer-%d@example.com","created_at":%q,"updated_at":%q,"cancelled_at":null,"currency":"EUR","financial_status":"paid","source_name":"web","test":false,"total_price":"%d.00","total_discounts":"0.00","customer":{"id":%d,"first_name":"Buyer","last_name":"No. %d"},"billing_address":{"country_code":"AT"},"line_items":[{"sku":%q,"variant_title":%q,"quantity":%d,"price":"%d.00"}]}}`+"\n",
			stamp(at), number, 500000+number, number, number, stamp(at), stamp(at), count*tier.price, 700000+number, number, tier.sku, tier.name, count, tier.price)
	}
}

// said is how many posts there are in a second, in thousandths.
func (n *night) said(t int) int {
	rate := 6 + fading(t, opens-60, 110, 480) + fading(t, clip, 210, 500)
	if t < opens {
		rate += t * 40 / opens
	}
	if n.out > 0 {
		rate += fading(t, n.out, 300, 300)
	}
	return rate
}

var words = []string{"Who else is in the queue?", "Got two!", "See you there", "That clip!", "I want to hear the old songs", "Anybody with a spare one?"}

// posts writes what the server streams.
func (n *night) posts(w *bufio.Writer) {
	id := 0
	for t := range end {
		if n.dice.below(1000) >= n.said(t) {
			continue
		}
		at := begin.Add(time.Duration(t)*time.Second + time.Duration(n.dice.below(1000))*time.Millisecond)
		id++
		reach := 20 + n.dice.below(400)
		for n.dice.below(100) < 34 && reach < 80_000 {
			reach = reach*2 + n.dice.below(reach)
		}
		lang := []string{"de", "de", "en", "it"}[n.dice.below(4)]
		fmt.Fprintf(w, `{"at":%q,"topic":"update","body":{"id":"%d","created_at":%q,"in_reply_to_id":null,"sensitive":false,"language":%q,"content":"<p>%s</p>","account":{"acct":"fan%d","followers_count":%d,"bot":false},"media_attachments":[],"tags":[{"name":"summernight"}],"reblog":null}}`+"\n",
			stamp(at), 116000000000000000+id, stamp(at), lang, words[n.dice.below(len(words))], n.dice.below(5000), reach)
	}
}

func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.000Z") }
