package decode

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/theory/jsonpath"

	"proscenium/sonify"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/leaves"
	"proscenium/sources/internal/table"
)

// A cutter cuts messages into records, each a number of leaves.
type cutter struct {
	c      *Config
	note   func(fate sonify.Fate, what string)
	parser leaves.Parser // of JSON
	values *field.Parser // of texts
	re     *regexp.Regexp
	groups []string // of re, "" for those without a name

	selected []string       // select, if it is a path with dots
	query    *jsonpath.Path // select, if it is a JSONPath
	sorted   bool           // its order is not that of the text
	withs    [][]string     // with, as paths
	withQ    []*jsonpath.Path
	queries  []query // fields by JSONPath

	all    []leaves.Leaf // of the record; used again
	around []leaves.Leaf // what with adds
	list   bool          // the message is one of records
	names  []string      // columns of CSV
	header []byte        // from which they came
}

// query is a field that a JSONPath finds.
type query struct {
	name string
	path *jsonpath.Path
}

func newCutter(c *Config, note func(sonify.Fate, string)) *cutter {
	k := &cutter{c: c, note: note, values: field.NewParser(c.Missing, c.Decimal == "comma")}
	items := c.Items
	for _, p := range c.paths() {
		for _, part := range strings.Split(p, ".") {
			if n, err := strconv.Atoi(part); err == nil && n < 1000 {
				items = max(items, n+1)
			}
		}
	}
	k.parser = leaves.Parser{
		MaxDepth: c.MaxDepth, MaxItems: items, MaxLeaves: max(c.MaxFields*4, 1024),
		Missing: func(t string) bool { return k.values.IsMissing(strings.TrimSpace(t)) },
		Note:    note,
	}
	if c.Pattern != "" {
		k.re = regexp.MustCompile(c.Pattern)
		k.groups = k.re.SubexpNames()
	}
	switch {
	case strings.HasPrefix(c.Select, "$"):
		k.query = jsonpath.MustParse(c.Select)
		k.sorted = strings.Contains(c.Select, "*") || strings.Contains(c.Select, "..")
	case c.Select != "":
		k.selected = strings.Split(c.Select, ".")
	}
	for _, w := range c.With {
		if strings.HasPrefix(w, "$") {
			k.withs, k.withQ = append(k.withs, nil), append(k.withQ, jsonpath.MustParse(w))
		} else {
			k.withs, k.withQ = append(k.withs, strings.Split(w, ".")), append(k.withQ, nil)
		}
	}
	for name, p := range c.Fields {
		if strings.HasPrefix(p, "$") {
			k.queries = append(k.queries, query{name, jsonpath.MustParse(p)})
		}
	}
	return k
}

// paths returns all ways to fields that c names.
func (c *Config) paths() []string {
	all := []string{c.Time, c.EventFrom, c.Key, c.Unique, c.Period}
	for _, p := range c.Fields {
		all = append(all, p)
	}
	return all
}

// errUnreadable is about a message of which nothing can be read.
var errUnreadable = errors.New("cannot be read")

func unreadable(format string, err error) error {
	return fmt.Errorf("the message is no %s: %w", format, errors.Join(errUnreadable, err))
}

// cut gives each the records of a message of a media type, "" if it is not known.
func (k *cutter) cut(media string, body []byte, each func(record []leaves.Leaf) error) error {
	body = bytes.TrimPrefix(input.Narrow(body), []byte("\xef\xbb\xbf"))
	k.list = k.c.Format == "jsonl" || k.c.Format == "csv" || k.re != nil || k.query != nil
	switch k.c.Format {
	case "json":
		return k.json(body, each)
	case "jsonl":
		return k.jsonLines(body, each)
	case "csv":
		return k.csv(body, separators[k.c.Separator], each)
	case "xml":
		return k.xml(body, each)
	case "text":
		return k.text(body, each)
	}
	trim := bytes.TrimLeft(body, " \t\r\n")
	if len(trim) == 0 {
		return nil
	}
	switch c := trim[0]; {
	case c == '{' || c == '[':
		err := k.json(body, each)
		if errors.Is(err, leaves.ErrSyntax) && bytes.IndexByte(bytes.TrimRight(trim, " \r\n"), '\n') > 0 {
			return k.jsonLines(body, each)
		}
		return err
	case c == '<':
		return k.xml(body, each)
	case tables[media] && k.re == nil:
		k.list = true
		sep := separators[k.c.Separator]
		if media == "text/tab-separated-values" && sep == 0 {
			sep = '\t'
		}
		return k.csv(body, sep, each)
	case c == '"' && k.parser.Value(body) == nil:
		return each(k.parser.Leaves)
	}
	return k.text(body, each)
}

