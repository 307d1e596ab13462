package sonify

import (
	"context"
	"fmt"
	"io"
	"sort"
	"sync"
	"time"
)

// A Source watches something outside the program, or reads a file of it, and
// reports what happens.
type Source interface {
	// Run calls emit for each event, in order and from one goroutine, until
	// ctx is done or there is nothing more to report. emit may block: a file
	// is read no faster than it is heard. It keeps what it is given, so every
	// event needs a Values slice of its own.
	//
	// Run returns nil when the source is exhausted (a file ended) and the cause
	// of ctx when ctx is done, within a second of it. Any other error means the
	// source broke; the caller waits and calls Run again. Wrap the error in
	// RetryAfter to say how long to wait, in Permanent if waiting cannot help.
	Run(ctx context.Context, emit func(Event)) error
}

// A Prober is a Source that can say, without emitting, whether it would work
// and what it would report. "check" and the compiler ask it.
type Prober interface {
	Probe(ctx context.Context) (Prospect, error)
}

// A Recording is a Source, or its configuration, that can play a recording of what its
// kind otherwise listens to. While it does it is not live, whatever [SourceInfo] says: it
// has a clock of its own and comes to an end.
type Recording interface {
	Recorded() bool
}

// Prospect is what a source will report.
type Prospect struct {
	Shapes []*Shape
	// Open means that events of other kinds, or with other fields, may come: a
	// field that Shapes does not name is then no mistake.
	Open bool
	// Timed means that the events carry the source's own clock.
	Timed bool
}

// RetryAfter is an error after which a source is to be run again, but not
// before Wait has passed.
type RetryAfter struct {
	Err  error
	Wait time.Duration
}

func (e *RetryAfter) Error() string { return e.Err.Error() }
func (e *RetryAfter) Unwrap() error { return e.Err }

// Permanent is an error after which running the source again cannot help: the
// file is not there, the password is wrong.
type Permanent struct{ Err error }

func (e *Permanent) Error() string { return e.Err.Error() }
func (e *Permanent) Unwrap() error { return e.Err }

// SourceEnv is what a source may use of the program around it.
type SourceEnv struct {
	Name  string    // what the piece calls the source: "court"
	Dir   string    // relative paths start here: the folder of the piece
	Stdin io.Reader // the program's standard input, for path = "-"; may be nil
	Seed  uint64    // of the piece; for sources that invent their events
	Tally *Tally    // where the source counts what it repaired or skipped; never nil

	// Place is where the source stands in what it reads. Who runs the source fills it
	// before Run with what was kept, and takes over the Place of every event that is
	// emitted, so a source that is run again reads it at the beginning of Run and goes
	// on from there. Nil stands for a place that is never kept.
	Place *Place
	// Link is where a source says how its connection is. Nil is a link that nobody
	// looks at.
	Link *Link
	// Say writes a line for whoever runs the program into its log: what a program of
	// theirs said, what a server wishes to be known. It holds nothing personal and nothing
	// secret; it may be called from any goroutine. Nil: nobody reads it. See Tell.
	Say func(text string)
	// Hooks lets a source be called from outside. It is nil where the program does not
	// listen.
	Hooks Hooks
}

// Tell says text, if somebody reads it.
func (e *SourceEnv) Tell(text string) {
	if e.Say != nil {
		e.Say(text)
	}
}

// SourceInfo describes a kind of source; a [Registry] holds them by name.
type SourceInfo struct {
	Name string // "slam"; lower case, underscores
	Doc  string // one line, lower case, no full stop
	// Group is under which heading lists show it, such as "transports"; empty:
	// "files".
	Group  string
	Sample string // commented TOML with every key, embedded from sample.toml
	// Live means that its events come when they happen, from something that does
	// not end by itself (a socket, a service): a station takes them at their
	// arrival and runs the source again when it breaks.
	Live bool
	// Config returns a pointer to a new configuration struct that holds the
	// defaults. Its fields carry the tags that package grammar documents; the
	// reference page and the JSON Schema come from them.
	Config func() any
	// New makes a source from what Config returned, after the piece was decoded
	// into it. It checks what the tags cannot say and must not touch the network
	// or read a file. Mistakes are Problems whose Key is the configuration's
	// key; the caller knows where it stands in the file.
	New func(env SourceEnv, config any) (Source, error)
}

