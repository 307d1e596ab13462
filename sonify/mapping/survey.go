package mapping

import (
	"slices"

	"proscenium/sonify"
)

// Survey is what a run through the data of a piece showed: which rules played,
// which values they were given, how the live domains ended. Legends are told
// from it, and doubts that only the data can raise. It holds for every piece
// compiled of the same text. It does not change.
type Survey struct {
	Events uint64
	Length sonify.Frame // of the music that was surveyed
	Whole  bool         // the sources came to their end within the survey
	Lost   map[string]uint64

	sources  []sourceSurvey
	rules    []ruleSurvey
	signals  []values // of the piece's own
	domains  []ends   // of the signals
	numbers  []ends   // of the numbers with a live domain of their own
	sections []sectionSurvey
}

// ends are the ends of a live domain, as the survey left them.
type ends struct {
	low, high float64
	known     bool
}

type sourceSurvey struct {
	heard int64
	cut   int64 // silences that were cut
}

type ruleSurvey struct {
	played int64         // events it took up; some may have found no room
	first  *sonify.Event // that it played, nil for crossings that time made
	last   sonify.Frame
	near   int64 // played within tooNear of the time before
	of     []numberSurvey
}

type numberSurvey struct {
	number *number
	values
	missing    int64
	below, top int64 // outside a fixed domain
}

type sectionSurvey struct {
	entered int64
	first   *sonify.Event
}

// tooNear is how far two values must lie apart to be told apart: 50 ms (Brown,
// Brewster and others, "Sonified line graphs", ICAD 2003: 50 to 70 ms).
const tooNear = sonify.SampleRate / 20

// values is what is remembered of many numbers: their ends, whether they are
// more than a few, and every so many-th of them for the median.
type values struct {
	n         int64
	low, high float64
	few       []float64 // the different ones, up to fewLimit
	kept      []float64
	stride    int64
}

const (
	fewLimit  = 3
	keptLimit = 2048
)

func (v *values) add(f float64) {
	if v.n == 0 {
		v.low, v.high, v.stride = f, f, 1
	}
	v.low, v.high = min(v.low, f), max(v.high, f)
	if len(v.few) < fewLimit && !slices.Contains(v.few, f) {
		v.few = append(v.few, f)
	}
	if v.n%v.stride == 0 {
		if len(v.kept) == keptLimit { // from now on every other
			for i := range keptLimit / 2 {
				v.kept[i] = v.kept[2*i]
			}
			v.kept = v.kept[:keptLimit/2]
			v.stride *= 2
		}
		if v.n%v.stride == 0 {
			v.kept = append(v.kept, f)
		}
	}
	v.n++
}

// part returns the value below which a part x of those remembered lies.
func (v *values) part(x float64) float64 {
	s := slices.Clone(v.kept)
	slices.Sort(s)
	return s[whole(float64(x*float64(len(s)-1)), 0, int64(len(s)-1))]
}

// Surveyor is a performance that nobody listens to: it is conducted like one
// and keeps what a [Survey] tells. One goroutine uses it.
type Surveyor struct {
	*Performance
	survey Survey
	counts []uint64 // of the rules, as last seen
	events uint64   // room left
	until  sonify.Frame
	full   bool
}

// Survey begins a survey of the piece that looks at no more than so many events
// and so much music: a file may hold years, and to know it roughly is enough.
func (p *Piece) Survey(events uint64, length sonify.Frame) *Surveyor {
	s := &Surveyor{Performance: p.Perform(), counts: make([]uint64, len(p.rules)), events: events, until: length}
	s.survey.signals = make([]values, len(p.signals))
	s.survey.sources = make([]sourceSurvey, len(p.Sources))
	s.survey.sections = make([]sectionSurvey, len(p.form.sections))
	for i := range p.rules {
		r := &p.rules[i]
		var rs ruleSurvey
		for _, n := range r.moving() {
			rs.of = append(rs.of, numberSurvey{number: n})
		}
		s.survey.rules = append(s.survey.rules, rs)
	}
	return s
}

// moving returns the numbers of a rule that move with the data.
func (r *rulePlan) moving() []*number {
	var out []*number
	for _, n := range []*number{r.pitch, r.length, r.velocity, r.pan, r.chance} {
		if n != nil && !n.fixed {
			out = append(out, n)
		}
	}
	return out
}

// Hear implements the conductor's Performer.
func (s *Surveyor) Hear(ev *sonify.Event, at sonify.Frame) {
	if s.full {
		return
	}
	s.Performance.Hear(ev, at)
	s.look(ev, at)
	for i := range s.piece.Sources {
		if s.piece.Sources[i].Name == ev.Source {
			s.survey.sources[i].heard++
		}
	}
	for i := range s.piece.signals {
		if s.known[i] {
			s.survey.signals[i].add(s.values[i])
		}
	}
	if s.events--; s.events == 0 {
		s.full = true
	}
}

// Open implements the conductor's Performer.
func (s *Surveyor) Open() sonify.Frame {
	end := s.Performance.Open()
	s.look(nil, s.tempo.Frame(s.now)) // crossings that time made
	s.full = s.full || s.tempo.Frame(s.now) >= s.until
	if s.form.fresh {
		ss := &s.survey.sections[s.form.section]
		if ss.entered++; ss.first == nil {
			ss.first = s.form.pendCap.ev
		}
	}
	return end
}

// Over implements the conductor's Performer.
func (s *Surveyor) Over() bool { return s.full || s.Performance.Over() }

// look finds the rules that have played since it looked last.
func (s *Surveyor) look(ev *sonify.Event, at sonify.Frame) {
	for i := range s.rules {
		if s.rules[i].count == s.counts[i] {
			continue
		}
		s.counts[i] = s.rules[i].count
		rs := &s.survey.rules[i]
		if rs.played > 0 && at-rs.last < tooNear {
			rs.near++
		}
		rs.played++
		rs.last = at
		if rs.first == nil {
			rs.first = ev
		}
		for k := range rs.of {
			rs.of[k].see(s.raw(rs.of[k].number, ev))
		}
	}
}

// raw returns what is read for a number, before it is mapped.
func (p *Performance) raw(n *number, ev *sonify.Event) (float64, bool) {
	if n.signal >= 0 {
		return p.values[n.signal], p.known[n.signal]
	}
	f, ok := p.evaluate(&n.from, ev).Float()
	return bounded(f), ok
}

func (n *numberSurvey) see(f float64, ok bool) {
	if !ok {
		n.missing++
		return
	}
	n.add(f)
	if d := n.number.domain; d != nil && n.number.mapped && d.kind == fixedDomain {
		if f < d.low {
			n.below++
		} else if f > d.high {
			n.top++
		}
	}
}

// Done ends the survey and returns what it showed.
func (s *Surveyor) Done() *Survey {
	out := &s.survey
	out.Events, out.Length, out.Lost = s.heard, s.tempo.Frame(s.now), s.lost
	out.Whole = !s.full
	for i := range s.piece.Sources {
		for _, c := range s.piece.Sources[i].Tally.Counts() {
			if c.What == sonify.SilenceCut {
				out.sources[i].cut = c.Count
			}
		}
	}
	out.domains = make([]ends, len(s.signals))
	for i := range s.signals {
		d := s.signals[i].domain
		out.domains[i] = ends{d.low, d.high, d.plan.kind == fixedDomain || out.signals[i].n > 0}
	}
	out.numbers = make([]ends, len(s.numbers))
	for i := range s.numbers {
		if d := s.numbers[i].domain; d != nil {
			out.numbers[i] = ends{d.low, d.high, true}
		}
	}
	return out
}
