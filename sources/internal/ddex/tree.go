// Package ddex reads messages of the DDEX standards: what labels announce (ERN) and what
// services report of sales and streams (DSR).
package ddex

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"proscenium/sources/internal/input"
)

// Bounds of a message. The largest announcements have some ten thousand elements a
// release; reports of sales are larger, and those are read record by record.
const (
	maxDepth = 60
	maxNodes = 2_000_000
	maxText  = 4096 // bytes of one text
)

// Node is an element of a message: its name without a prefix, for the namespace is
// another one in every version.
type Node struct {
	Name  string
	Text  string
	attrs []xml.Attr
	kids  []*Node
}

// Parse reads a message. It takes no document types and no entities of a message's own;
// what is nested too deep, or too much, is an error.
func Parse(body []byte) (*Node, error) {
	d := xml.NewDecoder(bytes.NewReader(input.Narrow(body)))
	d.Strict = true
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if input.IsUTF16(charset) {
			return in, nil
		}
		return nil, fmt.Errorf("the encoding %.40q is not read here, UTF-8 or UTF-16 was expected", charset)
	}
	var root *Node
	var stack []*Node
	var text strings.Builder
	count := 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return nil, fmt.Errorf("line %d: no XML: %w", line, clean(err))
		}
		switch t := t.(type) {
		case xml.Directive:
			if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(string(t))), "DOCTYPE") {
				return nil, errors.New("the message has a document type, which no DDEX message has: it is refused")
			}
		case xml.StartElement:
			if count++; count > maxNodes || len(stack) >= maxDepth {
				return nil, fmt.Errorf("the message is nested deeper than %d or has more than %d elements", maxDepth, maxNodes)
			}
			n := &Node{Name: t.Name.Local, attrs: t.Attr}
			if len(stack) == 0 {
				if root != nil {
					return nil, errors.New("the message has two roots")
				}
				root = n
			} else {
				p := stack[len(stack)-1]
				p.kids = append(p.kids, n)
			}
			stack = append(stack, n)
			text.Reset()
		case xml.EndElement:
			n := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if len(n.kids) == 0 {
				n.Text = strings.TrimSpace(text.String())
			}
			text.Reset()
		case xml.CharData:
			if text.Len() < maxText {
				text.Write(t[:min(len(t), maxText-text.Len())])
			}
		}
	}
	if root == nil {
		return nil, errors.New("the message is empty: XML was expected")
	}
	if len(stack) > 0 {
		return nil, errors.New("the message is cut off")
	}
	return root, nil
}

// clean takes the place out of an error of the parser, which tells it by itself.
func clean(err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return errors.New(s.Msg)
	}
	return err
}

// Attr returns an attribute, "" if n does not have it.
func (n *Node) Attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// Kids returns the elements of n that have one of the given names; all without names.
func (n *Node) Kids(names ...string) []*Node {
	if n == nil {
		return nil
	}
	var out []*Node
	for _, k := range n.kids {
		if len(names) == 0 {
			out = append(out, k)
			continue
		}
		for _, name := range names {
			if k.Name == name {
				out = append(out, k)
				break
			}
		}
	}
	return out
}

// At returns the first element on a path of names, nil if there is none.
func (n *Node) At(path string) *Node {
	for name := range strings.SplitSeq(path, "/") {
		var next *Node
		if n != nil {
			for _, k := range n.kids {
				if k.Name == name {
					next = k
					break
				}
			}
		}
		n = next
	}
	return n
}

// First returns the first text that is not empty on one of the paths.
func (n *Node) First(paths ...string) string {
	for _, p := range paths {
		if k := n.At(p); k != nil && k.Text != "" {
			return clip(k.Text)
		}
	}
	return ""
}

// Short returns the text of n, cut as [Node.First] cuts it.
func (n *Node) Short() string { return clip(n.Text) }

// All calls each with every element below n that has the name, in the order of the
// message.
func (n *Node) All(name string, each func(*Node)) {
	if n == nil {
		return
	}
	for _, k := range n.kids {
		if k.Name == name {
			each(k)
		}
		k.All(name, each)
	}
}

func clip(s string) string {
	if len(s) > 300 {
		return strings.ToValidUTF8(s[:300], "")
	}
	return s
}

// Duration reads "PT3M15S", the form of ISO 8601 that the standards use.
func Duration(s string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(s, "PT")
	if !ok || rest == "" {
		return 0, false
	}
	var sum time.Duration
	for _, u := range []struct {
		letter string
		unit   time.Duration
	}{{"H", time.Hour}, {"M", time.Minute}, {"S", time.Second}} {
		head, tail, has := strings.Cut(rest, u.letter)
		if !has {
			continue
		}
		f, err := strconv.ParseFloat(head, 64)
		if err != nil || !(f >= 0 && f < 1e6) {
			return 0, false
		}
		sum += time.Duration(f*1000) * u.unit / 1000
		rest = tail
	}
	return sum, rest == ""
}
