// Simulate writes what Wikimedia's stream of recent changes could say of half an hour
// in six small Wikipedias: people who write, correct and take out, programs, pages that
// are new, a quarrel, and a page that is wiped. Nobody in it exists.
//
//	go run ./examples/wiki/simulate > evening.jsonl
//
// The same flags write the same bytes on every machine.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"proscenium/sonify/exact"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	minutes := flags.Int("minutes", 30, "how many `minutes`")
	seed := flags.Uint64("seed", 2026, "another `seed`, another evening")
	rate := flags.Int("rate", 20, "how many changes a `minute`, in the mean")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	switch {
	case *minutes < 1 || *minutes > 24*60:
		return fmt.Errorf("%d minutes: 1 to 1440 were expected", *minutes)
	case *rate < 1 || *rate > 10000:
		return fmt.Errorf("%d changes a minute: 1 to 10000 were expected", *rate)
	}
	w := bufio.NewWriter(stdout)
	e := &evening{dice: exact.Rand(*seed, "wiki"), minutes: *minutes, rate: *rate, w: w, size: make(map[string]int)}
	e.tell()
	return w.Flush()
}

// wikis are where something is written, and how much of it, of 100.
var wikis = []struct {
	lang string
	part int
}{{"ca", 34}, {"hu", 27}, {"simple", 16}, {"eo", 12}, {"eu", 7}, {"sc", 4}}

// start is when the evening begins.
var start = time.Date(2026, time.November, 28, 20, 0, 0, 0, time.UTC)

type evening struct {
	dice    exact.Stream
	n       uint64
	minutes int
	rate    int
	id      int
	w       io.Writer
	size    map[string]int // of the pages, by wiki and title
}

func (e *evening) below(n int) int {
	e.n++
	return int(e.dice.Float(e.n) * float64(n))
}

// tell lets the evening pass, second by second.
func (e *evening) tell() {
	for ms := 0; ms < e.minutes*60_000; ms += 250 {
		at := start.Add(time.Duration(ms) * time.Millisecond)
		minute := float64(ms) / 60_000 * 30 / float64(e.minutes) // of the thirty of the story
		// More is written at the beginning and after the news at half past; in between
		// it is nearly still.
		busy := 100
		switch {
		case minute >= 11 && minute < 14.5:
			busy = 22
		case minute >= 14.5 && minute < 20:
			busy = 165
		case minute >= 26:
			busy = 60
		}
		if e.below(240*100) < e.rate*busy {
			e.person(at)
		}
		// A program goes through the Hungarian pages.
		if minute >= 6 && minute < 8.5 && ms%500 == 0 && e.below(10) < 4 {
			e.change(at, "hu", "edit", e.page(), 0, 3+e.below(8), true, true, fmt.Sprintf("Editor %d", 900))
		}
		if e.below(240*100) < e.rate*9 {
			e.change(at, e.wiki(), "edit", e.page(), 0, e.below(40)-10, true, e.below(2) == 0, fmt.Sprintf("Editor %d", 900+e.below(4)))
		}
		step := func(from, every float64) bool { // once every so often from a moment on
			now, before := minute, minute-float64(250)/60_000*30/float64(e.minutes)
			return now >= from && (before < from || int((now-from)/every) != int((before-from)/every))
		}
		// Two who do not agree, in Catalan.
		if minute >= 16 && minute < 18.4 && step(16, 0.4) {
			e.quarrel(at)
		}
		// A writing contest in Esperanto.
		if minute >= 21 && minute < 24.5 && step(21, 0.35) {
			e.change(at, "eo", "new", fmt.Sprintf("Paĝo %d", 7000+e.id), 0, 900+e.below(5200), false, false, fmt.Sprintf("Editor %d", e.below(40)))
		}
		if minute >= 27 && step(27, 100) {
			e.size["simple:Page 1"] = 18_240
			e.change(at, "simple", "edit", "Page 1", 0, -18_240, false, false, "192.0.2.44")
		}
		if minute >= 27 && step(27.6, 100) {
			e.change(at, "simple", "edit", "Page 1", 0, 18_240, false, false, "Editor 3")
		}
		if ms%30_000 == 0 { // the service tries out whether it is heard
			fmt.Fprintf(e.w, `{"meta":{"id":"canary-%d","dt":%q,"domain":"canary","stream":"mediawiki.recentchange"},"type":"edit"}`+"\n", ms, stamp(at))
		}
	}
}

