package grammar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The largest files, of the worst kinds, are read in a moment: the limit is ten
// times what a slow machine under load took.
func TestParse_LargestFiles(t *testing.T) {
	many := func(f func(i int) string) string {
		var b strings.Builder
		for i := 0; b.Len() < maxFile-2000; i++ {
			b.WriteString(f(i))
		}
		return b.String()
	}
	for name, src := range map[string]string{
		"keys":        many(func(i int) string { return fmt.Sprintf("key%d = %d\n", i, i) }),
		"rules":       many(func(i int) string { return "[[rule]]\nonn = 'x'\nroot = 'H'\n" }),
		"one line":    "grid = [" + many(func(i int) string { return "[1,'x']," }) + "]",
		"line of Pos": "rule = [" + many(func(i int) string { return "{on='x',pitch={}}," }) + "]",
		"broken":      many(func(i int) string { return "a = [1, 2\n" }),
		"brackets":    strings.Repeat("[", maxFile),
		"braces":      strings.Repeat("{a=", maxFile/3),
		"dots":        strings.Repeat("a.", maxFile/2-10) + "a = 1",
		"quotes":      "a = " + strings.Repeat("'", maxFile-10),
		"names":       many(func(i int) string { return fmt.Sprintf("[[rule]]\nname = 'n%d'\n", i) }),
		"bytes":       strings.Repeat("\xff", maxFile),
		"too large":   strings.Repeat(" ", maxFile+1),
	} {
		begin := time.Now()
		doc, problems := Parse("x.toml", []byte(src))
		var piece testPiece
		bound := doc.Bind(&piece)
		merged, _ := Merge(doc, doc)
		merged.Set("rule.0.on", "x")
		if len(problems) > maxSyntax+1 || len(bound) > maxProblems+1 {
			t.Errorf("%s: %d mistakes of syntax and %d others", name, len(problems), len(bound))
		}
		if len(problems)+len(bound) == 0 {
			t.Errorf("%s: no mistakes", name)
		}
		d := time.Since(begin)
		t.Logf("%-11s %8v %d+%d", name, d.Round(time.Millisecond), len(problems), len(bound))
		if d > 20*time.Second {
			t.Errorf("%s: took %v", name, d)
		}
	}
}
