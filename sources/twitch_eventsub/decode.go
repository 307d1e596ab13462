package twitcheventsub

import (
	"math"
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

var more = []sonify.Field{
	{Name: "channel", Type: sonify.Text, Doc: "whose broadcast: a public name"},
	{Name: "emotes", Type: sonify.Number, Doc: "how many of Twitch's small pictures are in it"},
}

var (
	said   = vocabulary.With(vocabulary.Mention, more...)
	unsaid = vocabulary.With(vocabulary.MentionDeleted, more...)
)

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{said, unsaid, vocabulary.ChatSupport, vocabulary.ChatRaid, vocabulary.ChatFollow, vocabulary.ChatCleared,
		vocabulary.BroadcastStarted, vocabulary.BroadcastEnded}
}

// normaliser turns notifications into events. It lives as long as the source, so that
// it knows after a break what was delivered before.
type normaliser struct {
	env  sonify.SourceEnv
	find *words.Finder
	// direct are the types of notification that there are: what the chat says of the same
	// is not told again.
	direct map[string]bool
	came   *seen.Set
	count  map[string]float64
}

func newNormaliser(env sonify.SourceEnv, c *Config) *normaliser {
	n := &normaliser{env: env, find: words.New(c.Contains), came: seen.New(0), count: make(map[string]float64), direct: make(map[string]bool)}
	if !c.Recorded() { // what is in a recording nobody knows before
		for _, e := range c.Events {
			n.direct[e] = true
		}
	}
	return n
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: Shapes()} }

// Normalise implements decode.Normaliser. A message is one of the service's; those
// about the session are passed over.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	root, err := object.Parse(m.Body)
	if err != nil {
		return err
	}
	meta := root.Get("metadata")
	kind, ev := meta.Get("subscription_type").Str, root.Get("payload.event")
	switch what := meta.Get("message_type").Str; {
	case what == "notification":
	case !meta.Exists() && root.Get("subscription.type").Type == gjson.String && root.Get("event").IsObject():
		// As it is posted to webhooks: the bodies have what they are about in them.
		kind, ev = root.Get("subscription.type").Str, root.Get("event")
	case strings.HasPrefix(what, "session_") || what == "revocation":
		return nil
	default:
		n.env.Tally.Add(sonify.Skipped, "message of an unknown type", m.Line)
		return nil
	}
	if id := meta.Get("message_id").Str; id != "" && n.came.Again(id) {
		n.env.Tally.Add(sonify.Skipped, "delivered before", m.Line)
		return nil
	}
	at, err := time.Parse(time.RFC3339Nano, meta.Get("message_timestamp").Str)
	if err != nil {
		at = m.At
	}
	n.tell(kind, ev, func(d vocabulary.Draft) {
		n.count[d.Kind()]++
		channel := ev.Get("broadcaster_user_login").Str
		if channel == "" {
			channel = ev.Get("to_broadcaster_user_login").Str
		}
		d.Num("count", n.count[d.Kind()]).Text("channel", strings.ToLower(channel))
		d.Source, d.Line, d.At = n.env.Name, m.Line, at.UTC()
		if at.IsZero() {
			d.At = time.Time{}
		}
		emit(d.Event)
	}, m.Line)
	return nil
}

