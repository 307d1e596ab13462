// Package topic reads the names under which brokers send things, and makes fields
// of their parts: "home/{room}/{sensor}" of MQTT, "orders.{country}.>" of NATS.
package topic

import (
	"fmt"
	"strings"
)

// Dialect is how a kind of broker writes names and the wildcards in them.
type Dialect struct {
	Sep  string // between the levels of a name: "/"
	One  string // stands for one level: "+"
	Rest string // stands for all levels from here on: "#"
}

// The dialects that are spoken here.
var (
	MQTT = Dialect{Sep: "/", One: "+", Rest: "#"} // MQTT 5, section 4.7
	NATS = Dialect{Sep: ".", One: "*", Rest: ">"}
)

const (
	maxLength = 1024 // bytes of a pattern
	maxLevels = 64
)

// Pattern is a topic with wildcards, of which some have names.
type Pattern struct {
	text   string
	sep    string
	levels []level
	open   int // the level that stands for any number of levels, -1 if there is none
	filter string
	names  []string
}

// level is one part of a pattern: a word, or a place that takes any.
type level struct {
	word string
	any  bool
	slot int // of names, -1 if it has none
}

// New reads a pattern. A level is a word, a wildcard of the dialect, or a name in
// braces: {room} takes one level, {room...} as many as are left for it, one at
// least. The rest that a dialect's own wildcard takes may be nothing in MQTT.
func (d Dialect) New(text string) (*Pattern, error) {
	switch {
	case text == "":
		return nil, fmt.Errorf("the topic is empty")
	case len(text) > maxLength:
		return nil, fmt.Errorf("the topic is longer than %d bytes", maxLength)
	case strings.ContainsRune(text, 0):
		return nil, fmt.Errorf("a topic has no byte of zero in it")
	}
	p := &Pattern{text: text, sep: d.Sep, open: -1}
	parts := d.split(text)
	if len(parts) > maxLevels {
		return nil, fmt.Errorf("the topic has %d levels, at most %d were expected", len(parts), maxLevels)
	}
	filter := make([]string, 0, len(parts))
	for i, part := range parts {
		l := level{word: part, slot: -1}
		switch {
		case part == d.One:
			l = level{any: true, slot: -1}
		case part == d.Rest:
			if i != len(parts)-1 {
				return nil, fmt.Errorf("%q stands for all that follows: it can only be the last level", d.Rest)
			}
			if p.open >= 0 {
				return nil, fmt.Errorf("only one level can stand for several")
			}
			l = level{any: true, slot: -1}
			p.open = i
		case strings.HasPrefix(part, "{"):
			name, ok := strings.CutSuffix(part[1:], "}")
			if !ok {
				return nil, fmt.Errorf("%q is not closed: {name} takes one level, {name...} as many as there are", part)
			}
			name, several := strings.CutSuffix(name, "...")
			if !plain(name) {
				return nil, fmt.Errorf("%q is no name of a field: small letters, digits and underscores were expected", name)
			}
			for _, n := range p.names {
				if n == name {
					return nil, fmt.Errorf("%q is there twice", name)
				}
			}
			if several {
				if p.open >= 0 {
					return nil, fmt.Errorf("only one level can stand for several")
				}
				p.open = i
			}
			l = level{any: true, slot: len(p.names)}
			p.names = append(p.names, name)
		case strings.Contains(part, d.One) || strings.Contains(part, d.Rest) || strings.ContainsAny(part, "{}"):
			return nil, fmt.Errorf("%q: a wildcard is a whole level", part)
		case part == "" && d.Sep == ".":
			return nil, fmt.Errorf("a level is empty")
		case d.Sep == "." && strings.ContainsAny(part, " \t\r\n"):
			return nil, fmt.Errorf("%q has a blank in it", part)
		}
		p.levels = append(p.levels, l)
		switch {
		case p.open >= 0 && p.open < i: // the broker is asked for more, and Match sorts out
		case p.open == i:
			filter = append(filter, d.Rest)
		case l.any:
			filter = append(filter, d.One)
		default:
			filter = append(filter, part)
		}
	}
	p.filter = strings.Join(filter, d.Sep)
	return p, nil
}

