package dsr

import (
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/ddex"
)

// A message lists what was sold, by references of its own, and then reports by
// commercial model, territory, release and use:
//
//	SalesReport/SalesByCommercialModel/SalesByTerritory/ReleaseTransactions/SalesTransaction/SalesData
//
// Services have nested it in other ways, with the territories below the releases. So what
// is told is the innermost part that stands for one thing sold, and all that stands above
// it holds for it, too.

// sales is a message that is told.
type sales struct {
	*report
	things map[string]thing // by reference, and by every identifier
}

// scope is what holds for a part of a message.
type scope struct {
	usage
	accounting string // the currency that the message accounts in
	deal       *deal
}

// deal is an amount that stands above several records: it is told with the first.
type deal struct {
	amount   float64
	currency string
	told     bool
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
	sender := root.First("MessageHeader/MessageSender/PartyName/FullName", "MessageHeader/MessageSender/TradingName", "MessageHeader/MessageSender/PartyId")
	m := &sales{report: r, things: map[string]thing{}}
	m.list(root)
	for _, report := range root.Kids("SalesReport") {
		r.service = first(report.First("DSP/PartyName/FullName", "DSP/TradingName"), sender) // who sends it may report for another
		m.walk(report, scope{})
	}
	if r.count == 0 {
		r.tally.Add(sonify.Skipped, "report without a record", 0)
	}
	return nil
}

// list reads what was sold. The resources come first, for a release may say no more than
// which it holds.
func (m *sales) list(root *ddex.Node) {
	for _, list := range root.Kids("ContainedResourceList", "ResourceList") {
		for _, n := range list.Kids() {
			m.remember(n, describe(n), "ResourceReference")
		}
	}
	releases := root.Kids("ContainedReleaseSummary")
	for _, list := range root.Kids("ContainedReleaseList", "ReleaseList") {
		releases = append(releases, list.Kids()...)
	}
	for _, n := range releases {
		t := describe(n)
		if refs := n.At("ReleaseResourceReferenceList").Kids("ReleaseResourceReference"); len(refs) == 1 {
			only := m.things[refs[0].Text]
			t.title, t.artist, t.isrc = first(t.title, only.title), first(t.artist, only.artist), first(t.isrc, only.isrc)
		}
		m.remember(n, t, "ReleaseReference")
	}
}

// remember keeps a thing by its references and identifiers.
func (m *sales) remember(n *ddex.Node, t thing, reference string) {
	for _, k := range n.Kids() {
		if k.Name == reference && k.Text != "" {
			m.things[k.Text] = t
		}
		if isId(k) {
			for _, id := range k.Kids() {
				if id.Text != "" {
					m.things[id.Text] = t
				}
			}
		}
	}
}

// describe reads a release or resource of a list. Titles and artists may be one
// territory's; the first is as good as another.
func describe(n *ddex.Node) (t thing) {
	t.isrc, t.release = ids(n)
	parts := []*ddex.Node{}
	for _, k := range n.Kids() {
		if strings.HasSuffix(k.Name, "DetailsByTerritory") {
			parts = append(parts, k)
		}
	}
	for _, p := range append(parts, n) {
		t.title = first(t.title, p.First("Title/TitleText", "DisplayTitle/TitleText"))
		t.artist = first(t.artist, p.First("DisplayArtistName/FullName", "DisplayArtistName", "DisplayArtist/PartyName/FullName", "DisplayArtist/DisplayArtistName/FullName"))
	}
	t.title = first(t.title, n.First("ReferenceTitle/TitleText"))
	return t
}

// isId reports whether an element holds identifiers of a release or resource.
func isId(n *ddex.Node) bool {
	return n.Name == "ReleaseId" || n.Name == "ResourceId" || strings.HasSuffix(n.Name, "RecordingId") || strings.HasSuffix(n.Name, "VideoId")
}

// numbers are the identifiers of a release, the best first.
var numbers = []string{"GRid", "ICPN", "ProprietaryId", "CatalogNumber"}

// ids returns the recording's number and the best identifier of the release.
func ids(n *ddex.Node) (isrc, release string) {
	best := len(numbers)
	for _, k := range n.Kids() {
		if !isId(k) {
			continue
		}
		isrc = first(isrc, k.First("ISRC"))
		for i, name := range numbers[:best] {
			if s := k.First(name); s != "" && k.Name == "ReleaseId" {
				release, best = s, i
				break
			}
		}
	}
	return isrc, release
}

// Elements that refer to what the message lists.
var (
	resourceRefs = []string{"TransactionResourceReference", "ResourceReference"}
	releaseRefs  = []string{"TransactionReleaseReference", "SalesReportReleaseReference", "ReleaseReference"}
)

// quantities and amounts are the elements that say how much, the best first. What was
// given away counts where nothing was sold.
var (
	quantities = []string{"NumberOfUsages", "NumberOfStreams", "NumberOfUnitsSold", "NumberOfConsumerSalesGross", "NumberOfConsumerSales", "NumberOfConsumerSalesNet",
		"NumberOfSales", "NumberOfUnits", "NumberOfDownloads"}
	free    = []string{"NumberOfFreeUnitsToConsumers"}
	amounts = []string{"AmountPayableInCurrencyOfAccounting", "AmountPayable", "NetRevenue", "Revenue"}
)

