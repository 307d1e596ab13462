package dsr

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/ddex"
	"proscenium/sources/internal/vocabulary"
)

// Shapes returns all kinds of event that the source reports.
func Shapes() []*sonify.Shape { return []*sonify.Shape{vocabulary.ReleaseUsage} }

// mostRecords bounds a report.
const mostRecords = 5_000_000

// usage is what a record of a report says.
type usage struct {
	title, artist, isrc, release string
	territory, model, use        string
	currency                     string
	quantity, amount             float64
	counted, paid                bool
}

// report is one that is told.
type report struct {
	source  string
	service string
	tally   *sonify.Tally
	emit    func(sonify.Event)
	step    time.Duration
	clock   time.Duration
	count   int64
}

// say tells a record. They have no times: the report is told one every step.
func (r *report) say(u *usage, line int64) {
	if !u.counted && !u.paid {
		r.tally.Add(sonify.Skipped, "record without a number", line)
		return
	}
	if r.count++; r.count > mostRecords {
		r.tally.Add(sonify.Skipped, "records beyond 5,000,000 of a report", line)
		return
	}
	e := vocabulary.New(vocabulary.ReleaseUsage)
	e.Text("title", u.title).Text("artist", u.artist).Text("isrc", u.isrc).Text("release_id", u.release)
	e.Text("territory", u.territory).Text("model", u.model).Text("use", u.use).Text("service", r.service)
	if u.counted {
		e.Num("quantity", u.quantity)
	}
	if u.paid {
		e.Num("amount", u.amount).Text("currency", u.currency)
	}
	e.Source, e.Line = r.source, line
	e.Clocked(r.clock)
	r.clock += r.step
	r.emit(e.Event)
}

// tell tells a report, XML or flat file, from base on, and returns the clock at its end.
func tell(body []byte, source string, base, step time.Duration, tally *sonify.Tally, emit func(sonify.Event)) (time.Duration, error) {
	r := &report{source: source, tally: tally, emit: emit, step: step, clock: base}
	var err error
	if t := bytes.TrimSpace(body); len(t) > 0 && t[0] == '<' {
		err = r.xml(body)
	} else {
		err = r.flat(body)
	}
	return r.clock, err
}

// number reads a number of either form. Amounts below 0 are returns.
func number(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f > -1e12 && f < 1e12
}

// xml tells a message SalesReportTo...Message.
func (r *report) xml(body []byte) error {
	root, err := ddex.Parse(body)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(root.Name, "SalesReport") {
		hint := "SalesReportToRecordCompanyMessage or SalesReportToSocietyMessage was expected"
		if strings.Contains(root.Name, "Release") {
			hint = `it announces releases: type = "ddex_ern" reads it`
		}
		return fmt.Errorf("the message is a %.60q: %s", root.Name, hint)
	}
	r.service = root.First("MessageHeader/MessageSender/PartyName/FullName", "MessageHeader/MessageSender/TradingName", "MessageHeader/MessageSender/PartyId")
	names := map[string]usage{} // by every identifier of a release
	for _, s := range root.Kids("ContainedReleaseSummary") {
		local := s.At("ReleaseSummaryDetailsByTerritory")
		u := usage{title: first(local.First("Title/TitleText"), s.First("ReferenceTitle/TitleText")), artist: local.First("DisplayArtistName/FullName", "DisplayArtistName", "DisplayArtist/PartyName/FullName")}
		u.isrc, u.release = ids(s)
		for _, id := range s.Kids("ReleaseId") {
			for _, k := range id.Kids() {
				if k.Text != "" {
					names[k.Text] = u
				}
			}
		}
		if ref := s.First("ReleaseReference"); ref != "" {
			names[ref] = u
		}
	}
	for _, report := range root.Kids("SalesReport") {
		r.walk(report, usage{}, names)
	}
	if r.count == 0 {
		r.tally.Add(sonify.Skipped, "report without a record", 0)
	}
	return nil
}

// walk goes down a report. What stands above a record holds for it, too. A record is
// the sales of one territory.
func (r *report) walk(n *ddex.Node, u usage, names map[string]usage) {
	if isrc, release := ids(n); isrc != "" || release != "" {
		u.isrc, u.release = isrc, release
		if k, ok := names[first(isrc, release)]; ok {
			u.title, u.artist = k.title, k.artist
			u.isrc, u.release = first(isrc, k.isrc), first(release, k.release)
		}
	}
	if ref := n.First("SalesReportReleaseReference", "ReleaseReference"); ref != "" {
		if k, ok := names[ref]; ok {
			k.territory, k.model, k.use, k.currency = u.territory, u.model, u.use, u.currency
			u = k
		}
	}
	u.model = first(n.First("CommercialModelType"), u.model)
	u.use = first(n.First("UseType", "Usage/UseType"), u.use)
	u.territory = first(n.First("TerritoryCode"), u.territory)
	u.currency = first(n.First("CurrencyCode", "CurrencyOfAccounting"), u.currency)
	// A record's territory stands in it; deals below it may each have numbers.
	if n.At("TerritoryCode") != nil && strings.HasSuffix(n.Name, "ByTerritory") && strings.HasPrefix(n.Name, "Sales") {
		r.record(n, u)
		return
	}
	for _, k := range n.Kids() {
		r.walk(k, u, names)
	}
}

// quantities and amounts are the elements that say how much, the best first.
var (
	quantities = []string{"NumberOfUsages", "NumberOfUnitsSold", "NumberOfConsumerSales", "NumberOfSales", "NumberOfUnits", "NumberOfStreams", "NumberOfDownloads"}
	amounts    = []string{"AmountPayableInCurrencyOfAccounting", "AmountPayable", "NetRevenue", "Revenue"}
)

// record tells the sales of one territory: once, or for each deal with numbers of its
// own.
func (r *report) record(n *ddex.Node, u usage) {
	u.counted, u.paid = false, false
	sum := func(names []string) (total float64, ok bool) {
		for _, name := range names {
			n.All(name, func(k *ddex.Node) {
				if f, good := number(k.Text); good {
					total, ok = total+f, true
					u.currency = first(k.Attr("CurrencyCode"), u.currency)
				}
			})
			if ok {
				return total, true
			}
		}
		return 0, false
	}
	n.All("CommercialModelType", func(k *ddex.Node) { u.model = first(k.Text, u.model) })
	n.All("UseType", func(k *ddex.Node) { u.use = first(k.Text, u.use) })
	n.All("CurrencyCode", func(k *ddex.Node) { u.currency = first(u.currency, k.Text) })
	u.quantity, u.counted = sum(quantities)
	u.amount, u.paid = sum(amounts)
	r.say(&u, 0)
}

// ids returns the recording's number and the best identifier of the release.
func ids(n *ddex.Node) (isrc, release string) {
	isrc = n.First("ReleaseId/ISRC", "ResourceId/ISRC", "SoundRecordingId/ISRC")
	return isrc, n.First("ReleaseId/GRid", "ReleaseId/ICPN", "ReleaseId/ProprietaryId", "ReleaseId/CatalogNumber")
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
