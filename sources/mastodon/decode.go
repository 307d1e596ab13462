package mastodon

import (
	"html"
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

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{vocabulary.Mention, vocabulary.MentionEdited, vocabulary.MentionDeleted}
}

// notices are what the service's notifications are called here.
var notices = map[string]string{"mention": "reply", "reblog": "repost", "favourite": "like", "follow": "follow", "quote": "quote"}

// others are the notifications that are not told: they are about the reader, or about a
// status that comes by itself.
var others = map[string]bool{
	"status": true, "update": true, "poll": true, "follow_request": true, "quoted_update": true, "admin.sign_up": true,
	"admin.report": true, "severed_relationships": true, "moderation_warning": true, "annual_report": true,
}

// quiet are events of the stream that are about its reader, not about what is said.
var quiet = map[string]bool{
	"announcement": true, "announcement.reaction": true, "announcement.delete": true, "filters_changed": true,
	"conversation": true, "encrypted_message": true, "notifications_merged": true, "emoji_reaction": true,
}

// normaliser turns the stream into events. It lives as long as the source.
type normaliser struct {
	env    sonify.SourceEnv
	find   *words.Finder
	langs  map[string]bool // nil: all
	came   *seen.Set       // what was told: one status may come by several ways
	heard  *seen.Set       // what became a mention: of that, deletions are told; nil: of all
	counts [3]float64      // mentions, edits, deletions
	tags   []string
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	n := &normaliser{env: env, find: words.New(c.Contains), came: seen.New(0)}
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

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: Shapes()} }

// Normalise implements decode.Normaliser. The event's name is the message's topic.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	tell := func(d vocabulary.Draft, at time.Time) {
		d.Source, d.Line, d.At = n.env.Name, m.Line, at
		emit(d.Event)
	}
	if m.Topic == "" {
		if done, err := n.bare(m, emit); done || err != nil {
			return err
		}
	}
	switch m.Topic {
	case "update", "status.update":
		status, err := object.Parse(m.Body)
		if err != nil {
			return err
		}
		shape, count, when := vocabulary.Mention, &n.counts[0], "created_at"
		if m.Topic == "status.update" {
			shape, count, when = vocabulary.MentionEdited, &n.counts[1], "edited_at"
		}
		if edited := status.Get("edited_at"); m.Topic == "status.update" && edited.Exists() && edited.Type != gjson.String {
			n.env.Tally.Add(sonify.Skipped, "update of what its author did not edit", m.Line)
			return nil
		}
		if d, ok := n.status(status, shape, count, m.Line); ok {
			tell(d, moment(status.Get(when)))
		}
	case "delete": // the data is the bare id
		id := strings.Trim(string(m.Body), " \"")
		if id == "" || len(id) > 100 {
			n.env.Tally.Add(sonify.Skipped, "deletion of nothing", m.Line)
			return nil
		}
		if n.heard != nil && !n.heard.Again(id) {
			return nil // whether it held the word nobody knows any more
		}
		if n.came.Again(vocabulary.MentionDeleted.Kind(), id) {
			n.env.Tally.Add(sonify.Skipped, "delivered before", m.Line)
			return nil
		}
		n.counts[2]++
		d := vocabulary.New(vocabulary.MentionDeleted)
		d.Num("count", n.counts[2]).Text("id", id)
		tell(d, time.Time{})
	case "notification":
		notice, err := object.Parse(m.Body)
		if err != nil {
			return err
		}
		if d, ok := n.notice(notice, m.Line); ok {
			tell(d, moment(notice.Get("created_at")))
		}
	default:
		if !quiet[m.Topic] {
			n.env.Tally.Add(sonify.Skipped, "event of an unknown name", m.Line)
		}
	}
	return nil
}

// bare reads what tools save beside the stream itself: its form for WebSockets, an object
// with the event's name and its data as a text, and statuses as the API's timelines have
// them, one or a list with the newest first. done is false if it is neither.
func (n *normaliser) bare(m *decode.Message, emit func(sonify.Event)) (done bool, err error) {
	root, err := object.Any(m.Body)
	if err != nil {
		return false, err
	}
	status := func(r gjson.Result) bool { return r.Get("content").Type == gjson.String && r.Get("account").IsObject() }
	inner := *m
	switch {
	case root.Get("event").Type == gjson.String:
		if inner.Topic = root.Get("event").Str; inner.Topic == "" {
			return false, nil
		}
		inner.Body = []byte(root.Get("payload").String())
		return true, n.Normalise(&inner, emit)
	case root.IsObject() && status(root):
		inner.Topic = "update"
		return true, n.Normalise(&inner, emit)
	case root.IsArray():
		list := root.Array()
		for i := len(list) - 1; i >= 0; i-- {
			if !status(list[i]) {
				n.env.Tally.Add(sonify.Skipped, "entry that is no status", m.Line)
				continue
			}
			inner.Topic, inner.Body = "update", []byte(list[i].Raw)
			if err := n.Normalise(&inner, emit); err != nil {
				return true, err
			}
		}
		return true, nil
	}
	return false, nil
}

