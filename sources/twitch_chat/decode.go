package twitchchat

import (
	"math"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/irc"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/seen"
	"proscenium/sources/internal/vocabulary"
	"proscenium/sources/internal/words"
)

var more = []sonify.Field{
	{Name: "channel", Type: sonify.Text, Doc: "in whose chat: a public name"},
	{Name: "emotes", Type: sonify.Number, Doc: "how many of Twitch's small pictures are in it"},
}

var (
	said   = vocabulary.With(vocabulary.Mention, more...)
	unsaid = vocabulary.With(vocabulary.MentionDeleted, more...)
)

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{said, unsaid, vocabulary.ChatSupport, vocabulary.ChatRaid, vocabulary.ChatCleared}
}

// normaliser turns lines of chat into events. It lives as long as the source.
type normaliser struct {
	env   sonify.SourceEnv
	find  *words.Finder
	came  *seen.Set // what was said in several chats at once
	count map[string]float64
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	return &normaliser{env: env, find: words.New(c.Contains), came: seen.New(0), count: make(map[string]float64)}
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: Shapes()} }

// Normalise implements decode.Normaliser. A message is one line.
func (n *normaliser) Normalise(in *decode.Message, emit func(sonify.Event)) error {
	m, err := irc.Parse(in.Body)
	if err != nil {
		return err
	}
	var at time.Time
	if ms, ok := number(&m, "tmi-sent-ts"); ok && ms > 0 && ms < 1e14 {
		at = time.UnixMilli(int64(ms)).UTC()
	}
	channel := strings.TrimPrefix(m.Param(0), "#")
	tell := func(d vocabulary.Draft) {
		n.count[d.Kind()]++
		d.Num("count", n.count[d.Kind()]).Text("channel", channel)
		d.Source, d.Line, d.At = n.env.Name, in.Line, at
		emit(d.Event)
	}
	switch m.Command {
	case "PRIVMSG":
		text, _, ctcp := m.Text()
		if ctcp || len(m.Params) < 2 {
			return nil
		}
		// Broadcasts may share their chats: each gets what is said in the others.
		if id := tag(&m, "source-id"); id != "" && n.came.Again(id) {
			n.env.Tally.Add(sonify.Skipped, "line of a shared chat that was heard in another one", in.Line)
			return nil
		}
		elsewhere := tag(&m, "source-room-id") // that is who is cheered
		if bits, ok := number(&m, "bits"); ok && bits > 0 && (elsewhere == "" || elsewhere == tag(&m, "room-id")) {
			d := vocabulary.New(vocabulary.ChatSupport)
			d.Text("kind", "cheer").Num("amount", bits).Text("unit", "bits").Text("author", author(&m)).Text("text", text)
			tell(d)
		}
		if d, ok := n.said(&m, text, "post"); ok {
			tell(d)
		}
	case "USERNOTICE":
		n.notice(&m, tell, in.Line)
	case "CLEARMSG":
		if n.find != nil {
			return nil // what was taken back may have been about something else
		}
		d := vocabulary.New(unsaid)
		d.Text("id", tag(&m, "target-msg-id")).Text("author", tag(&m, "login")).Text("text", m.Param(1))
		tell(d)
	case "CLEARCHAT":
		d := vocabulary.New(vocabulary.ChatCleared)
		if s, ok := number(&m, "ban-duration"); ok {
			d.Num("seconds", s)
		}
		tell(d)
	}
	return nil // who comes and goes, and the state of the room, nobody asked for
}

func tag(m *irc.Message, key string) string {
	v, _ := m.Tag(key)
	return v
}

// number reads a tag that is a number; what is none is missing.
func number(m *irc.Message, key string) (float64, bool) {
	f, err := strconv.ParseUint(tag(m, key), 10, 53)
	return float64(f), err == nil
}

func author(m *irc.Message) string {
	for _, key := range [...]string{"display-name", "login"} {
		if name := tag(m, key); name != "" {
			return name
		}
	}
	if m.Command == "USERNOTICE" { // that is the server's own
		return ""
	}
	return m.Nick()
}

// said makes the event of something that was written; ok is false if the piece does
// not want it.
func (n *normaliser) said(m *irc.Message, text, kind string) (d vocabulary.Draft, ok bool) {
	topic, found := n.find.Find(text, nil)
	if !found {
		return d, false
	}
	answers := tag(m, "reply-parent-msg-id") != ""
	if answers {
		kind = "reply"
	}
	d = vocabulary.New(said)
	d.Text("kind", kind).Bool("reply", answers).Text("topic", topic).Num("length", float64(object.Letters(text))).
		Num("links", float64(links(text))).Num("emotes", float64(emotes(tag(m, "emotes")))).
		Text("text", text).Text("author", author(m)).Text("id", tag(m, "id"))
	return d, true
}

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

// emotes counts the places in "25:0-4,12-16/1902:6-10".
func emotes(tag string) int {
	if tag == "" {
		return 0
	}
	return strings.Count(tag, ",") + strings.Count(tag, "/") + 1
}

// quiet are notices that are not told: of what comes by itself, as the gift that somebody
// passes on and the raid that is called off, of how long somebody was there, and of what
// happens in the broadcast that this one shares its chat with.
var quiet = map[string]bool{
	"standardpayforward": true, "communitypayforward": true, "rewardgift": true, "unraid": true, "ritual": true,
	"bitsbadgetier": true, "viewermilestone": true, "sharedchatnotice": true,
}

// notice makes the events of a USERNOTICE: subscriptions, gifts, donations, raids.
func (n *normaliser) notice(m *irc.Message, tell func(vocabulary.Draft), line int64) {
	support := func(kind, unit string, amount float64, ok bool) {
		d := vocabulary.New(vocabulary.ChatSupport)
		d.Text("kind", kind).Text("tier", strings.ToLower(tag(m, "msg-param-sub-plan"))).Text("author", author(m)).Text("text", m.Param(1))
		if ok {
			d.Num("amount", amount).Text("unit", unit)
		}
		tell(d)
	}
	switch tag(m, "msg-id") {
	case "sub", "resub", "giftpaidupgrade", "primepaidupgrade", "anongiftpaidupgrade":
		months, ok := number(m, "msg-param-cumulative-months")
		if !ok { // as it was called until 2019
			months, ok = number(m, "msg-param-months")
		}
		support("subscription", "months", months, ok && months > 0)
	case "subgift", "anonsubgift":
		if tag(m, "msg-param-community-gift-id") != "" {
			return // it was counted with those it was given with
		}
		support("gift", "gifts", 1, true)
	case "submysterygift", "anonsubmysterygift":
		gifts, ok := number(m, "msg-param-mass-gift-count")
		support("gift", "gifts", gifts, ok)
	case "raid":
		d := vocabulary.New(vocabulary.ChatRaid)
		if v, ok := number(m, "msg-param-viewerCount"); ok {
			d.Num("viewers", v)
		}
		d.Text("author", author(m))
		tell(d)
	case "charitydonation":
		sum, ok := number(m, "msg-param-donation-amount")
		places, ok2 := number(m, "msg-param-exponent")
		ok = ok && ok2 && places <= 8
		support("donation", tag(m, "msg-param-donation-currency"), sum/math.Pow10(int(min(places, 8))), ok)
	case "announcement":
		if d, ok := n.said(m, m.Param(1), "announcement"); ok {
			tell(d)
		}
	default:
		if !quiet[tag(m, "msg-id")] {
			n.env.Tally.Add(sonify.Skipped, "notice of an unknown kind", line)
		}
	}
}
