package nats

import "testing"

// A place that was kept is read as it was written, and what is none is none.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{place{1_795_860_000_000_000_000, 42}.String(), "", ":", "z:1", "-1:1", "1:18446744073709551616", "1:1:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := readPlace(text)
		if !ok {
			return
		}
		if again, ok := readPlace(p.String()); !ok || again != p {
			t.Fatalf("%q is %v, and that %v", text, p, again)
		}
	})
}
