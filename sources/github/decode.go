package github

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/github"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/seen"
	"proscenium/sources/internal/spread"
)

// normaliser turns answers into events. An answer has the newest first, most of them
// known from the one before.
type normaliser struct {
	env    sonify.SourceEnv
	take   bool // what is there at first is news
	begun  bool
	came   *seen.Set
	spread spread.Spreader
}

func newNormaliser(env sonify.SourceEnv, c *Config, whole bool) *normaliser {
	n := &normaliser{env: env, take: whole || c.First == "take", came: seen.New(10000)}
	if !whole {
		n.spread.Over = c.Spread
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: github.Shapes()} }

// Flush implements decode.Flusher.
func (n *normaliser) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	return n.spread.Flush(now, emit)
}

// Normalise implements decode.Normaliser. A message is a list of events, or one.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	root, err := object.Any(m.Body)
	if err != nil {
		return err
	}
	var list []gjson.Result
	switch {
	case root.IsArray():
		list = root.Array()
	case root.IsObject() && root.Get("type").Exists():
		list = []gjson.Result{root}
	default:
		return object.ErrObject
	}
	last := n.env.Place.Get()
	begun := n.begun
	n.begun = true
	var batch []sonify.Event
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		id := e.Get("id").String()
		if id == "" || !e.IsObject() {
			n.env.Tally.Add(sonify.Skipped, "event without an id", m.Line)
			continue
		}
		if n.came.Again(id) {
			continue // it was in the answer before, as most are
		}
		if !begun && !n.take && (last == "" || !after(id, last)) {
			continue // it was there before we were
		}
		ev, ok, err := github.Event(e)
		if err != nil {
			n.env.Tally.Add(sonify.Skipped, err.Error(), m.Line)
		}
		if ok {
			ev.Source, ev.Line, ev.Place = n.env.Name, m.Line, id
			if !ev.At.IsZero() {
				ev.At = ev.At.UTC()
			}
			batch = append(batch, ev)
		}
	}
	now := m.At
	if now.IsZero() {
		now = time.Now()
	}
	n.spread.Add(batch, now, emit)
	return nil
}

// after reports whether an id is newer than another: they are numbers that grow, and
// too long for a float.
func after(id, other string) bool {
	id, other = strings.TrimLeft(id, "0"), strings.TrimLeft(other, "0")
	if len(id) != len(other) {
		return len(id) > len(other)
	}
	return id > other
}
