package poll

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/fault"
)

// What is not there yet is no error: it is left alone for a while, and the link says so.
func TestAsk_WhatIsNotThereYet(t *testing.T) {
	s := fault.Serve(t, fault.Status(403), fault.Say("text/plain", "one"), fault.Status(404), fault.Say("text/plain", "two"))
	p, err := New(Options{URL: s.URL + "/game?key=hidden", Every: time.Second, Absent: []int{403}})
	if err != nil {
		t.Fatal(err)
	}
	p.client = p.o.Policy.Client(p.url)
	defer p.client.CloseIdleConnections()
	env := sonify.SourceEnv{Tally: new(sonify.Tally), Link: new(sonify.Link)}
	for i, want := range []struct {
		body, state, why string
		pace             time.Duration
	}{
		{"", sonify.LinkDown, "answers 403: it is not there yet", time.Minute},
		{"one", sonify.LinkUp, "", time.Second},
		{"", sonify.LinkDown, "answers 404", time.Minute}, // it was there once
		{"two", sonify.LinkUp, "", time.Second},
	} {
		body, _, err := p.ask(t.Context(), env)
		st := env.Link.Status()
		if err != nil || string(body) != want.body || st.State != want.state || !strings.Contains(st.Why, want.why) || strings.Contains(st.Why, "hidden") || p.pace != want.pace {
			t.Errorf("%d: %q, %v, %+v, again after %v", i, body, err, st, p.pace)
		}
	}
}

// Of a hint in the answer and one in its head the longer counts.
func TestHint_TheLongerCounts(t *testing.T) {
	for _, c := range []struct {
		hint   time.Duration
		header string
		want   time.Duration
	}{
		{20 * time.Second, "60", time.Minute}, {90 * time.Second, "60", 90 * time.Second}, {5 * time.Second, "", 5 * time.Second},
		{5 * time.Second, "2", 5 * time.Second}, {0, "45", 45 * time.Second}, {0, "5", 30 * time.Second}, {0, "-5", 30 * time.Second}, {0, "soon", 30 * time.Second},
	} {
		p, err := New(Options{URL: "https://example.org", Every: 30 * time.Second, Least: time.Second, Hint: func(http.Header, []byte) time.Duration { return c.hint }})
		if err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		if c.header != "" {
			h.Set("X-Poll-Interval", c.header)
		}
		if p.hint(h, nil); p.pace != c.want {
			t.Errorf("%v and %q: %v, want %v", c.hint, c.header, p.pace, c.want)
		}
	}
}
