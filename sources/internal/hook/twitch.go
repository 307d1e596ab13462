package hook

import (
	"net/http"

	"proscenium/sonify"

	"github.com/tidwall/gjson"
)

// Twitch returns what EventSub expects of an answer beyond the rule
// (dev.twitch.tv/docs/eventsub/handling-webhook-events): the challenge of a new
// subscription is sent back as it came.
func Twitch() Form {
	const kind = "Twitch-Eventsub-Message-Type"
	return Form{
		Challenge: func(c *sonify.Call, _ Checked) (sonify.Reply, bool) {
			if c.Get(kind) != "webhook_callback_verification" {
				return sonify.Reply{}, false
			}
			text := gjson.GetBytes(c.Body, "challenge").String()
			if !plain(text) {
				return unread, true
			}
			return sonify.Reply{Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/plain"}, Text: text}, true
		},
		Skip: func(c *sonify.Call, _ Checked) string {
			if c.Get(kind) == "revocation" {
				return "subscription that Twitch took back"
			}
			return ""
		},
	}
}

// plain reports whether a challenge is one that may be sent back: a word, so that
// nobody's browser takes it for anything else.
func plain(text string) bool {
	if text == "" || len(text) > 512 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~' || c == '=' || c == '+') {
			return false
		}
	}
	return true
}
