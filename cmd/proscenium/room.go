package main

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"proscenium/cmd/proscenium/internal/hours"
	"proscenium/sonify"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"
	aloud "proscenium/sonify/speaker"
	"proscenium/sonify/speaker/card"

	"github.com/spf13/cobra"
)

// roomFlags say how a room hears a station: on what, how loud and when not.
type roomFlags struct {
	output    string
	volume    string
	maxVolume string
	quiet     string
}

func (f *roomFlags) flags(c *cobra.Command) {
	fl := c.Flags()
	outputFlag(c, &f.output)
	fl.StringVar(&f.volume, "volume", "100%", "how loud the room hears it: a part such as 50%, or decibels such as -6dB")
	fl.StringVar(&f.maxVolume, "max-volume", "100%", "the highest peak that the room hears, whatever the piece does: 25%, -12dB")
	fl.StringVar(&f.quiet, "quiet-hours", "", `when the room hears nothing, such as "22:00-8:00" or "18:30-9:00, sat,sun 0:00-24:00"; a day is the one on which a stretch begins`)
}

// given returns the first of the flags that was given, "" if none was.
func (f *roomFlags) given(c *cobra.Command) string {
	for _, name := range []string{"output", "volume", "max-volume", "quiet-hours"} {
		if c.Flags().Changed(name) {
			return "--" + name
		}
	}
	return ""
}

// room is a speaker with its hours.
type room struct {
	*aloud.Speaker
	out   sonify.Output
	named string // what people call the device
	hours *hours.Quiet
	zone  *time.Location // of its hours; nil: that of the time that is asked about
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex
	quiet bool // it was at the last look
}

// What a room that listens to a station elsewhere holds of its sound: little, so that
// it is in time with others.
const (
	listenLatency = 40 * time.Millisecond // in the device
	listenWaits   = 60 * time.Millisecond // before it
)

// newRoom returns a room; listens is true for one that hears a station elsewhere. What
// it has to say of its device and its hours goes to the log.
func newRoom(f *roomFlags, log *slog.Logger, listens bool) (*room, error) {
	latency, cushion := card.Latency, time.Duration(0)
	if listens {
		latency, cushion = listenLatency, listenWaits
	}
	open, named, err := parseOutput(f.output, latency)
	if err != nil {
		return nil, err
	}
	gain, err := parseVolume(f.volume)
	if err != nil {
		return nil, usagef("--volume %s: %w", f.volume, err)
	}
	most, err := parseVolume(f.maxVolume)
	if err == nil && most == 0 {
		err = fmt.Errorf("that is silence; for hours of silence there is --quiet-hours")
	}
	if err != nil {
		return nil, usagef("--max-volume %s: %w", f.maxVolume, err)
	}
	quiet, err := hours.Parse(f.quiet)
	if err != nil {
		return nil, usagef("--quiet-hours: %w", err)
	}
	var zone *time.Location
	if f.quiet != "" {
		if zone, err = localZone(); err != nil {
			return nil, usagef("--quiet-hours: %w", err)
		}
	}
	if path, ok := strings.CutPrefix(f.output, "file:"); ok {
		if left := unfinished(path); left != "" {
			log.Warn(left)
		}
	}
	r := &room{named: named, hours: quiet, zone: zone, now: time.Now, log: log}
	v := aloud.Volume{}
	if gain < 1 || f.quiet != "" {
		v.Gain = func() float64 { return gain * r.gain() }
	}
	if most < 1 {
		v.Ceiling = most
	}
	r.Speaker = aloud.New(aloud.Options{Open: open, Name: named, Say: func(text string) { log.Warn(text) }, Volume: v, Cushion: cushion, Steered: listens})
	r.out = sound.New([]pcm.Sink{r.Speaker}, sound.Options{})
	return r, nil
}

// leastVolume is the lowest part of full volume that is not silence: -60 dB.
const leastVolume = 0.001

// parseVolume reads a part of full volume, 0 to 1: "50%", or in decibels, "-6dB". What
// nobody would hear is taken for a mistake, but for 0%.
func parseVolume(s string) (float64, error) {
	x, err := parsePart(s)
	if err == nil && x > 0 && x < leastVolume*0.999 {
		err = fmt.Errorf("below -60dB or 0.1%% nobody hears anything; expected more, such as -6dB")
	}
	return x, err
}

func parsePart(s string) (float64, error) {
	wrong := fmt.Errorf("expected 0%% to 100%%, or decibels such as -6dB")
	if text, ok := strings.CutSuffix(strings.ToLower(strings.TrimSpace(s)), "db"); ok {
		x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || !(x <= 0) {
			return 0, wrong
		}
		return math.Pow(10, max(x, -200)/20), nil // not 0, which is no mistake
	}
	text, ok := strings.CutSuffix(strings.TrimSpace(s), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if !ok || err != nil || !(x >= 0 && x <= 100) {
		return 0, wrong
	}
	return x / 100, nil
}

// here returns t as the clock on the room's wall shows it.
func (r *room) here(t time.Time) time.Time {
	if r.zone == nil {
		return t
	}
	return t.In(r.zone)
}

// gain returns how loud it is to be now, 0 to 1, and says it when the quiet begins and
// ends.
func (r *room) gain() float64 {
	now := r.here(r.now())
	quiet := r.hours.At(now)
	r.mu.Lock()
	changed := quiet != r.quiet
	r.quiet = quiet
	r.mu.Unlock()
	if changed && quiet {
		r.log.Info(r.hush(now))
	} else if changed {
		r.log.Info("the quiet hours are over, the room hears it again")
	}
	return r.hours.Gain(now)
}

// hush says that the room is silent on purpose, and until when; "" if it is not.
func (r *room) hush(now time.Time) string {
	now = r.here(now)
	end, ok := r.hours.Until(now)
	switch {
	case ok && end.Sub(now) > 12*time.Hour:
		return "quiet hours until " + end.Format("Monday 15:04")
	case ok:
		return "quiet hours until " + end.Format("15:04")
	case r.hours.At(now):
		return "quiet hours without an end"
	}
	return ""
}
