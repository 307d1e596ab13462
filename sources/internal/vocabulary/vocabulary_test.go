package vocabulary_test

import (
	"fmt"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/vocabulary"
)

func TestDomains_EveryKindOnceAndEveryFieldExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range vocabulary.Domains() {
		for _, s := range d.Shapes {
			if seen[s.Kind()] {
				t.Errorf("%s is there twice", s.Kind())
			}
			seen[s.Kind()] = true
			for _, f := range s.Fields() {
				if f.Doc == "" || f.Type == sonify.Missing {
					t.Errorf("%s.%s is not explained", s.Kind(), f.Name)
				}
			}
		}
	}
}

func TestDraft_ItsAuthorsMistakesAreLoud(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a field that does not exist was set")
		}
	}()
	d := vocabulary.New(vocabulary.Reading)
	d.Num("speed", 1)
}

func ExampleNew() {
	d := vocabulary.New(vocabulary.OrderPaid)
	d.Num("amount", 112.5).Text("currency", "EUR").Text("tier", "")
	fmt.Println(d.Kind(), d.Value("amount"), d.Value("currency"), d.Value("tier").IsMissing())
	fmt.Println(vocabulary.Deleted(vocabulary.Mention).Kind())
	// Output:
	// order.paid 112.5 EUR true
	// mention.deleted
}
