package kafka

import "testing"

// A place that is read is the one that was written.
func FuzzPlace(f *testing.F) {
	f.Add("orders:0=3,1=1 refunds:0=1")
	f.Add("a:1=2,x=3 :1=1 b")
	f.Fuzz(func(t *testing.T, text string) {
		p := readPlace(text)
		s := p.String()
		if s == "" {
			return
		}
		if again := readPlace(s).String(); again != s {
			t.Fatalf("%q, %q, %q", text, s, again)
		}
	})
}
