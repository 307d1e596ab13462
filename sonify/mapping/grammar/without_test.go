package grammar

import (
	"encoding/json"
	"strings"
	"testing"
)

type testFeed struct {
	Path    string `toml:"path" doc:"a recording" default:"" example:"night.jsonl"`
	Channel string `toml:"channel" doc:"whose broadcast" required:"without path" example:"somebody"`
	Pace    string `toml:"pace" doc:"how fast" default:"slow"`
}

// A key that is required without another is missing where that other is, too: so say
// the binding, the schema and the reference.
func TestRequired_Without(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema(&testFeed{}, "A feed"), &schema); err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		"":                                     false,
		`pace = "fast"`:                        false,
		`path = "night.jsonl"`:                 true,
		`channel = "somebody"`:                 true,
		"path = \"x\"\nchannel = \"somebody\"": true,
	} {
		doc, problems := Parse("feed.toml", []byte(text))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		err := doc.Bind(&testFeed{Pace: "slow"}).Err()
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), `channel: is missing: whose broadcast (for example channel = "somebody")`) {
			t.Errorf("%q: %v", text, err)
		}
		as := map[string]any{}
		for line := range strings.Lines(text) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
			as[key] = strings.Trim(value, `"`)
		}
		if err := valid(t, schema, schema, as, "feed"); (err == nil) != ok {
			t.Errorf("%q by the schema: %v", text, err)
		}
	}
	if page := Markdown(Reference(&testFeed{}), 2); !strings.Contains(page, "| `channel` | text | **required** without `path` | Whose broadcast |") {
		t.Errorf("the reference says\n%s", page)
	}
}
