// Simulate writes what the sensors of a house would say over MQTT, by way of
// Zigbee2MQTT, as a recording that a piece can play: warmth in the living room, damp in
// the bathroom, air in the bedroom, a bell at the door, and a window that somebody
// forgets.
//
//	go run ./examples/house/simulate > house.jsonl
//
// The same flags write the same bytes on every machine.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
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
	days := flags.Int("days", 2, "how many `days`")
	seed := flags.Uint64("seed", 2026, "another `seed`, other days")
	forgets := flags.Int("forgets", 2, "the `day` on whose evening the window stays open; 0 for none")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	switch {
	case *days < 1 || *days > 366:
		return fmt.Errorf("%d days: 1 to 366 were expected", *days)
	case *forgets < 0 || *forgets > *days:
		return fmt.Errorf("a window that is forgotten on day %d of %d", *forgets, *days)
	}
	w := bufio.NewWriter(stdout)
	h := newHouse(*seed, *forgets)
	// From four in the morning, when everybody sleeps.
	start := time.Date(2026, time.January, 15, 4, 0, 0, 0, time.UTC)
	for minute := range *days * 24 * 60 {
		h.step(minute)
		at := start.Add(time.Duration(minute) * time.Minute)
		for _, m := range h.say(minute) {
			fmt.Fprintf(w, "{\"at\":%q,\"topic\":%q,%s}\n", at.Add(m.second).Format(time.RFC3339), "zigbee2mqtt/"+m.device, m.text)
		}
	}
	return w.Flush()
}

// message is what a device says.
type message struct {
	device string
	second time.Duration // within the minute
	text   string
}

// body makes a message of an object.
func body(device string, second int, object string) message {
	return message{device, time.Duration(second) * time.Second, `"body":` + object}
}

// word makes a message of a bare word.
func word(device string, second int, text string) message {
	quoted, _ := json.Marshal(text)
	return message{device, time.Duration(second) * time.Second, `"text":` + string(quoted)}
}

// house is a house, minute by minute. Its numbers are thousandths, and invented, of a
// size that people who live in one know.
type house struct {
	dice    exact.Stream
	n       uint64
	forgets int

	warmth int // °C in the living room
	damp   int // % in the bathroom
	air    int // ppm of CO2 in the bedroom
	late   int // minutes by which the day is late
	off    int // what the day is warmer
}

func newHouse(seed uint64, forgets int) *house {
	return &house{dice: exact.Rand(seed, "house"), forgets: forgets, warmth: 17_600, damp: 52_000, air: 1_150_000}
}

// about returns a whole number within by of zero, those near it more often.
func (h *house) about(by int) int {
	sum := 0
	for range 4 {
		h.n++
		sum += int(h.dice.Float(h.n) * float64(2*by+1))
	}
	return sum/4 - by
}

// clock returns the day, from 1, and the minute of it.
func clock(minute int) (day, of int) {
	minute += 4 * 60
	return minute/1440 + 1, minute % 1440
}

// open reports whether the living room's window is open that nobody thinks of.
func (h *house) open(minute int) bool {
	day, of := clock(minute)
	return day == h.forgets && within(of, 19, 20, 21, 0)
}

// within reports whether a minute of the day lies in a span of hours and minutes.
func within(of, h1, m1, h2, m2 int) bool { return of >= h1*60+m1 && of < h2*60+m2 }

// step lets one minute pass.
func (h *house) step(minute int) {
	_, of := clock(minute)
	if of == 4*60 {
		h.late, h.off = h.about(25), h.about(900)
	}
	of -= h.late
	// The heating is on in the morning and from the afternoon on; at noon the sun is in
	// the room.
	goal, slow := 17_000, 150
	switch {
	case within(of, 5, 40, 8, 30):
		goal, slow = 21_500, 70
	case within(of, 11, 0, 15, 0):
		goal, slow = 22_800+h.off, 90
	case within(of, 16, 0, 22, 30):
		goal, slow = 23_200, 80
	}
	if h.open(minute) {
		goal, slow = 6_000, 75
	}
	h.warmth += (goal - h.warmth) / slow
	// Showers in the morning and one in the evening.
	goal, slow = 50_000, 45
	if within(of, 6, 50, 7, 30) || within(of, 19, 0, 19, 25) {
		goal, slow = 97_000, 22
	}
	h.damp += (goal - h.damp) / slow
	// Two people sleep in the bedroom; then they open the window.
	goal, slow = 560_000, 90
	switch {
	case of >= 22*60+30 || of < 6*60+40:
		goal, slow = 1_900_000, 280
	case within(of, 6, 40, 7, 20):
		goal, slow = 430_000, 12
	}
	h.air += (goal - h.air) / slow
}

// tenths writes thousandths with so many digits behind the point.
func tenths(v, digits int) string { return strconv.FormatFloat(float64(v)/1000, 'f', digits, 64) }

// say returns what the devices say in a minute.
func (h *house) say(minute int) []message {
	day, of := clock(minute)
	var out []message
	switch minute % 10 {
	case 1:
		out = append(out, body("living room/climate", 12, fmt.Sprintf(`{"battery":91,"temperature":%s,"linkquality":110}`, tenths(h.warmth+h.about(120), 1))))
	case 4:
		out = append(out, body("bathroom/climate", 40, fmt.Sprintf(`{"battery":78,"humidity":%s,"linkquality":87}`, tenths(min(h.damp+h.about(900), 99_000), 1))))
	case 7:
		switch night := day == h.forgets && of >= 60 && of < 3*60; {
		case night && of < 70:
			out = append(out, word("bedroom/air/availability", 5, "offline"))
		case night:
		default:
			if day == h.forgets && of >= 3*60 && of < 3*60+10 {
				out = append(out, word("bedroom/air/availability", 5, "online"))
			}
			out = append(out, body("bedroom/air", 25, fmt.Sprintf(`{"co2":%s,"linkquality":64}`, tenths(h.air+h.about(18_000), 0))))
		}
	}
	// The bell: the post in the morning, guests in the evening of the first day.
	if of == 9*60+10 || day == 1 && (of == 18*60+2 || of == 18*60+14) {
		out = append(out, body("front door/bell", 50, `{"action":"single","battery":66}`), body("front door/bell", 51, `{"action":"","battery":66}`))
	}
	return out
}
