package mapping

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/exact"
)

// naive computes a reducer's value from all the observations its window holds.
func naive(how string, obs []observation, now sonify.Frame, w window, perFrame float64) (float64, bool) {
	var in []float64
	var at []sonify.Frame
	for _, o := range obs {
		if w.frames == 0 || o.at > now-w.frames {
			in, at = append(in, o.num), append(at, o.at)
		}
	}
	if w.events > 0 && len(in) > w.events {
		in, at = in[len(in)-w.events:], at[len(at)-w.events:]
	}
	n := float64(len(in))
	switch how {
	case "count":
		return n, true
	case "distinct", "entropy":
		c := map[float64]float64{}
		for _, v := range in {
			c[v]++
		}
		if how == "distinct" {
			return float64(len(c)), true
		}
		h := 0.0
		for _, k := range c {
			h -= k / n * math.Log2(k/n)
		}
		return h, true
	}
	if len(in) == 0 {
		return 0, how == "sum"
	}
	if how == "share" {
		like := 0.0
		for _, v := range in {
			if v == in[len(in)-1] {
				like++
			}
		}
		return like / n, true
	}
	mean, m2 := 0.0, 0.0
	for _, v := range in {
		mean += v / n
	}
	for _, v := range in {
		m2 += (v - mean) * (v - mean)
	}
	switch how {
	case "sum":
		return mean * n, true
	case "mean":
		return mean, true
	case "min":
		return slices.Min(in), true
	case "max":
		return slices.Max(in), true
	case "stddev":
		return math.Sqrt(m2 / n), true
	case "median":
		s := slices.Clone(in)
		slices.Sort(s)
		return (s[len(s)/2] + s[(len(s)-1)/2]) / 2, true
	case "rate":
		return n / (float64(w.frames) * perFrame), true
	case "trend":
		mt := 0.0
		for _, x := range at {
			mt += float64(x) / n
		}
		sxy, sxx := 0.0, 0.0
		for i := range in {
			sxy += (float64(at[i]) - mt) * (in[i] - mean)
			sxx += (float64(at[i]) - mt) * (float64(at[i]) - mt)
		}
		if sxx == 0 {
			return 0, true
		}
		return sxy / sxx / perFrame, true
	}
	panic(how)
}

func TestReducers_AgreeWithTheirDefinition(t *testing.T) {
	dice, n := exact.Rand(1, "reducers"), uint64(0)
	roll := func(k int) int { n++; return dice.Intn(n, k) }
	for _, how := range []string{"count", "rate", "sum", "mean", "min", "max", "median", "stddev", "distinct", "entropy", "share", "trend"} {
		for _, w := range []window{{events: 1}, {events: 7}, {frames: 1000}, {frames: 77777}} {
			if how == "rate" && w.frames == 0 {
				continue // tested below
			}
			r := newReducer(how, w, 1.0/48000)
			var obs []observation
			now := sonify.Frame(0)
			for i := range 400 {
				now += sonify.Frame(roll(3000))
				v := float64(roll(9)) - 3
				r.expire(now)
				r.add(now, sonify.Num(v))
				obs = append(obs, observation{at: now, num: v})
				got, ok := r.value(now)
				want, wantOK := naive(how, obs, now, w, 1.0/48000)
				if ok != wantOK || math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
					t.Fatalf("%s over %+v after %d values: %v %v, want %v %v", how, w, i+1, got, ok, want, wantOK)
				}
			}
		}
	}
}

func TestReducers_SayNothingBeforeTheFirstValue(t *testing.T) {
	for _, how := range reducers {
		r := newReducer(how, window{events: 5}, 1.0/48000)
		r.add(0, sonify.Value{}) // missing: no observation
		v, ok := r.value(100)
		zero := how == "count" || how == "rate" || how == "distinct"
		if ok != zero || v != 0 {
			t.Errorf("%s says %v, %v of nothing", how, v, ok)
		}
	}
}

