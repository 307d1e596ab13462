package topic_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"proscenium/sources/internal/topic"
)

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		dialect        topic.Dialect
		pattern, topic string
		filter         string
		parts          string // "-": no match
	}{
		{topic.MQTT, "home/{room}/{sensor}", "home/hall/door", "home/+/+", "room=hall sensor=door"},
		{topic.MQTT, "home/{room}/{sensor}", "home/hall/door/x", "home/+/+", "-"},
		{topic.MQTT, "home/{room}/{sensor}", "home/hall", "home/+/+", "-"},
		{topic.MQTT, "home/{room}/{sensor}", "home//", "home/+/+", "room= sensor="},
		{topic.MQTT, "z2m/{device...}", "z2m/hall/door", "z2m/#", "device=hall/door"},
		{topic.MQTT, "z2m/{device...}", "z2m", "z2m/#", "-"},
		{topic.MQTT, "z2m/{device...}/availability", "z2m/hall/door/availability", "z2m/#", "device=hall/door"},
		{topic.MQTT, "z2m/{device...}/availability", "z2m/availability", "z2m/#", "-"},
		{topic.MQTT, "z2m/{device...}/availability", "z2m/hall/door", "z2m/#", "-"},
		{topic.MQTT, "{a}/{b...}/{c}", "1/2/3/4", "+/#", "a=1 b=2/3 c=4"},
		{topic.MQTT, "a/#", "a", "a/#", ""},
		{topic.MQTT, "a/#", "a/b/c", "a/#", ""},
		{topic.MQTT, "a/+", "a/b", "a/+", ""},
		{topic.MQTT, "#", "$SYS/uptime", "#", "-"},
		{topic.MQTT, "+/uptime", "$SYS/uptime", "+/uptime", "-"},
		{topic.MQTT, "$SYS/{what...}", "$SYS/broker/uptime", "$SYS/#", "what=broker/uptime"},
		{topic.MQTT, "/x", "/x", "/x", ""},
		{topic.NATS, "orders.{country}.>", "orders.se.vip.1", "orders.*.>", "country=se"},
		{topic.NATS, "orders.{country}.>", "orders.se", "orders.*.>", "-"},
		{topic.NATS, "orders.*", "orders.se", "orders.*", ""},
		{topic.NATS, "x.{a...}.z", "x.1.2.z", "x.>", "a=1.2"},
	} {
		p, err := c.dialect.New(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		got := "-"
		into := make([]string, len(p.Names()))
		if p.Match(c.topic, into) {
			var parts []string
			for i, n := range p.Names() {
				parts = append(parts, n+"="+into[i])
			}
			got = strings.Join(parts, " ")
		}
		if got != c.parts || p.Filter() != c.filter {
			t.Errorf("%s, %s: %q by filter %q, expected %q by %q", c.pattern, c.topic, got, p.Filter(), c.parts, c.filter)
		}
	}
}

func TestPattern_Mistakes(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                        "empty",
		"a/#/b":                   "last level",
		"a/b#":                    "whole level",
		"a/{b":                    "not closed",
		"a/x{b}":                  "whole level",
		"{Room}":                  "no name of a field",
		"{}":                      "no name of a field",
		"{a}/{a}":                 "twice",
		"{a...}/{b...}":           "only one",
		"{a...}/#":                "only one",
		"a\x00b":                  "zero",
		strings.Repeat("a", 2000): "longer",
		strings.Repeat("a/", 70):  "levels",
	} {
		if _, err := topic.MQTT.New(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, expected %q", pattern, err, want)
		}
	}
	for _, pattern := range []string{"a..b", "a b", ".", ">.a", "a.b*"} {
		if _, err := topic.NATS.New(pattern); err == nil {
			t.Errorf("%q is taken", pattern)
		}
	}
}

