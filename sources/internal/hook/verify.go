package hook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"

	"github.com/tidwall/gjson"
)

// Refusal is why a delivery was not taken. Its text is what is counted; senders
// are not told.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// Why a delivery is refused.
const (
	Unsigned   Refusal = "delivery without a signature, refused"
	Ambiguous  Refusal = "delivery with more than one signature header, refused"
	WrongMark  Refusal = "delivery with a wrong signature, refused"
	WrongToken Refusal = "delivery without the right token, refused"
	Untimed    Refusal = "delivery without a readable time, refused"
	Stale      Refusal = "delivery too old or from the future, refused"
	Nameless   Refusal = "delivery without its id, refused"
)

// maxCandidates bounds how many signatures one delivery may carry: Stripe sends one
// a secret, and there are two secrets at most.
const maxCandidates = 8

// maxID bounds ids and topics: the longest of the services is 36 characters.
const maxID = 256

// Verifier checks deliveries against a scheme. It may be used by several
// goroutines.
type Verifier struct {
	scheme   Scheme
	parts    []part
	url      string
	keys     []*keyed
	token    [][sha256.Size]byte
	signsID  bool // the text that is signed holds the id
	idSigned bool // see Scheme.idSigned
}

// keyed makes hashes with one key, which is scheduled once.
type keyed struct{ pool sync.Pool }

// hasher is one hash of a key, with room for what it is given and gives: a delivery
// allocates nothing for its signature.
type hasher struct {
	hash.Hash
	text []byte
	sum  [sha512.Size]byte
}

// NewVerifier returns a verifier for deliveries that are signed with one of the
// secrets. address is the whole URL as the sender knows it; "" puts it together
// from what the request says, which a proxy may have changed.
func NewVerifier(s Scheme, address string, secrets []string) (*Verifier, error) {
	s.canonical()
	v := &Verifier{scheme: s, url: address, signsID: s.covers("id"), idSigned: s.idSigned()}
	var err error
	if v.parts, err = parseTemplate(s.Signed); err != nil {
		return nil, err
	}
	if !s.Open() && len(secrets) == 0 {
		return nil, fmt.Errorf("there is no secret to check deliveries with")
	}
	for _, secret := range secrets {
		if secret == "" {
			return nil, fmt.Errorf("the secret is empty")
		}
		if !s.Signs() {
			v.token = append(v.token, sha256.Sum256([]byte(secret)))
			continue
		}
		key, err := s.key(secret)
		if err != nil {
			return nil, err
		}
		make := newHash(s.Algorithm)
		v.keys = append(v.keys, &keyed{sync.Pool{New: func() any { return &hasher{Hash: hmac.New(make, key)} }}})
	}
	return v, nil
}

func newHash(algorithm string) func() hash.Hash {
	switch algorithm {
	case "sha1":
		return sha1.New
	case "sha512":
		return sha512.New
	}
	return sha256.New
}

// Checked is what is known of a delivery whose sender is right.
type Checked struct {
	ID    string    // "" if it has none
	Topic string    // "" if it says none
	At    time.Time // when it was sent; zero if the scheme does not say
	// Mark is the signature that was right; nil if nothing is signed. Who repeats a
	// delivery under another id repeats it.
	Mark []byte
}

// only returns the one value of a header. ok is false if there are several.
func only(h map[string][]string, name string) (value string, ok bool) {
	if name == "" {
		return "", true
	}
	switch v := h[name]; len(v) {
	case 0:
		return "", true
	case 1:
		return v[0], true
	}
	return "", false
}

// Verify checks who sent a call, over the bytes as they came, before anything reads
// them. The error is a Refusal.
func (v *Verifier) Verify(c *sonify.Call, now time.Time) (Checked, error) {
	s := &v.scheme
	var d Checked
	var ok bool
	if d.ID, ok = only(c.Header, s.ID); !ok {
		return d, Nameless
	}
	if d.Topic, ok = only(c.Header, s.Topic); !ok || len(d.Topic) > maxID {
		d.Topic = ""
	}
	switch {
	case s.Signs():
		if err := v.signature(c, &d, now); err != nil {
			return d, err
		}
	case s.Token != "":
		token, ok := only(c.Header, s.Token)
		if !ok || !v.knows(token) {
			return d, WrongToken
		}
	}
	if s.IDField != "" {
		d.ID = text(c.Body, s.IDField)
	}
	if s.TopicField != "" {
		d.Topic = text(c.Body, s.TopicField)
	}
	if len(d.ID) > maxID {
		return d, Nameless
	}
	return d, nil
}

// text returns a word or number of the body, "" if there is none. gjson reads
// whatever it is given, and the body is looked at again before events are made of it.
func text(body []byte, path string) string {
	r := gjson.GetBytes(body, path)
	if r.Type != gjson.String && r.Type != gjson.Number || len(r.Raw) > maxID {
		return ""
	}
	return r.String()
}

func (v *Verifier) knows(token string) bool {
	if v.scheme.Token == "Authorization" {
		if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
			token = strings.TrimSpace(rest)
		}
	}
	sum := sha256.Sum256([]byte(token))
	right := 0
	for i := range v.token {
		right |= subtle.ConstantTimeCompare(sum[:], v.token[i][:])
	}
	return right == 1
}

