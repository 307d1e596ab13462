// Package webhook is the source that hears what any service delivers to an address of
// ours, signed in whatever way. README.md tells how to describe it.
package webhook

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook"
)

//go:embed sample.toml
var head string

// Config is what a piece says about deliveries.
type Config struct {
	Preset    string        `toml:"preset" doc:"how a service that is known signs; keys below change what it says" default:"none" enum:"none|shopify|stripe|square|github|twitch|vivenu|standard|svix"`
	Signature string        `toml:"signature" doc:"the header with the signature" default:"" example:"X-Signature"`
	Algorithm string        `toml:"algorithm" doc:"the hash that is keyed with the secret" default:"sha256" enum:"sha256|sha1|sha512"`
	Encoding  string        `toml:"encoding" doc:"how the signature is written; auto: as the preset says, hex without one" default:"auto" enum:"auto|hex|base64"`
	Prefix    string        `toml:"signature_prefix" doc:"what stands before the signature in its header" default:"" example:"sha256="`
	Separator string        `toml:"signature_separator" doc:"what stands between several pieces of that header" default:"" example:","`
	Signed    string        `toml:"signed" doc:"the text that is signed: {body}, {timestamp}, {id}, {url}, {method} and {path} stand for what they say" default:"" example:"{timestamp}.{body}"`
	Timestamp string        `toml:"timestamp" doc:"the header with the time that is signed: Unix seconds or milliseconds, or RFC 3339" default:"" example:"X-Timestamp"`
	TimePart  string        `toml:"timestamp_prefix" doc:"if that is the header with the signature: what stands before the time in its piece" default:"" example:"t="`
	Tolerance time.Duration `toml:"tolerance" doc:"how far that time may be from ours, so that nobody repeats an old delivery; 0s: five minutes" default:"0s" min:"0s" max:"24h"`
	ID        string        `toml:"delivery_id" doc:"the header with the id of a delivery, the same when it is repeated" default:"" example:"X-Delivery-Id"`
	IDField   string        `toml:"delivery_id_field" doc:"the place of that id in the body, if no header has it" default:"" example:"event.id"`
	Topic     string        `toml:"topic_header" doc:"the header that says what a delivery is about; rules for fields call it topic" default:"" example:"X-Event"`
	TopicPath string        `toml:"topic_field" doc:"the place of that in the body, if no header says it" default:"" example:"type"`
	KeyPrefix string        `toml:"key_prefix" doc:"what stands before a secret that is base64" default:"" example:"whsec_"`
	Token     string        `toml:"token_header" doc:"for services that do not sign: the header that carries the secret itself" default:"" example:"Authorization"`
	Unsigned  bool          `toml:"unsigned" doc:"whether deliveries are taken from anybody who knows the address" default:"false"`
	URL       string        `toml:"url" doc:"the whole address as the sender knows it, where it is signed; without it what the request says, which a proxy may have changed" default:"" example:"https://music.example.org/hooks/box"`
	hook.Address
	hook.Secrets
	Path string `toml:"path" doc:"a recording of deliveries, from the piece's folder on; it is played instead of listening, a message every 500 ms if it has no times, or by clock and step" default:"" example:"night.jsonl"`
	decode.Config
}

// Info returns the source's entry for a registry.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{Name: "webhook", Doc: "what any service delivers to an address of ours, signed", Group: "transports", Live: true, Sample: head + "\n" + decode.SampleTOML(),
		Config: func() any {
			return &Config{Preset: "none", Algorithm: "sha256", Encoding: "auto", Address: hook.Defaults(), Config: decode.Defaults()}
		},
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("webhook: made of a %T", config)
			}
			return newSource(env, *c)
		}}
}

// window is how old a delivery may be if the piece does not say.
const window = 5 * time.Minute

// scheme is what the piece says of signatures.
func (c *Config) scheme() hook.Scheme {
	s, known := hook.Preset(c.Preset)
	for _, o := range []struct {
		to   *string
		with string
	}{
		{&s.Signature, c.Signature}, {&s.Prefix, c.Prefix}, {&s.Separator, c.Separator}, {&s.Signed, c.Signed}, {&s.Timestamp, c.Timestamp},
		{&s.TimestampPrefix, c.TimePart}, {&s.ID, c.ID}, {&s.IDField, c.IDField}, {&s.Topic, c.Topic}, {&s.TopicField, c.TopicPath},
		{&s.KeyPrefix, c.KeyPrefix}, {&s.Token, c.Token},
	} {
		if o.with != "" {
			*o.to = o.with
		}
	}
	if c.ID != "" && c.IDField == "" {
		s.IDField = "" // of the preset
	}
	if c.IDField != "" && c.ID == "" {
		s.ID = ""
	}
	if c.Algorithm != "sha256" || s.Algorithm == "" {
		s.Algorithm = c.Algorithm
	}
	switch {
	case c.Encoding != "auto":
		s.Encoding = c.Encoding
	case s.Encoding == "":
		s.Encoding = "hex"
	}
	if s.Signs() && s.Signed == "" {
		s.Signed = "{body}"
	}
	switch {
	case c.Tolerance > 0:
		s.Tolerance = c.Tolerance
	case !known && s.Timestamp != "":
		s.Tolerance = window
	}
	return s
}

type source struct {
	hook.Source
	unsigned bool // and the piece says so
}

func newSource(env sonify.SourceEnv, c Config) (sonify.Source, error) {
	var ps sonify.Problems
	c.Address.Check(&ps)
	c.Secrets.Check(&ps)
	c.Config.Check(&ps)
	hook.CheckURL(&ps, c.URL)
	s := c.scheme()
	hook.CheckScheme(&ps, s)
	if c.Unsigned && !s.Open() {
		ps.Add("unsigned", "", "deliveries are checked, by what else the piece says")
	}
	if err := ps.Err(); err != nil {
		return nil, err
	}
	var form hook.Form
	if c.Preset == "twitch" {
		form = hook.Twitch()
	}
	form.Foreign = c.Format != "json"
	return &source{unsigned: c.Unsigned, Source: hook.Source{Env: env, Path: c.Path,
		Options: hook.Options{Address: c.Address, Secrets: c.Secrets, Scheme: s, URL: c.URL, Form: form},
		New:     func(env sonify.SourceEnv) (decode.Normaliser, error) { return decode.New(env, c.Config) }}}, nil
}

// unchecked is the mistake of a piece that takes everything without saying so.
func (s *source) unchecked() error {
	if s.Recorded() || s.unsigned || !s.Options.Scheme.Open() {
		return nil
	}
	return &sonify.Problem{Key: "preset", Hint: "if that is meant, write unsigned = true",
		Msg: "nothing says how deliveries are checked (preset, signature or token_header), so anybody could make the music"}
}

// Probe implements sonify.Prober.
func (s *source) Probe(ctx context.Context) (sonify.Prospect, error) {
	if err := s.unchecked(); err != nil {
		return sonify.Prospect{}, err
	}
	return s.Source.Probe(ctx)
}

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	if err := s.unchecked(); err != nil {
		return &sonify.Permanent{Err: err}
	}
	return s.Source.Run(ctx, emit)
}