// An ordinal stays with its word for as long as the window knows the word: what
// a piece gave a voice keeps it.
func TestOrdinal_StaysWithItsWord(t *testing.T) {
	say := func(r *reducer, words string) string {
		var out strings.Builder
		for i, w := range strings.Fields(words) {
			if w == "-" {
				r.add(sonify.Frame(i), sonify.Value{}) // missing: the last one stands
			} else {
				r.add(sonify.Frame(i), sonify.Word(w))
			}
			v, _ := r.value(sonify.Frame(i))
			out.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		}
		return out.String()
	}
	if got := say(newReducer("ordinal", window{}, 1), "attic cellar attic - hall cellar hall attic"); got != "12113231" {
		t.Errorf("to the beginning: %s", got)
	}
	// A word that the window forgot leaves its number to the next new one.
	if got := say(newReducer("ordinal", window{events: 2}, 1), "a b c b a b"); got != "123212" {
		t.Errorf("in a window of two: %s", got)
	}
}

func TestRate_DecaysWhenNothingComes(t *testing.T) {
	r := newReducer("rate", window{frames: 48000 * 10}, 1.0/48000)
	for i := range 20 {
		r.add(sonify.Frame(i)*4800, sonify.Num(1))
	}
	if v, _ := r.value(96000); v != 2 {
		t.Errorf("20 events in 10 s are %v a second", v)
	}
	if !r.expire(48000 * 11) {
		t.Error("the window forgot nothing")
	}
	if v, _ := r.value(48000 * 13); v >= 2 {
		t.Errorf("a second later the rate is still %v", v)
	}
	r.expire(48000 * 30)
	if v, ok := r.value(48000 * 30); v != 0 || !ok {
		t.Errorf("after half a minute of silence the rate is %v, %v", v, ok)
	}
}

func TestWindow_IsBounded(t *testing.T) {
	r := newReducer("entropy", window{frames: 1 << 40}, 1)
	for i := range 3 * windowLimit {
		r.add(sonify.Frame(i), sonify.Num(float64(i)))
	}
	if r.n > windowLimit || len(r.counts) > windowLimit+1 || r.lost == 0 {
		t.Errorf("holds %d of %d values in %d categories, %d lost", r.n, 3*windowLimit, len(r.counts), r.lost)
	}
}

// What is only counted or added up is never lost, however much comes, and leaves
// the window when its time is over, to within a thousandth of what it holds.
func TestWindow_CountsAFloodInFull(t *testing.T) {
	const span = 40_000
	for _, how := range []string{"count", "rate", "sum", "mean", "max"} {
		r := newReducer(how, window{frames: span}, 1.0/span)
		worst, most := 0.0, 0
		for i := range 3 * span {
			at := sonify.Frame(i)
			v := float64(i % 10)
			r.add(at, sonify.Num(v))
			if i%7 != 0 {
				continue
			}
			r.expire(at)
			most = max(most, r.n)
			inside := float64(min(i+1, span))
			want := map[string]float64{"count": inside, "rate": inside, "sum": inside * 4.5, "mean": 4.5, "max": 9}[how]
			got, _ := r.value(at)
			if i > 100 {
				worst = max(worst, math.Abs(got-want)/want)
			}
		}
		if worst > 0.05 || most > windowLimit || r.lost > 0 {
			t.Errorf("%s: off by %.4f of itself at worst, %d held, %d lost", how, worst, most, r.lost)
		}
		if r.expire(10 * span); r.n != 0 || r.held != 0 {
			t.Errorf("%s: %d observations of %d values are left over", how, r.n, r.held)
		}
	}
}

