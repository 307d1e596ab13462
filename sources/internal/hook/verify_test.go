package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
)

var now = time.Date(2026, 11, 28, 20, 0, 0, 0, time.UTC)

func sum(key, text string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return h.Sum(nil)
}

func header(pairs ...string) map[string][]string {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// signed are deliveries whose signatures are made here, by the words of each
// service's documentation and without the package, or are those that it publishes.
func signed() map[string]struct {
	secret, url string
	call        *sonify.Call
	at          time.Time
	id, topic   string
} {
	type one = struct {
		secret, url string
		call        *sonify.Call
		at          time.Time
		id, topic   string
	}
	body := `{"id":"evt_1","event_id":"e-1","type":"order.paid","n":1}`
	call := func(body string, h map[string][]string) *sonify.Call {
		return &sonify.Call{Method: "POST", Path: "box", Host: "example.org", Body: []byte(body), Header: h}
	}
	seconds := strconv.FormatInt(now.Unix(), 10)
	stamp := "2026-11-28T20:00:00.123456789Z"
	return map[string]one{
		"shopify": {"s3cret", "", call(body, header("X-Shopify-Hmac-SHA256", base64.StdEncoding.EncodeToString(sum("s3cret", body)),
			"X-Shopify-Webhook-Id", "w-1", "X-Shopify-Topic", "orders/create")), time.Time{}, "w-1", "orders/create"},
		"stripe": {"whsec_abc", "", call(body, header("Stripe-Signature", "t="+seconds+",v1="+strings.Repeat("0", 64)+",v1="+hex.EncodeToString(sum("whsec_abc", seconds+"."+body))+",v0=6ffb")), now, "evt_1", "order.paid"},
		"square": {"k", "https://example.org/hooks/box", call(body, header("x-square-hmacsha256-signature", base64.StdEncoding.EncodeToString(sum("k", "https://example.org/hooks/box"+body)))), time.Time{}, "e-1", "order.paid"},
		// docs.github.com, "Testing the webhook payload validation"
		"github": {"It's a Secret to Everybody", "", call("Hello, World!", header("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
			"X-GitHub-Delivery", "d-1", "X-GitHub-Event", "push")), time.Time{}, "d-1", "push"},
		"twitch": {"twitchsecret", "", call(body, header("Twitch-Eventsub-Message-Signature", "sha256="+hex.EncodeToString(sum("twitchsecret", "m-1"+stamp+body)),
			"Twitch-Eventsub-Message-Timestamp", stamp, "Twitch-Eventsub-Message-Id", "m-1", "Twitch-Eventsub-Subscription-Type", "channel.follow")), now.Add(123456789), "m-1", "channel.follow"},
		"vivenu": {"hk", "", call(body, header("x-vivenu-signature", hex.EncodeToString(sum("hk", body)))), time.Time{}, "evt_1", "order.paid"},
		// docs.svix.com, "Verifying payloads manually"
		"standard": {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "", call(`{"test": 2432232314}`, header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp", "1614265330",
			"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,"+base64.StdEncoding.EncodeToString(sum("x", "y")))), time.Unix(1614265330, 0), "msg_p5jXN8AQM9LWM0D4loKWxJek", ""},
		"svix": {"whsec_" + base64.StdEncoding.EncodeToString([]byte("svix secret")), "", call(body, header("svix-id", "msg_1", "svix-timestamp", seconds,
			"svix-signature", "v1,"+base64.StdEncoding.EncodeToString(sum("svix secret", "msg_1."+seconds+"."+body)))), now, "msg_1", "order.paid"},
	}
}

func scheme(t testing.TB, name string) Scheme {
	t.Helper()
	s, ok := Preset(name)
	if !ok {
		t.Fatalf("there is no preset %s", name)
	}
	return s
}

