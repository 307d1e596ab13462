package ern

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/ddex"
	"proscenium/sources/internal/vocabulary"
)

// messages are the roots that are read, and the kind of event that they make of a
// release.
var messages = map[string]*sonify.Shape{
	"NewReleaseMessage":    vocabulary.ReleaseAnnounced,
	"UpdateReleaseMessage": vocabulary.ReleaseUpdated,
	"PurgeReleaseMessage":  vocabulary.ReleaseTakenDown,
	"CatalogListMessage":   vocabulary.ReleaseAnnounced,
}

// Between what has no length of its own lie these times.
const (
	afterRelease = 4 * time.Second
	perDeal      = 2 * time.Second
	noLength     = 3 * time.Minute // of a track that does not say
	perCatalogue = 10 * time.Second
)

// Bounds of one message.
const (
	mostReleases = 10_000
	mostTracks   = 5000
	mostDeals    = 5000
)

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape {
	return []*sonify.Shape{vocabulary.ReleaseAnnounced, vocabulary.ReleaseUpdated, vocabulary.ReleaseTakenDown, vocabulary.ReleaseTrack, vocabulary.ReleaseDeal}
}

// message is one that is told.
type message struct {
	root    *ddex.Node
	source  string
	tally   *sonify.Tally
	emit    func(sonify.Event)
	clock   time.Duration
	parties map[string]string     // names by reference
	tracks  map[string]*ddex.Node // recordings by reference
	order   []string
}

// errOther is inside the error about a message that is none of labels, such as the list of
// what a delivery has, or that is empty.
var errOther = errors.New("")

// tell tells a message, from base on, and returns the clock at its end.
func tell(body []byte, source string, base time.Duration, tally *sonify.Tally, emit func(sonify.Event)) (time.Duration, error) {
	root, err := ddex.Parse(body)
	if err != nil {
		if len(bytes.TrimSpace(body)) == 0 { // a sign that a delivery is complete may be nothing but a name
			err = fmt.Errorf("%w%w", err, errOther)
		}
		return base, err
	}
	kind, ok := messages[root.Name]
	if !ok {
		hint := "NewReleaseMessage, UpdateReleaseMessage, PurgeReleaseMessage or CatalogListMessage was expected"
		if strings.Contains(root.Name, "SalesReport") {
			hint = `it reports sales: type = "ddex_dsr" reads it`
		}
		return base, fmt.Errorf("the message is a %.60q: %s%w", root.Name, hint, errOther)
	}
	if u := root.First("UpdateIndicator", "MessageHeader/MessageControlType"); kind == vocabulary.ReleaseAnnounced && u == "UpdateMessage" {
		kind = vocabulary.ReleaseUpdated
	}
	m := &message{root: root, source: source, tally: tally, emit: emit, clock: base, parties: map[string]string{}, tracks: map[string]*ddex.Node{}}
	m.index()
	switch root.Name {
	case "PurgeReleaseMessage":
		root.All("PurgedRelease", func(r *ddex.Node) { m.bare(r, kind) })
	case "CatalogListMessage":
		root.All("CatalogItem", func(r *ddex.Node) { m.bare(r, kind) })
	default:
		m.releases(kind)
	}
	return m.clock, nil
}

// index remembers parties and recordings by their references.
func (m *message) index() {
	for _, p := range m.root.At("PartyList").Kids("Party") {
		if ref := p.First("PartyReference"); ref != "" {
			m.parties[ref] = p.First("PartyName/FullName", "PartyName/FullNameAsciiTranscribed")
		}
	}
	for _, list := range m.root.Kids("ResourceList") {
		for _, r := range list.Kids("SoundRecording", "Video", "MIDI") {
			ref := r.First("ResourceReference")
			if _, twice := m.tracks[ref]; ref == "" || twice || len(m.order) >= mostTracks {
				m.tally.Add(sonify.Skipped, "recordings without a reference of their own", 0)
				continue
			}
			m.tracks[ref] = r
			m.order = append(m.order, ref)
		}
	}
}

// releases tells the releases of a message: those that are sold as such, then their
// tracks in order, then on what terms.
func (m *message) releases(kind *sonify.Shape) {
	list := m.root.At("ReleaseList")
	all := list.Kids("Release")
	main := slices.DeleteFunc(slices.Clone(all), func(r *ddex.Node) bool {
		return strings.Contains(r.First("ReleaseType"), "TrackRelease") || r.Attr("IsMainRelease") == "false"
	})
	if len(main) == 0 { // a single track by itself
		if main = all; len(main) == 0 {
			main = list.Kids("TrackRelease")
		}
	}
	if len(main) == 0 {
		m.tally.Add(sonify.Skipped, "message without a release", 0)
	}
	for i, r := range main {
		if i >= mostReleases {
			m.tally.Add(sonify.Skipped, "releases beyond 10,000 of a message", 0)
			return
		}
		m.release(r, kind)
	}
}

