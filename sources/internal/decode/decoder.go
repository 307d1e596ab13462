package decode

import (
	"proscenium/sonify"
)

// Decoder is the [Normaliser] of the general transports. It is also a [Flusher].
type Decoder struct {
	env sonify.SourceEnv
	c   Config
}

// Check adds the mistakes in c to ps, by key.
func (c *Config) Check(ps *sonify.Problems) {}

// New returns a decoder. c has been checked; what is wrong all the same is an
// error.
func New(env sonify.SourceEnv, c Config) (*Decoder, error) {
	var ps sonify.Problems
	if c.Check(&ps); ps.Err() != nil {
		return nil, ps
	}
	return &Decoder{env: env, c: c}, nil
}

// Prospect implements [Normaliser].
func (d *Decoder) Prospect() sonify.Prospect {
	return sonify.Prospect{Open: true, Timed: d.c.Time != ""}
}

// Normalise implements [Normaliser].
func (d *Decoder) Normalise(m *Message, emit func(sonify.Event)) error { return nil }