func TestPresets_TakeWhatTheServicesSign(t *testing.T) {
	all := signed()
	for _, name := range Presets() {
		c, ok := all[name]
		if !ok {
			t.Errorf("%s: no delivery to try it with", name)
			continue
		}
		clock := now
		if !c.at.IsZero() {
			clock = c.at
		}
		s := scheme(t, name)
		var ps sonify.Problems
		if s.check(&ps); len(ps) > 0 {
			t.Errorf("%s: %v", name, ps)
		}
		// While a secret is being changed, either will do.
		for _, secrets := range [][]string{{c.secret}, {"bmV3ZXI=", c.secret}, {c.secret, "b2xkZXI="}} {
			v, err := NewVerifier(s, c.url, secrets)
			if err != nil {
				t.Fatal(err)
			}
			got, err := v.Verify(c.call, clock)
			if err != nil || got.ID != c.id || got.Topic != c.topic || !got.At.Equal(c.at) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	}
}

// Nothing of a delivery may be another without its signature being wrong.
func TestPresets_RefuseWhatWasChanged(t *testing.T) {
	for name, c := range signed() {
		clock := now
		if !c.at.IsZero() {
			clock = c.at
		}
		s := scheme(t, name)
		v, err := NewVerifier(s, c.url, []string{c.secret})
		if err != nil {
			t.Fatal(err)
		}
		refuse := func(what string, want Refusal, change func(*sonify.Call), v *Verifier, at time.Time) {
			t.Helper()
			call := *c.call
			call.Body = append([]byte(nil), call.Body...)
			call.Header = http.Header(call.Header).Clone()
			change(&call)
			if _, err := v.Verify(&call, at); err != want {
				t.Errorf("%s, %s: %v, want %q", name, what, err, want)
			}
		}
		sig := http.CanonicalHeaderKey(s.Signature)
		nothing := func(*sonify.Call) {}
		for i := range c.call.Body {
			refuse("a byte of the body", WrongMark, func(call *sonify.Call) { call.Body[i] ^= 1 }, v, clock)
		}
		refuse("a byte more", WrongMark, func(call *sonify.Call) { call.Body = append(call.Body, ' ') }, v, clock)
		refuse("no signature", Unsigned, func(call *sonify.Call) { delete(call.Header, sig) }, v, clock)
		refuse("an empty signature", Unsigned, func(call *sonify.Call) { call.Header[sig] = []string{""} }, v, clock)
		refuse("two headers", Ambiguous, func(call *sonify.Call) { call.Header[sig] = append(call.Header[sig], call.Header[sig][0]) }, v, clock)
		refuse("half a signature", WrongMark, func(call *sonify.Call) {
			call.Header[sig][0] = strings.ReplaceAll(call.Header[sig][0], "v1=", "v2=")[:6]
		}, v, clock)
		other, _ := NewVerifier(s, c.url, []string{"YW5vdGhlcg=="})
		refuse("another secret", WrongMark, nothing, other, clock)
		if s.Tolerance > 0 {
			refuse("too old", Stale, nothing, v, c.at.Add(s.Tolerance+time.Second))
			refuse("from the future", Stale, nothing, v, c.at.Add(-s.Tolerance-time.Second))
			refuse("with another time", WrongMark, func(call *sonify.Call) {
				for _, h := range call.Header {
					h[0] = strings.NewReplacer(strconv.FormatInt(c.at.Unix(), 10), strconv.FormatInt(c.at.Unix()+1, 10), "20:00:00", "20:00:01").Replace(h[0])
				}
			}, v, clock)
		}
		if s.covers("url") {
			elsewhere, _ := NewVerifier(s, c.url+"/", []string{c.secret})
			refuse("another address", WrongMark, nothing, elsewhere, clock)
			inside, _ := NewVerifier(s, "", []string{c.secret})
			refuse("the address inside a proxy", WrongMark, nothing, inside, clock)
			right := *c.call
			right.Secure = true
			if _, err := inside.Verify(&right, clock); err != nil {
				t.Errorf("%s: the address put together from the request: %v", name, err)
			}
		}
	}
}

func TestStripe_HasOneTimeAndFewSignatures(t *testing.T) {
	v, err := NewVerifier(scheme(t, "stripe"), "", []string{"k"})
	if err != nil {
		t.Fatal(err)
	}
	ok := hex.EncodeToString(sum("k", "1.{}"))
	for mark, want := range map[string]error{
		"t=1,v1=" + ok:                           nil,
		"v1=" + ok + ", t=1":                     nil,
		"t=1,t=2,v1=" + ok:                       Ambiguous,
		"v1=" + ok:                               Untimed,
		"t=x,v1=" + ok:                           Untimed,
		"t=-1,v1=" + ok:                          Untimed,
		"t=1" + strings.Repeat(",v1="+ok, 9):     Ambiguous,
		"t=1,v1=" + strings.ToUpper(ok):          nil, // hex is hex
		"t=1,v1=" + ok + "00":                    WrongMark,
		"t=1,v1=zz":                              WrongMark,
		"t=1,v1=":                                WrongMark,
		"t=1":                                    WrongMark,
		strings.Repeat(",", 100_000):             WrongMark,
		"t=1,v1=" + strings.Repeat("a", 200_000): WrongMark,
		"t=1,v1=" + ok[:62] + ",v1=" + ok[:60] + "abc": WrongMark,
	} {
		if _, err := v.Verify(&sonify.Call{Header: header("Stripe-Signature", mark), Body: []byte("{}")}, time.Unix(1, 0)); err != want && (want != nil || err != nil) {
			t.Errorf("%.40s: %v, want %v", mark, err, want)
		}
	}
}

func TestToken(t *testing.T) {
	v, err := NewVerifier(Scheme{Token: "authorization"}, "", []string{"one", "two"})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]error{"one": nil, "Bearer two": nil, "bearer  one": nil, "Bearer": WrongToken, "": WrongToken, "on": WrongToken, "one ": WrongToken, "Basic one": WrongToken} {
		if _, err := v.Verify(&sonify.Call{Header: header("Authorization", token)}, now); err != want && (want != nil || err != nil) {
			t.Errorf("%q: %v, want %v", token, err, want)
		}
	}
	if _, err := v.Verify(&sonify.Call{}, now); err != WrongToken {
		t.Errorf("without a token: %v", err)
	}
	if _, err := v.Verify(&sonify.Call{Header: header("Authorization", "one", "Authorization", "one")}, now); err != WrongToken {
		t.Errorf("with two: %v", err)
	}
}