// tell makes the events of a notification.
func (n *normaliser) tell(kind string, ev gjson.Result, tell func(vocabulary.Draft), line int64) {
	support := func(kind string, amount gjson.Result, unit string) {
		d := vocabulary.New(vocabulary.ChatSupport)
		d.Text("kind", kind).Set("tier", object.Text(ev.Get("tier"))).Text("author", author(ev, "user_name")).Set("text", object.Text(message(ev)))
		if v := object.Number(amount); !v.IsMissing() {
			d.Set("amount", v).Text("unit", unit)
		}
		tell(d)
	}
	if len(kind) < 100 && len(n.direct) < 100 {
		n.direct[kind] = true
	}
	switch kind {
	case "channel.chat.message":
		elsewhere := ev.Get("source_broadcaster_user_id") // that is who is cheered, if chats are shared
		own := elsewhere.Type != gjson.String || elsewhere.Str == ev.Get("broadcaster_user_id").Str
		if bits := ev.Get("cheer.bits"); own && bits.Num > 0 && !n.direct["channel.cheer"] && !n.direct["channel.bits.use"] {
			d := vocabulary.New(vocabulary.ChatSupport)
			d.Text("kind", "cheer").Num("amount", bits.Num).Text("unit", "bits").Text("author", author(ev, "chatter_user_name")).Set("text", object.Text(message(ev)))
			tell(d)
		}
		n.said(ev, "post", tell)
	case "channel.chat.notification":
		n.notice(ev, tell, line)
	case "channel.chat.message_delete":
		if n.find == nil { // what was taken back may have been about something else
			d := vocabulary.New(unsaid)
			d.Set("id", object.Text(ev.Get("message_id"))).Text("author", author(ev, "target_user_name"))
			tell(d)
		}
	case "channel.chat.clear":
		tell(vocabulary.New(vocabulary.ChatCleared))
	case "channel.chat.clear_user_messages":
		if !n.direct["channel.ban"] { // whose lines are wiped away was sent out
			tell(vocabulary.New(vocabulary.ChatCleared))
		}
	case "channel.ban":
		d := vocabulary.New(vocabulary.ChatCleared)
		from, err := time.Parse(time.RFC3339Nano, ev.Get("banned_at").Str)
		to, err2 := time.Parse(time.RFC3339Nano, ev.Get("ends_at").Str)
		if err == nil && err2 == nil && !to.Before(from) {
			d.Num("seconds", to.Sub(from).Seconds())
		}
		tell(d)
	case "channel.follow":
		d := vocabulary.New(vocabulary.ChatFollow)
		d.Text("author", author(ev, "user_name"))
		tell(d)
	case "channel.subscribe":
		if !ev.Get("is_gift").Bool() { // who gives is told by channel.subscription.gift
			support("subscription", gjson.Result{}, "")
		}
	case "channel.subscription.message":
		support("subscription", ev.Get("cumulative_months"), "months")
	case "channel.subscription.gift":
		support("gift", ev.Get("total"), "gifts")
	case "channel.cheer":
		support("cheer", ev.Get("bits"), "bits")
	case "channel.channel_points_custom_reward_redemption.add":
		support("reward", ev.Get("reward.cost"), "points")
	case "channel.bits.use":
		switch use := ev.Get("type").Str; {
		case use == "cheer" && n.direct["channel.cheer"]: // it was told
		case use == "cheer" || use == "power_up" || use == "combo":
			support(use, ev.Get("bits"), "bits")
		default:
			n.env.Tally.Add(sonify.Skipped, "use of bits of an unknown type", line)
		}
	case "channel.charity_campaign.donate":
		tell(donation(ev.Get("amount"), author(ev, "user_name")))
	case "channel.raid":
		d := vocabulary.New(vocabulary.ChatRaid)
		d.Set("viewers", object.Number(ev.Get("viewers"))).Text("author", author(ev, "from_broadcaster_user_name"))
		tell(d)
	case "stream.online":
		tell(vocabulary.New(vocabulary.BroadcastStarted))
	case "stream.offline":
		tell(vocabulary.New(vocabulary.BroadcastEnded))
	default:
		n.env.Tally.Add(sonify.Skipped, "notification of an unknown type", line)
	}
}

// donation makes the event of a sum that was given to a good cause, which the service says
// in the currency's smallest unit and with the number of its decimals.
func donation(sum gjson.Result, author string) vocabulary.Draft {
	d := vocabulary.New(vocabulary.ChatSupport)
	d.Text("kind", "donation").Set("unit", object.Text(sum.Get("currency"))).Text("author", author)
	places := sum.Get("decimal_places")
	if !places.Exists() { // as notifications of the chat call it
		places = sum.Get("decimal_place")
	}
	if n := places.Int(); sum.Get("value").Type == gjson.Number && n >= 0 && n <= 8 {
		d.Num("amount", sum.Get("value").Num/math.Pow10(int(n)))
	}
	return d
}

