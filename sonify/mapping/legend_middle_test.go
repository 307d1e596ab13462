package mapping_test

import (
	"math"
	"testing"
)

// Where no data tells what is typical, it is what sounds in the middle: the geometric
// mean of a logarithmic scale, a quarter of the way on that of a root.
func TestLegend_TheMiddleIsWhatIsHeardInTheMiddle(t *testing.T) {
	for curve, want := range map[string]float64{"log": math.Sqrt(50 * 50000), "sqrt": 50 + (50000-50)/4.0, "linear": 25025} {
		p := compile(t, `[source.s]
type = "script"
[voice.a]
[[rule]]
on = "r"
voice = "a"
pitch = { from = "v", domain = [50, 50000], range = ["C4", "C6"], curve = "`+curve+`" }
`, "0 r v=1")
		samples := p.Legend(nil).Entries[0].Samples
		if len(samples) != 3 {
			t.Fatalf("%s: %d samples", curve, len(samples))
		}
		if got, _ := samples[1].Value.Float(); math.Abs(got-want) > want/1000 {
			t.Errorf("%s: typical is %v, want %v", curve, got, want)
		}
		if samples[0].Word != "lowest" || samples[1].Word != "middle" || samples[2].Word != "highest" {
			t.Errorf("%s: the words are %q, %q, %q", curve, samples[0].Word, samples[1].Word, samples[2].Word)
		}
	}
}