// signature checks signature and time of a call.
func (v *Verifier) signature(c *sonify.Call, d *Checked, now time.Time) error {
	s := &v.scheme
	header, ok := only(c.Header, s.Signature)
	if !ok {
		return Ambiguous
	}
	if header == "" {
		return Unsigned
	}
	stamp := ""
	if s.Timestamp != "" && s.Timestamp != s.Signature {
		if stamp, ok = only(c.Header, s.Timestamp); !ok {
			return Untimed
		}
	}
	var marks [maxCandidates][sha512.Size + 2]byte
	var sizes [maxCandidates]int
	n := 0
	for rest, more := header, true; more; {
		piece := rest
		if s.Separator != "" {
			piece, rest, more = strings.Cut(rest, s.Separator)
		} else {
			more = false
		}
		piece = strings.TrimSpace(piece)
		if s.Timestamp == s.Signature && s.TimestampPrefix != "" && strings.HasPrefix(piece, s.TimestampPrefix) {
			if stamp != "" {
				return Ambiguous
			}
			stamp = piece[len(s.TimestampPrefix):]
			continue
		}
		if !strings.HasPrefix(piece, s.Prefix) {
			continue
		}
		if n == maxCandidates {
			return Ambiguous
		}
		if size, ok := decodeSignature(s.Encoding, piece[len(s.Prefix):], marks[n][:]); ok {
			sizes[n] = size
			n++
		}
	}
	if n == 0 {
		return WrongMark
	}
	if s.Timestamp != "" {
		if d.At, ok = parseTime(stamp); !ok {
			return Untimed
		}
	}
	if v.signsID && d.ID == "" {
		return Nameless
	}
	right := -1
	for _, k := range v.keys {
		h := k.pool.Get().(*hasher)
		want := v.sum(h, c, d.ID, stamp)
		// All are compared, so that the time tells nothing of which was near.
		for i := range n {
			if hmac.Equal(want, marks[i][:sizes[i]]) {
				right = i
			}
		}
		k.pool.Put(h)
	}
	if right < 0 {
		return WrongMark
	}
	d.Mark = append([]byte(nil), marks[right][:sizes[right]]...)
	// Only who can sign learns that the time is wrong.
	if s.Tolerance > 0 && (d.At.Before(now.Add(-s.Tolerance)) || d.At.After(now.Add(s.Tolerance))) {
		return Stale
	}
	return nil
}

// sum returns the keyed hash of the text that is signed. It is good until h is used
// again.
func (v *Verifier) sum(h *hasher, c *sonify.Call, id, stamp string) []byte {
	h.Reset()
	h.text = h.text[:0]
	for _, p := range v.parts {
		switch p.slot {
		case "":
			h.text = append(h.text, p.text...)
		case "body": // it may be long, so it is not copied
			h.Write(h.text)
			h.Write(c.Body)
			h.text = h.text[:0]
		case "timestamp":
			h.text = append(h.text, stamp...)
		case "id":
			h.text = append(h.text, id...)
		case "method":
			h.text = append(h.text, c.Method...)
		case "path":
			h.text = append(h.text, v.path(c)...)
		case "url":
			h.text = append(h.text, v.address(c)...)
		}
	}
	h.Write(h.text)
	return h.Sum(h.sum[:0])
}

// address is the address that the sender called.
func (v *Verifier) address(c *sonify.Call) string {
	if v.url != "" {
		return v.url
	}
	scheme := "http://"
	if c.Secure {
		scheme = "https://"
	}
	a := scheme + c.Host + Prefix + c.Path
	if c.Query != "" {
		a += "?" + c.Query
	}
	return a
}

// path is the address without host and query.
func (v *Verifier) path(c *sonify.Call) string {
	if u, err := url.Parse(v.url); v.url != "" && err == nil {
		return u.EscapedPath()
	}
	return Prefix + c.Path
}

// Prefix is where in its addresses a server has its hooks.
const Prefix = "/hooks/"

// parseTime reads Unix seconds, Unix milliseconds or RFC 3339.
func parseTime(t string) (time.Time, bool) {
	if t == "" || len(t) > 64 {
		return time.Time{}, false
	}
	if n, err := strconv.ParseInt(t, 10, 64); err == nil {
		switch {
		case n < 0:
			return time.Time{}, false
		case n >= 1e11 && n < 1e14: // in seconds that would be after the year 5000
			return time.UnixMilli(n), true
		case n < 1e11:
			return time.Unix(n, 0), true
		}
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, t)
	return at, err == nil
}

// Sign makes the headers with which a service would deliver body at the time at:
// what tests, simulations and a sender of one's own need. id and topic may be "".
func Sign(s Scheme, secret, address, id, topic string, at time.Time, body []byte) (http.Header, error) {
	s.canonical()
	h := http.Header{}
	if s.ID != "" && id != "" {
		h.Set(s.ID, id)
	}
	if s.Topic != "" && topic != "" {
		h.Set(s.Topic, topic)
	}
	if !s.Signs() {
		if s.Token != "" {
			h.Set(s.Token, secret)
		}
		return h, nil
	}
	v, err := NewVerifier(s, address, []string{secret})
	if err != nil {
		return nil, err
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	if strings.HasPrefix(s.Timestamp, "Twitch") {
		stamp = at.UTC().Format(time.RFC3339Nano)
	}
	sum := v.sum(v.keys[0].pool.Get().(*hasher), &sonify.Call{Method: http.MethodPost, Body: body}, id, stamp)
	mark := encodeSignature(s.Encoding, sum)
	text := s.Prefix + mark
	switch {
	case s.Timestamp == "":
	case s.Timestamp == s.Signature:
		text = s.TimestampPrefix + stamp + s.Separator + text
	default:
		h.Set(s.Timestamp, stamp)
	}
	h.Set(s.Signature, text)
	return h, nil
}
