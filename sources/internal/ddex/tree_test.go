package ddex

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
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

// The encodings that XML asks every reader to know.
func TestParse_ReadsUTF16(t *testing.T) {
	text := "<?xml version=\"1.0\" encoding=\"%s\"?><a><b>Für Élise 𝄞</b></a>"
	for _, c := range []struct {
		says  string
		big   bool
		mark  bool
		wrong bool
	}{{"UTF-16", false, true, false}, {"utf-16", true, true, false}, {"UTF-16LE", false, false, false}, {"UTF-16BE", true, false, false}, {"shift_jis", false, true, true}} {
		n, err := Parse(wide(strings.Replace(text, "%s", c.says, 1), c.big, c.mark))
		if c.wrong {
			if err == nil {
				t.Errorf("%+v was read", c)
			}
			continue
		}
		if err != nil || n.First("b") != "Für Élise 𝄞" {
			t.Errorf("%+v: %v, %v", c, n, err)
		}
	}
	// As it comes out of a file, or of a program that writes what it has in memory.
	if n, err := Parse([]byte(strings.Replace(text, "%s", "utf-16", 1))); err != nil || n.First("b") != "Für Élise 𝄞" {
		t.Errorf("turned into UTF-8: %v, %v", n, err)
	}
	if _, err := Parse(wide("<!DOCTYPE a><a/>", false, true)); err == nil || !strings.Contains(err.Error(), "document type") {
		t.Error(err)
	}
}

// wide writes text in UTF-16.
func wide(text string, big, mark bool) (out []byte) {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	for _, u := range units {
		if big {
			out = binary.BigEndian.AppendUint16(out, u)
		} else {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
	}
	return out
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
	f.Add(wide("<a>ö</a>", false, true))
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := Parse(text)
		if (n == nil) == (err == nil) {
			t.Fatalf("%v, %v", n, err)
		}
	})
}