func (e *evening) wiki() string {
	roll := e.below(100)
	for _, w := range wikis {
		if roll < w.part {
			return w.lang
		}
		roll -= w.part
	}
	return wikis[0].lang
}

func (e *evening) page() string { return fmt.Sprintf("Page %d", 1+e.below(400)) }

// person lets somebody change something: mostly a little, seldom much.
func (e *evening) person(at time.Time) {
	lang, user := e.wiki(), fmt.Sprintf("Editor %d", e.below(60))
	space := 0
	if e.below(100) < 18 {
		space = 1
	}
	delta, minor := 0, e.below(100) < 35
	switch roll := e.below(100); {
	case minor || roll < 25:
		delta = e.below(24) - 9
	case roll < 60:
		delta = 20 + e.below(240)
	case roll < 76:
		delta = -10 - e.below(300)
	case roll < 93:
		delta = 300 + e.below(2200)
	case roll < 98:
		delta = 2500 + e.below(6500)
	default:
		delta = -1000 - e.below(2500)
	}
	switch roll := e.below(100); {
	case roll < 4:
		e.change(at, lang, "new", fmt.Sprintf("Page %d", 500+e.id), 0, 400+e.below(4000), false, false, user)
	case roll < 7:
		e.log(at, lang, user)
	default:
		e.change(at, lang, "edit", e.page(), space, delta, false, minor, user)
	}
}

// quarrel takes out and puts back the same paragraph, in turns.
func (e *evening) quarrel(at time.Time) {
	const key, part = "ca:Page 77", 2310
	if _, known := e.size[key]; !known || e.size[key] < part {
		e.size[key] = 9000
	}
	if e.size[key] >= 9000 {
		e.change(at, "ca", "edit", "Page 77", 0, -part, false, false, "Editor 21")
	} else {
		e.change(at, "ca", "edit", "Page 77", 0, part, false, false, "Editor 34")
	}
}

// change writes down a change of a page by so many bytes.
func (e *evening) change(at time.Time, lang, kind, title string, space, delta int, bot, minor bool, user string) {
	key := lang + ":" + title
	old, known := e.size[key]
	if !known && kind == "edit" {
		old = 600 + e.below(14_000)
	}
	now := max(old+delta, 0)
	e.size[key] = now
	before := fmt.Sprint(old)
	if kind == "new" {
		before = "null"
	}
	e.id++
	fmt.Fprintf(e.w, `{"meta":{"id":"made-up-%d","dt":%q,"domain":"%s.wikipedia.org"},"id":%d,"type":%q,"namespace":%d,"title":%q,"comment":"","timestamp":%d,"user":%q,"bot":%v,"minor":%v,"length":{"old":%s,"new":%d},"server_name":"%s.wikipedia.org","wiki":"%swiki"}`+"\n",
		e.id, stamp(at), lang, e.id, kind, space, title, at.Unix(), user, bot, minor, before, now, lang, lang)
}

// log writes down that somebody moved a page.
func (e *evening) log(at time.Time, lang, user string) {
	e.id++
	fmt.Fprintf(e.w, `{"meta":{"id":"made-up-%d","dt":%q,"domain":"%s.wikipedia.org"},"id":null,"type":"log","namespace":0,"title":%q,"comment":"","timestamp":%d,"user":%q,"bot":false,"log_type":"move","log_action":"move","server_name":"%s.wikipedia.org","wiki":"%swiki"}`+"\n",
		e.id, stamp(at), lang, e.page(), at.Unix(), user, lang, lang)
}

// stamp writes a time as the service does.
func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05.000Z") }
