package wikipedia

import (
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

var namespace = sonify.Field{Name: "namespace", Type: sonify.Number, Doc: "of the page: 0 articles, 1 talk about them, 2 and 3 users, 4 the project, 6 files, 10 templates, 14 categories; missing for logs about none"}

// The kinds of event, with the namespace that wikis have.
var (
	edited  = vocabulary.With(vocabulary.Edit, namespace)
	created = vocabulary.With(vocabulary.EditCreated, namespace)
	logged  = vocabulary.With(vocabulary.EditLog, namespace)
	sorted  = vocabulary.With(vocabulary.EditSorted, namespace)
	other   = vocabulary.With(vocabulary.EditOther, namespace)
)

// shapes are the kinds by the types of the service.
var shapes = map[string]*sonify.Shape{"edit": edited, "new": created, "log": logged, "categorize": sorted, "external": other}

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape { return []*sonify.Shape{edited, created, logged, sorted, other} }

// normaliser turns changes into events. It lives as long as the source.
type normaliser struct {
	env   sonify.SourceEnv
	c     *Config
	find  *words.Finder
	types map[string]bool
	space map[int64]bool // nil: all
	wikis map[string]bool
	came  *seen.Set
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	n := &normaliser{env: env, c: c, find: words.New(c.Contains), types: make(map[string]bool), came: seen.New(0), wikis: make(map[string]bool)}
	for _, k := range c.Kinds {
		n.types[k] = true
	}
	if len(c.Namespaces) > 0 {
		n.space = make(map[int64]bool)
		for _, s := range c.Namespaces {
			n.space[int64(s)] = true
		}
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect {
	var p sonify.Prospect
	for _, k := range []string{"edit", "new", "log", "categorize", "external"} {
		if n.types[k] {
			p.Shapes = append(p.Shapes, shapes[k])
		}
	}
	return p
}

// change is what of a change is of interest.
type change struct {
	kind, wiki, server, title, user, comment string
	id, domain                               string
	at                                       time.Time
	space, length, before                    gjson.Result
	bot, minor                               gjson.Result
	logType, logAction                       string
	stream, done                             string // where it stands, and what was done to a page, if it is none of recentchange
	parent                                   bool   // there is a version before
}

func read(root gjson.Result) (c change) {
	root.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "type":
			c.kind = v.Str
		case "wiki":
			c.wiki = v.Str
		case "server_name":
			c.server = v.Str
		case "title":
			c.title = v.Str
		case "user":
			c.user = v.Str
		case "comment":
			c.comment = v.Str
		case "namespace":
			c.space = v
		case "bot":
			c.bot = v
		case "minor":
			c.minor = v
		case "log_type":
			c.logType = v.Str
		case "log_action":
			c.logAction = v.Str
		case "length":
			c.before, c.length = v.Get("old"), v.Get("new")
		// What other streams have: of revisions and pages, and of changes of pages.
		case "database", "wiki_id":
			c.wiki = v.Str
		case "page_title":
			c.title = strings.ReplaceAll(v.Str, "_", " ")
		case "page_namespace":
			c.space = v
		case "rev_len":
			c.length = v
		case "rev_minor_edit":
			c.minor = v
		case "rev_parent_id":
			c.parent = v.Int() > 0
		case "page_change_kind":
			c.done = v.Str
		case "page":
			c.title, c.space = strings.ReplaceAll(v.Get("page_title").Str, "_", " "), v.Get("namespace_id")
		case "performer":
			c.user = v.Get("user_text").Str
			if c.bot = v.Get("user_is_bot"); !c.bot.Exists() {
				c.bot = v.Get("is_bot")
			}
		case "revision": // of recentchange, that are two numbers
			if size := v.Get("rev_size"); size.Exists() {
				c.length = size
			}
			if minor := v.Get("is_minor_edit"); minor.Exists() {
				c.minor = minor
			}
			if c.comment == "" {
				c.comment = v.Get("comment").Str
			}
		case "prior_state":
			c.before = v.Get("revision.rev_size")
		case "timestamp":
			if c.at.IsZero() && v.Type == gjson.Number {
				c.at = time.Unix(v.Int(), 0).UTC()
			}
		case "meta":
			v.ForEach(func(k, v gjson.Result) bool {
				switch k.Str {
				case "id":
					c.id = v.Str
				case "domain":
					c.domain = v.Str
				case "stream":
					c.stream = v.Str
				case "dt":
					if t, err := time.Parse(time.RFC3339Nano, v.Str); err == nil {
						c.at = t.UTC()
					}
				}
				return true
			})
		}
		return true
	})
	if c.kind == "" {
		c.elsewhere()
	}
	return c
}

// elsewhere says in the words of recentchange what another stream reports.
func (c *change) elsewhere() {
	if c.server == "" {
		c.server = c.domain
	}
	done := c.done
	if done == "" {
		done = c.stream[strings.IndexAny(c.stream, ".")+1:]
	}
	switch done {
	case "create", "page-create":
		c.kind = "new"
	case "edit":
		c.kind = "edit"
	case "revision-create":
		if c.kind = "edit"; !c.parent {
			c.kind = "new"
		}
	case "move", "page-move":
		c.kind, c.logType, c.logAction = "log", "move", "move"
	case "delete", "page-delete":
		c.kind, c.logType, c.logAction = "log", "delete", "delete"
	case "undelete", "page-undelete":
		c.kind, c.logType, c.logAction = "log", "delete", "restore"
	case "visibility_change":
		c.kind, c.logType, c.logAction = "log", "delete", "revision"
	}
}

