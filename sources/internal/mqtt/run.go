// Package mqtt listens to a broker of MQTT, 5 or 3.1.1: the engine of the mqtt source
// and of the recipes for what speaks over one.
//
// The client is our own. It only listens, so it is small; what it gains over the
// well-known ones is that both versions are one code, that a message is acknowledged
// only when its events have been taken over, and that nothing a broker sends makes it
// hold more than the longest message that the piece allows.
package mqtt

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"slices"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/topic"
)

// Options are what a source asks of the engine.
type Options struct {
	Connection
	Topics []*topic.Pattern // what to listen to; the names in them become labels
	// Availability are the topics on which devices, or what speaks for them, say
	// whether they are there: see [Presence].
	Availability []*topic.Pattern
	// Told are topics that say something about what Topics say: of those the retained
	// messages are heard as well.
	Told []*topic.Pattern
	// Ignore are topics of which nothing is heard, though Topics match them.
	Ignore  []*topic.Pattern
	Longest int // message, in bytes
}

// Engine listens to one broker. It is used by one goroutine, and remembers from one
// Run to the next what it has to.
type Engine struct {
	o       Options
	env     sonify.SourceEnv
	filters []string
	parts   []string
	labels  map[string]*topics // the labels of each topic that came
	seen    map[uint64]uint64  // what each topic said last, for retained = "changed"
	seed    maphash.Seed
	present *Presence
	old     bool // the broker spoke 3.1.1 when it was asked in 5
}

// topics is what the engine knows of one topic.
type topics struct {
	name   string
	labels []decode.Label
	marked map[bool][]decode.Label // with the field that says whether a message was retained
	kind   use
	device string // for availability: of whom it tells
}

// use is what is done with the messages of a topic.
type use uint8

const (
	ignored use = iota
	heard
	told // heard, retained or not
	availability
)

// maxTopicsSeen bounds how many topics are remembered. What is beyond is worked out
// anew each time.
const maxTopicsSeen = 10000

// New returns an engine. The options have been checked.
func New(env sonify.SourceEnv, o Options) *Engine {
	e := &Engine{o: o, env: env, labels: make(map[string]*topics), seen: make(map[uint64]uint64), seed: maphash.MakeSeed(), present: NewPresence(env)}
	e.filters = topic.MQTT.Filters(slices.Concat(o.Topics, o.Told, o.Availability)...)
	names := 0
	for _, list := range [][]*topic.Pattern{o.Topics, o.Told, o.Availability, o.Ignore} {
		for _, p := range list {
			names = max(names, len(p.Names()))
		}
	}
	e.parts = make([]string, names)
	return e
}

// Run connects, listens, and gives n what comes, until the connection breaks or ctx
// is done.
func (e *Engine) Run(ctx context.Context, n decode.Normaliser, emit func(sonify.Event)) error {
	k, err := e.o.credentials(e.env)
	if err != nil {
		return err
	}
	conf, err := e.o.TLS.Config(e.env)
	if err != nil {
		return err
	}
	err = e.connect(ctx, k, func(version byte) error {
		// What the broker sends leads nowhere, so the address may be private.
		conn, err := open(ctx, k.url, reach.Policy{Private: true}.Dialer(k.url), conf)
		if err != nil {
			return err
		}
		// Whatever happens, the connection does not outlive the run.
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		defer stop()
		defer conn.Close()
		c, err := greet(conn, e.greeting(version, k), e.o.Longest)
		if err != nil {
			return err
		}
		stop()
		return e.listen(ctx, c, n, emit)
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return secret.Scrub(reach.Error(err), k.password)
}

// connect calls try with the version that the broker speaks.
func (e *Engine) connect(ctx context.Context, k credentials, try func(version byte) error) error {
	if e.o.Version == "3.1.1" || e.old {
		return try(4)
	}
	err := try(5)
	if !errors.Is(err, errVersion) || ctx.Err() != nil {
		return err
	}
	if e.o.Version == "5" {
		return &sonify.Permanent{Err: errors.New(`the broker does not speak MQTT 5 (version = "auto" takes what it speaks)`)}
	}
	old := try(4)
	if errors.Is(old, errVersion) {
		return err
	}
	return old
}

func (e *Engine) greeting(version byte, k credentials) *greeting {
	g := &greeting{version: version, client: e.o.ClientID, clean: e.o.Session != "keep", alive: int(e.o.KeepAlive.Seconds()), user: k.user, password: k.password, receive: 1024}
	if g.client == "" {
		var b [4]byte
		rand.Read(b[:])
		g.client = "proscenium-" + hex.EncodeToString(b[:]) // 3.1 took 23 bytes
	}
	if !g.clean {
		g.expiry = uint32(min(e.o.KeepFor.Seconds(), 1<<32-2))
	}
	return g
}
