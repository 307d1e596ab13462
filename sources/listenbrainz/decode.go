package listenbrainz

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/object"
	"proscenium/sources/internal/seen"
	"proscenium/sources/internal/spread"
	"proscenium/sources/internal/vocabulary"
)

// recent is over how many listens different artists are counted.
const recent = 20

// normaliser turns answers into events. An answer has the newest first.
type normaliser struct {
	env      sonify.SourceEnv
	users    []string // in the order of the piece
	progress *progress
	came     *seen.Set
	heard    *seen.Set // artists
	last     []string  // the artists of the last listens
	now      map[string]string
	spread   spread.Spreader
}

func newNormaliser(env sonify.SourceEnv, c *Config, p *progress, whole bool) *normaliser {
	n := &normaliser{env: env, users: c.Users, progress: p, came: seen.New(0), heard: seen.New(0), now: make(map[string]string)}
	if !whole {
		n.spread.Over = c.Spread
	}
	return n
}

// progress is how far each user was heard, in the order of the piece: the time of the
// last listen in seconds. It may be used by several goroutines.
type progress struct {
	mu    sync.Mutex
	since []int64
}

// begin begins at now, or where place says if that is not too long ago.
func (p *progress) begin(users int, place string, now time.Time, catchUp time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = make([]int64, users)
	at := strings.Fields(place)
	for i := range p.since {
		p.since[i] = now.Unix()
		if i < len(at) {
			if t, err := strconv.ParseInt(at[i], 10, 64); err == nil && now.Sub(time.Unix(t, 0)) <= catchUp {
				p.since[i] = t
			}
		}
	}
}

func (p *progress) of(user int) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if user < len(p.since) {
		return p.since[user]
	}
	return 0
}

func (p *progress) heard(user int, at int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if user < len(p.since) {
		p.since[user] = max(p.since[user], at)
	}
}

// place is where all users stand: times only, no names.
func (p *progress) place() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for i, t := range p.since {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatInt(t, 10))
	}
	return b.String()
}

// Prospect implements decode.Normaliser.
func (n *normaliser) Prospect() sonify.Prospect { return sonify.Prospect{Shapes: Shapes()} }

// Shapes returns the kinds of event that the source reports.
func Shapes() []*sonify.Shape { return vocabulary.ListenShapes() }

// Flush implements decode.Flusher.
func (n *normaliser) Flush(now time.Time, emit func(sonify.Event)) time.Time {
	return n.spread.Flush(now, emit)
}

// Normalise implements decode.Normaliser. A message is an answer about one user.
func (n *normaliser) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	root, err := object.Any(m.Body)
	if err != nil {
		return err
	}
	payload := root.Get("payload")
	user := payload.Get("user_id").Str
	var list []gjson.Result
	switch {
	case root.IsArray(): // as listens are exported: in one list,
		list = root.Array()
	case root.Get("track_metadata").IsObject(): // or one a line
		list = []gjson.Result{root}
	case !root.IsObject():
		return object.ErrObject
	case payload.IsArray(): // as it is submitted
		list = payload.Array()
	case payload.Get("listens").IsArray():
		list = payload.Get("listens").Array()
	default:
		n.env.Tally.Add(sonify.Skipped, "answer without listens", m.Line)
		return nil
	}
	if payload.Get("playing_now").Bool() || root.Get("listen_type").Str == "playing_now" {
		n.playing(user, list, m, emit)
		return nil
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Get("listened_at").Int() < list[j].Get("listened_at").Int() })
	var batch []sonify.Event
	for _, l := range list {
		at, meta := l.Get("listened_at"), l.Get("track_metadata")
		if at.Type != gjson.Number || at.Int() <= 0 || meta.Get("track_name").Str == "" {
			n.env.Tally.Add(sonify.Skipped, "listen without a time or a track", m.Line)
			continue
		}
		who := user
		if who == "" {
			who = l.Get("user_name").Str
		}
		if n.came.Again(who, at.Raw, meta.Get("artist_name").Str, meta.Get("track_name").Str) {
			continue // two questions overlap by a second
		}
		for i, u := range n.users {
			if strings.EqualFold(u, who) {
				n.progress.heard(i, at.Int())
			}
		}
		d := n.listen(vocabulary.Listen, meta, who)
		d.Source, d.Line, d.At, d.Place = n.env.Name, m.Line, time.Unix(at.Int(), 0).UTC(), n.progress.place()
		batch = append(batch, d.Event)
	}
	now := m.At
	if now.IsZero() {
		now = time.Now()
	}
	n.spread.Add(batch, now, emit)
	return nil
}

// playing tells what somebody listens to at this moment, if it is something else than
// before.
func (n *normaliser) playing(user string, list []gjson.Result, m *decode.Message, emit func(sonify.Event)) {
	if len(list) == 0 {
		delete(n.now, user)
		return
	}
	meta := list[0].Get("track_metadata")
	what := meta.Get("artist_name").Str + "\x00" + meta.Get("track_name").Str
	if n.now[user] == what || meta.Get("track_name").Str == "" {
		return
	}
	n.now[user] = what
	d := n.listen(vocabulary.PlayingNow, meta, user)
	d.Source, d.Line, d.At = n.env.Name, m.Line, m.At
	emit(d.Event)
}

// listen makes the event of a track.
func (n *normaliser) listen(shape *sonify.Shape, meta gjson.Result, user string) vocabulary.Draft {
	d := vocabulary.New(shape)
	artist, info := meta.Get("artist_name").Str, meta.Get("additional_info")
	d.Text("artist", artist).Set("track", object.Text(meta.Get("track_name"))).Set("album", object.Text(meta.Get("release_name"))).
		Set("genre", object.Text(info.Get("tags.0"))).Text("listener", user)
	switch ms, s := positive(info.Get("duration_ms")), positive(info.Get("duration")); {
	case ms > 0:
		d.Num("duration_s", ms/1000)
	case s > 0:
		d.Num("duration_s", s)
	}
	if artist != "" {
		key := strings.ToLower(artist)
		d.Bool("new", !n.heard.Again(key))
		n.last = append(n.last, key)
		if len(n.last) > recent {
			n.last = append(n.last[:0], n.last[1:]...)
		}
		different := make(map[string]bool, recent)
		for _, a := range n.last {
			different[a] = true
		}
		d.Num("distinct", float64(len(different)))
	}
	return d
}

// positive reads a number above 0, which some players write as a text; 0 if it is none.
func positive(r gjson.Result) float64 {
	v := r.Num
	if r.Type == gjson.String {
		v, _ = strconv.ParseFloat(r.Str, 64)
	}
	if r.Type != gjson.Number && r.Type != gjson.String || !(v > 0) || v > 1e12 {
		return 0
	}
	return v
}
