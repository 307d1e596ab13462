package figures

import (
	"fmt"
	"math"
	"strings"

	"proscenium/mappings/internal/take"
)

// The bounds within which the library's music keeps.
const (
	MinInKey     = 0.95
	MinRecurs    = 0.3 // less is no tune
	MaxRecurs    = 0.9 // more is a loop
	MinEntropy   = 2.0 // bits; less is a siren
	MaxEntropy   = 3.3 // more is no key
	MinOnsets    = 0.5 // a second, at the level "full"
	MaxOnsets    = 12
	LoudnessSlop = 0.5 // LU either way of what the piece asks for
	MaxTruePeak  = -1.0
	// peakSlop is what two correct meters of true peaks may differ by, in dB: four
	// times oversampled, a peak may be read 0.55 dB low at worst (BS.1770-4, annex
	// 2), and the guard of the chip reads by the same filter; 0.05 is rounding.
	peakSlop = 0.05
)

// Outside returns, in words, in what f leaves the bounds; nil if in nothing.
func (f *Figures) Outside(t *take.Take) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if f.Pitched == 0 {
		say("no pitched note")
		return out
	}
	if f.InKey < MinInKey {
		say("%.3f of the notes are in key: at least %.2f were expected", f.InKey, MinInKey)
	}
	if f.Recurs < MinRecurs || f.Recurs > MaxRecurs {
		say("%.2f of the melody comes back: %.1f to %.1f were expected", f.Recurs, MinRecurs, MaxRecurs)
	}
	if f.Entropy < MinEntropy || f.Entropy > MaxEntropy {
		say("pitch classes have %.2f bits: %.1f to %.1f were expected", f.Entropy, MinEntropy, MaxEntropy)
	}
	if t.Header.Level == "full" {
		if math.IsNaN(f.Recurs) {
			say("nothing plays a theme at the level full")
		}
		if f.Onsets < MinOnsets || f.Onsets > MaxOnsets {
			say("%.2f onsets a second: %.1f to %d were expected", f.Onsets, MinOnsets, MaxOnsets)
		}
	}
	if idle := t.Idle.Duration().Seconds(); idle > 0 && f.Silence > idle {
		say("silence of %.1f s from %.1f s on: idle begins after %.1f s", f.Silence, f.SilentAt, idle)
	}
	if f.Masked > 0 {
		say("%d of %d notes of the data are masked:\n  %s", f.Masked, f.Data, strings.Join(f.Masks, "\n  "))
	}
	if f.Loud {
		if want := t.Header.Mix.Loudness; want != 0 && !(math.Abs(f.Loudness.Integrated-want) <= LoudnessSlop) {
			say("%.2f LUFS: %.1f were expected, give or take %.1f", f.Loudness.Integrated, want, LoudnessSlop)
		}
		if f.Loudness.TruePeak > MaxTruePeak+peakSlop {
			say("a true peak of %.2f dBTP: at most %.1f were expected", f.Loudness.TruePeak, MaxTruePeak)
		}
	}
	return out
}

// Head is the line of titles above lines made by [Figures.Line].
const Head = "    time  notes  in key  recurs  bits  onsets/s  silence  data masked  sounded/events  lost    LUFS   dBTP"

// Line writes f in one line.
func (f *Figures) Line() string {
	recurs, loud := "    - ", ""
	if !math.IsNaN(f.Recurs) {
		recurs = fmt.Sprintf("%6.2f", f.Recurs)
	}
	if f.Loud {
		loud = fmt.Sprintf("  %6.2f %6.2f", f.Loudness.Integrated, f.Loudness.TruePeak)
	}
	return fmt.Sprintf("%7.1fs %6d  %6.3f  %s  %4.2f  %8.2f  %6.2fs %5d %6d  %7d/%-6d %5d%s",
		f.Seconds, f.Notes, f.InKey, recurs, f.Entropy, f.Onsets, f.Silence, f.Data, f.Masked, f.Sounded, f.Events, f.Lost, loud)
}
