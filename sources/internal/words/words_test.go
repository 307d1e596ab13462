package words_test

import (
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/words"
)

func TestFinder(t *testing.T) {
	for _, c := range []struct {
		list, tags []string
		text       string
		want       string
		found      bool
	}{
		{[]string{"Tour"}, nil, "On TOUR again!", "Tour", true},
		{[]string{"tour"}, nil, "tourists and detours", "", false},
		{[]string{"tour"}, nil, "tourists on tour", "tour", true},
		{[]string{"my band"}, nil, "I love my\n  BAND.", "my band", true},
		{[]string{"#tour"}, nil, "the tour", "", false},
		{[]string{"#tour"}, nil, "the #Tour.", "#tour", true},
		{[]string{"#tour"}, nil, "#tours", "", false},
		{[]string{"#tour"}, []string{"Tour"}, "nothing", "#tour", true},
		{[]string{"tour"}, []string{"#TOUR"}, "nothing", "tour", true},
		{[]string{"tour"}, nil, "at #tour", "tour", true},
		{[]string{"音楽"}, nil, "この音楽が好き", "音楽", true},
		{[]string{"élan"}, nil, "Quel ÉLAN !", "élan", true},
		{[]string{"straße"}, nil, "In der Straße", "straße", true},
		{[]string{"c++"}, nil, "I write C++, mostly", "c++", true},
		{[]string{"b", "a"}, nil, "a b", "b", true},
		{[]string{"a"}, nil, "", "", false},
		{nil, nil, "anything", "", true},
	} {
		said, ok := words.New(c.list).Find(c.text, c.tags)
		if said != c.want || ok != c.found {
			t.Errorf("%q in %q %q: %q, %v", c.list, c.text, c.tags, said, ok)
		}
	}
}

func TestCheck(t *testing.T) {
	var ps sonify.Problems
	words.Check(&ps, "contains", []string{"ok", "", "#", " # ", "a\nb", "\xff"})
	if len(ps) != 5 {
		t.Errorf("%v", ps)
	}
	words.Check(&ps, "contains", strings.Split(strings.Repeat("w,", 101), ","))
	if len(ps) != 7 {
		t.Errorf("%d mistakes", len(ps))
	}
}

func FuzzFind(f *testing.F) {
	f.Add("tour", "On TOUR #tour", "tour")
	f.Add("#İ", "i̇stanbul ＃İ", "")
	f.Add("\xff", "\xff\xfe", "x")
	f.Add(" #", "0", "0") // a tag without a name, behind a blank
	f.Fuzz(func(t *testing.T, w, text, tag string) {
		var ps sonify.Problems
		if words.Check(&ps, "contains", []string{w}); ps.Err() != nil {
			return
		}
		finder := words.New([]string{w})
		said, ok := finder.Find(text, []string{tag})
		if ok && said != w {
			t.Fatalf("found %q, which was not looked for", said)
		}
		// What is found is found again, and in any case.
		if again, ok2 := finder.Find(text, []string{tag}); again != said || ok2 != ok {
			t.Fatal("not the same twice")
		}
	})
}
