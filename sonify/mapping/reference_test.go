package mapping_test

import (
	"strings"
	"testing"

	"proscenium/sonify/mapping"
	"proscenium/sonify/mapping/grammar"
)

// around is what the examples of the reference speak of.
const around = `
[source.court]
type = "script"
open = true
[signal.tension]
on = "tennis.point"
value = "server"
[signal.momentum]
on = "tennis.point"
value = "server"
[signal.variety]
on = "tennis.point"
value = "server"
reduce = "entropy"
[signal.mood]
on = "tennis.point"
value = "server"
[signal.sets]
on = "tennis.set_won"
[signal.server]
on = "tennis.point"
value = "server"
[voice.lead]
notes = 4
[voice.bass]
[theme.call]
notes = "0:12 4:12"
[theme.answer]
notes = "4:24"
[[rule]]
name = "serve"
on = "tennis.point"
voice = "lead"
pitch = { from = "server", domain = [1, 2], range = ["A3", "A5"] }
`

// companions are what a key needs beside it in its table to mean anything.
var companions = map[string]string{
	"[source.NAME] at_least":       "group_by = \"server\"\nkeep = [\"server\"]",
	"[source.NAME] group_by":       "at_least = 5\nkeep = [\"server\"]",
	"[source.NAME] members":        "at_least = 5\ngroup_by = \"server\"\nkeep = [\"server\"]",
	"[signal.NAME]":                `on = "tennis.point"`,
	"[theme.NAME] unit":            `notes = "0:4"`,
	"[[rule]]":                     "on = \"tennis.point\"\nvoice = \"lead\"",
	"[[rule]] cross":               "voice = \"lead\"",
	"[[rule]] remove":              `name = "gone"`,
	"[[rule]] double":              "on = \"tennis.point\"\nvoice = \"lead\"\npitch = { from = \"server\", range = [\"A3\", \"A5\"] }",
	"[[pattern]]":                  `voice = "lead"`,
	"[[pattern]] remove":           `name = "gone"`,
	"[[pattern]] double":           "voice = \"lead\"\nshift = { from = \"signal.tension\", range = [0, 7] }",
	"[[pattern]] sections":         "voice = \"lead\"\n[[form.sections]]\nname = \"play\"\n[[form.sections]]\nname = \"set\"",
	"[[control]]":                  "voice = \"lead\"\nwhat = \"duty\"\nto = 1",
	"[[control]] remove":           `name = "gone"`,
	"[[control]] sections":         "voice = \"lead\"\nwhat = \"duty\"\nto = 1\n[[form.sections]]\nname = \"play\"\n[[form.sections]]\nname = \"set\"",
	"[form] choose":                `progression = [["i", "VI"], ["iv", "VII"], ["i"]]`,
	"[form] modes":                 "mode = 1",
	"[form] mode":                  `modes = ["minor", "dorian", "major"]`,
	"[form] mode_at":               "modes = [\"minor\", \"dorian\"]\nmode = 1",
	"[[form.sections]]":            `name = "storm"`,
	"[[form.sections]] remove":     `name = "gone"`,
	"[[form.sections]] when":       "name = \"storm\"\non = \"tennis.point\"",
	"[[form.sections]] until_when": "name = \"storm\"\nuntil = \"tennis.point\"",
	"[[form.sections]] choose":     "name = \"storm\"\nprogression = [[\"i\"], [\"iv\"]]",
	"[[form.sections]] then":       "name = \"storm\"\n[[form.sections]]\nname = \"play\"",
	"[ticks]":                      `every = "5m"`,
	"[board]":                      `rows = [["{server}", "{speed_kmh:0}", "fast"]]`,
	"[board] rows":                 `columns = ["a", "b", "c"]`,
	"[[reference]]":                `rule = "serve"`,
	"[[reference]] remove":         `name = "gone"`,
	"[voice.NAME] steps":           `wave = "wave"`,
	"[voice.NAME] sample":          `wave = "sample"`,
}

// below is the mapping under the examples that take something of it away.
const below = `
[[rule]]
name = "gone"
on = "tennis.point"
voice = "lead"
[[pattern]]
name = "gone"
voice = "lead"
[[control]]
name = "gone"
voice = "lead"
what = "duty"
to = 1
[[reference]]
name = "gone"
rule = "serve"
[[form.sections]]
name = "play"
[[form.sections]]
name = "gone"
`

// Every key of the reference says what it is, and its example, two lines as they
// would stand in a file, compiles.
func TestReference_ExamplesCompile(t *testing.T) {
	files := map[string]string{"mappings/tennis.toml": below, "clap.wav": "RIFF"}
	env := environment(t, "0 tennis.point v=1 server=1 name=ann speed_kmh=180", files)
	env.Mappings = []string{"tennis"}
	for _, page := range grammar.Reference(&mapping.File{}) {
		for _, k := range page.Keys {
			path := page.Path + " " + k.Name
			if k.Doc == "" || k.Lines[1] == "" {
				t.Errorf("%s: no words or no example", path)
				continue
			}
			head, line, _ := strings.Cut(k.Lines[0]+"\n"+k.Lines[1], "\n")
			// The table it stands in, when it is in braces or shows another.
			table := head
			if strings.HasPrefix(head, "#") {
				table = ""
			}
			key, _, _ := strings.Cut(line, " =")
			beside, ok := companions[table+" "+key]
			if !ok {
				beside = companions[table]
			}
			var need []string
			rest := false
			for _, b := range strings.Split(beside, "\n") {
				if rest = rest || strings.HasPrefix(b, "["); rest || !strings.HasPrefix(b, key+" =") {
					need = append(need, b)
				}
			}
			src := head + "\n" + line + "\n"
			if strings.HasPrefix(table, "[source.NAME]") && key != "type" {
				need = append([]string{`type = "script"`}, need...)
			}
			src = strings.ReplaceAll(src, `type = "slam"`, `type = "script"`)
			src += strings.Join(need, "\n") + "\n"
			top := ""
			if table == "" {
				top, src = src, ""
			}
			if key == "remove" {
				top += "mapping = \"tennis\"\n"
			}
			p, problems := mapping.Compile(env, "piece.toml", []byte(top+around+src), nil)
			if p == nil {
				t.Errorf("%s: the example\n%s%s: %v", path, top, src, problems)
			}
		}
	}
}
