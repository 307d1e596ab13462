package conductor_test

import (
	"fmt"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
)

func TestDoor_NothingElsePasses(t *testing.T) {
	shape := sonify.NewShape("order.paid", sonify.Field{Name: "name"}, sonify.Field{Name: "price"}, sonify.Field{Name: "mail"}, sonify.Field{Name: "seats"})
	door := conductor.NewDoor(conductor.DoorRules{Keep: []string{"price", "seats", "other"}}, nil)
	pass := door.Pass
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
	if got := door.Counts(); got.KeptOut != 3 {
		t.Errorf("%+v, three values were kept out", got)
	}
}

func TestDoor_HashesTellTheSameApartAndNothingElse(t *testing.T) {
	shape := sonify.NewShape("mention", sonify.Field{Name: "author", Type: sonify.Text, Personal: true}, sonify.Field{Name: "id", Type: sonify.Number, Unit: "posts"})
	rules := conductor.DoorRules{Hash: []string{"author", "id"}}
	door, other := conductor.NewDoor(rules, []byte("salt")), conductor.NewDoor(rules, []byte("pepper"))
	through := func(d *conductor.Door, author sonify.Value) string {
		ev := sonify.Event{Shape: shape, Values: []sonify.Value{author, sonify.Num(7)}}
		d.Pass(&ev)
		if f := ev.Shape.Fields()[1]; f.Type != sonify.Text || f.Unit != "" {
			t.Errorf("a hash is a %v in %s", f.Type, f.Unit)
		}
		return ev.Value("author").String()
	}
	ann, again, bob := through(door, sonify.Word("ann")), through(door, sonify.Word("ann")), through(door, sonify.Word("bob"))
	if ann != again || ann == bob || len(ann) != 10 || strings.Contains(ann, "ann") {
		t.Errorf("hashes %s, %s and %s", ann, again, bob)
	}
	if through(other, sonify.Word("ann")) == ann {
		t.Error("another salt gives the same hash")
	}
	if through(door, sonify.Value{}) != "" {
		t.Error("what is missing has a hash")
	}
	if got := door.Counts(); got.Hashed != 7 || got.KeptOut != 0 {
		t.Errorf("%+v", got)
	}
}

// A group that is too small has no name, by events or by different members, and one that
// was large enough once keeps it.
func TestDoor_SmallGroupsAreNotNamed(t *testing.T) {
	shape := sonify.NewShape("order.paid", sonify.Field{Name: "city"}, sonify.Field{Name: "amount"}, sonify.Field{Name: "who"})
	named := func(d *conductor.Door, city, who string) bool {
		ev := sonify.Event{Shape: shape, Values: []sonify.Value{sonify.Word(city), sonify.Num(3), sonify.Word(who)}}
		d.Pass(&ev)
		if f, _ := ev.Value("amount").Float(); f != 3 || ev.Shape.Slot("who") >= 0 {
			t.Fatal("the event itself did not pass, or more than it")
		}
		return ev.Value("city").String() == city
	}
	byEvents := conductor.NewDoor(conductor.DoorRules{Keep: []string{"city", "amount"}, AtLeast: 3, Group: []string{"city"}}, nil)
	for i, want := range []bool{false, false, true, true} {
		if got := named(byEvents, "Hamburg", "a"); got != want {
			t.Errorf("event %d is named: %v", i+1, got)
		}
	}
	if named(byEvents, "Kiel", "a") {
		t.Error("another group is named for the first")
	}
	byMembers := conductor.NewDoor(conductor.DoorRules{Keep: []string{"city", "amount"}, AtLeast: 2, Group: []string{"city"}, Members: "who"}, nil)
	for i, c := range []struct {
		who   string
		named bool
	}{{"a", false}, {"a", false}, {"a", false}, {"b", true}, {"a", true}} {
		if got := named(byMembers, "Hamburg", c.who); got != c.named {
			t.Errorf("event %d is named: %v", i+1, got)
		}
	}
	if got := byMembers.Counts(); got.Withheld != 3 {
		t.Errorf("%+v", got)
	}
	for i := range 30_000 {
		named(byEvents, fmt.Sprint(i), "a")
	}
	if named(byEvents, "Hamburg", "a") != true || named(byEvents, "29999", "a") || named(byEvents, "29999", "a") || named(byEvents, "29999", "a") {
		t.Error("groups beyond the limit are named")
	}
}

// TestDoor_CanaryStaysOut looks for a name in everything that has passed.
func TestDoor_CanaryStaysOut(t *testing.T) {
	const canary = "kanarienvogel@example.org"
	shape := sonify.NewShape("order.paid", sonify.Field{Name: "email"}, sonify.Field{Name: "price"}, sonify.Field{Name: "who"})
	door := conductor.NewDoor(conductor.DoorRules{Keep: []string{"price"}, Hash: []string{"who"}}, []byte("x"))
	ev := sonify.Event{Shape: shape, Values: []sonify.Value{sonify.Word(canary), sonify.Num(2), sonify.Word(canary)}}
	all := ev.Values[:cap(ev.Values)]
	door.Pass(&ev)
	if text := fmt.Sprint(ev, all); strings.Contains(text, "kanarien") {
		t.Errorf("it is there: %s", text)
	}
}

func TestDoor_OneShapeInIsOneShapeOut(t *testing.T) {
	a, b := sonify.NewShape("a", sonify.Field{Name: "x"}), sonify.NewShape("b", sonify.Field{Name: "x"})
	pass := conductor.NewDoor(conductor.DoorRules{Keep: []string{"x"}}, nil).Pass
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
