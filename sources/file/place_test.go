package file

import "testing"

// A place that was kept is read as it was written, and leads nowhere before the file.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{place{"801:2a", 4096}.String(), place{"", 0}.String(), "", ":", "a:-1", "a:9223372036854775808", "a:b:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parsePlace(text)
		if !ok {
			return
		}
		if p.offset < 0 {
			t.Fatalf("%q is %v", text, p)
		}
		if again, ok := parsePlace(p.String()); !ok || again != p {
			t.Fatalf("%q is %v, and that %v", text, p, again)
		}
	})
}
