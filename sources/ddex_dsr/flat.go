package dsr

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"

	"proscenium/sonify"
)

// A flat file has a record a line and tabs between its cells. The first cell says what
// the record is: HEAD, summaries (SY...), recordings and releases that were used (AS,
// RE, MW, ...), how often (SU...), FOOT. Lines that begin with # name the columns of the
// kind of record that they name: which columns there are differs from profile to
// profile and from version to version.

// Bounds of a flat file.
const (
	mostSummaries = 200_000
	mostColumns   = 200
	longestLine   = 1 << 20
)

// columns of a kind of record, by their names in small letters.
type columns map[string]int

// plain are the columns of files that do not name them: those of HEAD, which no version
// has changed, up to what is needed here.
var plain = map[string]columns{
	"HEAD": {"senderpartyid": 10, "sendername": 11},
}

// flat is a flat file while it is told.
type flat struct {
	*report
	columns   map[string]columns
	summaries map[string]usage
	block     string // the recordings and releases of the block that is read
	what      usage
}

// flat tells a flat file.
func (r *report) flat(body []byte) error {
	f := &flat{report: r, columns: map[string]columns{}, summaries: map[string]usage{}}
	in := bufio.NewScanner(bytes.NewReader(body))
	in.Buffer(make([]byte, 0, 64<<10), longestLine)
	line, records := int64(0), 0
	for in.Scan() {
		line++
		text := strings.TrimSuffix(strings.TrimPrefix(in.Text(), "\ufeff"), "\r")
		if strings.TrimSpace(text) == "" {
			continue
		}
		cells := strings.Split(text, "\t")
		if len(cells) > mostColumns {
			cells = cells[:mostColumns]
		}
		if name, ok := strings.CutPrefix(cells[0], "#"); ok {
			f.name(strings.TrimSpace(name), cells)
			continue
		}
		kind := strings.TrimSpace(cells[0])
		if records == 0 && kind != "HEAD" {
			return fmt.Errorf("line %d: the file begins with %.30q: a flat file of DSR begins with HEAD, a message with <", line, kind)
		}
		records++
		f.take(kind, cells, line)
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return fmt.Errorf("line %d has more than %d KiB", line+1, longestLine>>10)
		}
		return err
	}
	if records == 0 {
		return errors.New("the file is empty: a report of sales was expected")
	}
	if r.count == 0 {
		r.tally.Add(sonify.Skipped, "report without a record", 0)
	}
	return nil
}

// name takes the names of the columns of a kind of record.
func (f *flat) name(kind string, cells []string) {
	c := columns{}
	for i, name := range cells {
		if i > 0 {
			c[strings.ToLower(strings.TrimSpace(name))] = i
		}
	}
	if len(c) > 0 && len(f.columns) < 100 {
		f.columns[kind] = c
		short, _, _ := strings.Cut(kind, ".")
		if _, ok := f.columns[short]; !ok {
			f.columns[short] = c
		}
	}
}

// of returns the columns of a kind of record. SU02.01 is looked for as itself and as
// SU02.
func (f *flat) of(kind string) (columns, bool) {
	if c, ok := f.columns[kind]; ok {
		return c, true
	}
	short, _, _ := strings.Cut(kind, ".")
	if c, ok := f.columns[short]; ok {
		return c, true
	}
	c, ok := plain[kind]
	return c, ok
}

// cell returns the first cell that is not empty of those columns.
func (c columns) cell(cells []string, names ...string) string {
	for _, n := range names {
		if i, ok := c[n]; ok && i < len(cells) {
			if s := strings.TrimSpace(cells[i]); s != "" {
				if len(s) > 300 {
					s = strings.ToValidUTF8(s[:300], "")
				}
				return s
			}
		}
	}
	return ""
}

// take reads a record.
func (f *flat) take(kind string, cells []string, line int64) {
	c, ok := f.of(kind)
	switch {
	case kind == "HEAD":
		f.service = c.cell(cells, "sendername", "senderpartyid")
		return
	case strings.HasPrefix(kind, "FOOT"):
		return
	case !ok:
		f.tally.Add(sonify.Skipped, "records whose columns no line names", line)
		return
	}
	if b := c.cell(cells, "blockid"); b != "" && b != f.block {
		f.block, f.what = b, usage{}
	}
	switch kind[:min(2, len(kind))] {
	case "SY", "SR":
		f.summary(c, cells, line)
	case "SU", "US":
		f.usage(c, cells, line)
	default:
		f.describe(c, cells)
	}
}

// terms reads where and how something was used, over what is known already.
func (f *flat) terms(u *usage, c columns, cells []string) {
	u.territory = first(c.cell(cells, "territory", "territorycode", "territoryofusageorsale", "territoryofuseorsale"), u.territory)
	u.model = first(c.cell(cells, "commercialmodel", "commercialmodeltype"), u.model)
	u.use = first(c.cell(cells, "usetype", "servicetype", "userinterfacetype"), u.use)
	u.currency = first(c.cell(cells, "currencyofreporting", "currencyofinvoicing", "currency", "currencycode", "currencyoftransaction"), u.currency)
	u.title = first(c.cell(cells, "title", "displaytitle", "resourcetitle", "releasetitle"), u.title)
	u.artist = first(c.cell(cells, "displayartistname", "artist", "artistname"), u.artist)
	u.isrc = first(c.cell(cells, "isrc"), u.isrc)
	u.release = first(c.cell(cells, "grid", "icpn", "dspreleaseid", "releaseid", "proprietaryid"), u.release)
}

// summary remembers what a summary says: records of use refer to it.
func (f *flat) summary(c columns, cells []string, line int64) {
	var u usage
	f.terms(&u, c, cells)
	id := c.cell(cells, "summaryrecordid")
	if id == "" {
		return
	}
	if len(f.summaries) >= mostSummaries {
		f.tally.Add(sonify.Skipped, "summaries beyond 200,000", line)
		return
	}
	f.summaries[id] = u
}

// describe reads a recording or release, which the records of use of its block mean.
func (f *flat) describe(c columns, cells []string) { f.terms(&f.what, c, cells) }

// usage tells a record of use.
func (f *flat) usage(c columns, cells []string, line int64) {
	u := f.what
	if s, ok := f.summaries[c.cell(cells, "summaryrecordid")]; ok {
		u.territory, u.model, u.use, u.currency = s.territory, s.model, s.use, s.currency
	}
	f.terms(&u, c, cells)
	u.quantity, u.counted = number(c.cell(cells, "usages", "numberofusages", "numberofstreams", "quantity", "unitssold", "consumersales", "salestransactions"))
	u.amount, u.paid = number(c.cell(cells, "netrevenue", "revenue", "royalty", "amountpayable", "rightsholderrevenue", "allocatednetrevenue", "allocatedrevenue", "pricepaidexcsalestax", "priceconsumerpaidexcsalestax"))
	f.say(&u, line)
}
