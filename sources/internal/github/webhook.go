// Package github makes events of what GitHub reports, by webhook or by its events
// API: the kinds edit.* of the vocabulary.
package github

import (
	"errors"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/vocabulary"

	"github.com/tidwall/gjson"
)

// Shapes returns the kinds of what GitHub reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{vocabulary.Push, vocabulary.Issue, vocabulary.Comment, vocabulary.Star, vocabulary.Fork, vocabulary.Published, vocabulary.EditOther}
}

// ErrNoEvent says that a body is none of GitHub's.
var ErrNoEvent = errors.New("no event of GitHub's")

// Webhook returns the event of a delivery: kind is its X-GitHub-Event, at when it
// came, for what says no time of its own. ok is false for what tells nothing: pings.
func Webhook(kind string, body []byte, at time.Time) (ev sonify.Event, ok bool, err error) {
	if !gjson.ValidBytes(body) {
		return ev, false, ErrNoEvent
	}
	b := gjson.ParseBytes(body)
	if !b.IsObject() {
		return ev, false, ErrNoEvent
	}
	if kind == "" {
		if kind = guess(b); kind == "" {
			return ev, false, ErrNoEvent
		}
	}
	if kind != word(kind) { // the header is not signed
		return ev, false, ErrNoEvent
	}
	return build(kind, b, source{
		place:  b.Get("repository.full_name").String(),
		author: b.Get("sender.login").String(),
		bot:    b.Get("sender.type").String() == "Bot",
		at:     at,
	})
}

// Event returns the event of an element of the events API: of "type", "actor",
// "repo", "payload" and "created_at".
func Event(b gjson.Result) (ev sonify.Event, ok bool, err error) {
	typ, p := b.Get("type").String(), b.Get("payload")
	kind, known := types[typ]
	if typ == "" || !p.IsObject() {
		return ev, false, ErrNoEvent
	}
	if !known {
		if kind = word(strings.ToLower(strings.TrimSuffix(typ, "Event"))); kind == "" {
			return ev, false, ErrNoEvent
		}
	}
	login, at := b.Get("actor.login").String(), stamp(b.Get("created_at"), time.Time{})
	ev, ok, err = build(kind, p, source{
		place:  b.Get("repo.name").String(),
		author: login,
		bot:    strings.HasSuffix(login, "[bot]"),
		at:     at,
	})
	if !at.IsZero() { // it is the event's own; what it is about may have one of another day
		ev.At = at
	}
	return ev, ok, err
}

// types are the names that the events API has for what webhooks call otherwise.
var types = map[string]string{
	"PushEvent": "push", "IssuesEvent": "issues", "IssueCommentEvent": "issue_comment", "PullRequestEvent": "pull_request",
	"PullRequestReviewEvent": "pull_request_review", "PullRequestReviewCommentEvent": "pull_request_review_comment",
	"CommitCommentEvent": "commit_comment", "WatchEvent": "watch", "ForkEvent": "fork", "ReleaseEvent": "release",
	"CreateEvent": "create", "DeleteEvent": "delete", "GollumEvent": "gollum", "MemberEvent": "member", "PublicEvent": "public",
	"DiscussionEvent": "discussion", "SponsorshipEvent": "sponsorship",
}

// source is what stands around a payload.
type source struct {
	place, author string
	bot           bool
	at            time.Time
}

