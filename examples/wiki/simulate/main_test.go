package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"proscenium/sonify/exact/nofma"
)

func TestNoFusedFloats(t *testing.T) { nofma.Test(t, ".") }

func TestRun_MakesTheEveningOfTheExample(t *testing.T) {
	var out, said bytes.Buffer
	if err := run(nil, &out, &said); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "evening.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Error("evening.jsonl is not what the simulator makes of its seed")
	}
}

// On other evenings, too, time does not run backwards, pages are as long as they were
// left, and it is quiet when the story says so.
func TestRun_IsAWiki(t *testing.T) {
	for seed := 1; seed <= 10; seed++ {
		var out, said bytes.Buffer
		if err := run([]string{"-seed", strconv.Itoa(seed)}, &out, &said); err != nil {
			t.Fatal(err)
		}
		last, perMinute, length := "", map[string]int{}, map[string]int64{}
		for _, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
			if !gjson.Valid(l) {
				t.Fatalf("seed %d: %s", seed, l)
			}
			r := gjson.Parse(l)
			at := r.Get("meta.dt").Str
			if at < last {
				t.Errorf("seed %d: %s after %s", seed, at, last)
			}
			last = at
			if r.Get("meta.domain").Str == "canary" {
				continue
			}
			if !r.Get("bot").Bool() {
				perMinute[at[:len("2026-11-28T20:00")]]++
			}
			if page := r.Get("wiki").Str + r.Get("title").Str; r.Get("type").Str == "edit" {
				if was, known := length[page]; known && was != r.Get("length.old").Int() && r.Get("title").Str != "Page 1" {
					t.Errorf("seed %d: %s was %d bytes long, and then %s", seed, page, was, l)
				}
				length[page] = r.Get("length.new").Int()
			}
		}
		if quiet, loud := perMinute["2026-11-28T20:12"], perMinute["2026-11-28T20:17"]; quiet*2 > loud {
			t.Errorf("seed %d: %d changes in a quiet minute, %d in a loud one", seed, quiet, loud)
		}
	}
}

func TestRun_RefusesWhatItCannotMake(t *testing.T) {
	for _, args := range [][]string{{"-minutes", "0"}, {"-minutes", "9999"}, {"-rate", "0"}, {"-rate", "99999"}, {"-seed", "x"}} {
		var out, said bytes.Buffer
		if err := run(args, &out, &said); err == nil || out.Len() > 0 {
			t.Errorf("%s was accepted", strings.Join(args, " "))
		}
	}
}
