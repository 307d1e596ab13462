package decode

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/theory/jsonpath"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
	"proscenium/sources/internal/clock"
	"proscenium/sources/internal/field"
	"proscenium/sources/internal/money"
)

// Check adds the mistakes in c to ps, each by its key.
func (c *Config) Check(ps *sonify.Problems) {
	c.checkKinds(ps)
	c.checkPaths(ps)
	c.checkNames(ps)
	c.checkValues(ps)
	if _, err := clock.New(c.TimeFormat, c.Zone); err != nil {
		key := "zone"
		var unknown *clock.UnknownFormat
		if errors.As(err, &unknown) {
			key = "time_format"
		}
		ps.Add(key, clock.Hint(err), "%v", err)
	}
	if c.Pattern != "" {
		re, err := regexp.Compile(c.Pattern)
		switch {
		case err != nil:
			ps.Add("pattern", "", "%v", err)
		case len(named(re)) == 0:
			ps.Add("pattern", "write (?P<name>...) around what is to become a field", "the regular expression has no named group")
		case c.Format != "text":
			ps.Add("pattern", `format = "text"`, "a regular expression reads text, and the format is %q", c.Format)
		}
	}
	if (c.Period == "") != (c.PeriodLength == 0) || c.PeriodLength < 0 {
		ps.Add("period_length", `period_length = "12m"`, "period and period_length say together where the time begins again")
	}
	if c.CountsDown && c.Period == "" {
		ps.Add("counts_down", "", "what is left of a period is known only with period and period_length")
	}
	for _, d := range []struct {
		key string
		neg bool
	}{{"unique_for", c.UniqueFor < 0}, {"reorder", c.Reorder < 0}, {"gap", c.Gap < 0}} {
		if d.neg {
			ps.Add(d.key, "", "a length of time is not below 0")
		}
	}
	if c.Reorder > maxReorder {
		ps.Add("reorder", "", "%v is too long: events wait for at most %v", c.Reorder, maxReorder)
	}
}

// checkKinds checks what says the kinds of events.
func (c *Config) checkKinds(ps *sonify.Problems) {
	kind := func(key, name string) {
		if k := field.Kind(name); k == "" || k != name {
			hint := ""
			if k != "" {
				hint = fmt.Sprintf("write %q", k)
			}
			ps.Add(key, hint, "%q is no kind of event: small letters, digits, underscores and dots were expected", name)
		}
	}
	kind("event", c.Event)
	condition := func(key, text string) {
		if text == "" {
			return
		}
		if _, err := expression.Compile(text, scope); err != nil {
			ps.Add(key, "", "%v", err)
		}
	}
	for i, k := range c.Kinds {
		kind(fmt.Sprintf("kinds[%d].event", i), k.Event)
		condition(fmt.Sprintf("kinds[%d].when", i), k.When)
	}
	condition("where", c.Where)
	condition("edited", c.Edited)
	condition("deleted", c.Deleted)
}

// scope is what conditions may name: whatever a record holds.
var scope = &expression.Scope{Open: true}

// checkPaths checks the ways to fields and their names.
func (c *Config) checkPaths(ps *sonify.Problems) {
	path := func(key, text string) {
		if strings.HasPrefix(text, "$") {
			if _, err := jsonpath.Parse(text); err != nil {
				ps.Add(key, "", "%q is no JSONPath: %s", text, strings.TrimPrefix(err.Error(), "jsonpath: "))
			}
			if c.Format == "csv" || c.Format == "text" || c.Format == "xml" {
				ps.Add(key, "", "a JSONPath reads JSON, and the format is %q", c.Format)
			}
		}
	}
	path("select", c.Select)
	for i, w := range c.With {
		path(fmt.Sprintf("with[%d]", i), w)
	}
	if len(c.With) > 0 && c.Select == "" {
		ps.Add("with", "", "without select there is nothing around a record")
	}
	if c.Select != "" && (c.Format == "csv" || c.Format == "text") {
		ps.Add("select", "", "the records of %s are its lines: there is nothing to select", c.Format)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		key := "fields." + name
		if n := field.Name(name); n != name {
			ps.Add(key, fmt.Sprintf("write %s", n), "%q is no name of a field: small letters, digits and underscores were expected", name)
		}
		if c.Fields[name] == "" {
			ps.Add(key, "", "it does not say where the field comes from")
		}
		path(key, c.Fields[name])
	}
	for i, l := range c.Labels {
		if l != "topic" && !isTopicPart(l) {
			ps.Add(fmt.Sprintf("labels[%d]", i), "write topic, or topic_1, topic_2, ... for its parts", "there is no label %q", l)
		}
	}
	for key, p := range map[string]string{"time": c.Time, "event_from": c.EventFrom, "key": c.Key, "unique": c.Unique, "period": c.Period} {
		if strings.HasPrefix(p, "$") {
			ps.Add(key, fmt.Sprintf("give the JSONPath a name in fields, and write that name: %s = \"name\"", key), "a path with dots or the name of a field was expected")
		}
	}
}

