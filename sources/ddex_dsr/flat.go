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
// profile and from version to version. A piece may name them, too; where nobody does they
// are those of the standard (columns.go).

// Bounds of a flat file.
const (
	mostSummaries = 200_000
	mostColumns   = 200
	longestLine   = 1 << 20
	mostParts     = 100_000 // of a block
)

// flat is a flat file while it is told.
type flat struct {
	*report
	columns   map[string]columns // that the file names
	assumed   map[string]bool    // kinds of record that nobody names
	summaries map[string]usage
	block     string // the recordings and releases of the block that is read
	what      usage
	release   thing            // of the block
	recording thing            // the last of the block
	several   bool             // whether the block describes more than one recording
	parts     map[string]thing // of the block, by what records of use call them
}

// flat tells a flat file.
func (r *report) flat(body []byte) error {
	f := &flat{report: r, columns: map[string]columns{}, assumed: map[string]bool{}, summaries: map[string]usage{}, parts: map[string]thing{}}
	in := bufio.NewScanner(bytes.NewReader(body))
	in.Buffer(make([]byte, 0, 64<<10), longestLine)
	line, records := int64(0), 0
	for in.Scan() {
		line++
		text := strings.TrimSuffix(strings.TrimPrefix(in.Text(), "\ufeff"), "\r")
		if strings.TrimSpace(text) == "" {
			continue
		}
		cells := cut(text)
		if len(cells) > mostColumns {
			cells = cells[:mostColumns]
		}
		if name, ok := strings.CutPrefix(cells[0], "#"); ok {
			f.name(strings.TrimSpace(name), cells)
			continue
		}
		kind := strings.TrimSpace(cells[0])
		if records == 0 && !isHead(kind) {
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

// cut splits a line into its cells. A tab, a bar and a backslash of a text itself have
// backslashes before them: one, two and three.
func cut(line string) (cells []string) {
	if !strings.Contains(line, "\\") {
		return strings.Split(line, "\t")
	}
	begin, slashes := 0, 0
	for i := range len(line) {
		switch {
		case line[i] == '\\':
			slashes++
			continue
		case line[i] == '\t' && slashes%3 != 1:
			cells = append(cells, line[begin:i])
			begin = i + 1
		}
		slashes = 0
	}
	return append(cells, line[begin:])
}

// plain turns what is written with backslashes back into what is meant. The bar between
// the values of a cell that has several becomes between, or ends the text where between
// is "".
func plain(s, between string) string {
	if !strings.ContainsAny(s, "\\|") {
		return s
	}
	var b strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, `\\\`):
			b.WriteByte('\\')
			s = s[3:]
		case strings.HasPrefix(s, `\\|`):
			b.WriteByte('|')
			s = s[3:]
		case strings.HasPrefix(s, `\|`): // before version 1.2
			b.WriteByte('|')
			s = s[2:]
		case strings.HasPrefix(s, "\\\t"):
			b.WriteByte(' ')
			s = s[2:]
		case s[0] == '|':
			if between == "" {
				return strings.TrimSpace(b.String())
			}
			b.WriteString(between)
			s = s[1:]
		default:
			b.WriteByte(s[0])
			s = s[1:]
		}
	}
	return b.String()
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

// isHead reports whether a kind of record is the one with which a file begins.
func isHead(kind string) bool { return kind == "HEAD" || kind == "FHEA" || kind == "SRHE" }

// of returns the columns of a kind of record, and whether they are the standard's. SU02.01
// is looked for as itself and as SU02.
func (f *flat) of(kind string) (c columns, standard, ok bool) {
	short, _, _ := strings.Cut(kind, ".")
	for _, from := range []map[string]columns{f.named, f.columns} {
		for _, name := range []string{kind, short} {
			if c, ok := from[name]; ok {
				return c, false, true
			}
		}
	}
	if isHead(kind) {
		short = "HEAD"
	}
	c, ok = published[short]
	return c, true, ok
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
	c, standard, ok := f.of(kind)
	switch {
	case isHead(kind):
		f.service = c.cell(cells, "sendername", "senderpartyid")
		return
	case strings.HasPrefix(kind, "FOOT"), strings.HasPrefix(kind, "SRFO"), strings.HasPrefix(kind, "FFOO"):
		return
	case !ok:
		f.tally.Add(sonify.Skipped, "record whose columns neither a line nor the key columns names", line)
		return
	case standard && len(c) > 0 && !f.assumed[kind] && len(f.assumed) < 100:
		f.assumed[kind] = true
		f.tally.Add(sonify.Repaired, "kind of record whose columns no line names, read as the standard has them", line)
	}
	if b := c.cell(cells, "blockid"); b != "" && b != f.block {
		f.block, f.what, f.release, f.recording, f.several = b, usage{}, thing{}, thing{}, false
		clear(f.parts)
	}
	switch kind[:min(2, len(kind))] {
	case "SY":
		if standard && !isPlace(c.cell(cells, "territory"), c.cell(cells, "commercialmodel")) {
			f.tally.Add(sonify.Skipped, "summary that is not as the standard has it (the key columns names its columns)", line)
			return
		}
		f.summary(c, cells, line)
	case "SU", "US", "SR":
		f.usage(c, standard, cells, line)
	case "RU", "LI", "ST", "CU", "RC", "ML", "DE": // other uses of what was told, and whose it is
	default:
		f.describe(kind, c, cells)
	}
}

// terms reads where and how something was used, over what is known already.
func (f *flat) terms(u *usage, c columns, cells []string) {
	u.territory = first(c.cell(cells, territories...), u.territory)
	u.model = first(c.cell(cells, models...), u.model)
	u.use = first(c.cell(cells, uses...), u.use)
	u.currency = first(c.cell(cells, currencies...), u.currency)
	u.title = first(plain(c.cell(cells, titles...), "|"), u.title) // has one value only
	u.artist = first(plain(c.cell(cells, artists...), ", "), u.artist)
	u.isrc = first(plain(c.cell(cells, isrcs...), ""), u.isrc)
	u.release = first(plain(c.cell(cells, releases...), ""), u.release)
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

// describe reads a recording or release, which the records of use of its block mean: the
// one to which they refer, or all if they do not and it is the only recording.
func (f *flat) describe(kind string, c columns, cells []string) {
	var own usage
	f.terms(&own, c, cells)
	if strings.HasPrefix(kind, "MW") { // the work may be called otherwise than what was made of it
		f.what.title, f.what.artist = first(f.what.title, own.title), first(f.what.artist, own.artist)
		return
	}
	if strings.HasPrefix(kind, "RE") {
		f.release = thing{first(own.title, f.release.title), first(own.artist, f.release.artist), "", first(own.release, f.release.release)}
	} else if own.thing != (thing{}) {
		f.several = f.several || f.recording != (thing{}) && f.recording != own.thing
		f.recording = own.thing
	}
	f.terms(&f.what, c, cells)
	t := own.thing
	t.release = first(t.release, f.what.release) // a recording's is that of its block
	for _, ref := range references {
		if id := c.cell(cells, ref.described); id != "" && len(f.parts) < mostParts {
			f.parts[ref.described+"\t"+id] = t
		}
	}
}

// usage tells a record of use.
func (f *flat) usage(c columns, standard bool, cells []string, line int64) {
	u := f.what
	if f.several { // it may be any of them
		u.thing = f.release
	}
	for _, ref := range references {
		if t, ok := f.parts[ref.described+"\t"+c.cell(cells, ref.used...)]; ok {
			u.thing = t
			break
		}
	}
	if s, ok := f.summaries[c.cell(cells, "summaryrecordid")]; ok {
		u.territory, u.model, u.use, u.currency = s.territory, s.model, s.use, s.currency
	}
	f.terms(&u, c, cells)
	u.quantity, u.counted = number(c.cell(cells, counts...))
	if u.amount, u.paid = number(c.cell(cells, earnings...)); !u.paid && u.counted {
		if each, ok := number(c.cell(cells, prices...)); ok {
			u.amount, u.paid = money(each*u.quantity), true
		}
	}
	if standard && !u.counted {
		f.tally.Add(sonify.Skipped, "record without a number where the standard has it (the key columns names its columns)", line)
		return
	}
	f.say(&u, line)
}
