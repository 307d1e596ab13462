package hook

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"proscenium/sonify"
)

// Scheme says how a service signs its deliveries. The zero Scheme signs nothing.
//
// A signature is a keyed hash (HMAC) of a text that Signed describes: literal text
// with {body}, {timestamp}, {id}, {url}, {method} and {path} in it. It stands in the
// header Signature, by itself or as one of several pieces between Separator, after
// Prefix. Where there are several, as long as a secret is being changed, one that is
// right is enough.
type Scheme struct {
	Signature string // header with the signature: "X-Hub-Signature-256"; "" if there is none
	Algorithm string // sha256, sha1 or sha512
	Encoding  string // of the signature: hex or base64
	Separator string // between the pieces of the header; "": it is one piece
	Prefix    string // before the signature in its piece: "sha256="
	Signed    string // "{timestamp}.{body}"

	// Timestamp is the header with the time at which the delivery was sent, in Unix
	// seconds, milliseconds or RFC 3339. It may be Signature itself: then the time is
	// the piece after TimestampPrefix ("t=").
	Timestamp       string
	TimestampPrefix string
	// Tolerance is how far that time may be from ours. 0: it is not looked at.
	Tolerance time.Duration

	// ID is the header with the delivery's id, the same on every repetition, or
	// IDField is its place in the body ("event_id", "data.id").
	ID      string
	IDField string
	// Topic is the header that says what the delivery is about, or TopicField is its
	// place in the body.
	Topic      string
	TopicField string

	// KeyPrefix stands before secrets of the service that are base64 after it
	// ("whsec_" of Standard Webhooks). "": the secret's characters are the key.
	KeyPrefix string

	// Token is the header that carries a shared secret where nothing is signed
	// ("X-Gitlab-Token"; "Authorization" takes it with or without "Bearer ").
	Token string
}

// Signs reports whether deliveries are signed.
func (s *Scheme) Signs() bool { return s.Signature != "" }

// Open reports whether anybody who knows the address may deliver.
func (s *Scheme) Open() bool { return s.Signature == "" && s.Token == "" }

// idSigned reports whether nobody but the sender can choose the delivery's id.
func (s *Scheme) idSigned() bool {
	return s.Signs() && (s.ID == "" && s.IDField != "" && s.covers("body") || s.ID != "" && s.covers("id"))
}

func (s *Scheme) covers(what string) bool { return strings.Contains(s.Signed, "{"+what+"}") }

// presets are the schemes of services, from their documentation.
var presets = []struct {
	name   string
	scheme Scheme
}{
	// shopify.dev, "Verify webhook deliveries": base64 of the HMAC-SHA256 of the raw
	// body with the app's client secret.
	{"shopify", Scheme{Signature: "X-Shopify-Hmac-Sha256", Algorithm: "sha256", Encoding: "base64", Signed: "{body}",
		ID: "X-Shopify-Webhook-Id", Topic: "X-Shopify-Topic"}},
	// docs.stripe.com/webhooks, "Verify manually": t=SECONDS,v1=HEX[,v1=HEX...],
	// five minutes.
	{"stripe", Scheme{Signature: "Stripe-Signature", Algorithm: "sha256", Encoding: "hex", Separator: ",", Prefix: "v1=", Signed: "{timestamp}.{body}",
		Timestamp: "Stripe-Signature", TimestampPrefix: "t=", Tolerance: 5 * time.Minute, IDField: "id", TopicField: "type"}},
	// developer.squareup.com/docs/webhooks/step3validate: the notification URL and the
	// body, with the subscription's signature key.
	{"square", Scheme{Signature: "X-Square-Hmacsha256-Signature", Algorithm: "sha256", Encoding: "base64", Signed: "{url}{body}",
		IDField: "event_id", TopicField: "type"}},
	// docs.github.com, "Validating webhook deliveries".
	{"github", Scheme{Signature: "X-Hub-Signature-256", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256=", Signed: "{body}",
		ID: "X-GitHub-Delivery", Topic: "X-GitHub-Event"}},
	// dev.twitch.tv/docs/eventsub/handling-webhook-events: id, time and body; what is
	// older than ten minutes is to be refused.
	{"twitch", Scheme{Signature: "Twitch-Eventsub-Message-Signature", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256=", Signed: "{id}{timestamp}{body}",
		Timestamp: "Twitch-Eventsub-Message-Timestamp", Tolerance: 10 * time.Minute, ID: "Twitch-Eventsub-Message-Id", Topic: "Twitch-Eventsub-Subscription-Type"}},
	// docs.vivenu.dev/webhooks: x-vivenu-signature, with the webhook's hmacKey.
	{"vivenu", Scheme{Signature: "X-Vivenu-Signature", Algorithm: "sha256", Encoding: "hex", Signed: "{body}",
		IDField: "id", TopicField: "type"}},
	// The Standard Webhooks specification 1.0.0 (standardwebhooks.com).
	{"standard", Scheme{Signature: "Webhook-Signature", Algorithm: "sha256", Encoding: "base64", Separator: " ", Prefix: "v1,", Signed: "{id}.{timestamp}.{body}",
		Timestamp: "Webhook-Timestamp", Tolerance: 5 * time.Minute, ID: "Webhook-Id", TopicField: "type", KeyPrefix: "whsec_"}},
	// docs.svix.com, "Verifying payloads manually": the same under the names of Svix, which
	// those who send through it (Clerk, Resend) keep.
	{"svix", Scheme{Signature: "Svix-Signature", Algorithm: "sha256", Encoding: "base64", Separator: " ", Prefix: "v1,", Signed: "{id}.{timestamp}.{body}",
		Timestamp: "Svix-Timestamp", Tolerance: 5 * time.Minute, ID: "Svix-Id", TopicField: "type", KeyPrefix: "whsec_"}},
}