// checkNames finds places in a record where the names of fields were expected.
func (c *Config) checkNames(ps *sonify.Problems) {
	is := make(map[string]string, len(c.Fields)) // what the fields at a place are called
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		is[c.Fields[name]] = name
	}
	place := func(key, name string) {
		if _, field := c.Fields[name]; !field && is[name] != "" {
			ps.Add(key, "write "+is[name], "%q is where the field %s comes from, not its name", name, is[name])
		}
	}
	for key, names := range map[string][]string{"numbers": c.Numbers, "texts": c.Texts, "totals": c.Totals, "zero_is_missing": c.ZeroMissing} {
		for i, name := range names {
			place(fmt.Sprintf("%s[%d]", key, i), name)
		}
	}
	for key, names := range map[string]map[string]string{"durations": c.Durations, "minor": c.Minor} {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			place(key+"."+name, name)
		}
	}
}

// checkValues checks the policies for values.
func (c *Config) checkValues(ps *sonify.Problems) {
	for _, name := range slices.Sorted(maps.Keys(c.Durations)) {
		if _, err := clock.New(c.Durations[name], ""); err != nil || calendar(c.Durations[name]) {
			ps.Add("durations."+name, sonify.DidYouMean(c.Durations[name], lengths), "%q does not say how a length of time is written: expected one of %s", c.Durations[name], strings.Join(lengths, ", "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Minor)) {
		if c.Minor[name] == "" {
			ps.Add("minor."+name, `the field that holds the currency, or its letters: "EUR"`, "it does not say in which currency")
		}
		if m := c.Minor[name]; m == strings.ToUpper(m) && m != "" {
			if _, ok := money.Code(m); ok {
				continue
			}
			ps.Add("minor."+name, `the field that holds the currency, or its letters: "EUR"`, "%q is no currency", m)
		}
	}
	policy := func(key string, m map[string]string, known []string) {
		for _, name := range slices.Sorted(maps.Keys(m)) {
			if !slices.Contains(known, m[name]) {
				ps.Add(key+"."+name, sonify.DidYouMean(m[name], known), "%q is no policy: expected one of %s", m[name], strings.Join(known, ", "))
			}
		}
	}
	policy("on_missing", c.OnMissing, []string{"leave", "skip", "hold", "interpolate", "mark"})
	policy("on_outlier", c.OnOutlier, []string{"missing", "skip", "hold", "interpolate", "mark"})
	for _, name := range slices.Sorted(maps.Keys(c.Limits)) {
		if l := c.Limits[name]; len(l) != 2 || !(l[0] <= l[1]) {
			ps.Add("limits."+name, "for example [-40, 60]", "two numbers were expected, the lower first")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Spikes)) {
		if !(c.Spikes[name] >= 2 && c.Spikes[name] <= 1000) {
			ps.Add("spikes."+name, "8 takes out what is hardly possible, 4 what is odd", "%v is out of range: 2 to 1000 was expected", c.Spikes[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.OnOutlier)) {
		_, limit := c.Limits[name]
		if _, spike := c.Spikes[name]; !limit && !spike {
			ps.Add("on_outlier."+name, fmt.Sprintf("limits = { %s = [0, 100] }, or spikes = { %s = 8 }", name, name), "nothing says what an outlier of it is")
		}
	}
	if c.OnGap != "mark" && c.OnGap != "leave" && c.Gap == 0 {
		ps.Add("gap", `gap = "10m"`, "on_gap = %q needs to know what a gap is", c.OnGap)
	}
}

// lengths are the formats of lengths of time.
var lengths = []string{"seconds", "ms", "us", "minutes", "hours", "h:mm:ss", "h:mm", "m:ss", "iso8601"}

func calendar(format string) bool { return !slices.Contains(lengths, format) }

// named returns the names of the groups of re.
func named(re *regexp.Regexp) []string {
	var names []string
	for _, n := range re.SubexpNames() {
		if n != "" {
			names = append(names, n)
		}
	}
	return names
}

func isTopicPart(label string) bool {
	n, ok := strings.CutPrefix(label, "topic_")
	return ok && len(n) > 0 && len(n) < 3 && strings.Trim(n, "0123456789") == "" && n[0] != '0'
}
