package conductor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"hash/maphash"
	"slices"
	"sync/atomic"

	"proscenium/sonify"
)

// DoorRules say what of a source's events gets into the program.
type DoorRules struct {
	Keep []string // fields that pass as they are
	Hash []string // fields that pass as short keyed hashes, so that the same can be told to be the same and nothing else
	// AtLeast is how many a group needs to be played as one. Of an event that belongs to
	// a smaller one, the fields that say to which are missing. 0: groups of any size are.
	AtLeast int
	Group   []string // the fields that say to which group an event belongs
	// Members is the field whose different values are counted; without it every event
	// counts. It need not pass.
	Members string
}

// Door lets through what its rules say, and takes everything else out of events, names
// and values, before any queue, log or output sees them. Pass is used by one goroutine,
// Counts by any.
type Door struct {
	rules  DoorRules
	salt   []byte
	seed   maphash.Seed
	known  map[*sonify.Shape]*passage
	last   *sonify.Shape
	pass   *passage
	groups map[uint64]*group

	keptOut, hashed, withheld atomic.Uint64
}

// DoorCounts is what a door has done.
type DoorCounts struct {
	KeptOut  uint64 // values that did not pass
	Hashed   uint64 // values that passed as hashes
	Withheld uint64 // events whose group was too small to be named
}

// passage is what becomes of a shape.
type passage struct {
	shape   *sonify.Shape // with the fields that pass
	slots   []int         // where they stand in the shape that comes
	hash    []bool        // which of those that pass are hashed
	group   []int         // the fields of the group, in the shape that comes
	blank   []bool        // which of those that pass are missing for small groups
	members int           // in the shape that comes, -1
}

// group is how many there are of one, until they are enough.
type group struct {
	events  int
	members map[uint64]bool
}

// Limits of a door, against a source that makes up shapes or groups without end.
const (
	shapeLimit = 256
	groupLimit = 10_000 // beyond it, groups are small
)

// NewDoor returns a door. The salt keys its hashes: with another one the same value has
// another hash. It should be random for what is live, and must not be written down.
func NewDoor(rules DoorRules, salt []byte) *Door {
	return &Door{rules: rules, salt: slices.Clone(salt), seed: maphash.MakeSeed(), known: make(map[*sonify.Shape]*passage), groups: make(map[uint64]*group)}
}

// Counts returns what the door has done so far.
func (d *Door) Counts() DoorCounts {
	return DoorCounts{KeptOut: d.keptOut.Load(), Hashed: d.hashed.Load(), Withheld: d.withheld.Load()}
}

// Pass takes out of ev what does not pass.
func (d *Door) Pass(ev *sonify.Event) {
	if ev.Shape == nil {
		ev.Values = nil
		return
	}
	if ev.Shape != d.last {
		d.pass = d.passage(ev.Shape)
		d.last = ev.Shape
	}
	p := d.pass
	small := d.rules.AtLeast > 1 && len(p.group) > 0 && d.small(p, ev.Values)
	there := 0
	for _, v := range ev.Values {
		if !v.IsMissing() {
			there++
		}
	}
	passed, hashed := 0, 0
	ev.Shape = p.shape
	for n, i := range p.slots { // in order, so that nothing is overwritten too early
		v := sonify.Value{}
		if i < len(ev.Values) {
			v = ev.Values[i]
		}
		if small && p.blank[n] {
			v = sonify.Value{}
		}
		if !v.IsMissing() {
			passed++
			if p.hash[n] {
				v = sonify.Word(d.hash(v))
				hashed++
			}
		}
		if n < len(ev.Values) {
			ev.Values[n] = v
		} else {
			ev.Values = append(ev.Values, v)
		}
	}
	clear(ev.Values[len(p.slots):])
	ev.Values = ev.Values[:len(p.slots)]
	if small {
		d.withheld.Add(1)
	}
	d.keptOut.Add(uint64(there - passed))
	d.hashed.Add(uint64(hashed))
}

// passage finds out what becomes of a shape.
func (d *Door) passage(s *sonify.Shape) *passage {
	if p, ok := d.known[s]; ok {
		return p
	}
	p := &passage{members: s.Slot(d.rules.Members)}
	var fields []sonify.Field
	for i, f := range s.Fields() {
		hash := slices.Contains(d.rules.Hash, f.Name)
		if !hash && !slices.Contains(d.rules.Keep, f.Name) {
			continue
		}
		if hash {
			f.Type, f.Unit = sonify.Text, ""
		}
		fields = append(fields, f)
		p.slots = append(p.slots, i)
		p.hash = append(p.hash, hash)
		p.blank = append(p.blank, slices.Contains(d.rules.Group, f.Name))
	}
	for _, g := range d.rules.Group {
		if i := s.Slot(g); i >= 0 {
			p.group = append(p.group, i)
		}
	}
	p.shape = sonify.NewShape(s.Kind(), fields...)
	if len(d.known) >= shapeLimit {
		clear(d.known)
	}
	d.known[s] = p
	return p
}

// hash returns what a value passes as: ten letters and digits of a keyed hash.
func (d *Door) hash(v sonify.Value) string {
	m := hmac.New(sha256.New, d.salt)
	m.Write([]byte(v.Type().String()))
	m.Write([]byte{0})
	m.Write([]byte(v.String()))
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(m.Sum(nil))[:10]
}

// small counts an event among its group and reports whether that is too small to be
// named. An event without a group belongs to none that could be.
func (d *Door) small(p *passage, values []sonify.Value) bool {
	var h maphash.Hash
	h.SetSeed(d.seed)
	some := false
	for _, i := range p.group {
		h.WriteByte(0)
		if i < len(values) && !values[i].IsMissing() {
			some = true
			h.WriteByte(byte(values[i].Type()))
			h.WriteString(values[i].String())
		}
	}
	if !some {
		return false
	}
	key := h.Sum64()
	g := d.groups[key]
	if g == nil {
		if len(d.groups) >= groupLimit {
			return true
		}
		g = &group{}
		d.groups[key] = g
	}
	if g.events >= d.rules.AtLeast {
		return false
	}
	if d.rules.Members == "" {
		g.events++
		return g.events < d.rules.AtLeast
	}
	if p.members >= 0 && p.members < len(values) && !values[p.members].IsMissing() {
		h.Reset()
		h.WriteString(values[p.members].String())
		if g.members == nil {
			g.members = make(map[uint64]bool)
		}
		g.members[h.Sum64()] = true
		if g.events = len(g.members); g.events >= d.rules.AtLeast {
			g.members = nil
			return false
		}
	}
	return true
}
