package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func TestRun_MakesTheNightOfTheExample(t *testing.T) {
	dir := t.TempDir()
	if err := run([]string{"-dir", dir}, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"orders.jsonl", "posts.jsonl"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the simulator makes of its seed", name)
		}
	}
}

// Whatever the night, nobody sells a seat twice, nothing is sold before eight, and
// time goes forward.
func TestRun_IsASale(t *testing.T) {
	for seed := 1; seed <= 10; seed++ {
		dir := t.TempDir()
		if err := run([]string{"-dir", dir, "-seed", strconv.Itoa(seed), "-seats", "300"}, io.Discard); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "orders.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		sold := 0
		var last time.Time
		for line := range bytes.Lines(text) {
			var d struct {
				At    time.Time
				Topic string
				Body  struct {
					Lines   []struct{ Quantity int } `json:"line_items"`
					Refunds []struct{ Quantity int } `json:"refund_line_items"`
				}
			}
			if err := json.Unmarshal(line, &d); err != nil {
				t.Fatal(err)
			}
			for _, l := range d.Body.Lines {
				sold += l.Quantity
			}
			for _, l := range d.Body.Refunds {
				sold -= l.Quantity
			}
			if sold > 300 || sold < 0 || d.At.Hour() < 20 || d.At.Before(last.Truncate(time.Second)) {
				t.Fatalf("seed %d: %d sold at %v", seed, sold, d.At)
			}
			last = d.At
		}
	}
	if err := run([]string{"-seats", "0"}, io.Discard); err == nil {
		t.Error("a house without seats")
	}
}
