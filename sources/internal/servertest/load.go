package servertest

import (
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"proscenium/sonify"
)

// Reading500 is a message of 500 bytes of JSON, as sensors send them.
var Reading500 = func() string {
	s := `{"device":"greenhouse-7","temperature":21.5,"humidity":48.25,"co2":612,"battery":0.93,"ok":true,"at":"2026-11-28T18:00:00.25Z",` +
		`"link":{"rssi":-61,"snr":9.5,"gateway":"north"},"history":[21.4,21.3,21.3,21.1],"firmware":"2.14.0","note":"`
	return s + strings.Repeat("x", 498-len(s)) + `"}`
}()

// Load floods a source that listens, by send, which sends Reading500 n times, and
// reports how many events came a second, and a second of this process's processor time:
// the sender's is in it where it is the same process. What did not come is lost; it is
// reported, and is no more than dropped has counted.
func Load(b *testing.B, src sonify.Source, env sonify.SourceEnv, send func(n int)) {
	var events atomic.Int64
	stop := count(b, src, env, &events)
	defer stop()
	b.SetBytes(int64(len(Reading500)))
	b.ResetTimer()
	begin, cpu := time.Now(), CPU()
	go send(b.N)
	arrive(&events, int64(b.N))
	took, used := time.Since(begin), CPU()-cpu
	b.StopTimer()
	n := events.Load()
	b.ReportMetric(float64(n)/took.Seconds(), "events/s")
	if used > 0 {
		b.ReportMetric(float64(n)/used.Seconds(), "events/cpu-s")
	}
	b.ReportMetric(float64(int64(b.N)-n), "lost")
	if lost := int64(b.N) - n; lost > 0 && Counted(env.Tally, "faster") < lost {
		b.Errorf("%d of %d messages were lost, and %d counted", lost, b.N, Counted(env.Tally, "faster"))
	}
}

// Flat checks that a source holds no more memory after ten times as many messages.
func Flat(tb testing.TB, src sonify.Source, env sonify.SourceEnv, send func(n int)) {
	tb.Helper()
	var events atomic.Int64
	stop := count(tb, src, env, &events)
	defer stop()
	const few = 3000
	heap := func(n int) uint64 {
		want := events.Load() + int64(n)
		send(n)
		arrive(&events, want)
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	heap(few)
	before := heap(few)
	after := heap(10 * few)
	if grown := int64(after) - int64(before); grown > 4<<20 {
		tb.Errorf("%d more messages made the heap grow by %d KiB", 10*few, grown>>10)
	}
	tb.Logf("heap %d KiB, then %d KiB", before>>10, after>>10)
}

// count runs a source that only counts.
func count(tb testing.TB, src sonify.Source, env sonify.SourceEnv, events *atomic.Int64) (stop func()) {
	tb.Helper()
	env.Link.Down("not yet")
	ctx, cancel := newContext()
	done := make(chan error, 1)
	go func() { done <- src.Run(ctx, func(sonify.Event) { events.Add(1) }) }()
	Wait(tb, "the connection is up", func() bool { return env.Link.Status().State == sonify.LinkUp })
	return func() {
		cancel()
		if err := <-done; err == nil || !strings.Contains(fmt.Sprint(err), "canceled") {
			tb.Errorf("it ended: %v", err)
		}
	}
}

// arrive waits until so many events have come, or none comes any more.
func arrive(events *atomic.Int64, want int64) {
	last, since := events.Load(), time.Now()
	for events.Load() < want && time.Since(since) < 5*time.Second {
		time.Sleep(200 * time.Microsecond)
		if n := events.Load(); n != last {
			last, since = n, time.Now()
		}
	}
}
