package sonify_test

import (
	"testing"
	"time"

	"proscenium/sonify"
)

func TestTempoMap_FrameAndTickAgree(t *testing.T) {
	m := sonify.NewTempoMap(sonify.BPM(112))
	m.Set(960*7, sonify.BPM(61.7))
	m.Set(960*9+1, sonify.BPM(399))
	m.Set(960*40, sonify.BPM(10))
	var last sonify.Frame = -1
	for k := sonify.Tick(0); k < 960*50; k += 7 {
		f := m.Frame(k)
		if f < last {
			t.Fatalf("tick %d sounds at %d, before the tick before it at %d", k, f, last)
		}
		last = f
		// Tick gives the first tick at or after the frame.
		got := m.Tick(f)
		if m.Frame(got) < f {
			t.Fatalf("Tick(%d) = %d, which sounds at %d, too early", f, got, m.Frame(got))
		}
		if got > k {
			t.Fatalf("Tick(%d) = %d, but tick %d sounds there already", f, got, k)
		}
		if got > 0 && m.Frame(got-1) >= f && m.Frame(got-1) != f {
			t.Fatalf("Tick(%d) = %d is not the first", f, got)
		}
	}
}

func TestTempoMap_IsExactForHours(t *testing.T) {
	// 125 quarter notes a minute are 480,000 microseconds: 24 frames a tick.
	m := sonify.NewTempoMap(sonify.BPM(125))
	const k = 960 * 125 * 60 * 500 // 500 hours
	if got, want := m.Frame(k), sonify.Frame(k*24); got != want {
		t.Errorf("after 500 hours tick %d sounds at %d, want %d", int64(k), got, want)
	}
}

func TestTempoMap_ForgetsOnlyWhatIsPast(t *testing.T) {
	m := sonify.NewTempoMap(sonify.BPM(100))
	for i := sonify.Tick(1); i < 100; i++ {
		m.Set(i*3840, sonify.BPM(60+float64(i)))
	}
	want := m.Frame(3840*98 + 5)
	at := m.Frame(3840 * 50)
	m.Forget(3840 * 50)
	if got := m.Frame(3840*98 + 5); got != want {
		t.Errorf("after Forget a later tick sounds at %d, was %d", got, want)
	}
	if got := m.Frame(3840 * 50); got != at {
		t.Errorf("after Forget the tick itself sounds at %d, was %d", got, at)
	}
}

func TestFrames_RoundsDown(t *testing.T) {
	for d, want := range map[time.Duration]sonify.Frame{
		time.Second: 48000, time.Millisecond: 48, -time.Millisecond: -48, 20833 * time.Nanosecond: 0,
		20834 * time.Nanosecond: 1, -1: -1, 400 * time.Hour: 400 * 3600 * 48000,
	} {
		if got := sonify.Frames(d); got != want {
			t.Errorf("Frames(%v) = %d, want %d", d, got, want)
		}
	}
}

func TestParsePitch(t *testing.T) {
	for s, want := range map[string]sonify.Pitch{
		"A4": sonify.Key(69), "C4": sonify.Key(60), "c#3": sonify.Key(49), "Bb-1": sonify.Key(10), "B#3": sonify.Key(60),
		"Cb4": sonify.Key(59), "60": sonify.Key(60), "60.5": sonify.Key(60) + sonify.Semitone/2, "G9": sonify.Key(127),
	} {
		got, err := sonify.ParsePitch(s)
		if err != nil || got != want {
			t.Errorf("ParsePitch(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "H4", "A", "A10", "C-2", "128", "-1", "NaN", "A4x", "G#9"} {
		if p, err := sonify.ParsePitch(s); err == nil {
			t.Errorf("ParsePitch(%q) = %v, want an error", s, p)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"dorian", "major", "minor", "speed_kmh", "server", "tennis.game_point", "tennis.point", "ace"}
	for name, want := range map[string]string{"speed": "speed_kmh", "Point": "tennis.point", "ten": "", "Ann": "", "acr": "ace", "kmh": "speed_kmh", "doran": "dorian", "spede_kmh": "speed_kmh", "Minor": "minor", "xyzzy": "", "servre": "server"} {
		if got := sonify.Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