func author(ev gjson.Result, key string) string { return ev.Get(key).Str }

// message is the text of an event: some have it bare, some in an object.
func message(ev gjson.Result) gjson.Result {
	if m := ev.Get("message"); m.Type == gjson.String {
		return m
	}
	return ev.Get("message.text")
}

// said tells something that was written, if the piece wants it.
func (n *normaliser) said(ev gjson.Result, kind string, tell func(vocabulary.Draft)) {
	text := message(ev).Str
	topic, found := n.find.Find(text, nil)
	if !found {
		return
	}
	answers := ev.Get("reply").IsObject()
	if answers {
		kind = "reply"
	}
	emotes, links := 0, 0
	ev.Get("message.fragments").ForEach(func(_, f gjson.Result) bool {
		if f.Get("type").Str == "emote" {
			emotes++
		}
		return true
	})
	for _, w := range strings.Fields(text) {
		if strings.HasPrefix(w, "https://") || strings.HasPrefix(w, "http://") {
			links++
		}
	}
	d := vocabulary.New(said)
	d.Text("kind", kind).Bool("reply", answers).Text("topic", topic).Num("length", float64(object.Letters(text))).
		Num("links", float64(links)).Num("emotes", float64(emotes)).
		Text("text", text).Text("author", author(ev, "chatter_user_name")).Set("id", object.Text(ev.Get("message_id")))
	tell(d)
}

// twins are the notifications that say the same as what shows in a chat.
var twins = map[string]string{
	"sub": "channel.subscribe", "resub": "channel.subscription.message",
	"sub_gift": "channel.subscription.gift", "community_sub_gift": "channel.subscription.gift", "raid": "channel.raid",
	"charity_donation": "channel.charity_campaign.donate",
}

// quiet are notices that are not told: of what was told before or comes by itself, as the
// gift that somebody passes on, and of what happens in the broadcast that this one is
// together with, whose names begin with shared_chat_.
var quiet = map[string]bool{"pay_it_forward": true, "unraid": true, "bits_badge_tier": true, "watch_streak": true}

// notice tells what shows in a chat without being said: subscriptions, gifts, raids.
func (n *normaliser) notice(ev gjson.Result, tell func(vocabulary.Draft), line int64) {
	what := ev.Get("notice_type").Str
	about := ev.Get(what)
	support := func(kind string, amount sonify.Value, unit string) {
		tier := about.Get("sub_tier").Str
		if about.Get("is_prime").Bool() {
			tier = "prime"
		}
		d := vocabulary.New(vocabulary.ChatSupport)
		d.Text("kind", kind).Text("tier", tier).Text("author", author(ev, "chatter_user_name")).Set("text", object.Text(message(ev)))
		if !amount.IsMissing() {
			d.Set("amount", amount).Text("unit", unit)
		}
		tell(d)
	}
	if n.direct[twins[what]] {
		return
	}
	switch what {
	case "sub", "gift_paid_upgrade", "prime_paid_upgrade":
		support("subscription", sonify.Value{}, "")
	case "resub":
		support("subscription", object.Number(about.Get("cumulative_months")), "months")
	case "sub_gift":
		if about.Get("community_gift_id").Type != gjson.String { // else it was counted with the others
			support("gift", sonify.Num(1), "gifts")
		}
	case "community_sub_gift":
		support("gift", object.Number(about.Get("total")), "gifts")
	case "raid":
		d := vocabulary.New(vocabulary.ChatRaid)
		d.Set("viewers", object.Number(about.Get("viewer_count"))).Text("author", author(about, "user_name"))
		tell(d)
	case "charity_donation":
		tell(donation(about.Get("amount"), author(ev, "chatter_user_name")))
	case "announcement":
		n.said(ev, "announcement", tell)
	default:
		if !quiet[what] && !strings.HasPrefix(what, "shared_chat_") {
			n.env.Tally.Add(sonify.Skipped, "notice of an unknown type", line)
		}
	}
}
