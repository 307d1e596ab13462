package mapping_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/rogpeppe/go-internal/txtar"

	"proscenium/sonify/jsonl"
	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"
)

// outcome is all that can be seen of a piece: its problems, its header, its
// score.
func outcome(t *testing.T, files map[string]string, piece map[string]any) string {
	t.Helper()
	var src, out bytes.Buffer
	if err := toml.NewEncoder(&src).Encode(piece); err != nil {
		t.Fatal(err)
	}
	p, problems := mapping.Compile(environment(t, files["events"], files), "piece.toml", src.Bytes(), nil)
	for _, pr := range problems {
		fmt.Fprintln(&out, pr.Key, pr.Msg)
	}
	if p == nil {
		return out.String()
	}
	for i := range p.Header.Voices {
		in := &p.Header.Voices[i].Instrument
		if in.Sample != nil {
			fmt.Fprintf(&out, "%+v\n", *in.Sample)
			in.Sample = nil // it would print its address
		}
	}
	for i := range p.Header.Makers {
		p.Header.Makers[i].Line = 0
	}
	h := p.Header
	if h.Board != nil {
		fmt.Fprintf(&out, "%+v\n", *h.Board)
		h.Board = nil // as above
	}
	fmt.Fprintf(&out, "%+v\n", h)
	for _, s := range p.Sources {
		fmt.Fprintf(&out, "%+v %v %v\n", s.Door, s.Stale, s.Pace)
	}
	out.WriteString(legendText(p.Legend(nil)))
	sum := perform(t, p, jsonl.NewWriter(&out))
	fmt.Fprintln(&out, sum.Lost)
	return out.String()
}

// keys walks a piece and calls visit for every key of the grammar in it, with the
// table it stands in.
func keys(pages map[string]*grammar.Page, page string, table map[string]any, visit func(path string, table map[string]any, key string)) {
	pg := pages[page]
	var names []string
	for k := range table {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, name := range names {
		var key *grammar.Key
		for i := range pg.Keys {
			if pg.Keys[i].Name == name {
				key = &pg.Keys[i]
			}
		}
		if key == nil {
			continue // a source's own
		}
		value := table[name]
		visit(page+" "+name, table, name)
		if key.Page == "" {
			continue
		}
		var below []map[string]any
		switch v := value.(type) {
		case map[string]any:
			below = append(below, v)
		case []map[string]any:
			below = v
		}
		for _, b := range below {
			if !strings.Contains(key.Page, name+".NAME]") {
				keys(pages, key.Page, b, visit)
				continue
			}
			for _, named := range b {
				if table, ok := named.(map[string]any); ok {
					keys(pages, key.Page, table, visit)
				}
			}
		}
	}
}

// said are the keys that change what is said about a piece, and not its sound.
var said = map[string]bool{
	" title": true, " about": true, " language": true, "[signal.NAME] title": true, "[voice.NAME] title": true, "[[rule]] title": true,
	"[[rule]] label": true, "[[form.sections]] title": true, "[signal.NAME] doc": true, "[signal.NAME] unit": true, "[signal.NAME] ends": true,
	"[[rule]] doc": true, "[[rule]] unit": true, "[[rule]] ends": true, "[source.NAME] keep": true, "[source.NAME] hash": true,
	"[source.NAME] at_least": true, "[source.NAME] group_by": true, "[source.NAME] members": true, "[source.NAME] stale": true,
	"[ticks] aside": true, // the notes are the same, who hears them is not
	" board":        true, "[board] doc": true, "[board] on": true, "[board] source": true, "[board] columns": true, "[board] rows": true,
}

// Every key of the grammar does something: some case sounds otherwise without
// it, or has a mistake; of the keys that are only said, something else is said.
func TestKeys_AllDoSomething(t *testing.T) {
	pages := map[string]*grammar.Page{}
	list := grammar.Reference(&mapping.File{})
	missing := map[string]bool{}
	for i := range list {
		pages[list[i].Path] = &list[i]
		for _, k := range list[i].Keys {
			missing[list[i].Path+" "+k.Name] = true
		}
	}
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "error_") {
			continue // to be mistaken is not to do something
		}
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range ar.Files {
			files[f.Name] = string(f.Data)
		}
		var piece map[string]any
		if _, err := toml.Decode(files["piece.toml"], &piece); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		whole, told := heard(t, files, piece), outcome(t, files, piece)
		keys(pages, "", piece, func(path string, table map[string]any, key string) {
			if !missing[path] {
				return
			}
			value := table[key]
			delete(table, key)
			if said[path] && outcome(t, files, piece) != told || !said[path] && heard(t, files, piece) != whole {
				delete(missing, path)
			}
			table[key] = value
		})
	}
	var left []string
	for key := range missing {
		left = append(left, key)
	}
	sort.Strings(left)
	for _, key := range left {
		t.Errorf("%q is in no case that would be another without it", key)
	}
}
