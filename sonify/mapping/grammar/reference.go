package grammar

import (
	"fmt"
	"reflect"
	"strings"
)

// Page describes one table of the grammar.
type Page struct {
	Path string // as it stands in a file: "", "[voice.NAME]", "[[rule]]", "rule.pitch = { }"
	// Braces is true for a table that is written in braces, under a key of the page
	// whose path is In.
	Braces bool
	In     string
	Name   string // the last key: "voice"; "" for the document
	Doc    string
	Keys   []Key
	// Also says that other keys may stand in the table, which somebody else
	// describes.
	Also bool
}

// Key describes one key of a table.
type Key struct {
	Name    string
	Type    string // in words: "a number, 10 to 400"
	Unit    string
	Default string // as it is written in TOML, or prose; "" if there is none
	Doc     string
	Example string // as it is written in TOML; "" for tables with a page of their own
	Beside  string // a key without which this one says nothing: the example shows it, too
	// Lines is the example as it stands in a file: the header of the table (or, at
	// the top, what the key says as a comment), and the key.
	Lines    [2]string
	Values   []string // the words that it may be, if there are such
	Required bool
	Without  string // the key in place of which it is required; "": always
	Page     string // the path of the page that describes the table it holds, or ""
}

// Reference returns the pages of the grammar of what root points to, the
// document first, in the order of the structs' fields. A table that stands in
// several places has one page.
func Reference(root any) []Page {
	r := &reference{seen: map[reflect.Type]string{}}
	r.page(pointer(root).Type(), "", "", "")
	at := make(map[string]*Page)
	for i := range r.pages {
		at[r.pages[i].Path] = &r.pages[i]
	}
	for i := range r.pages {
		p := &r.pages[i]
		for j := range p.Keys {
			p.Keys[j].Lines = lines(at, p, &p.Keys[j])
		}
	}
	return r.pages
}

// lines returns the two lines of a key's example.
func lines(at map[string]*Page, p *Page, k *Key) [2]string {
	if k.Example == "" {
		if below := at[k.Page]; k.Page != "" && below != nil && !below.Braces && len(below.Keys) > 0 && below != p {
			return lines(at, below, below.first())
		}
		return [2]string{}
	}
	line := k.Name + " = " + k.Example
	for ; p.Braces; p = at[p.In] {
		// A table in braces shows what it needs besides.
		words := ""
		for i := range p.Keys {
			if n := &p.Keys[i]; (n.Required || n.Name == k.Beside) && n.Name != k.Name {
				words += n.Name + " = " + n.Example + ", "
			}
		}
		line = p.Name + " = { " + words + line + " }"
		k = at[p.In].key(p.Name)
	}
	head := p.Path
	if head == "" {
		head = "# " + k.Doc
		if i := strings.IndexAny(k.Doc, ";:"); i > 0 {
			head = "# " + k.Doc[:i]
		}
	}
	return [2]string{head, line}
}

// first returns the key that shows best what a table is.
func (p *Page) first() *Key {
	for i := range p.Keys {
		if p.Keys[i].Required {
			return &p.Keys[i]
		}
	}
	for i := range p.Keys {
		if p.Keys[i].Example != "" {
			return &p.Keys[i]
		}
	}
	return &p.Keys[0]
}

func (p *Page) key(name string) *Key {
	for i := range p.Keys {
		if p.Keys[i].Name == name {
			return &p.Keys[i]
		}
	}
	return &Key{Name: name}
}

type reference struct {
	pages []Page
	seen  map[reflect.Type]string
}

// page describes the struct t, which stands at path.
func (r *reference) page(t reflect.Type, path, name, doc string) {
	r.seen[t] = path
	at := len(r.pages)
	r.pages = append(r.pages, Page{Path: path, Name: name, Doc: doc})
	p := planOf(t)
	keys := make([]Key, len(p.fields))
	for i, f := range p.fields {
		typ := typeOf(f.typ, f)
		k := Key{Name: f.key, Type: typ.words(f), Unit: f.unit, Doc: f.doc, Values: typ.enums(), Required: f.required, Without: f.without, Beside: f.beside}
		switch {
		case f.documented():
			k.Default = strings.Trim(f.def, "()")
		case f.hasDef:
			k.Default = f.literal(f.def)
		}
		if f.example != "" {
			k.Example = f.literal(f.example)
		}
		for _, below := range typ.tables() {
			bt := pointer(below).Type()
			if _, ok := r.seen[bt]; !ok {
				n := len(r.pages)
				under := within(path, f.key, typ)
				r.page(bt, under, f.key, f.doc)
				r.pages[n].Braces, r.pages[n].In = strings.HasSuffix(under, "= { }"), path
			}
			k.Page = r.seen[bt]
		}
		keys[i] = k
	}
	r.pages[at].Keys, r.pages[at].Also = keys, p.rest != nil
}

