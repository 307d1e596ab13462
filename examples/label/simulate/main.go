// Simulate writes a report of a month of streams as a service would send it to a
// label: a flat file in the manner of DDEX's sales reports, about an album by people who
// do not exist.
//
//	go run ./examples/label/simulate > examples/label/october.tsv
//
// The same seed writes the same report on every machine.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

// track is a song and how its listeners are spread.
type track struct {
	title string
	plays int // in the country that likes it best
	// spread is how many of a hundred listeners the next country has for each hundred of
	// the one before: a hit at home falls off at once, a song of the whole world slowly.
	spread int
	home   int // which country likes it best
}

// The album: at first nobody outside one country knows it; the third song is heard
// everywhere; then each is at home somewhere else.
var album = []track{
	{"Boot Sequence", 2100, 35, 0}, {"Carrier Wave", 5200, 48, 0}, {"Handshake", 61000, 86, 0}, {"Parity", 3900, 60, 4},
	{"Low Tide, High Bit", 1500, 30, 9}, {"Interrupt", 14800, 78, 2}, {"Stack of Letters", 2600, 55, 6},
	{"Warm Restart", 27300, 90, 1}, {"Null Island", 800, 40, 14}, {"Power Cut", 9700, 72, 3},
}

// countries are in the order in which the service is large there.
var countries = []string{"FR", "DE", "GB", "US", "BR", "JP", "SE", "PL", "NL", "IT", "ES", "CA", "AU", "MX", "IS", "KE"}

// models are how people pay, and how many of ten do.
var models = []struct {
	name, use string
	tenths    int
	cents     int // a thousand plays
}{
	{"SubscriptionModel", "OnDemandStream", 6, 412}, {"AdvertisementSupportedModel", "OnDemandStream", 4, 91},
}

func main() {
	seed := flag.Uint64("seed", 7, "another seed, another month")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	write(out, *seed)
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes the report.
func write(out io.Writer, seed uint64) {
	line := func(cells ...any) {
		for i, c := range cells {
			if i > 0 {
				fmt.Fprint(out, "\t")
			}
			fmt.Fprint(out, c)
		}
		fmt.Fprintln(out)
	}
	line("#HEAD", "MessageVersion", "Profile", "ProfileVersion", "MessageId", "MessageCreatedDateTime", "FileNumber", "NumberOfFiles", "UsageStartDate", "UsageEndDate", "SenderPartyId", "SenderName")
	line("HEAD", "dsrf/3.0", "BasicAudioProfile", "1.1", "2026-10", "2026-11-02T06:00:00Z", 1, 1, "2026-10-01", "2026-10-31", "", "Stream of Nobody")
	line("#SY02", "SummaryRecordId", "CommercialModel", "UseType", "Territory", "CurrencyOfReporting")
	for i, c := range countries {
		for k, m := range models {
			line("SY02", id(i, k), m.name, m.use, c, "EUR")
		}
	}
	line("#AS01", "BlockId", "DspResourceId", "ISRC", "Title", "DisplayArtistName")
	line("#SU02", "BlockId", "SummaryRecordId", "SalesTransactionId", "Usages", "NetRevenue")
	number := 0
	for t, song := range album {
		block := fmt.Sprintf("B%02d", t+1)
		line("AS01.01", block, fmt.Sprintf("r%02d", t+1), fmt.Sprintf("XX00126%05d", t+1), song.title, "The Registers")
		for _, u := range month(&song, &seed) {
			number++
			line("SU02.01", block, id(u.country, u.model), fmt.Sprintf("t%04d", number), u.plays, fmt.Sprintf("%.2f", float64(u.plays*models[u.model].cents)/100_000))
		}
	}
	line("FOOT", 2+len(countries)*len(models)+len(album)+number+1, 0)
}

func id(country, model int) string { return fmt.Sprintf("S%02d%d", country+1, model+1) }

// use is a record: how often a song was played in a country under a model.
type use struct{ country, model, plays int }

// month returns the records of a song, in the order in which a service writes them:
// countries as they come, which is nobody's order.
func month(song *track, seed *uint64) []use {
	order := make([]int, len(countries)) // the countries, the ones that like it best first
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank(a, song.home) - rank(b, song.home) })
	plays := song.plays * 100
	var out []use
	for _, c := range order {
		for k, m := range models {
			n := plays / 100 * m.tenths / 10 * (80 + int(draw(seed)%41)) / 100
			if n > 0 {
				out = append(out, use{c, k, n})
			}
		}
		plays = plays * song.spread / 100
	}
	for i := len(out) - 1; i > 1; i-- { // the first stays: the country where it is at home
		k := 1 + int(draw(seed)%uint64(i))
		out[i], out[k] = out[k], out[i]
	}
	return out
}

// rank is how far a country is from a song's home, in the list.
func rank(c, home int) int {
	d := c - home
	if d < 0 {
		d = -d*2 - 1
	} else {
		d *= 2
	}
	return d
}

// draw is a step of a generator of Vigna's (splitmix64): the same numbers everywhere.
func draw(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