// Normalise implements decode.Normaliser.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	root, err := object.Parse(m.Body)
	if err != nil {
		return err
	}
	c := read(root)
	shape := shapes[c.kind]
	switch {
	case c.domain == "canary": // the service tries out whether events come through
		return nil
	case shape == nil:
		n.env.Tally.Add(sonify.Skipped, "change of an unknown type", m.Line)
		return nil
	case !n.types[c.kind] || !n.wants(c.wiki, c.server):
		return nil
	case n.space != nil && (c.space.Type != gjson.Number || !n.space[c.space.Int()]):
		return nil
	case n.c.Bots == "skip" && c.bot.Bool() || n.c.Bots == "only" && !c.bot.Bool():
		return nil
	}
	if n.find != nil {
		if _, ok := n.find.Find(c.title+" "+c.comment, nil); !ok {
			return nil
		}
	}
	if c.id != "" && n.came.Again(c.id) {
		n.env.Tally.Add(sonify.Skipped, "delivered before", m.Line)
		return nil
	}
	ev := n.event(&c, shape)
	ev.Source, ev.Line, ev.At, ev.Place = n.env.Name, m.Line, c.at, m.Place
	emit(ev)
	return nil
}

// event makes the event of a change.
func (n *normaliser) event(c *change, shape *sonify.Shape) sonify.Event {
	d := vocabulary.New(shape)
	d.Text("place", c.wiki).Text("lang", lang(c.server)).Text("author", c.user).Text("text", c.comment)
	d.Set("bot", object.Truth(c.bot)).Set("minor", object.Truth(c.minor))
	space := int64(-1)
	if c.space.Type == gjson.Number && c.space.Int() >= 0 {
		space = c.space.Int()
		d.Num("namespace", float64(space))
	}
	if space >= 0 && space != 2 && space != 3 { // the pages of users are called by their names
		d.Text("page", c.title)
	}
	action := c.kind
	if c.kind == "log" {
		action = c.logType
		if c.logAction != "" && c.logAction != c.logType {
			action += "/" + c.logAction
		}
	}
	d.Text("action", action)
	if c.kind == "edit" || c.kind == "new" {
		d.Bool("new", c.kind == "new")
		size, before := object.Number(c.length), object.Number(c.before)
		d.Set("size_bytes", size)
		now, ok := size.Float()
		was, ok2 := before.Float()
		if ok && (ok2 || c.kind == "new") {
			d.Num("delta_bytes", now-was)
		}
	}
	return d.Event
}

// lang is the language of a wiki that has one: de.wikipedia.org, but not
// www.wikidata.org nor commons.wikimedia.org.
func lang(server string) string {
	sub, rest, ok := strings.Cut(server, ".")
	if !ok || strings.Count(rest, ".") != 1 || sub == "www" || sub == "m" || strings.HasPrefix(rest, "wikimedia.") {
		return ""
	}
	if sub == "simple" {
		return "en"
	}
	return sub
}

// wants reports whether the piece hears a wiki.
func (n *normaliser) wants(wiki, server string) bool {
	if len(n.c.Wikis) == 0 {
		return true
	}
	yes, known := n.wikis[wiki]
	if known {
		return yes
	}
	for _, w := range n.c.Wikis {
		w = strings.ToLower(w)
		yes = yes || w == wiki || w == server || !strings.Contains(w, ".") && w+".wikipedia.org" == server
		if end, ok := strings.CutPrefix(w, "*"); ok {
			yes = yes || strings.HasSuffix(server, end)
		}
	}
	if len(n.wikis) < 5000 { // there are about a thousand
		n.wikis[wiki] = yes
	}
	return yes
}

// resume makes of the place that was kept what the service understands: each of its
// topics with where it stood, without members that are null. What is older than the
// limit is given up, so that the stream begins now.
func resume(place string, catchUp time.Duration, now time.Time) string {
	list := gjson.Parse(place)
	if !gjson.Valid(place) || !list.IsArray() {
		return ""
	}
	var b strings.Builder
	newest := int64(0)
	list.ForEach(func(_, v gjson.Result) bool {
		topic := v.Get("topic")
		if topic.Type != gjson.String {
			return true
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"topic":` + topic.Raw + `,"partition":` + strconv.FormatInt(v.Get("partition").Int(), 10))
		if t := v.Get("timestamp"); t.Type == gjson.Number {
			newest = max(newest, t.Int())
			b.WriteString(`,"timestamp":` + strconv.FormatInt(t.Int(), 10))
		} else if o := v.Get("offset"); o.Type == gjson.Number {
			b.WriteString(`,"offset":` + strconv.FormatInt(o.Int(), 10))
		}
		b.WriteByte('}')
		return true
	})
	if newest > 0 && now.Sub(time.UnixMilli(newest)) > catchUp || b.Len() == 0 {
		return ""
	}
	return "[" + b.String() + "]"
}