func TestNewVerifier_WantsSecrets(t *testing.T) {
	for what, c := range map[string]struct {
		s       Scheme
		secrets []string
	}{
		"none":       {scheme(t, "github"), nil},
		"no token":   {Scheme{Token: "X"}, nil},
		"empty":      {scheme(t, "github"), []string{""}},
		"no base64":  {scheme(t, "standard"), []string{"whsec_%%"}},
		"a template": {Scheme{Signature: "X", Signed: "{bdy}"}, []string{"x"}},
	} {
		if _, err := NewVerifier(c.s, "", c.secrets); err == nil || strings.Contains(err.Error(), "%%") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestScheme_Mistakes(t *testing.T) {
	for want, s := range map[string]Scheme{
		"signed: without {body}":      {Signature: "X", Signed: "{timestamp}", Timestamp: "T"},
		"signed: there is no {bdy}":   {Signature: "X", Signed: "{bdy}"},
		"signed: a brace":             {Signature: "X", Signed: "{body"},
		"timestamp: {timestamp} is":   {Signature: "X", Signed: "{timestamp}{body}"},
		"signed: the time is not":     {Signature: "X", Signed: "{body}", Timestamp: "T", Tolerance: 1},
		"tolerance: no header":        {Signature: "X", Signed: "{body}", Tolerance: 1},
		"delivery_id: {id} is":        {Signature: "X", Signed: "{id}{body}"},
		"delivery_id_field: the id":   {Signature: "X", Signed: "{body}", ID: "I", IDField: "id"},
		"signature: \"X Y\" is no":    {Signature: "X Y", Signed: "{body}"},
		"token_header: what is":       {Signature: "X", Signed: "{body}", Token: "T"},
		"timestamp: a time says":      {Timestamp: "T"},
		"timestamp_prefix: a time af": {Signature: "X", Signed: "{timestamp}{body}", Timestamp: "T", TimestampPrefix: "t="},
	} {
		var ps sonify.Problems
		if s.check(&ps); !strings.HasPrefix(ps.Error(), want) {
			t.Errorf("%v, want %q", ps, want)
		}
	}
}

// What Sign makes, Verify takes.
func TestSign(t *testing.T) {
	for _, name := range Presets() {
		s := scheme(t, name)
		body := []byte(`{"id":"evt_1","event_id":"evt_1","type":"a"}`)
		h, err := Sign(s, "c2VjcmV0", "https://x.example/hooks/a", "evt_1", "a", now, body)
		if err != nil {
			t.Fatal(err)
		}
		v, err := NewVerifier(s, "https://x.example/hooks/a", []string{"c2VjcmV0"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Verify(&sonify.Call{Method: "POST", Header: h, Body: body}, now); err != nil || got.ID != "evt_1" || got.Topic != "a" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	for _, name := range Presets() {
		c := signed()[name]
		s := scheme(f, name)
		f.Add(name, http.Header(c.call.Header).Get(s.Signature), http.Header(c.call.Header).Get(s.Timestamp), http.Header(c.call.Header).Get(s.ID), string(c.call.Body))
	}
	f.Fuzz(func(t *testing.T, name, mark, stamp, id, body string) {
		s, ok := Preset(name)
		if !ok {
			return
		}
		const secret = "YSBzZWNyZXQgdGhhdCBub2JvZHkga25vd3M="
		v, err := NewVerifier(s, "https://x.example/hooks/a", []string{secret})
		if err != nil {
			t.Fatal(err)
		}
		h := header(s.Signature, mark)
		if s.Timestamp != "" && s.Timestamp != s.Signature {
			h[http.CanonicalHeaderKey(s.Timestamp)] = []string{stamp}
		}
		if s.ID != "" {
			h[http.CanonicalHeaderKey(s.ID)] = []string{id}
		}
		got, err := v.Verify(&sonify.Call{Method: "POST", Path: "a", Header: h, Body: []byte(body)}, now)
		if err == nil {
			t.Fatalf("%s: a signature was guessed: %q", name, mark)
		}
		if _, ok := err.(Refusal); !ok || len(got.ID) > maxID && err == nil {
			t.Fatalf("%v", err)
		}
		// What is signed right is taken, whatever it says, and only at its time.
		signed, err := Sign(s, secret, "https://x.example/hooks/a", "i", "", now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		c := &sonify.Call{Method: "POST", Path: "a", Header: signed, Body: []byte(body)}
		if _, err := v.Verify(c, now); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := v.Verify(c, now.Add(time.Hour)); s.Tolerance > 0 && err != Stale {
			t.Fatalf("%s an hour later: %v", name, err)
		}
	})
}

// However a piece describes a scheme that it may: nothing panics, what was changed after
// it was signed is refused, and so is what was signed with another secret.
func FuzzScheme(f *testing.F) {
	for _, p := range presets {
		s := p.scheme
		f.Add(s.Signed, s.Prefix, s.Separator, s.TimestampPrefix, s.Encoding == "hex", s.Timestamp == s.Signature, "sha256", `{"a":1}`)
	}
	f.Add("{method} {path} {timestamp} {body}", "", " ", "", true, false, "sha512", "")
	f.Add("{body}{body}", "=", "=", "=", false, true, "sha1", "=")
	f.Add("{", "v", ",", "t", true, true, "md5", "x")
	f.Fuzz(func(t *testing.T, template, prefix, separator, stampPrefix string, asHex, together bool, algorithm, body string) {
		s := Scheme{Signature: "X-Signature", Algorithm: algorithm, Encoding: "base64", Separator: separator, Prefix: prefix, Signed: template, ID: "X-Id", Tolerance: time.Minute}
		if asHex {
			s.Encoding = "hex"
		}
		if s.covers("timestamp") {
			if s.Timestamp = "X-Time"; together {
				s.Timestamp, s.TimestampPrefix = s.Signature, stampPrefix
			}
		} else {
			s.Tolerance = 0
		}
		var ps sonify.Problems
		if s.check(&ps); ps.Err() != nil || body == "" {
			return
		}
		const address = "https://x.example/hooks/a"
		h, err := Sign(s, "secret", address, "i", "", now, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		verify := func(secret, body string) error {
			v, err := NewVerifier(s, address, []string{secret})
			if err != nil {
				t.Fatal(err)
			}
			_, err = v.Verify(&sonify.Call{Method: http.MethodPost, Path: "a", Header: h, Body: []byte(body)}, now)
			return err
		}
		refused := func(what string, err error) {
			if _, ok := err.(Refusal); !ok {
				t.Fatalf("%+v, %s: %v", s, what, err)
			}
		}
		if err := verify("secret", body); err != nil {
			refused("as it was signed", err) // of a prefix with blanks around it, say
		}
		changed := []byte(body)
		changed[len(changed)/2] ^= 1
		refused("another body", verify("secret", string(changed)))
		refused("another secret", verify("secret2", body))
	})
}
