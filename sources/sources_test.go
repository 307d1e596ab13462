package sources_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sonify/mapping/grammar"
	"proscenium/sources"
	"proscenium/sources/internal/football"
	"proscenium/sources/internal/tennis"
	"proscenium/sources/internal/vocabulary"
	"proscenium/sources/sim"
	"proscenium/sources/slam"
	"proscenium/sources/statsbomb"
)

var update = flag.Bool("update", false, "rewrite the generated parts of the READMEs")

func TestStandard_CanBeRegistered(t *testing.T) {
	var r sonify.Registry
	if err := r.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	name, doc := regexp.MustCompile(`^[a-z][a-z0-9_]*$`), regexp.MustCompile(`^[^\n]+[^.\n]$`)
	for _, s := range sources.Standard() {
		if !name.MatchString(s.Name) || !doc.MatchString(s.Doc) {
			t.Errorf("%s: name or doc %q", s.Name, s.Doc)
		}
		if _, err := os.Stat(filepath.Join(s.Name, "README.md")); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

// kind is what a piece says of every source.
type kind struct {
	Type string `toml:"type"`
}

// keyFields returns the fields of a configuration that are keys of its table, those of
// embedded structs too.
func keyFields(t reflect.Type) []reflect.StructField {
	var all []reflect.StructField
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous && f.Tag.Get("toml") != "-" {
			all = append(all, f)
		}
	}
	return all
}

// comment is a key of a sample that shows its default.
var comment = regexp.MustCompile(`(?m)^# ([a-z_]+ = )`)

func TestSamples_HaveEveryKeyAndDecodeToTheDefaults(t *testing.T) {
	for _, s := range sources.Standard() {
		if err := grammar.CheckDefaults(s.Config()); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		keys := make(map[string]bool) // true: required
		all := keyFields(reflect.TypeOf(s.Config()).Elem())
		for _, f := range all {
			keys[f.Tag.Get("toml")] = f.Tag.Get("required") != ""
			if f.Tag.Get("doc") == "" {
				t.Errorf("%s: %s is not explained", s.Name, f.Name)
			}
		}
		for key, required := range keys {
			bare := regexp.MustCompile(`(?m)^` + key + ` = `).MatchString(s.Sample)
			shown := regexp.MustCompile(`(?m)^# ` + key + ` = `).MatchString(s.Sample)
			if bare != required || shown == required {
				t.Errorf("%s: %s is bare: %v, shown: %v, required: %v", s.Name, key, bare, shown, required)
			}
		}
		for name, text := range map[string]string{"the sample": s.Sample, "the sample with every key": comment.ReplaceAllString(s.Sample, "$1")} {
			doc, problems := grammar.Parse("sample.toml", []byte(text))
			if err := problems.Err(); err != nil {
				t.Errorf("%s: %s: %v", s.Name, name, err)
				continue
			}
			tables := regexp.MustCompile(`(?m)^\[(source\.[a-z]+)\]`).FindStringSubmatch(text)
			if tables == nil {
				t.Errorf("%s: %s has no table [source.NAME]", s.Name, name)
				continue
			}
			got, k := s.Config(), kind{}
			if err := doc.BindAt(tables[1], got, &k).Err(); err != nil {
				t.Errorf("%s: %s: %v", s.Name, name, err)
				continue
			}
			if k.Type != s.Name {
				t.Errorf("%s: %s is of type %q", s.Name, name, k.Type)
			}
			if _, err := s.New(sonify.SourceEnv{Tally: new(sonify.Tally)}, got); err != nil {
				t.Errorf("%s: %s: %v", s.Name, name, err)
			}
			want, have := reflect.ValueOf(s.Config()).Elem(), reflect.ValueOf(got).Elem()
			for _, f := range all {
				if keys[f.Tag.Get("toml")] {
					continue
				}
				w, h := want.FieldByIndex(f.Index), have.FieldByIndex(f.Index)
				if (w.Kind() == reflect.Slice || w.Kind() == reflect.Map) && w.Len() == 0 && h.Len() == 0 {
					continue
				}
				if !reflect.DeepEqual(w.Interface(), h.Interface()) {
					t.Errorf("%s: %s: %s is %v, its default %v", s.Name, name, f.Name, h, w)
				}
			}
		}
		if _, err := s.New(sonify.SourceEnv{Tally: new(sonify.Tally)}, 7); err == nil {
			t.Errorf("%s: made of a number", s.Name)
		}
	}
}

// TestReadmes_ListKindsAndFields keeps the tables of the READMEs of sources that
// speak a language of their own.
func TestReadmes_ListKindsAndFields(t *testing.T) {
	for name, shapes := range map[string][]*sonify.Shape{"slam": slam.Shapes(), "openfootball": football.Shapes(), "sim": sim.Shapes(), "statsbomb": statsbomb.Shapes()} {
		keepTables(t, filepath.Join(name, "README.md"), tables(shapes))
	}
}

// keepTables compares the generated part of file, or rewrites it.
func keepTables(t *testing.T, file, tables string) {
	t.Helper()
	const begin, end = "<!-- kinds: generated, go test ./sources -update -->\n", "<!-- end -->\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks the marks of the generated part", file)
	}
	want := before + begin + tables + end + after
	if string(text) == want {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the shapes say; go test ./sources -update rewrites it", file)
	}
	if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestReadme_ListsTheSources keeps the table of README.md.