// moment is a time as the service writes it; zero if it cannot be read.
func moment(r gjson.Result) time.Time {
	t, err := time.Parse(time.RFC3339Nano, r.Str)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// status makes the event of a status; ok is false if the piece does not want it.
func (n *normaliser) status(s gjson.Result, shape *sonify.Shape, count *float64, line int64) (d vocabulary.Draft, ok bool) {
	said, kind := s, "post"
	if again := s.Get("reblog"); again.IsObject() {
		said, kind = again, "repost"
	}
	content := said.Get("content").Str
	if said.Get("quote").IsObject() {
		content = own(content)
	}
	text, links := plain(content)
	n.tags = n.tags[:0]
	said.Get("tags").ForEach(func(_, t gjson.Result) bool { n.tags = append(n.tags, t.Get("name").Str); return true })
	topic, found := n.find.Find(text, n.tags)
	if !found || n.langs != nil && !n.speaks(said.Get("language").Str) {
		return d, false
	}
	id := s.Get("id").String()
	version := "" // a status is said once, and edited as often as somebody likes
	if shape == vocabulary.MentionEdited {
		version = s.Get("edited_at").Str
	}
	if id != "" && n.came.Again(shape.Kind(), id, version) {
		n.env.Tally.Add(sonify.Skipped, "delivered before", line)
		return d, false
	}
	if n.heard != nil {
		n.heard.Again(id)
	}
	answers := said.Get("in_reply_to_id").Type == gjson.String
	switch {
	case kind == "repost":
	case answers:
		kind = "reply"
	case said.Get("quote").IsObject():
		kind = "quote"
	}
	*count++
	d = vocabulary.New(shape)
	d.Num("count", *count).Text("kind", kind).Set("lang", object.Text(said.Get("language"))).
		Set("reach", object.Number(s.Get("account.followers_count"))).Bool("reply", kind != "post").Text("topic", topic).
		Num("length", float64(object.Letters(text))).Num("links", float64(links)).Num("tags", float64(len(n.tags))).
		Num("media", float64(object.Len(said.Get("media_attachments")))).Set("sensitive", object.Truth(said.Get("sensitive"))).
		Text("text", text).Set("author", object.Text(s.Get("account.acct"))).Text("id", id)
	return d, true
}

// notice makes the event of a notification: somebody did something about the one whose
// token it is.
func (n *normaliser) notice(s gjson.Result, line int64) (d vocabulary.Draft, ok bool) {
	kind, known := notices[s.Get("type").Str]
	if !known {
		if !others[s.Get("type").Str] {
			n.env.Tally.Add(sonify.Skipped, "notification of an unknown type", line)
		}
		return d, false
	}
	if status := s.Get("status"); (kind == "reply" || kind == "quote") && status.IsObject() {
		return n.status(status, vocabulary.Mention, &n.counts[0], line)
	}
	if n.find != nil || n.langs != nil {
		return d, false // nothing was written that could be looked through
	}
	n.counts[0]++
	d = vocabulary.New(vocabulary.Mention)
	d.Num("count", n.counts[0]).Text("kind", kind).Bool("reply", kind == "repost" || kind == "quote").
		Set("reach", object.Number(s.Get("account.followers_count"))).Set("author", object.Text(s.Get("account.acct")))
	return d, true
}

// speaks reports whether the piece wants a language: "pt" is pt-BR too.
func (n *normaliser) speaks(lang string) bool {
	lang = strings.ToLower(lang)
	base, _, _ := strings.Cut(lang, "-")
	return n.langs[lang] || n.langs[base]
}

// own is the HTML of a quote without what the server puts there for those who do not show
// quotes: "RE:" and the address of what is quoted, in an element of the class quote-inline.
func own(content string) string {
	for _, element := range [...]string{"p", "span"} {
		before, rest, ok := strings.Cut(content, "<"+element+` class="quote-inline">`)
		if !ok {
			continue
		}
		if _, after, ok := strings.Cut(rest, "</"+element+">"); ok {
			content = before + after
		}
	}
	return content
}

// plain is the text of a bit of HTML, and how many links there are in it that are no
// mentions of somebody and no tags.
func plain(content string) (text string, links int) {
	var b strings.Builder
	for content != "" {
		before, rest, ok := strings.Cut(content, "<")
		b.WriteString(before)
		if !ok {
			break
		}
		tag, after, ok := strings.Cut(rest, ">")
		if !ok {
			break // what is not closed is no text
		}
		content = after
		name, _, _ := strings.Cut(strings.ToLower(tag), " ")
		switch strings.TrimSuffix(name, "/") {
		case "br":
			b.WriteByte('\n')
		case "/p":
			if strings.Contains(after, "<p") {
				b.WriteString("\n\n")
			}
		case "a":
			if !strings.Contains(tag, "mention") && !strings.Contains(tag, "hashtag") {
				links++
			}
		}
	}
	return html.UnescapeString(b.String()), links
}