// release tells one release.
func (m *message) release(r *ddex.Node, kind *sonify.Shape) {
	local := r.At("ReleaseDetailsByTerritory")
	id := releaseID(r)
	tracks := m.tracksOf(r)
	var length time.Duration
	known := len(tracks) > 0
	for _, t := range tracks {
		d, ok := ddex.Duration(t.First("Duration"))
		known = known && ok
		length += d
	}
	deals := m.dealsOf(r)
	if ended(deals) {
		kind = vocabulary.ReleaseTakenDown
	}
	e := vocabulary.New(kind)
	e.Text("title", title(r, local)).Text("artist", m.artist(r, local)).Text("label", m.label(r, local)).Text("genre", genre(r, local))
	e.Text("type", r.First("ReleaseType")).Text("release_id", id)
	if len(tracks) > 0 {
		e.Num("tracks", float64(len(tracks)))
	}
	if known {
		e.Num("duration_s", length.Seconds())
	}
	start, lands, world := terms(deals)
	e.Text("date", firstOf(day(r.First("ReleaseDate", "GlobalOriginalReleaseDate", "GlobalReleaseDate", "OriginalReleaseDate")), day(local.First("ReleaseDate", "OriginalReleaseDate")), start))
	if len(deals) > 0 {
		e.Bool("worldwide", world)
		if !world && lands > 0 {
			e.Num("territories", float64(lands))
		}
	}
	explicit(&e, r, local)
	m.say(&e, afterRelease)
	if kind == vocabulary.ReleaseTakenDown {
		return
	}
	for i, t := range tracks {
		m.track(t, i+1, id)
	}
	for _, d := range deals {
		m.deal(d, id)
	}
}

// bare tells a release of which only identifiers and perhaps names are there.
func (m *message) bare(r *ddex.Node, kind *sonify.Shape) {
	e := vocabulary.New(kind)
	e.Text("title", title(r, nil)).Text("artist", m.artist(r, nil)).Text("release_id", releaseID(r)).Text("type", r.First("ReleaseType"))
	m.say(&e, perCatalogue)
}

// say emits an event and lets so much time pass.
func (m *message) say(e *vocabulary.Draft, takes time.Duration) {
	e.Source = m.source
	e.Clocked(m.clock)
	m.clock += takes
	m.emit(e.Event)
}

// tracksOf returns the recordings of a release in order. Without a list of its own it
// has all.
func (m *message) tracksOf(r *ddex.Node) []*ddex.Node {
	refs := grouped(r, nil)
	if len(refs) == 0 {
		r.All("ReleaseResourceReference", func(i *ddex.Node) { refs = append(refs, i.Text) })
	}
	if len(refs) == 0 {
		refs = m.order
	}
	var out []*ddex.Node
	seen := map[string]bool{}
	for _, ref := range refs {
		if t := m.tracks[ref]; t != nil && !seen[ref] {
			seen[ref] = true
			out = append(out, t)
		}
	}
	return out
}

// grouped adds the references of the groups below n to refs: discs and what is on them,
// in the order of their numbers if all have one, or else as they stand.
func grouped(n *ddex.Node, refs []string) []string {
	number := func(k *ddex.Node) int {
		i, err := strconv.Atoi(k.First("SequenceNumber"))
		if err != nil {
			return -1
		}
		return i
	}
	items := slices.Clone(n.Kids("ResourceGroup", "ResourceGroupContentItem"))
	if !slices.ContainsFunc(items, func(k *ddex.Node) bool { return number(k) < 0 }) {
		slices.SortStableFunc(items, func(a, b *ddex.Node) int { return cmp.Compare(number(a), number(b)) })
	}
	for _, k := range n.Kids() {
		if k.Name == "ResourceGroup" || k.Name == "ResourceGroupContentItem" {
			k, items = items[0], items[1:]
		}
		if k.Name == "ResourceGroupContentItem" {
			refs = append(refs, k.First("ReleaseResourceReference"))
		} else {
			refs = grouped(k, refs)
		}
	}
	return refs
}

func (m *message) track(t *ddex.Node, number int, id string) {
	local := t.At("SoundRecordingDetailsByTerritory")
	if local == nil {
		local = t.At("VideoDetailsByTerritory")
	}
	e := vocabulary.New(vocabulary.ReleaseTrack)
	e.Text("title", title(t, local)).Text("artist", m.artist(t, local)).Num("number", float64(number)).Text("genre", genre(t, local)).Text("release_id", id)
	e.Text("isrc", t.First("SoundRecordingEdition/ResourceId/ISRC", "ResourceId/ISRC", "SoundRecordingId/ISRC", "VideoEdition/ResourceId/ISRC", "VideoId/ISRC"))
	length, ok := ddex.Duration(t.First("Duration"))
	if ok {
		e.Num("duration_s", length.Seconds())
	} else {
		m.tally.Add(sonify.Absent, "length of a track, taken for three minutes by the clock", 0)
		length = noLength
	}
	explicit(&e, t, local)
	m.say(&e, min(length, 2*time.Hour))
}