func TestReadme_ListsTheSources(t *testing.T) {
	by := map[string][]sonify.SourceInfo{}
	order := []string{"files", "transports"}
	for _, s := range sources.Standard() {
		g := s.Group
		if g == "" {
			g = order[0]
		}
		if !slices.Contains(order, g) {
			order = append(order, g)
		}
		by[g] = append(by[g], s)
	}
	var b strings.Builder
	for _, g := range order {
		fmt.Fprintf(&b, "\n### %s\n\n| source | what it reports |\n|---|---|\n", g)
		for _, s := range by[g] {
			fmt.Fprintf(&b, "| [%s](%s/README.md) | %s |\n", s.Name, s.Name, s.Doc)
		}
	}
	b.WriteString("\n")
	keepTables(t, "README.md", b.String())
}

// TestVocabulary_IsWritten keeps VOCABULARY.md.
func TestVocabulary_IsWritten(t *testing.T) {
	var b strings.Builder
	domains := vocabulary.Domains()
	domains = append(domains,
		vocabulary.Domain{Name: "football", About: "Football matches, minute by minute and goal by goal.", Shapes: football.Shapes()},
		vocabulary.Domain{Name: "tennis", About: "Tennis matches, point by point.", Shapes: tennis.Shapes()})
	for _, d := range domains {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n%s", d.Name, d.About, strings.TrimSuffix(tables(d.Shapes), "\n"))
	}
	b.WriteString("\n")
	keepTables(t, "VOCABULARY.md", b.String())
}

// tables writes the fields that all kinds share, and then the ones of each.
func tables(shapes []*sonify.Shape) string {
	shared := shapes[0].Fields()
	for _, s := range shapes {
		n := 0
		for n < len(shared) && n < len(s.Fields()) && s.Fields()[n] == shared[n] {
			n++
		}
		shared = shared[:n]
	}
	var b strings.Builder
	table := func(fields []sonify.Field) {
		b.WriteString("\n| field | type | unit | what it says |\n|---|---|---|---|\n")
		for _, f := range fields {
			doc := strings.ReplaceAll(f.Doc, "|", "\\|")
			if f.Personal {
				doc += " (personal)"
			}
			fmt.Fprintf(&b, "| `%s` | %v | %s | %s |\n", f.Name, f.Type, f.Unit, doc)
		}
	}
	if len(shared) > 0 {
		b.WriteString("\n### All kinds\n")
		table(shared)
	}
	for _, s := range shapes {
		fmt.Fprintf(&b, "\n### %s\n", s.Kind())
		if own := s.Fields()[len(shared):]; len(own) > 0 {
			table(own)
		}
	}
	b.WriteString("\n")
	return b.String()
}
