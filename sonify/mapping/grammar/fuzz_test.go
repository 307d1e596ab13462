package grammar

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	strict "github.com/pelletier/go-toml/v2"
	"github.com/rogpeppe/go-internal/txtar"
)

// seeds hands every file of the cases to f, and some of TOML's darker corners.
func seeds(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			if strings.HasSuffix(file.Name, ".toml") {
				f.Add(file.Data)
			}
		}
	}
	for _, s := range []string{
		"[a.b.c]\nz = 9\n[a]\nb.c.t = 1", "[a.b.c.d]\n[a]\nb.x = 1", "[[a.b]]\n[a]\nb.y = 2", "a.b = 1\n[a.c]\nx = 1", "a.b.c = 1\na.b.d = 2\n[a.b.e]", "[a]\nb.c = 1\n[a.b]",
		"a = { b.c = 1, b.d = 2 }\n[a.e]", "a = { b = {}, b.c = 1 }", "a = [{}]\n[[a]]", "a = [{}]\n[a.b]", "[[a]]\n[[a.b]]\n[a.b.c]\n[[a]]\n[a.b]", "[a]\n[a.b]\n[a]", "a = 1_000\nb = 0b1\nc = -0\nd = +1e5\ne = 0o7\nf = inf\ng = -nan",
		"a = 1979-05-27T07:32:00Z\nb = 07:32:00\nc = 1979-05-27 07:32:00.5\nd = 1979-13-45", "\"\" = 1\n'a.b' = 2\n\"\\u00e9\".x = 3", "a = \"\"\"\\\n  x\\\n  y\"\"\"\nb = '''\n'x''''", "a = [1, # c\n 2, ]\nb = { x = 1,\n y = 2, # d\n }", "a = 9223372036854775808", "a = \"\\x41\\e\"",
		"[a]\nb = { c = 1 }\n[a.b]", "[x]\n[x.y.z]\n[x.y]\nq.r = 1\n[x.y.q]", "a.b = 1\na = 2", "[a.b]\n[a]\n[a]", "[[a]]\nb.c = 1\n[a.b]", "[a]\n[[a]]",
		"unset = [\"a\"]\na = 1", "[voice.a]\nunset = [1, \"b\"]\nb = 2", "[[rule]]\nname = \"x\"\nunset = \"on\"", "[voice.a]\nremove = true", "[[rule]]\nname = 'x'\nremove = true\nunset = ['name']",
	} {
		f.Add([]byte(s))
	}
}

// FuzzParse compares what is read with what two other decoders read: a file is
// right if it is for both (BurntSushi's lets tables be given twice that dotted
// keys made, go-toml's is strict about them), with the same keys and values, and
// each stands where its key is written.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, problems := Parse("x.toml", src)
		var want map[string]any
		_, err := toml.Decode(string(src), &want)
		if err == nil {
			var same map[string]any
			err = strict.Unmarshal([]byte(strings.TrimPrefix(string(src), "\ufeff")), &same)
		}
		for _, p := range problems {
			if strings.Contains(p.Msg, "nested deeper") {
				return // a limit of our own
			}
			if p.Line < 1 || p.Col < 1 || p.Msg == "" {
				t.Fatalf("%+v", p)
			}
		}
		if (err == nil) != (len(problems) == 0) {
			t.Fatalf("%q: we say %v, the decoders say %v", src, problems, err)
		}
		if err == nil {
			compare(t, doc, doc.root, want)
		}
		var piece testPiece
		for _, p := range doc.Bind(&piece) {
			if p.Line < 1 || p.Col < 1 || p.Msg == "" {
				t.Fatalf("%+v", p)
			}
		}
		merged, more := Merge(doc, doc)
		for _, p := range append(more, merged.Bind(&piece)...) {
			if p.Line < 1 || p.Col < 1 || p.Msg == "" {
				t.Fatalf("merged: %+v", p)
			}
		}
	})
}

// compare fails unless n holds what the decoder read.
func compare(t *testing.T, doc *Document, n *Node, want any) {
	t.Helper()
	same := false
	switch w := want.(type) {
	case map[string]any:
		if same = n.kind == Table && n.Len() == len(w); same {
			for _, k := range n.kids {
				v, ok := w[k.name]
				if !ok {
					t.Fatalf("the decoder has no key %q", k.Path())
				}
				if src := k.text.data[k.key:]; !strings.HasPrefix(src, k.name) && src[0] != '"' && src[0] != '\'' && src[0] != '{' {
					t.Fatalf("%s is said to be at %.20q", k.Path(), src)
				}
				if doc.Node(k.Path()) != k && !strings.ContainsAny(k.Path(), "\"'\\") {
					t.Fatalf("%s does not lead to its node", k.Path())
				}
				compare(t, doc, k, v)
			}
		}
	case []map[string]any:
		if same = n.kind == Array && n.Len() == len(w); same {
			for i, k := range n.kids {
				compare(t, doc, k, w[i])
			}
		}
	case []any:
		if same = n.kind == Array && n.Len() == len(w); same {
			for i, k := range n.kids {
				compare(t, doc, k, w[i])
			}
		}
	case string:
		same = n.kind == String && n.str == w && strings.ContainsRune(`"'`, rune(n.text.data[n.off]))
	case int64:
		same = n.kind == Integer && n.int == w
	case float64:
		same = n.kind == Float && (n.num == w || math.IsNaN(n.num) && math.IsNaN(w))
	case bool:
		same = n.kind == Bool && (n.int != 0) == w
	default:
		same = n.kind == Time
	}
	if !same {
		t.Fatalf("%s is %s, the decoder has %v", n.Path(), n.found(), want)
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range [][2]string{{"a", "1"}, {"rule.0.on", "x"}, {"rule[0]", "{ a = 1 }"}, {`a."b c"`, "[1,"}, {"a.b.c", "\"\"\"x"}, {"voice.lead.duty.0", "3"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, path, value string) {
		doc, _ := Parse("x.toml", []byte("a = [1, 2]\nvoice.lead.duty = [1]\n[[rule]]\nname = 'ace'\n"))
		if len(doc.Set(path, value)) == 0 {
			if doc.Node(path) == nil {
				t.Fatalf("%q = %q was set and is not there", path, value)
			}
		}
		var piece testPiece
		doc.Bind(&piece)
	})
}
