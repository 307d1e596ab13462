package irc

import (
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/irc"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/vocabulary"
	"proscenium/sources/internal/words"
)

var (
	channel = sonify.Field{Name: "channel", Type: sonify.Text, Doc: "where"}
	people  = []sonify.Field{
		{Name: "count", Type: sonify.Number, Unit: "people", Doc: "the how many-th since the source began, from 1"},
		channel,
		{Name: "author", Type: sonify.Text, Doc: "who", Personal: true},
	}
	said   = vocabulary.With(vocabulary.Mention, channel)
	joined = sonify.NewShape("chat.joined", people...)
	left   = sonify.NewShape("chat.left", people...)
)

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape { return []*sonify.Shape{said, joined, left} }

// normaliser turns lines into events. It lives as long as the source.
type normaliser struct {
	env   sonify.SourceEnv
	find  *words.Finder
	joins bool
	count map[string]float64
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	return &normaliser{env: env, find: words.New(c.Contains), joins: c.Joins, count: make(map[string]float64)}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	p := sonify.Prospect{Shapes: []*sonify.Shape{said}}
	if n.joins {
		p.Shapes = Shapes()
	}
	return p
}

// Normalise implements decode.Normaliser. A message is one line.
func (n *normaliser) Normalise(in *decode.Message, emit func(sonify.Event)) error {
	m, err := irc.Parse(in.Body)
	if err != nil {
		return err
	}
	var at time.Time
	if text, ok := m.Tag("time"); ok { // server-time of IRCv3
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			at = t.UTC()
		}
	}
	tell := func(d vocabulary.Draft) {
		n.count[d.Kind()]++
		d.Num("count", n.count[d.Kind()]).Text("author", m.Nick())
		d.Source, d.Line, d.At = n.env.Name, in.Line, at
		emit(d.Event)
	}
	switch m.Command {
	case "PRIVMSG":
		text, _, ctcp := m.Text()
		if ctcp || len(m.Params) < 2 || !isChannel(m.Param(0)) {
			return nil // what is said to us alone is nobody else's
		}
		topic, found := n.find.Find(text, nil)
		if !found {
			return nil
		}
		_, answers := m.Tag("+draft/reply")
		if !answers {
			_, answers = m.Tag("+reply")
		}
		kind := "post"
		if answers {
			kind = "reply"
		}
		id, _ := m.Tag("msgid")
		d := vocabulary.New(said)
		d.Text("kind", kind).Bool("reply", answers).Text("topic", topic).Num("length", float64(object.Letters(text))).
			Num("links", float64(links(text))).Text("channel", m.Param(0)).Text("text", text).Text("id", id)
		tell(d)
	case "JOIN", "PART", "QUIT", "KICK":
		if !n.joins {
			return nil
		}
		shape := left
		if m.Command == "JOIN" {
			shape = joined
		}
		d := vocabulary.New(shape)
		if m.Command != "QUIT" {
			d.Text("channel", m.Param(0))
		}
		tell(d)
	}
	return nil
}

func isChannel(name string) bool { return name != "" && strings.ContainsRune("#&+!", rune(name[0])) }

// links counts the words that are addresses.
func links(text string) int {
	n := 0
	for _, w := range strings.Fields(text) {
		if strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "http://") {
			n++
		}
	}
	return n
}