// split cuts a pattern into its levels. The points of {name...} are no separators.
func (d Dialect) split(text string) []string {
	var out []string
	begin, inside := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '{':
			inside = true
		case text[i] == '}':
			inside = false
		case !inside && strings.HasPrefix(text[i:], d.Sep):
			out = append(out, text[begin:i])
			begin = i + len(d.Sep)
		}
	}
	return append(out, text[begin:])
}

// Filters returns what to ask the broker for, so that it sends everything that one of
// the patterns matches and nothing twice: filters that overlap become a wider one.
func (d Dialect) Filters(patterns ...*Pattern) []string {
	var out []string
	for _, p := range patterns {
		f := p.filter
		for i := 0; i < len(out); {
			if d.overlap(out[i], f) {
				f = d.join(out[i], f)
				out = append(out[:i], out[i+1:]...)
				i = 0 // the wider one may overlap with others
				continue
			}
			i++
		}
		out = append(out, f)
	}
	return out
}

// overlap reports whether a topic can match both filters.
func (d Dialect) overlap(a, b string) bool {
	x, y := strings.Split(a, d.Sep), strings.Split(b, d.Sep)
	for i := 0; ; i++ {
		switch {
		case i == len(x) && i == len(y):
			return true
		case i == len(x):
			return d.Sep == "/" && y[i] == d.Rest // "a/#" matches "a"
		case i == len(y):
			return d.Sep == "/" && x[i] == d.Rest
		}
		wild := x[i] == d.One || x[i] == d.Rest || y[i] == d.One || y[i] == d.Rest
		switch {
		case i == 0 && wild && d.Sep == "/" && (strings.HasPrefix(x[i], "$") || strings.HasPrefix(y[i], "$")):
			return false
		case x[i] == d.Rest || y[i] == d.Rest:
			return true
		case !wild && x[i] != y[i]:
			return false
		}
	}
}

// join returns a filter that matches what either matches, for two that overlap.
func (d Dialect) join(a, b string) string {
	x, y := strings.Split(a, d.Sep), strings.Split(b, d.Sep)
	var out []string
	for i := 0; i < max(len(x), len(y)); i++ {
		switch {
		case i == len(x) || i == len(y) || x[i] == d.Rest || y[i] == d.Rest:
			return strings.Join(append(out, d.Rest), d.Sep)
		case x[i] == y[i]:
			out = append(out, x[i])
		default:
			out = append(out, d.One)
		}
	}
	return strings.Join(out, d.Sep)
}

func plain(name string) bool {
	for i, c := range name {
		if !(c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != ""
}

// String returns the pattern as it was written.
func (p *Pattern) String() string { return p.text }

// Filter returns what to ask the broker for. It may match more than p does.
func (p *Pattern) Filter() string { return p.filter }

// Names returns the names of the pattern, in order. The caller must not change
// them.
func (p *Pattern) Names() []string { return p.names }

// Match reports whether topic is one of the pattern's, and sets the first len(Names)
// parts of into to what the names stand for: parts of topic, not copied.
func (p *Pattern) Match(topic string, into []string) bool {
	n := strings.Count(topic, p.sep) + 1
	extra := 0 // how many levels more than one the open level takes
	if p.open >= 0 {
		extra = n - len(p.levels)
		if extra < 0 {
			// The wildcard of MQTT takes the level above as well: "a/#" matches "a".
			if extra < -1 || p.levels[p.open].slot >= 0 || p.sep != "/" {
				return false
			}
		}
	} else if n != len(p.levels) {
		return false
	}
	rest := topic
	for i := range p.levels {
		l := &p.levels[i]
		take := 1
		if i == p.open {
			take += extra
		}
		if take == 0 {
			return true
		}
		end := 0
		for range take {
			if end > 0 {
				end += len(p.sep)
			}
			if k := strings.Index(rest[end:], p.sep); k >= 0 {
				end += k
			} else {
				end = len(rest)
			}
		}
		part := rest[:end]
		if end < len(rest) {
			rest = rest[end+len(p.sep):]
		} else {
			rest = ""
		}
		switch {
		case !l.any:
			if part != l.word {
				return false
			}
		case i == 0 && strings.HasPrefix(part, "$") && p.sep == "/":
			return false // what brokers tell of themselves is no wildcard's, MQTT 5, 4.7.2
		case l.slot >= 0:
			into[l.slot] = part
		}
	}
	return true
}
