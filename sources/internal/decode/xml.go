package decode

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/leaves"
)

// Limits of an XML message, beside its length.
const (
	maxXMLDepth = 64
	maxXMLNodes = 200_000 // elements and attributes
)

// element is an element of XML. Names are without their name space: services change
// the prefixes and the versions of theirs.
type element struct {
	name  string
	attrs []xml.Attr
	text  string // without the blanks around it; of elements with others in them, too
	kids  []*element
}

var (
	errDTD    = errors.New("it has a document type declaration, which is refused: it could make it endless")
	errDeep   = fmt.Errorf("elements are nested deeper than %d", maxXMLDepth)
	errMany   = fmt.Errorf("it has more than %d elements and attributes", maxXMLNodes)
	errNoRoot = errors.New("there is no element in it")
)

// readXML reads a document: no document type, no entities but the five of XML and
// numbers, bounded in depth and number.
func readXML(body []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = true
	d.CharsetReader = latin
	var stack []*element
	var root *element
	var texts [][]byte
	count := 0
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, errDTD
		case xml.StartElement:
			if count += 1 + len(t.Attr); count > maxXMLNodes {
				return nil, errMany
			}
			if len(stack) >= maxXMLDepth {
				return nil, errDeep
			}
			e := &element{name: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					e.attrs = append(e.attrs, xml.Attr{Name: a.Name, Value: a.Value})
				}
			}
			if len(stack) > 0 {
				top := stack[len(stack)-1]
				top.kids = append(top.kids, e)
			} else if root != nil {
				return nil, errors.New("it has more than one element at the top")
			} else {
				root = e
			}
			stack, texts = append(stack, e), append(texts, nil)
		case xml.EndElement:
			if len(stack) == 0 || stack[len(stack)-1].name != t.Name.Local {
				return nil, fmt.Errorf("</%.40s> ends nothing that was begun", t.Name.Local)
			}
			n := len(stack) - 1
			stack[n].text = string(bytes.TrimSpace(texts[n]))
			stack, texts = stack[:n], texts[:n]
		case xml.CharData:
			if len(texts) > 0 {
				texts[len(texts)-1] = append(texts[len(texts)-1], t...)
			}
		}
	}
	switch {
	case len(stack) > 0:
		return nil, fmt.Errorf("<%.40s> is not ended", stack[len(stack)-1].name)
	case root == nil:
		return nil, errNoRoot
	}
	return root, nil
}

// latin reads the encodings that need no tables.
func latin(charset string, in io.Reader) (io.Reader, error) {
	if input.IsUTF16(charset) {
		return in, nil
	}
	switch strings.ToLower(charset) {
	case "utf-8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1", "windows-1252":
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		return bytes.NewReader(input.FromLatin1(nil, b)), nil
	}
	return nil, fmt.Errorf("the encoding %.40q is not understood: UTF-8 or UTF-16 was expected", charset)
}

// at returns the elements at a path below e, all those of a name where there are
// several.
func (e *element) at(path []string) []*element {
	if len(path) == 0 {
		return []*element{e}
	}
	want := -1
	rest := path[1:]
	if len(rest) > 0 {
		if i, err := strconv.Atoi(rest[0]); err == nil {
			want, rest = i, rest[1:]
		}
	}
	var out []*element
	n := 0
	for _, k := range e.kids {
		if k.name != path[0] {
			continue
		}
		if want < 0 || n == want {
			out = append(out, k.at(rest)...)
		}
		n++
	}
	return out
}

// xml reads an XML document. Select begins below the root, with or without its name.
func (k *cutter) xml(body []byte, each func([]leaves.Leaf) error) error {
	root, err := readXML(body)
	if err != nil {
		return unreadable("XML", err)
	}
	k.around = k.around[:0]
	for i, w := range k.c.With {
		path, attr := k.withs[i], ""
		if len(path) > 0 && strings.HasPrefix(path[len(path)-1], "@") {
			path, attr = path[:len(path)-1], path[len(path)-1][1:]
		}
		found := below(root, path)
		for _, e := range found[:min(1, len(found))] {
			if attr == "" {
				k.around = append(k.around, leaves.Leaf{Path: w, Value: k.values.Value(e.text), Raw: e.text})
			}
			for _, a := range e.attrs {
				if attr == a.Name.Local {
					k.around = append(k.around, leaves.Leaf{Path: w, Value: k.values.Value(a.Value), Raw: a.Value})
				}
			}
		}
	}
	records := []*element{root}
	if k.selected != nil {
		k.list = true
		if records = below(root, k.selected); len(records) == 0 {
			k.note(sonify.Absent, "message without what select names")
		}
	}
	for _, e := range records {
		k.all = k.all[:0]
		k.element(e, "", 1)
		k.all = append(k.all, k.around...)
		if err := each(k.all); err != nil {
			return err
		}
	}
	return nil
}

func below(root *element, path []string) []*element {
	if len(path) > 0 && path[0] == root.name {
		return root.at(path[1:])
	}
	return root.at(path)
}

// element adds the leaves of e. Elements of one name beside each other are numbered.
func (k *cutter) element(e *element, path string, depth int) {
	if len(k.all) >= k.parser.MaxLeaves {
		k.note(sonify.Skipped, "fields beyond max_fields")
		return
	}
	under := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	for _, a := range e.attrs {
		k.all = append(k.all, leaves.Leaf{Path: under("@" + a.Name.Local), Value: k.values.Value(a.Value), Raw: a.Value})
	}
	if e.text != "" || len(e.kids) == 0 {
		p := path
		if p == "" {
			p = "value"
		}
		if e.text != "" || len(e.attrs) == 0 {
			k.all = append(k.all, leaves.Leaf{Path: p, Value: k.values.Value(e.text), Raw: e.text})
		}
	}
	if depth > k.c.MaxDepth {
		if len(e.kids) > 0 {
			k.note(sonify.Skipped, "values nested too deep")
		}
		return
	}
	count := map[string]int{}
	for _, kid := range e.kids {
		count[kid.name]++
	}
	seen := map[string]int{}
	for _, kid := range e.kids {
		n := seen[kid.name]
		seen[kid.name]++
		switch {
		case count[kid.name] == 1:
			k.element(kid, under(kid.name), depth+1)
		case n < k.parser.MaxItems:
			k.element(kid, under(kid.name)+"."+strconv.Itoa(n), depth+1)
		}
		if n == 0 && count[kid.name] > 1 {
			k.all = append(k.all, leaves.Leaf{Path: under(kid.name) + ".count", Value: sonify.Num(float64(count[kid.name]))})
		}
	}
}