// Presets returns the names of the schemes that are known.
func Presets() []string {
	names := make([]string, len(presets))
	for i, p := range presets {
		names[i] = p.name
	}
	return names
}

// Preset returns the scheme of the given name.
func Preset(name string) (Scheme, bool) {
	for _, p := range presets {
		if p.name == name {
			return p.scheme, true
		}
	}
	return Scheme{}, false
}

// placeholders are what Signed may have in it.
var placeholders = []string{"body", "timestamp", "id", "url", "method", "path"}

// part is a piece of a template: literal text, or what a placeholder stands for.
type part struct {
	text string
	slot string
}

// parseTemplate cuts a template into its parts.
func parseTemplate(t string) ([]part, error) {
	var parts []part
	for t != "" {
		lit, rest, found := strings.Cut(t, "{")
		if lit != "" {
			parts = append(parts, part{text: lit})
		}
		if !found {
			return parts, nil
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("a brace that is not closed")
		}
		known := false
		for _, p := range placeholders {
			known = known || p == name
		}
		if !known {
			return nil, fmt.Errorf("there is no {%.20s} (%s)", name, sonify.DidYouMean(name, placeholders))
		}
		parts = append(parts, part{slot: name})
		t = after
	}
	return parts, nil
}

// check adds the mistakes of s by the keys under which a piece writes it.
func (s *Scheme) check(ps *sonify.Problems) {
	header := func(key, name string) {
		for i := range len(name) {
			if c := name[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
				ps.Add(key, "", "%.60q is no name of a header", name)
				return
			}
		}
	}
	header("signature", s.Signature)
	header("timestamp", s.Timestamp)
	header("delivery_id", s.ID)
	header("topic_header", s.Topic)
	header("token_header", s.Token)
	if s.ID != "" && s.IDField != "" {
		ps.Add("delivery_id_field", "", "the id stands in a header or in the body, not in both")
	}
	if !s.Signs() {
		if s.Timestamp != "" || s.Tolerance != 0 {
			ps.Add("timestamp", `set signature = "X-Signature"`, "a time says something only where it is signed")
		}
		return
	}
	if s.Token != "" {
		ps.Add("token_header", "", "what is signed needs no token beside it")
	}
	if _, err := parseTemplate(s.Signed); err != nil {
		ps.Add("signed", "", "%v", err)
		return
	}
	if !s.covers("body") {
		ps.Add("signed", `such as "{timestamp}.{body}"`, "without {body} a signature says nothing of what is delivered")
	}
	if s.covers("timestamp") != (s.Timestamp != "") {
		if s.Timestamp == "" {
			ps.Add("timestamp", `such as timestamp = "X-Timestamp"`, "{timestamp} is signed, but no header says it")
		} else {
			ps.Add("signed", `such as "{timestamp}.{body}"`, "the time is not signed: whoever repeats a delivery could give it a new one")
		}
	}
	if s.TimestampPrefix != "" && (s.Timestamp != s.Signature || s.Separator == "") {
		ps.Add("timestamp_prefix", `such as signature_separator = ","`, "a time after a prefix is a piece of the header with the signature, which needs a separator")
	}
	if s.Tolerance > 0 && s.Timestamp == "" {
		ps.Add("tolerance", "", "no header says when a delivery was sent")
	}
	if s.covers("id") && s.ID == "" {
		ps.Add("delivery_id", `such as delivery_id = "Webhook-Id"`, "{id} is signed, but no header says it")
	}
}

// decodeSignature reads a signature into dst. ok is false if it is none.
func decodeSignature(encoding, text string, dst []byte) (n int, ok bool) {
	var room [2 * (sha512.Size + 2)]byte // as long as a text may be for the longest hash
	var err error
	if encoding == "hex" {
		if hex.DecodedLen(len(text)) > len(dst) || len(text)%2 != 0 {
			return 0, false
		}
		n, err = hex.Decode(dst, append(room[:0], text...))
		return n, err == nil
	}
	if base64.StdEncoding.DecodedLen(len(text)) > len(dst) {
		return 0, false
	}
	n, err = strictly.Decode(dst, append(room[:0], text...))
	return n, err == nil
}

// strictly reads base64 of which no bit is left over.
var strictly = base64.StdEncoding.Strict()

func encodeSignature(encoding string, mark []byte) string {
	if encoding == "hex" {
		return hex.EncodeToString(mark)
	}
	return base64.StdEncoding.EncodeToString(mark)
}

// key makes the key of a hash out of what is configured.
func (s *Scheme) key(secret string) ([]byte, error) {
	if s.KeyPrefix == "" {
		return []byte(secret), nil
	}
	k, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, s.KeyPrefix))
	if err != nil {
		return nil, fmt.Errorf("the secret is not base64 after %q", s.KeyPrefix)
	}
	return k, nil
}

// canonical returns the names of headers the way requests carry them.
func (s *Scheme) canonical() {
	for _, h := range []*string{&s.Signature, &s.Timestamp, &s.ID, &s.Topic, &s.Token} {
		*h = http.CanonicalHeaderKey(*h)
	}
}