// walk goes down a report, and tells its records.
func (m *sales) walk(n *ddex.Node, s scope) {
	m.context(n, &s)
	if isRecord(n) && !within(n, isRecord) {
		m.record(n, s)
		return
	}
	if transactions(n) {
		if f, currency, ok := total(n, amounts, &s, true); ok {
			s.deal = &deal{amount: f, currency: currency}
		}
	}
	for _, k := range n.Kids() {
		m.walk(k, s)
	}
}

// context takes over what an element says for all below it.
func (m *sales) context(n *ddex.Node, s *scope) {
	if isrc, release := ids(n); isrc != "" || release != "" {
		t := thing{isrc: isrc, release: release}
		if k, ok := m.things[first(isrc, release)]; ok {
			t = thing{k.title, k.artist, first(isrc, k.isrc), first(release, k.release)}
		}
		s.thing = t
	}
	resource, some := m.refers(n, resourceRefs)
	release, other := m.refers(n, releaseRefs)
	switch {
	case some: // and the release that it was sold on, perhaps
		resource.title, resource.artist = first(resource.title, release.title), first(resource.artist, release.artist)
		resource.isrc, resource.release = first(resource.isrc, release.isrc), first(resource.release, release.release)
		s.thing = resource
	case other:
		s.thing = release
	}
	s.model = first(n.First("CommercialModelType"), s.model)
	s.use = first(n.First("UseType", "Usage/UseType"), s.use)
	s.territory = first(n.First("TerritoryCode"), s.territory)
	s.accounting = first(n.First("CurrencyOfAccounting"), s.accounting)
	s.currency = first(n.First("CurrencyCode"), s.currency)
}

// refers returns the first thing that an element refers to, and whether it refers to any,
// known or not.
func (m *sales) refers(n *ddex.Node, names []string) (t thing, some bool) {
	refs := n.Kids(names...)
	for _, k := range refs {
		if t, ok := m.things[k.Text]; ok {
			return t, true
		}
	}
	if len(refs) > 0 {
		m.tally.Add(sonify.Absent, "release or resource that the message refers to and does not list", 0)
	}
	return t, len(refs) > 0
}

// isRecord reports whether an element stands for something sold: a transaction, the
// sales of one territory, or whatever else says of a release how much of it.
func isRecord(n *ddex.Node) bool {
	if len(n.Kids()) == 0 {
		return false
	}
	if transactions(n) || strings.HasPrefix(n.Name, "SalesTransaction") || strings.HasPrefix(n.Name, "Sales") && strings.HasSuffix(n.Name, "ByTerritory") && n.At("TerritoryCode") != nil {
		return true
	}
	named := len(n.Kids(resourceRefs...)) > 0 || len(n.Kids(releaseRefs...)) > 0 || slices.ContainsFunc(n.Kids(), isId)
	return named && within(n, func(k *ddex.Node) bool {
		return slices.Contains(quantities, k.Name) || slices.Contains(free, k.Name) || slices.Contains(amounts, k.Name)
	})
}

// transactions reports whether an element holds those of a release or resource.
func transactions(n *ddex.Node) bool {
	return strings.HasPrefix(n.Name, "ReleaseTransactions") || strings.HasPrefix(n.Name, "ResourceTransactions")
}

// within reports whether something below n is so.
func within(n *ddex.Node, is func(*ddex.Node) bool) bool {
	return slices.ContainsFunc(n.Kids(), func(k *ddex.Node) bool { return is(k) || within(k, is) })
}

// total adds up the numbers of the first of the names that has any below n; outside
// leaves out those of records below. A currency is that of the deal which the number is
// of, or else the one that the message accounts in.
func total(n *ddex.Node, names []string, s *scope, outside bool) (sum float64, currency string, ok bool) {
	var add func(n *ddex.Node, name, made string)
	add = func(n *ddex.Node, name, made string) {
		made = first(n.First("CurrencyCode"), made)
		for _, k := range n.Kids() {
			if k.Name == name {
				if f, good := number(k.Text); good {
					sum, ok = sum+f, true
					currency = first(k.Attr("CurrencyCode"), made, currency)
				}
			} else if !outside || !isRecord(k) {
				add(k, name, made)
			}
		}
	}
	for _, name := range names {
		made := first(s.currency, s.accounting)
		add(n, name, made)
		if ok {
			if strings.HasSuffix(name, "InCurrencyOfAccounting") {
				currency = first(s.accounting, currency)
			}
			return sum, currency, true
		}
	}
	return 0, "", false
}

// record tells a record. Numbers of several deals or dates in it are added.
func (m *sales) record(n *ddex.Node, s scope) {
	u := s.usage
	below := func(name string) (text string) {
		n.All(name, func(k *ddex.Node) { text = first(text, k.Text) })
		return text
	}
	u.model, u.use = first(below("CommercialModelType"), u.model), first(below("UseType"), u.use)
	u.quantity, _, u.counted = total(n, quantities, &s, false)
	if !u.counted || u.quantity == 0 {
		if f, _, ok := total(n, free, &s, false); ok {
			u.quantity, u.counted = f, true
		}
	}
	u.amount, u.currency, u.paid = total(n, amounts, &s, false)
	if d := s.deal; !u.paid && d != nil && !d.told {
		u.amount, u.currency, u.paid, d.told = d.amount, d.currency, true, true
	}
	m.say(&u, 0)
}