// What a pattern matches is what a broker would send for its filter.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"home/{room}/{sensor}", "z2m/{d...}/set", "a/#", "+/+", "#"} {
		f.Add(p, "home/hall/door")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p, err := topic.MQTT.New(pattern)
		if err != nil {
			return
		}
		broker, err := topic.MQTT.New(p.Filter())
		if err != nil {
			t.Fatalf("%q asks for %q: %v", pattern, p.Filter(), err)
		}
		parts := make([]string, len(p.Names()))
		if !p.Match(name, parts) {
			return
		}
		if !broker.Match(name, nil) {
			t.Fatalf("%q matches %q, the broker's %q does not", pattern, name, p.Filter())
		}
		text := pattern
		for i, n := range p.Names() {
			if strings.Contains(parts[i], "{") {
				return
			}
			text = strings.NewReplacer("{"+n+"}", parts[i], "{"+n+"...}", parts[i]).Replace(text)
		}
		if q, err := topic.MQTT.New(text); err == nil && !slices.Contains(strings.Split(text, "/"), "#") && !q.Match(name, nil) && !strings.HasPrefix(name, "$") {
			t.Fatalf("%q and %q make %q, which is not it", pattern, name, text)
		}
	})
}

// The same of the other brokers, and of several patterns at once: what one of them matches
// is asked for, once.
func FuzzFilters(f *testing.F) {
	for k := range uint8(3) {
		f.Add(k, "home.{room}.{sensor}", "home.>", "home.hall.door")
		f.Add(k, "news:{what...}:last", "news:*:last", "news:a:b:last")
		f.Add(k, "a/{b...}/c", "a/+/c", "a/b/c")
		f.Add(k, "#", "$SYS/{x}", "$SYS/uptime")
	}
	dialects := []topic.Dialect{topic.MQTT, topic.NATS, {Sep: ":", One: "*", Rest: "**"}}
	f.Fuzz(func(t *testing.T, which uint8, first, second, name string) {
		d := dialects[int(which)%len(dialects)]
		var patterns []*topic.Pattern
		for _, text := range []string{first, second} {
			if p, err := d.New(text); err == nil {
				patterns = append(patterns, p)
			}
		}
		var filters []*topic.Pattern
		for _, text := range d.Filters(patterns...) {
			p, err := d.New(text)
			if err != nil {
				t.Fatalf("%q and %q ask for %q: %v", first, second, text, err)
			}
			filters = append(filters, p)
		}
		times := 0
		for _, p := range filters {
			if p.Match(name, nil) {
				times++
			}
		}
		wanted := false
		for _, p := range patterns {
			parts := make([]string, len(p.Names()))
			if p.Match(name, parts) {
				wanted = true
				for _, part := range parts {
					if !strings.Contains(name, part) {
						t.Fatalf("%q of %q is %q", p, name, parts)
					}
				}
			}
		}
		if times > 1 || wanted && times == 0 {
			t.Fatalf("of %q and %q the filters %v match %q %d times", first, second, d.Filters(patterns...), name, times)
		}
	})
}

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		dialect topic.Dialect
		in, out string
	}{
		{topic.MQTT, "a b/c", "a b/c"},
		{topic.MQTT, "a/b a/b", "a/b"},
		{topic.MQTT, "home/+/+ home/+", "home/+/+ home/+"},
		{topic.MQTT, "home/+/x home/hall/+", "home/+/+"},
		{topic.MQTT, "home/+ home/#", "home/#"},
		{topic.MQTT, "home home/#", "home/#"},
		{topic.MQTT, "a/b x/# +/b", "+/#"},
		{topic.MQTT, "# $SYS/#", "# $SYS/#"},
		{topic.NATS, "a a.>", "a a.>"},
		{topic.NATS, "a.*.c a.b.>", "a.*.>"},
	} {
		var ps []*topic.Pattern
		for _, text := range strings.Fields(c.in) {
			p, err := c.dialect.New(text)
			if err != nil {
				t.Fatal(err)
			}
			ps = append(ps, p)
		}
		if got := strings.Join(c.dialect.Filters(ps...), " "); got != c.out {
			t.Errorf("%s: %s, expected %s", c.in, got, c.out)
		}
	}
}

func ExampleDialect_New() {
	p, _ := topic.MQTT.New("home/{room}/{sensor}")
	parts := make([]string, 2)
	fmt.Println(p.Filter(), p.Match("home/hall/door", parts), parts)
	// Output: home/+/+ true [hall door]
}