// build makes an event of a payload, which is nearly the same in both worlds.
func build(kind string, b gjson.Result, s source) (sonify.Event, bool, error) {
	action := word(b.Get("action").String())
	draft := func(shape *sonify.Shape) *vocabulary.Draft {
		d := vocabulary.New(shape)
		d.Text("place", short(s.place)).Text("author", short(s.author)).Text("action", short(action)).Bool("bot", s.bot)
		d.At = s.at
		return &d
	}
	done := func(d *vocabulary.Draft) (sonify.Event, bool, error) { return d.Event, true, nil }
	switch kind {
	case "ping", "":
		return sonify.Event{}, false, nil
	case "push":
		ref := b.Get("ref").String()
		branch := strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/")
		if b.Get("deleted").Bool() { // nothing came: a branch or a tag is gone, as "delete" says it
			action = "delete"
			d := draft(vocabulary.EditOther)
			d.Text("page", short(branch))
			return done(d)
		}
		d := draft(vocabulary.Push)
		n := b.Get("size") // of the events API
		if n.Type != gjson.Number {
			n = b.Get("distinct_size")
		}
		if list := b.Get("commits"); n.Type != gjson.Number && list.IsArray() {
			n = list.Get("#")
		}
		if n.Type == gjson.Number { // else it does not say how many
			d.Num("commits", n.Float())
		}
		d.Text("page", short(branch))
		if c := b.Get("created"); c.IsBool() { // the events API does not say
			d.Bool("new", c.Bool())
		}
		d.Text("text", short(line(b.Get("head_commit.message").String())))
		if t := stamp(b.Get("head_commit.timestamp"), time.Time{}); !t.IsZero() && s.at.IsZero() {
			d.At = t
		}
		return done(d)
	case "issues":
		return done(issue(draft(vocabulary.Issue), b.Get("issue"), action))
	case "pull_request":
		pr := b.Get("pull_request")
		if action == "closed" && pr.Get("merged").Bool() {
			action = "merged"
		}
		d := issue(draft(vocabulary.Issue), pr, action)
		if n := b.Get("number"); n.Type == gjson.Number { // the events API may say no more of it
			d.Text("page", n.Raw)
		}
		if c := pr.Get("commits"); c.Type == gjson.Number {
			d.Num("commits", c.Float())
		}
		return done(d)
	case "issue_comment", "commit_comment", "pull_request_review_comment", "pull_request_review", "discussion_comment":
		d := draft(vocabulary.Comment)
		c := b.Get("comment")
		if !c.IsObject() {
			c = b.Get("review")
		}
		text := c.Get("body").String()
		d.Text("page", number(b)).Text("text", short(text)).Bool("new", action == "created" || action == "submitted")
		switch {
		case stale[action]:
		case action == "submitted":
			d.At = stamp(c.Get("submitted_at"), s.at)
		default:
			d.At = stamp(c.Get("updated_at"), s.at)
		}
		return done(d)
	case "star", "watch":
		// "watch" with the action "started" is an old name of the same click; whoever
		// subscribes to both hears it as "star".
		if action == "deleted" { // somebody likes it no more
			break
		}
		if action == "" {
			action = "starred"
		}
		d := draft(vocabulary.Star)
		d.At = stamp(b.Get("starred_at"), s.at)
		return done(d)
	case "fork":
		action = "forked"
		d := draft(vocabulary.Fork)
		d.At = stamp(b.Get("forkee.created_at"), s.at)
		return done(d)
	case "release":
		// One release is told as created, published and released: it comes out once.
		if action != "published" && action != "" {
			break
		}
		d := draft(vocabulary.Published)
		r := b.Get("release")
		d.Text("page", short(r.Get("tag_name").String())).Bool("new", true)
		d.Text("text", short(r.Get("name").String()))
		d.At = stamp(r.Get("published_at"), s.at)
		return done(d)
	}
	if action == "" {
		action = kind
	} else {
		action = kind + "_" + action
	}
	d := draft(vocabulary.EditOther)
	page := b.Get("ref").String()
	if kind == "release" {
		page = b.Get("release.tag_name").String()
	}
	d.Text("page", short(page))
	return done(d)
}

// stale are actions that leave the time of what they are done to as it was.
var stale = map[string]bool{"deleted": true, "dismissed": true, "transferred": true}

// issue fills in what issues and pull requests share.
func issue(d *vocabulary.Draft, i gjson.Result, action string) *vocabulary.Draft {
	d.Text("action", short(action)).Bool("new", action == "opened")
	if n := i.Get("number"); n.Type == gjson.Number {
		d.Text("page", n.Raw)
	}
	d.Text("text", short(i.Get("title").String()))
	if !stale[action] {
		d.At = stamp(i.Get("updated_at"), d.At)
	}
	return d
}

// number is the number of the issue or pull request that a comment is about.
func number(b gjson.Result) string {
	for _, of := range [...]string{"issue.number", "pull_request.number", "discussion.number"} {
		if n := b.Get(of); n.Type == gjson.Number {
			return n.Raw
		}
	}
	return ""
}

// guess names the kind of a payload that came without it: of a recording that kept
// the bodies only.
func guess(b gjson.Result) string {
	for _, g := range [...]struct{ has, kind string }{
		{"zen", "ping"}, {"forkee", "fork"}, {"starred_at", "star"}, {"comment", "issue_comment"},
		{"review", "pull_request_review"}, {"thread", "pull_request_review_thread"}, {"pull_request", "pull_request"},
		{"issue", "issues"}, {"release", "release"}, {"commits", "push"},
		// These have nothing but their names, which are their kinds.
		{"discussion", "discussion"}, {"workflow_job", "workflow_job"}, {"check_run", "check_run"}, {"check_suite", "check_suite"},
		{"deployment_status", "deployment_status"}, {"deployment", "deployment"}, {"workflow_run", "workflow_run"}, {"milestone", "milestone"},
		{"sponsorship", "sponsorship"}, {"registry_package", "registry_package"}, {"package", "package"},
	} {
		if b.Get(g.has).Exists() {
			return g.kind
		}
	}
	if b.Get("action").String() == "started" {
		return "watch"
	}
	if b.Get("sender").IsObject() {
		for _, of := range [...]string{"repository", "organization", "installation"} {
			if b.Get(of).IsObject() {
				return "event" // which, the body does not say
			}
		}
	}
	return ""
}

// stamp reads a time: RFC 3339, or Unix seconds, which pushes have.
func stamp(v gjson.Result, fallback time.Time) time.Time {
	switch v.Type {
	case gjson.String:
		if t, err := time.Parse(time.RFC3339Nano, v.Str); err == nil {
			return t
		}
	case gjson.Number:
		if n := v.Int(); n > 0 && n < 1<<36 {
			return time.Unix(n, 0)
		}
	}
	return fallback
}

// word returns a word of GitHub's own, "" if text is something else.
func word(text string) string {
	if len(text) > 60 {
		return ""
	}
	for i := range len(text) {
		if c := text[i]; c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return ""
		}
	}
	return text
}

// maxText bounds texts that become values, in bytes.
const maxText = 500

func short(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return strings.Clone(text) // not the whole body with it
}

func line(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}