func TestDomains(t *testing.T) {
	spike := func(p domainPlan) (before, after float64) {
		d := newDomain(&p)
		for i := range 300 {
			d.see(float64(i % 10))
		}
		before = d.place(9)
		d.see(1000)
		return before, d.place(9)
	}
	if b, a := spike(domainPlan{kind: fixedDomain, low: 0, high: 9, slew: 1}); b != 1 || a != 1 {
		t.Errorf("a fixed domain moves: %v, %v", b, a)
	}
	if b, a := spike(domainPlan{kind: seenDomain, slew: 1, warmUp: 5}); b != 1 || a > 0.05 {
		t.Errorf("seen: 9 lies at %v, after a spike at %v", b, a)
	}
	if b, a := spike(domainPlan{kind: seenDomain, slew: 0.01, warmUp: 5}); b < 0.9 || a < 0.4 {
		t.Errorf("seen with slew: 9 lies at %v, after a spike at %v: one spike may not take it all", b, a)
	}
	if b, a := spike(domainPlan{kind: rankDomain, low: 5, high: 95, slew: 1, warmUp: 5}); b != 1 || a != 1 {
		t.Errorf("percentiles: 9 lies at %v, after a spike at %v", b, a)
	}
	if b, a := spike(domainPlan{kind: seenDomain, slew: 1, warmUp: 5, freeze: 300}); b != 1 || a != 1 {
		t.Errorf("frozen: 9 lies at %v, after a spike at %v", b, a)
	}
	for _, kind := range []domainKind{seenDomain, zscoreDomain} {
		if b, a := spike(domainPlan{kind: kind, low: -2, high: 2, slew: 1, warmUp: 5, confirm: 2}); b != a {
			t.Errorf("%d: one spike moves 9 from %v to %v", kind, b, a)
		}
	}
	c := newDomain(&domainPlan{kind: seenDomain, slew: 1, warmUp: 5, confirm: 2})
	for i := range 300 {
		c.see(float64(i % 10))
	}
	for _, v := range []float64{1000, -500, 800, 4, 900} {
		c.see(v)
	}
	if c.high != 800 && c.high != 900 || c.low != 0 {
		t.Errorf("spikes of 1000, -500, 800 and 900 make %v to %v: expected that two on one side are believed, as far as both go", c.low, c.high)
	}
	d := newDomain(&domainPlan{kind: seenDomain, slew: 1, warmUp: 1})
	d.see(4)
	d.see(4)
	if x := d.place(4); x != 0.5 {
		t.Errorf("a series that never changes lies at %v, want the middle", x)
	}
}

func TestCurves_RiseFrom0To1(t *testing.T) {
	for _, c := range curves {
		last := -1.0
		for i := 0; i <= 1000; i++ {
			y := shape(c, float64(i)/1000, 10, 10000)
			if y < last || y < -1e-12 || y > 1+1e-12 {
				t.Fatalf("%s: %v at %v after %v", c, y, float64(i)/1000, last)
			}
			last = y
		}
		if math.Abs(last-1) > 1e-9 || math.Abs(shape(c, 0, 10, 10000)) > 1e-9 {
			t.Errorf("%s goes from %v to %v", c, shape(c, 0, 10, 10000), last)
		}
	}
}

// What comes at one frame counts with its mean, in whatever order: no time passed
// between, and none of it is dropped.
func TestEMA_OverTime_TakesWhatComesAtOnce(t *testing.T) {
	run := func(values ...[]float64) float64 {
		r := newReducer("ema", window{frames: 100}, 1.0/48000)
		for i, at := range values {
			for _, v := range at {
				r.add(sonify.Frame(i*100), sonify.Num(v))
			}
		}
		f, _ := r.value(0)
		return f
	}
	for _, c := range []struct {
		got, want float64
	}{
		{run([]float64{4}, []float64{8}), 6}, // half the way after one time constant
		{run([]float64{4}, []float64{0, 16}), 6},
		{run([]float64{4}, []float64{16, 0}), 6},
		{run([]float64{2, 6}, []float64{16, 0, 8}), 6},
	} {
		if math.Abs(c.got-c.want) > 1e-12 {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

// Words are told apart by their beginning, and kept without what they came from.
func TestCategories_AreBounded(t *testing.T) {
	r := newReducer("distinct", window{}, 1)
	long := strings.Repeat("x", 100_000)
	for i := range 3 {
		r.add(0, sonify.Word(long+strconv.Itoa(i)))
		r.add(0, sonify.Word(strconv.Itoa(i)+long))
	}
	if v, _ := r.value(0); v != 4 {
		t.Errorf("%v categories, want 4", v)
	}
	for _, n := range r.names {
		if len(n) > categoryLength {
			t.Errorf("a category of %d bytes is kept", len(n))
		}
	}
}

// A logarithm gives a tenth of its domain half of its range: what is used of it
// is told by what is heard.
func TestHeardAt_MindsTheCurve(t *testing.T) {
	n := &number{curve: "log", domain: &domainPlan{low: 1, high: 10_000}}
	for v, want := range map[float64]float64{0.5: 0, 1: 0, 10: 0.25, 100: 0.5, 10_000: 1, 1e6: 1} {
		if got := heardAt(n, v); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v is heard at %v of the range, expected %v", v, got, want)
		}
	}
	n.curve = "linear"
	if got := heardAt(n, 5000.5); math.Abs(got-0.5) > 1e-9 {
		t.Errorf("the middle is heard at %v", got)
	}
}