// within returns how the table under a key is written, in the table at path.
func within(path, key string, t Type) string {
	bare := strings.TrimSuffix(strings.Trim(path, "[]"), " = { }")
	if bare != "" {
		bare += "."
	}
	switch {
	case len(t.OneOf) > 0 || strings.HasPrefix(path, "[["):
		return bare + key + " = { }"
	case t.Kind == Array:
		return "[[" + bare + key + "]]"
	case t.Of != nil:
		return "[" + bare + key + ".NAME]"
	}
	return "[" + bare + key + "]"
}

// tables returns pointers to the structs of the tables in t.
func (t Type) tables() []any {
	var all []any
	if t.Fields != nil {
		all = append(all, t.Fields)
	}
	if t.Of != nil {
		all = append(all, t.Of.tables()...)
	}
	for _, alt := range t.OneOf {
		all = append(all, alt.tables()...)
	}
	return all
}

// enums returns the words that a value of the type may be.
func (t Type) enums() []string {
	all := t.Enum
	for _, alt := range t.OneOf {
		all = append(all, alt.enums()...)
	}
	return all
}

// words says what may be written.
func (t Type) words(f *field) string {
	if len(t.OneOf) > 0 {
		if t.Doc != "" {
			return t.Doc
		}
		names := make([]string, len(t.OneOf))
		for i, alt := range t.OneOf {
			names[i] = alt.words(f)
		}
		return strings.Join(names, " or ")
	}
	switch {
	case t.Doc != "":
		return t.Doc
	case len(t.Enum) > 0:
		return `"` + strings.Join(t.Enum, `", "`) + `"`
	case t.Kind == Array:
		s := "list of " + t.Of.plural()
		if len(t.Of.Enum) > 0 {
			s = "list of " + t.Of.words(f)
		}
		if t.Least > 0 || t.Most > 0 {
			g := field{lenMin: t.Least, lenMax: t.Most}
			if t.Most == 0 {
				g.lenMax = -1
			}
			s += ", " + g.length()
		}
		if l := (&field{min: f.min, max: f.max, low: f.low, high: f.high}).limits(); l != "" {
			s += ", each " + l
		}
		return s
	case t.Kind == Integer || t.Kind == Float:
		if l := (&field{min: t.Min, max: t.Max, low: number(t.Min), high: number(t.Max)}).limits(); l != "" {
			return t.Name + ", " + l
		}
	}
	if t.Name == "" {
		return t.Kind.String()
	}
	return t.Name
}

func number(x *float64) string {
	if x == nil {
		return ""
	}
	return fmt.Sprint(*x)
}

// Markdown writes pages as one document, with a heading of the given level
// before each.
func Markdown(pages []Page, level int) string {
	var b strings.Builder
	for i, p := range pages {
		if i > 0 {
			b.WriteByte('\n')
		}
		heading := "`" + p.Path + "`"
		if p.Path == "" {
			heading = "The document"
		}
		fmt.Fprintf(&b, "%s %s\n\n", strings.Repeat("#", max(1, level)), heading)
		if p.Doc != "" {
			fmt.Fprintf(&b, "%s.\n\n", sentence(p.Doc))
		}
		b.WriteString("| key | value | default | meaning | example |\n|---|---|---|---|---|\n")
		for _, k := range p.Keys {
			def := ""
			switch {
			case k.Required && k.Without != "":
				def = "**required** without `" + k.Without + "`"
			case k.Required:
				def = "**required**"
			case k.Default != "":
				def = "`" + k.Default + "`"
			}
			typ := k.Type
			if k.Unit != "" {
				typ += " (" + k.Unit + ")"
			}
			if k.Page != "" {
				typ += ", see `" + k.Page + "`"
			}
			example := ""
			if k.Lines[1] != "" {
				example = "`" + k.Lines[0] + "`<br>`" + k.Lines[1] + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", k.Name, cell(typ), cell(def), cell(sentence(k.Doc)), cell(example))
		}
		if p.Also {
			b.WriteString("\nOther keys depend on what stands here.\n")
		}
	}
	return b.String()
}

func sentence(s string) string {
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		return strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

// cell keeps a text in its cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
