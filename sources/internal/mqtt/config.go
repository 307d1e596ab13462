package mqtt

import (
	_ "embed"
	"fmt"
	"net/url"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
	"proscenium/sources/internal/topic"
)

//go:embed sample.toml
var sample string

// SampleTOML returns the commented keys of [Connection], as they stand in the samples
// of the sources that embed it.
func SampleTOML() string { return sample + "\n" + secure.SampleTOML() }

// Connection is what every source that listens to a broker says about it. It is embedded
// in the source's own configuration.
type Connection struct {
	Broker    string        `toml:"broker" doc:"the broker: mqtt:// or mqtts:// (encrypted), ws:// or wss:// (through a web server)" default:"mqtt://localhost" example:"mqtts://mqtt.example.org"`
	Version   string        `toml:"version" doc:"of MQTT; auto tries 5 and takes 3.1.1 from brokers that know no later one" default:"auto" enum:"auto|5|3.1.1" instead:"3=3.1.1|4=3.1.1|311=3.1.1"`
	Username  string        `toml:"username" doc:"the name to log in with, or where it is kept, as for password" default:"" example:"stage"`
	Password  string        `toml:"password" doc:"where the password is kept: \"env:NAME\", \"file:PATH\" or \"cred:NAME\"" default:"" example:"env:MQTT_PASSWORD"`
	ClientID  string        `toml:"client_id" doc:"what the broker knows this client by; without it a name made up for each connection" default:"" example:"proscenium-foyer"`
	Session   string        `toml:"session" doc:"clean begins anew with each connection; keep has the broker keep what comes while the connection is away, as far as it was sent with QoS 1, and needs a client_id" default:"clean" enum:"clean|keep" instead:"persistent=keep|false=keep|true=clean"`
	KeepFor   time.Duration `toml:"keep_for" doc:"how long the broker keeps the session; MQTT 5, an older broker decides itself" default:"24h" min:"1s" max:"8760h"`
	QoS       int           `toml:"qos" doc:"0: what is lost on the way is lost; 1: it is sent again, and may come twice" default:"0" min:"0" max:"1"`
	KeepAlive time.Duration `toml:"keep_alive" doc:"how often the broker is asked whether it is there" default:"30s" min:"1s" max:"1h"`
	Retained  string        `toml:"retained" doc:"what becomes of the messages that a broker keeps and sends to whoever comes: skip (they are old), changed (only those that differ from the last one heard of their topic, after a connection that broke), or mark (all are played, and the field retained says which they are)" default:"skip" enum:"skip|changed|mark" instead:"ignore=skip|all=mark|play=mark|true=mark|false=skip"`
	secure.TLS
}

// Defaults returns the configuration of somebody who says nothing.
func Defaults() Connection {
	return Connection{Broker: "mqtt://localhost", Version: "auto", Session: "clean", KeepFor: 24 * time.Hour, KeepAlive: 30 * time.Second, Retained: "skip"}
}

// schemes are the ways to a broker.
var schemes = []string{"mqtt", "mqtts", "ws", "wss"}

// others are what other programs call them.
var others = map[string]string{"tcp": "mqtt", "ssl": "mqtts", "tls": "mqtts", "mqtt+ssl": "mqtts", "http": "ws", "https": "wss"}

// Check adds the mistakes in c to ps, by key.
func (c *Connection) Check(ps *sonify.Problems) {
	if u, err := reach.Parse(c.Broker, schemes...); err != nil {
		hint := `broker = "mqtt://localhost"`
		if scheme, rest, ok := strings.Cut(c.Broker, "://"); ok && others[scheme] != "" && !strings.Contains(rest, "@") {
			hint = fmt.Sprintf("write %q", others[scheme]+"://"+rest)
		} else if !ok && c.Broker != "" && !strings.ContainsAny(c.Broker, "@/? ") {
			hint = fmt.Sprintf("write %q", "mqtt://"+c.Broker)
		}
		ps.Add("broker", hint, "%v", err)
	} else {
		if u.User != nil {
			ps.Add("broker", `username = "NAME"`, "a name to log in with has a key of its own")
		}
		if p := u.Path; p != "" && p != "/" && (u.Scheme == "mqtt" || u.Scheme == "mqtts") {
			ps.Add("broker", `topics = ["home/#"]`, "a broker has no path: what to listen to has a key of its own")
		}
		c.TLS.Check(ps, u.Scheme == "mqtts" || u.Scheme == "wss")
	}
	if secret.Refers(c.Username) {
		secret.Check(ps, "username", c.Username)
	}
	secret.Check(ps, "password", c.Password)
	if c.Session == "keep" {
		if c.ClientID == "" {
			ps.Add("client_id", `client_id = "proscenium-foyer"`, "a session that is kept needs a name that nobody else has")
		}
		if c.QoS == 0 {
			ps.Add("qos", "qos = 1", "a session keeps only what is sent with QoS 1")
		}
	}
	if len(c.ClientID) > 256 {
		ps.Add("client_id", "", "the name has %d bytes, at most 256 were expected", len(c.ClientID))
	}
}

// Where returns the broker as it may be shown.
func (c *Connection) Where() string { return reach.Redact(c.Broker) }

// Patterns reads topics with wildcards, and adds what is wrong with them to ps.
func Patterns(ps *sonify.Problems, key string, topics []string) []*topic.Pattern {
	if len(topics) > maxTopics {
		ps.Add(key, "", "%d topics, at most %d were expected", len(topics), maxTopics)
		return nil
	}
	var out []*topic.Pattern
	for i, t := range topics {
		p, err := topic.MQTT.New(t)
		if err != nil {
			ps.Add(fmt.Sprintf("%s[%d]", key, i), `for example "home/{room}/{sensor}"`, "%v", err)
			continue
		}
		out = append(out, p)
	}
	return out
}

// maxTopics bounds how many topics a source may ask for.
const maxTopics = 200

// credentials are what is read when the source runs.
type credentials struct {
	url            *url.URL
	user, password string
}

func (c *Connection) credentials(env sonify.SourceEnv) (k credentials, err error) {
	if k.url, err = reach.Parse(c.Broker, schemes...); err != nil {
		return k, &sonify.Permanent{Err: err}
	}
	k.user = c.Username
	if secret.Refers(c.Username) {
		if k.user, err = secret.Read(env, c.Username); err != nil {
			return k, err
		}
	}
	k.password, err = secret.Read(env, c.Password)
	return k, err
}
