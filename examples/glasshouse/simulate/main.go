// Simulate writes what the sensors of a greenhouse would read: temperature,
// humidity and light, a row every so often, with a vent that opens by itself and
// once does not.
//
//	go run ./examples/glasshouse/simulate > greenhouse.csv
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
	days := flags.Int("days", 4, "how many `days`")
	seed := flags.Uint64("seed", 2026, "another `seed`, other weather")
	fails := flags.Int("fails", 3, "the `day` on which the vent stays shut; 0 for none")
	every := flags.Int("every", 5, "`minutes` from one row to the next")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	switch {
	case *days < 1 || *days > 366:
		return fmt.Errorf("%d days: 1 to 366 were expected", *days)
	case *every < 1 || *every > 60:
		return fmt.Errorf("a row every %d minutes: 1 to 60 were expected", *every)
	case *fails < 0 || *fails > *days:
		return fmt.Errorf("a vent that fails on day %d of %d", *fails, *days)
	}
	w := bufio.NewWriter(stdout)
	fmt.Fprintln(w, "time,Temperature (°C),Humidity (%),Light (klx)")
	h := newHouse(*seed, *fails)
	start := time.Date(2026, time.May, 4, 0, 0, 0, 0, time.UTC)
	for minute := range *days * 24 * 60 {
		h.step(minute)
		if minute%*every == 0 {
			r := h.read(minute)
			fmt.Fprintf(w, "%s,%s,%s,%s\n", start.Add(time.Duration(minute)*time.Minute).Format("2006-01-02 15:04"), r[0], r[1], r[2])
		}
	}
	return w.Flush()
}

// house is a greenhouse, minute by minute. Its numbers are invented, of a size
// that gardeners know.
type house struct {
	dice  exact.Stream
	n     uint64
	fails int // the day of the failure, from 1

	cloud float64 // 0 clear, 1 overcast
	sky   float64 // what the cloud tends to today
	air   float64 // °C
	damp  float64 // % relative humidity
	vent  float64 // 0 shut, 1 open
	light float64 // klx
}

func newHouse(seed uint64, fails int) *house {
	return &house{dice: exact.Rand(seed, "greenhouse"), fails: fails, air: 14, damp: 88, cloud: 0.3}
}

// noise returns a number about 0, bell shaped, with deviation 1.
func (h *house) noise() float64 {
	s := -6.0
	for range 12 {
		h.n++
		s += h.dice.Float(h.n)
	}
	return s
}

// broken tells whether the vent does not answer: from late morning until the
// gardener comes.
func (h *house) broken(minute int) bool {
	return minute/1440+1 == h.fails && minute%1440 >= 10*60+20 && minute%1440 < 15*60+10
}

// step lets one minute pass.
func (h *house) step(minute int) {
	if minute%1440 == 0 {
		h.n++
		h.sky = 0.1 + float64(0.5*h.dice.Float(h.n))
		if minute/1440+1 == h.fails {
			h.sky = 0.05 // it is a clear day, of course
		}
	}
	h.cloud += float64(0.006*(h.sky-h.cloud)) + float64(0.016*h.noise())
	h.cloud = min(max(h.cloud, 0), 1)
	hour := float64(minute%1440) / 60
	sun := 0.0
	if day := (hour - 5.5) / 15; day > 0 && day < 1 { // from half past five to half past eight
		sun = max(exact.Sin(day/2), 0)
	}
	h.light = float64(78 * sun * sun * (1 - float64(0.75*h.cloud)))
	outside := 13 + float64(5*exact.Sin((hour-9)/24))
	// The vent opens above 24 degrees, more the warmer it is.
	want := min(max((h.air-23)/5, 0), 1)
	if h.broken(minute) {
		want = 0
	}
	h.vent += float64(0.12 * (want - h.vent))
	h.air += float64(0.0045*h.light) - float64((0.009+float64(0.022*h.vent))*(h.air-outside))
	moist := 93 - float64(1.75*(h.air-14)) + float64(0.16*h.light) - float64(9*h.vent)
	h.damp += float64(0.02 * (moist - h.damp))
	h.damp = min(max(h.damp, 20), 99)
}

// read returns the cells of a row. The sensors have noise, and on the last night
// that of the humidity gives nothing for an hour and a half.
func (h *house) read(minute int) [3]string {
	air, damp, light := h.air+float64(0.12*h.noise()), h.damp+float64(0.6*h.noise()), h.light+float64(0.15*h.noise())
	out := [3]string{fmt.Sprintf("%.1f", air), fmt.Sprintf("%.0f", min(damp, 100)), fmt.Sprintf("%.1f", max(light, 0))}
	switch day, m := minute/1440+1, minute%1440; {
	case day == h.fails+1 && m >= 2*60 && m < 3*60+30:
		out[1] = ""
	case day == 2 && m == 14*60+30:
		out[2] = "655.3" // all the bits of the converter
	}
	return out
}
