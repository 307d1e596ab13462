//go:build linux

package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's program be the audience, as the command is of itself.
func TestMain(m *testing.M) {
	for _, arg := range os.Args {
		if arg == "-audience" {
			main()
			return
		}
	}
	os.Exit(m.Run())
}

// A small audience hears everything, its tenth that does not read notwithstanding,
// and every figure is there.
func TestMeasure_ASmallAudience(t *testing.T) {
	var out bytes.Buffer
	s := &settings{listeners: 40, stuck: 0.1, length: 3 * time.Second}
	if err := measure(context.Background(), s, &out); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{"40 listeners for 3 s, 4 of them slow or stuck", "cut off: 0\n", "lost        0 messages; 0 times"} {
		if !strings.Contains(got, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	for _, never := range []string{"reads  0 bytes", "NaN", "after due   p50 0.0 ms, p99 0.0"} {
		if strings.Contains(got, never) {
			t.Errorf("the report says %q", never)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// What a process has used grows while it works.
func TestUsed(t *testing.T) {
	before, err := used(os.Getpid())
	if err != nil || before.rss < 1<<20 {
		t.Fatalf("%+v, %v", before, err)
	}
	for n := 0; ; n++ {
		after, err := used(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after.cpu > before.cpu {
			return
		}
		if n > 1<<20 {
			t.Fatal("a million readings take no time")
		}
	}
}
