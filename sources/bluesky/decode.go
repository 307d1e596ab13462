package bluesky

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/seen"
	"proscenium/sources/internal/vocabulary"
	"proscenium/sources/internal/words"
)

// posts is the collection of what people write.
const posts = "app.bsky.feed.post"

// kinds are what the collections of Bluesky itself are called here.
var kinds = map[string]string{
	posts:                    "post",
	"app.bsky.feed.like":     "like",
	"app.bsky.feed.repost":   "repost",
	"app.bsky.graph.follow":  "follow",
	"app.bsky.graph.block":   "block",
	"app.bsky.actor.profile": "profile",
}

// quiet are the kinds of message that tell of no record: somebody's name or account, a
// history that is read anew, what the service says of itself; and commits of no record.
var quiet = map[string]bool{"commit": true, "identity": true, "account": true, "sync": true, "info": true}

// commit is what both forms of the stream say, the first and the second.
type commit struct {
	kind, did, operation, collection, rkey, rev string
	record                                      gjson.Result
	at                                          time.Time
	place                                       string
}

// normaliser turns frames into events. It lives as long as the source, so that it
// knows after a break what came before it.
type normaliser struct {
	env    sonify.SourceEnv
	wanted func(collection string) bool
	find   *words.Finder
	langs  map[string]bool // nil: all
	came   *seen.Set       // what was delivered
	heard  *seen.Set       // what became a mention: of that, deletions are told; nil: of all
	counts [3]float64      // mentions, edits, deletions
	tags   []string
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	n := &normaliser{env: env, find: words.New(c.Contains), came: seen.New(0), wanted: wants(c.Collections)}
	if len(c.Langs) > 0 {
		n.langs = make(map[string]bool)
		for _, l := range c.Langs {
			n.langs[strings.ToLower(l)] = true
		}
	}
	if n.find != nil || n.langs != nil {
		n.heard = seen.New(0)
	}
	return n
}

// wants makes a test of names and of patterns that end in ".*".
func wants(collections []string) func(string) bool {
	names, prefixes := make(map[string]bool), []string(nil)
	for _, c := range collections {
		if p, ok := strings.CutSuffix(c, "*"); ok {
			prefixes = append(prefixes, p)
		} else {
			names[c] = true
		}
	}
	return func(c string) bool {
		if names[c] {
			return true
		}
		for _, p := range prefixes {
			if strings.HasPrefix(c, p) {
				return true
			}
		}
		return false
	}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	return sonify.Prospect{Shapes: Shapes()}
}

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{vocabulary.Mention, vocabulary.MentionEdited, vocabulary.MentionDeleted}
}

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	root, err := object.Parse(m.Body)
	if err != nil {
		return err
	}
	c, ok, err := n.read(root)
	if err != nil {
		return err
	}
	m.Place = c.place
	if !ok {
		if !quiet[c.kind] {
			n.env.Tally.Add(sonify.Skipped, "message of an unknown kind", m.Line)
		}
		return nil
	}
	if !n.wanted(c.collection) {
		n.env.Tally.Add(sonify.Skipped, "record of a collection that is not asked for", m.Line)
		return nil
	}
	if c.did == "" || c.rkey == "" {
		return errors.New("a commit without its author or its key")
	}
	if c.operation != "create" && c.operation != "update" && c.operation != "delete" {
		n.env.Tally.Add(sonify.Skipped, "commit of an unknown operation", m.Line)
		return nil
	}
	// After a break the service begins a few seconds before it.
	if n.came.Again(c.did, c.collection, c.rkey, c.rev, c.operation) {
		n.env.Tally.Add(sonify.Skipped, "delivered before", m.Line)
		return nil
	}
	if ev, ok := n.event(&c); ok {
		ev.Source, ev.Line, ev.At, ev.Place = n.env.Name, m.Line, c.at, m.Place
		emit(ev)
	}
	return nil
}

// read reads a frame of either form. ok is false where it is no commit.
func (n *normaliser) read(root gjson.Result) (c commit, ok bool, err error) {
	cursor := int64(0)
	body := root
	if payload := root.Get("payload"); payload.IsObject() {
		body = payload
	}
	body.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "did":
			c.did = v.Str
		case "time_us":
			c.at, cursor = time.UnixMicro(v.Int()).UTC(), v.Int()
		case "time":
			if t, err := time.Parse(time.RFC3339Nano, v.Str); err == nil {
				c.at = t.UTC()
			}
		case "seq":
			cursor = v.Int()
		case "kind":
			c.kind = v.Str
		case "$type": // of the second form: "...#commit"
			if _, k, ok := strings.Cut(v.Str, "#"); ok {
				c.kind = k
			} else {
				c.kind = v.Str
			}
		case "commit":
			v.ForEach(func(k, v gjson.Result) bool { c.set(k.Str, v); return true })
		default:
			c.set(k.Str, v)
		}
		return true
	})
	if c.kind == "error" {
		return c, false, &sonify.RetryAfter{Err: fmt.Errorf("the service ends the stream: %.100s", printable(root.Get("error").String()))}
	}
	if cursor > 0 && !c.at.IsZero() {
		c.place = strconv.FormatInt(cursor, 10)
		if us := c.at.UnixMicro(); us != cursor {
			c.place += " " + strconv.FormatInt(us, 10)
		}
	}
	return c, c.kind == "commit" && c.collection != "", nil
}

