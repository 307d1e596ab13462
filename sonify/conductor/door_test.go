package conductor_test

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
)

func TestDoor_NothingElsePasses(t *testing.T) {
	shape := sonify.NewShape("order.paid", sonify.Field{Name: "name"}, sonify.Field{Name: "price"}, sonify.Field{Name: "mail"}, sonify.Field{Name: "seats"})
	pass := conductor.Door([]string{"price", "seats", "other"})
	for _, values := range [][]sonify.Value{
		{sonify.Word("Ann"), sonify.Num(12), sonify.Word("a@b"), sonify.Num(2)},
		{sonify.Word("Bob"), sonify.Num(15)}, // shorter than its shape
	} {
		want, all := values[1], values[:cap(values)]
		ev := sonify.Event{Shape: shape, Values: values}
		pass(&ev)
		if n := len(ev.Shape.Fields()); n != 2 || len(ev.Values) != 2 {
			t.Fatalf("%d fields and %d values passed, expected 2", n, len(ev.Values))
		}
		if ev.Kind() != "order.paid" || ev.Value("price") != want {
			t.Errorf("%s passed with price %v, expected order.paid with %v", ev.Kind(), ev.Value("price"), want)
		}
		if ev.Shape.Slot("name") >= 0 || ev.Shape.Slot("mail") >= 0 {
			t.Error("the names of fields that do not pass passed")
		}
		for _, v := range all[len(ev.Values):] {
			if !v.IsMissing() {
				t.Errorf("%v is still there behind the values", v)
			}
		}
	}
}

func TestDoor_OneShapeInIsOneShapeOut(t *testing.T) {
	a, b := sonify.NewShape("a", sonify.Field{Name: "x"}), sonify.NewShape("b", sonify.Field{Name: "x"})
	pass := conductor.Door([]string{"x"})
	seen := map[string]*sonify.Shape{}
	for _, s := range []*sonify.Shape{a, b, a, a, b} {
		ev := sonify.Event{Shape: s, Values: []sonify.Value{sonify.Num(1)}}
		pass(&ev)
		if seen[s.Kind()] == nil {
			seen[s.Kind()] = ev.Shape
		}
		if seen[s.Kind()] != ev.Shape {
			t.Fatal("the engine remembers what it found out about a shape: it must stay one")
		}
	}
}
