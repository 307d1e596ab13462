package ddex

import (
	"strings"
	"testing"
)

func TestParse_RefusesWhatHurts(t *testing.T) {
	for text, want := range map[string]string{
		"":           "empty",
		"<a>":        "line 1: no XML",
		"<a></b>":    "line 1: no XML",
		"<a/><b/>":   "two roots",
		"<a>&x;</a>": "line 1: no XML",
		strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70):                                   "nested deeper",
		"<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]><a>&lol2;</a>": "document type",
		"<!doctype a SYSTEM \"file:///etc/passwd\"><a/>":                                         "document type",
		"<?xml version=\"1.0\" encoding=\"shift_jis\"?><a/>":                                     "encoding",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func TestNode(t *testing.T) {
	n, err := Parse([]byte("<?xml version=\"1.0\"?><!-- c --><x:a xmlns:x=\"u\" k=\"v\"><b> 1 </b><b>2</b><c><b>3</b><d/></c></x:a>"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	n.All("b", func(b *Node) { all = append(all, b.Text) })
	if n.Name != "a" || n.Attr("k") != "v" || n.Attr("z") != "" || n.First("z", "c/b") != "3" || n.At("c/d") == nil || n.At("z/z") != nil ||
		len(n.Kids("b")) != 2 || len(n.Kids()) != 3 || strings.Join(all, " ") != "1 2 3" {
		t.Errorf("%+v, %v", n, all)
	}
	var none *Node
	if none.First("a") != "" || none.Attr("a") != "" || len(none.Kids()) != 0 || none.At("a") != nil {
		t.Error("what is not there says something")
	}
}

func TestDuration(t *testing.T) {
	for text, want := range map[string]string{"PT3M15S": "3m15s", "PT1H0M0.5S": "1h0m0.5s", "PT59S": "59s", "PT2M": "2m0s", "PT": "", "3:15": "", "PTxS": "", "PT3M15": "", "PT-1S": ""} {
		got := ""
		if d, ok := Duration(text); ok {
			got = d.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("<a k=\"v\"><b>1</b></a>"))
	f.Add([]byte("<!DOCTYPE a><a/>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := Parse(text)
		if (n == nil) == (err == nil) {
			t.Fatalf("%v, %v", n, err)
		}
	})
}