// Registry holds the kinds of source that a build knows.
type Registry struct{ infos map[string]SourceInfo }

// Add adds kinds of source. To add a name twice is an error, and nothing
// is added then.
func (r *Registry) Add(infos ...SourceInfo) error {
	if r.infos == nil {
		r.infos = make(map[string]SourceInfo)
	}
	seen := make(map[string]bool)
	for _, i := range infos {
		if _, twice := r.infos[i.Name]; twice || seen[i.Name] {
			return fmt.Errorf("sonify: there is already a source named %q", i.Name)
		}
		if i.Name == "" || i.Config == nil || i.New == nil {
			return fmt.Errorf("sonify: source %q lacks its name, Config or New", i.Name)
		}
		seen[i.Name] = true
	}
	for _, i := range infos {
		r.infos[i.Name] = i
	}
	return nil
}

// Get returns the kind of source with the given name.
func (r *Registry) Get(name string) (SourceInfo, bool) {
	i, ok := r.infos[name]
	return i, ok
}

// Names returns the names of all kinds, sorted.
func (r *Registry) Names() []string {
	names := make([]string, 0, len(r.infos))
	for n := range r.infos {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Fate is what became of something odd in a source's input, or of what a piece does not
// want of it.
type Fate uint8

const (
	Repaired Fate = iota // the event came through, with something put right
	Skipped              // a row or message was left out
	Absent               // a value was missing where one may be expected
	Dropped              // an event was lost for want of room
	Unwanted             // it was left out because the piece says so, and is no oddity
)

func (f Fate) String() string {
	if f > Unwanted {
		return "?"
	}
	return [...]string{"repaired", "skipped", "missing", "dropped", "left out"}[f]
}

// Tally counts the oddities that a source met, and what was left out. Its zero value is ready, and it
// may be used by several goroutines.
type Tally struct {
	mu     sync.Mutex
	counts map[tallyKey]*TallyCount
}

type tallyKey struct {
	fate Fate
	what string
}

// TallyCount is one line of a [Tally].
type TallyCount struct {
	Fate  Fate
	What  string // "clock ran backwards, held"; lower case, no values of the data
	Count int64
	First int64 // line of the first, 0 if unknown
}

// SilenceCut is what is counted when a silence was longer than a source's
// max_gap and was cut to it.
const SilenceCut = "silence longer than max_gap, cut"

// tallyLimit bounds how many different oddities are told apart.
const tallyLimit = 200

// Add counts one oddity, met on the given line (0 if there are no lines). What
// names the class, not the case: there are at most 200 of them, the rest is
// counted as "other".
func (t *Tally) Add(fate Fate, what string, line int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.counts == nil {
		t.counts = make(map[tallyKey]*TallyCount)
	}
	k := tallyKey{fate, what}
	c := t.counts[k]
	if c == nil {
		if len(t.counts) >= tallyLimit {
			k.what = "other"
		}
		if c = t.counts[k]; c == nil {
			c = &TallyCount{Fate: fate, What: k.what, First: line}
			t.counts[k] = c
		}
	}
	c.Count++
}

// Counts returns what was counted, sorted by fate and then by name.
func (t *Tally) Counts() []TallyCount {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]TallyCount, 0, len(t.counts))
	for _, c := range t.counts {
		out = append(out, *c)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Fate != out[j].Fate {
			return out[i].Fate < out[j].Fate
		}
		return out[i].What < out[j].What
	})
	return out
}