func (c *commit) set(key string, v gjson.Result) {
	switch key {
	case "rev":
		c.rev = v.Str
	case "operation":
		c.operation = v.Str
	case "collection":
		c.collection = v.Str
	case "rkey":
		c.rkey = v.Str
	case "record":
		c.record = v
	}
}

// printable is what a service says, fit to be shown.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, text)
}

// event makes the event of a commit; ok is false if the piece does not want it.
func (n *normaliser) event(c *commit) (ev sonify.Event, ok bool) {
	kind, known := kinds[c.collection]
	if !known {
		kind = c.collection[strings.LastIndexByte(c.collection, '.')+1:]
	}
	id := "at://" + c.did + "/" + c.collection + "/" + c.rkey
	if c.operation == "delete" {
		if n.heard != nil && !n.heard.Again(id) {
			return ev, false // whether it held the word nobody knows any more
		}
		n.counts[2]++
		d := vocabulary.New(vocabulary.MentionDeleted)
		d.Text("kind", kind).Num("count", n.counts[2]).Text("author", c.did).Text("id", id)
		return d.Event, true
	}
	shape, count := vocabulary.Mention, &n.counts[0]
	if c.operation == "update" {
		shape, count = vocabulary.MentionEdited, &n.counts[1]
	}
	p := n.post(c.record)
	topic, found := n.find.Find(p.text, n.tags)
	if !found || n.langs != nil && !n.speaks(p.langs) {
		return ev, false
	}
	if n.heard != nil {
		n.heard.Again(id)
	}
	*count++
	d := vocabulary.New(shape)
	if c.collection == posts {
		switch {
		case p.quote:
			kind = "quote"
		case p.reply:
			kind = "reply"
		}
		d.Num("length", float64(object.Letters(p.text))).Num("links", float64(p.links)).Num("tags", float64(len(n.tags))).
			Num("media", float64(p.media)).Bool("sensitive", p.labels > 0).Text("text", p.text)
	}
	d.Num("count", *count).Text("kind", kind).Text("lang", p.lang).
		Bool("reply", p.reply || p.quote || kind == "repost").Text("topic", topic).Text("author", c.did).Text("id", id)
	return d.Event, true
}

// speaks reports whether the piece wants one of the languages of a post: "pt" is pt-BR too.
func (n *normaliser) speaks(langs gjson.Result) (yes bool) {
	langs.ForEach(func(_, l gjson.Result) bool {
		lang := strings.ToLower(l.Str)
		base, _, _ := strings.Cut(lang, "-")
		yes = n.langs[lang] || n.langs[base]
		return !yes
	})
	return yes
}

// post is what of a record is of interest; its tags are n.tags.
type post struct {
	text, lang           string
	langs                gjson.Result // all; lang is the first
	reply, quote         bool
	links, media, labels int
}

func (n *normaliser) post(record gjson.Result) (p post) {
	n.tags = n.tags[:0]
	external := false
	record.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "text":
			p.text = v.Str
		case "langs":
			p.lang, p.langs = v.Get("0").Str, v
		case "reply":
			p.reply = v.IsObject()
		case "embed":
			external = p.embed(v, 0) || external
		case "facets":
			v.ForEach(func(_, facet gjson.Result) bool {
				facet.Get("features").ForEach(func(_, f gjson.Result) bool {
					switch t := f.Get(`\$type`).Str; {
					case strings.HasSuffix(t, "#link"):
						p.links++
					case strings.HasSuffix(t, "#tag"):
						n.tags = append(n.tags, f.Get("tag").Str)
					}
					return true
				})
				return true
			})
		case "tags":
			v.ForEach(func(_, t gjson.Result) bool { n.tags = append(n.tags, t.Str); return true })
		case "labels":
			p.labels = object.Len(v.Get("values"))
		}
		return true
	})
	if external && p.links == 0 {
		p.links = 1
	}
	return p
}

// embed looks at what hangs on a post; it reports whether that is a page elsewhere.
func (p *post) embed(v gjson.Result, deep int) (external bool) {
	switch t := v.Get(`\$type`).Str; {
	case strings.HasSuffix(t, "embed.images"):
		p.media += object.Len(v.Get("images"))
	case strings.HasSuffix(t, "embed.gallery"): // more pictures than embed.images holds
		p.media += object.Len(v.Get("items"))
	case strings.HasSuffix(t, "embed.video"):
		p.media++
	case strings.HasSuffix(t, "embed.external"):
		return true
	case strings.HasSuffix(t, "embed.recordWithMedia"):
		p.quote = quotes(v.Get("record.record.uri").Str)
		if deep == 0 {
			return p.embed(v.Get("media"), 1)
		}
	case strings.HasSuffix(t, "embed.record"):
		p.quote = quotes(v.Get("record.uri").Str)
	}
	return false
}

// quotes reports whether a record that hangs on a post may be another post. Feeds, lists and
// starter packs are shown the same way, and nobody said anything in them.
func quotes(uri string) bool {
	_, path, ok := strings.Cut(strings.TrimPrefix(uri, "at://"), "/")
	return !ok || strings.HasPrefix(path, posts+"/")
}