// json reads one JSON value.
func (k *cutter) json(body []byte, each func([]leaves.Leaf) error) error {
	if err := k.jsonWith(body); err != nil {
		return unreadable("JSON", err)
	}
	if k.query != nil {
		doc, err := decodeJSON(body)
		if err != nil {
			return unreadable("JSON", err)
		}
		return k.found(k.query, doc, each)
	}
	value := body
	if k.selected != nil {
		v, ok, err := k.parser.Find(body, k.selected)
		if err != nil {
			return unreadable("JSON", err)
		}
		if !ok || bytes.Equal(v, []byte("null")) {
			// An empty answer often lacks the list altogether.
			if err := k.parser.Value(body); err != nil {
				return unreadable("JSON", err)
			}
			k.note(sonify.Absent, "message without what select names")
			return nil
		}
		value = v
	}
	if trim := bytes.TrimLeft(value, " \t\r\n"); len(trim) > 0 && trim[0] == '[' {
		k.list = true
		// The whole list must be one before anything of it is believed.
		if err := k.parser.Elements(value, func([]byte) error { return nil }); err != nil {
			return unreadable("JSON", err)
		}
		return k.parser.Elements(value, func(element []byte) error { return k.record(element, each) })
	}
	if err := k.record(value, each); err != nil {
		if errors.Is(err, leaves.ErrSyntax) {
			return unreadable("JSON", err)
		}
		return err
	}
	return nil
}

// record gives each one value of JSON.
func (k *cutter) record(value []byte, each func([]leaves.Leaf) error) error {
	if err := k.parser.Value(value); err != nil {
		return err
	}
	k.all = append(k.all[:0], k.parser.Leaves...)
	if len(k.queries) > 0 {
		doc, err := decodeJSON(value)
		if err != nil {
			return err
		}
		k.ask(doc)
	}
	k.all = append(k.all, k.around...)
	return each(k.all)
}

// ask adds what the JSONPaths of the fields find.
func (k *cutter) ask(doc any) {
	for _, q := range k.queries {
		nodes := q.path.Select(doc)
		if len(nodes) == 0 {
			continue
		}
		k.all = append(k.all, k.leaf("$"+q.name, nodes[0]))
	}
}

// leaf makes a leaf of a decoded value. Of a list or an object there is only how many
// it holds.
func (k *cutter) leaf(path string, v any) leaves.Leaf {
	switch v := v.(type) {
	case string:
		if k.parser.Missing(v) {
			return leaves.Leaf{Path: path, Raw: v}
		}
		return leaves.Leaf{Path: path, Value: sonify.Word(v), Raw: v}
	case bool:
		return leaves.Leaf{Path: path, Value: sonify.Truth(v)}
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return leaves.Leaf{Path: path, Raw: v.String()}
		}
		return leaves.Leaf{Path: path, Value: sonify.Num(f), Raw: v.String()}
	case []any:
		return leaves.Leaf{Path: path, Value: sonify.Num(float64(len(v)))}
	case map[string]any:
		return leaves.Leaf{Path: path, Value: sonify.Num(float64(len(v)))}
	}
	return leaves.Leaf{Path: path}
}

// found gives each what a JSONPath selects; of one list its elements.
func (k *cutter) found(q *jsonpath.Path, doc any, each func([]leaves.Leaf) error) error {
	var nodes []any
	if k.sorted {
		located := q.SelectLocated(doc)
		located.Sort()
		for n := range located.Nodes() {
			nodes = append(nodes, n)
		}
	} else {
		nodes = q.Select(doc)
	}
	if len(nodes) == 1 {
		if list, ok := nodes[0].([]any); ok {
			nodes = list
		}
	}
	if len(nodes) == 0 {
		k.note(sonify.Absent, "message without what select names")
	}
	for _, n := range nodes {
		b, err := json.Marshal(n)
		if err != nil {
			return unreadable("JSON", err)
		}
		if err := k.record(b, each); err != nil {
			return err
		}
	}
	return nil
}

// decodeJSON decodes into maps and lists, numbers as they are written.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%w: %v", leaves.ErrSyntax, err)
	}
	return v, nil
}

