package mapping

import (
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
)

// maxDepth bounds how many mappings may stand on each other.
const maxDepth = 8

// NewFile returns a File with the defaults.
func NewFile() *File {
	f := &File{}
	grammar.Defaults(f)
	return f
}

// open parses a piece, puts it on the mapping that it names, and applies the
// overrides.
func open(env Env, file string, src []byte, overrides []string) (*grammar.Document, sonify.Problems) {
	doc, problems := grammar.Parse(file, src)
	if doc == nil {
		return nil, problems
	}
	var chosen string
	for _, o := range overrides {
		if k, v, ok := strings.Cut(o, "="); ok && strings.TrimSpace(k) == "mapping" {
			chosen = strings.Trim(strings.TrimSpace(v), `"`)
		}
	}
	doc, more := base(env, doc, chosen, 0)
	problems = append(problems, more...)
	for _, o := range overrides {
		k, v, ok := strings.Cut(o, "=")
		if !ok {
			problems = append(problems, &sonify.Problem{Key: "--set " + o, Msg: "expected key.path=value", Hint: "such as --set tempo=96"})
			continue
		}
		problems = append(problems, doc.Set(strings.TrimSpace(k), strings.TrimSpace(v))...)
	}
	return doc, problems
}

// base puts doc on the mapping it names.
func base(env Env, doc *grammar.Document, chosen string, depth int) (*grammar.Document, sonify.Problems) {
	n := doc.Node("mapping")
	name := n.Text()
	if chosen != "" {
		name = chosen
	}
	if name == "" {
		return doc, nil
	}
	var problems sonify.Problems
	fail := func(hint, format string, args ...any) (*grammar.Document, sonify.Problems) {
		doc.Report(&problems, "mapping", hint, format, args...)
		return doc, problems
	}
	if depth >= maxDepth {
		return fail("", "mappings stand on each other %d deep: one of them stands on itself", maxDepth)
	}
	var src []byte
	file := name
	if strings.HasSuffix(name, ".toml") || strings.ContainsAny(name, `/\`) {
		if env.ReadFile == nil {
			return fail("", "mappings can only be taken from the library here")
		}
		if !strings.HasPrefix(name, "/") {
			file = dirName(doc.File()) + "/" + name
		}
		b, err := env.ReadFile(file)
		if err != nil {
			return fail("a path is relative to the piece", "the mapping cannot be read: %v", err)
		}
		src = b
	} else {
		var ok bool
		if env.Library != nil {
			src, ok = env.Library(name)
		}
		if !ok {
			return fail(sonify.DidYouMean(name, env.Mappings), "the library has no mapping named %q", name)
		}
		file = "mappings/" + name + ".toml"
	}
	under, more := grammar.Parse(file, src)
	problems = append(problems, more...)
	if under == nil {
		return doc, problems
	}
	under, more = base(env, under, "", depth+1)
	problems = append(problems, more...)
	merged, more := grammar.Merge(under, doc)
	return merged, append(problems, more...)
}