// dealsOf returns the terms of a release: one for each deal, use and model.
func (m *message) dealsOf(r *ddex.Node) []*ddex.Node {
	ref := r.First("ReleaseReference")
	var out []*ddex.Node
	for _, d := range m.root.At("DealList").Kids("ReleaseDeal") {
		mine := ref == "" || len(d.Kids("DealReleaseReference")) == 0
		for _, k := range d.Kids("DealReleaseReference") {
			mine = mine || k.Text == ref
		}
		if !mine {
			continue
		}
		for _, deal := range d.Kids("Deal") {
			if t := deal.At("DealTerms"); t != nil && len(out) < mostDeals {
				out = append(out, t)
			}
		}
	}
	return out
}

// ended reports whether the terms of a release, before version 4, are that it is to be
// taken down, under every deal.
func ended(deals []*ddex.Node) bool {
	for _, d := range deals {
		if d.First("TakeDown") != "true" {
			return false
		}
	}
	return len(deals) > 0
}

// deal tells the terms of a deal: once for each use under each model.
func (m *message) deal(t *ddex.Node, id string) {
	uses := append(t.Kids("UseType"), t.At("Usage").Kids("UseType")...)
	models := t.Kids("CommercialModelType")
	for i := range min(max(len(models), 1), 20) {
		for k := range min(max(len(uses), 1), 20) {
			e := vocabulary.New(vocabulary.ReleaseDeal)
			if i < len(models) {
				e.Text("model", models[i].Text)
			}
			if k < len(uses) {
				e.Text("use", uses[k].Text)
			}
			e.Text("territory", t.First("TerritoryCode")).Text("start", day(t.First("ValidityPeriod/StartDate", "ValidityPeriod/StartDateTime"))).Text("release_id", id)
			m.say(&e, perDeal)
		}
	}
}

// terms returns when the first deal begins, in how many countries they are valid
// together, and whether one is for all. Of one for all but some nobody says how many
// those are: 0.
func terms(deals []*ddex.Node) (start string, lands int, world bool) {
	seen, most := map[string]bool{}, false
	for _, d := range deals {
		if s := day(d.First("ValidityPeriod/StartDate", "ValidityPeriod/StartDateTime")); s != "" && (start == "" || s < start) {
			start = s
		}
		but := len(d.Kids("ExcludedTerritoryCode")) > 0
		most = most || but
		for _, t := range d.Kids("TerritoryCode") {
			world = world || t.Text == "Worldwide" && !but
			seen[t.Text] = true
		}
	}
	if world || most {
		return start, 0, world
	}
	return start, len(seen), false
}

func releaseID(r *ddex.Node) string {
	for _, p := range []string{"ReleaseId/GRid", "ReleaseId/ICPN", "ReleaseId/ISRC", "ReleaseId/ProprietaryId", "ReleaseId/CatalogNumber", "GRid", "ICPN"} {
		if id := r.First(p); id != "" {
			return id
		}
	}
	return ""
}

// shown returns a text that version 4 has once for each territory or language: the one
// that holds unless another is meant, or else the first.
func shown(n *ddex.Node, name string) string {
	for _, k := range n.Kids(name) {
		if k.Attr("IsDefault") == "true" && k.Text != "" {
			return k.Short()
		}
	}
	return n.First(name)
}

func title(n, local *ddex.Node) string {
	if t := firstOf(shown(n, "DisplayTitleText"), n.First("DisplayTitle/TitleText")); t != "" {
		return t
	}
	for _, t := range local.Kids("Title") {
		if t.Attr("TitleType") == "DisplayTitle" {
			if s := t.First("TitleText"); s != "" {
				return s
			}
		}
	}
	return firstOf(n.First("ReferenceTitle/TitleText", "Title/TitleText", "TitleText"), local.First("Title/TitleText"))
}

func (m *message) artist(n, local *ddex.Node) string {
	if a := firstOf(shown(n, "DisplayArtistName"), n.First("DisplayArtistName/FullName")); a != "" {
		return a
	}
	if a := local.First("DisplayArtistName", "DisplayArtistName/FullName", "DisplayArtist/PartyName/FullName"); a != "" {
		return a
	}
	return firstOf(n.First("DisplayArtist/PartyName/FullName"), m.parties[n.First("DisplayArtist/ArtistPartyReference")])
}

func (m *message) label(n, local *ddex.Node) string {
	return firstOf(n.First("LabelName"), local.First("LabelName"), m.parties[n.First("ReleaseLabelReference")])
}

func genre(n, local *ddex.Node) string {
	return firstOf(n.First("Genre/GenreText"), local.First("Genre/GenreText"))
}

// explicit says whether there is a parental warning, where the message speaks of it.
func explicit(e *vocabulary.Draft, n, local *ddex.Node) {
	switch w := firstOf(n.First("ParentalWarningType"), local.First("ParentalWarningType")); w {
	case "Explicit":
		e.Bool("explicit", true)
	case "NotExplicit", "ExplicitContentEdited", "NoAdviceAvailable":
		if w != "NoAdviceAvailable" {
			e.Bool("explicit", false)
		}
	}
}

// day returns the day of a date, "" if it is none.
func day(s string) string {
	if len(s) >= 10 {
		s = s[:10]
	}
	if len(s) < 4 {
		return ""
	}
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return s
		}
	}
	return ""
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