// jsonWith finds what every record of a message gets from around it.
func (k *cutter) jsonWith(body []byte) error {
	k.around = k.around[:0]
	var doc any
	for i, w := range k.c.With {
		if q := k.withQ[i]; q != nil {
			if doc == nil {
				var err error
				if doc, err = decodeJSON(body); err != nil {
					return err
				}
			}
			if nodes := q.Select(doc); len(nodes) > 0 {
				k.around = append(k.around, k.leaf(w, nodes[0]))
			}
			continue
		}
		v, ok, err := k.parser.Find(body, k.withs[i])
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := k.parser.Value(v); err != nil {
			return err
		}
		for _, l := range k.parser.Leaves {
			if l.Path == "value" {
				l.Path = w
			} else {
				l.Path = w + "." + l.Path
			}
			k.around = append(k.around, l)
		}
	}
	return nil
}

// jsonLines reads one JSON value a line. A line that is none is left out.
func (k *cutter) jsonLines(body []byte, each func([]leaves.Leaf) error) error {
	return lines(body, func(line []byte) error {
		err := k.json(line, each)
		if errors.Is(err, errUnreadable) {
			k.note(sonify.Skipped, "line that is no JSON")
			return nil
		}
		return err
	})
}

// lines gives each every line that is not blank.
func lines(body []byte, each func(line []byte) error) error {
	for len(body) > 0 {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		line = bytes.TrimRight(line, "\r")
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := each(line); err != nil {
			return err
		}
	}
	return nil
}

// text reads lines, by the regular expression if there is one, and otherwise the whole
// message as one value.
func (k *cutter) text(body []byte, each func([]leaves.Leaf) error) error {
	if bytes.IndexByte(body, 0) >= 0 {
		return unreadable("text", errors.New("it holds a byte of zero"))
	}
	if k.re == nil {
		t := strings.TrimSpace(k.utf8(body))
		k.all = append(k.all[:0], leaves.Leaf{Path: "value", Value: k.values.Value(t), Raw: t})
		return each(k.all)
	}
	return lines(body, func(line []byte) error {
		t := k.utf8(line)
		at := k.re.FindStringSubmatchIndex(t)
		if at == nil {
			k.note(sonify.Skipped, "line that the pattern does not fit")
			return nil
		}
		k.all = k.all[:0]
		for i, name := range k.groups {
			if name == "" {
				continue
			}
			l := leaves.Leaf{Path: name}
			if at[2*i] >= 0 {
				l.Raw = t[at[2*i]:at[2*i+1]]
				l.Value = k.values.Value(l.Raw)
			}
			k.all = append(k.all, l)
		}
		return each(k.all)
	})
}

func (k *cutter) utf8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	k.note(sonify.Repaired, "text that is not UTF-8")
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// csv reads a table with its header, or rows of the columns that the piece names; sep is
// what stands between its cells, 0 if that is to be seen from them.
func (k *cutter) csv(body []byte, sep byte, each func([]leaves.Leaf) error) error {
	r := table.NewReader(bufio.NewReaderSize(bytes.NewReader(body), min(max(len(body), 64), 64<<10)))
	r.Max = k.c.MaxRecord << 10
	r.Separator = r.Sniff()
	if sep != 0 {
		r.Separator = sep
	}
	if len(k.c.Columns) > 0 {
		k.names = k.c.Columns
	} else {
		head, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable("CSV", err)
		}
		if line, _, _ := bytes.Cut(body, []byte("\n")); !bytes.Equal(line, k.header) || len(k.names) != len(head) {
			k.header = append(k.header[:0], line...)
			k.names = append([]string(nil), head...)
			for i, n := range k.names {
				if strings.TrimSpace(n) == "" {
					k.names[i] = "column_" + strconv.Itoa(i+1)
				}
			}
		}
	}
	for {
		cells, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable("CSV", err)
		}
		if r.Foreign {
			k.note(sonify.Repaired, "row that is not UTF-8, read as Latin-1")
		}
		if len(cells) > len(k.names) {
			k.note(sonify.Skipped, "cells beyond the last column")
			cells = cells[:len(k.names)]
		} else if len(cells) < len(k.names) {
			k.note(sonify.Absent, "cells at the end of a row")
		}
		k.all = k.all[:0]
		for i, cell := range cells {
			k.all = append(k.all, leaves.Leaf{Path: k.names[i], Value: k.values.Value(cell), Raw: cell})
		}
		if err := each(k.all); err != nil {
			return err
		}
	}
}

// tables are the media types of tables: nothing in their first bytes tells them from text.
var tables = map[string]bool{"text/csv": true, "application/csv": true, "text/x-csv": true, "text/comma-separated-values": true, "text/tab-separated-values": true}

var separators = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "bar": '|'}
