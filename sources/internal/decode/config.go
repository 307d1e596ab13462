package decode

import (
	_ "embed"
	"time"
)

//go:embed sample.toml
var sample string

// SampleTOML returns the commented keys of [Config] as they stand in the sample of
// every transport that embeds it.
func SampleTOML() string { return sample }

// Config has the keys that every general transport shares. It is embedded in the
// transport's own configuration, so its keys stand in the same table.
//
// Fields are named by paths: the names of objects in objects with dots between
// ("data.object.amount"), numbers for elements of lists ("items.0.price"); for XML
// the names of elements, "@" before those of attributes; for CSV the columns. A path
// that begins with "$" is a JSONPath (RFC 9535). "topic" is what the transport says
// the message is about.
type Config struct {
	Format  string   `toml:"format" doc:"what the messages are: auto looks at each first byte and takes JSON, XML or text, or CSV where the service says that it is that; jsonl is one JSON value a line; a text without a pattern is one field: value if it is a number or a word of a device such as on, and else text, which is personal" default:"auto" enum:"auto|json|jsonl|csv|xml|text" instead:"ndjson=jsonl|regexp=text|tsv=csv"`
	Pattern string   `toml:"pattern" doc:"for text: a regular expression whose named groups become fields, line by line; lines that it does not fit are skipped" default:"" example:"'^(?P<level>[A-Z]+) (?P<ms>[0-9.]+) ms'"`
	Select  string   `toml:"select" doc:"where the list of records is in a message; each becomes an event. Without it a list is records, and anything else is one" default:"" example:"data.items"`
	With    []string `toml:"with" doc:"what each record gets from around it: fields of the whole message" example:"[\"station.name\"]"`

	Fields    map[string]string `toml:"fields" doc:"the fields of the events and where they come from; without it, everything that a record holds" example:"{ amount = \"total_price\", city = \"venue.city\" }"`
	Labels    []string          `toml:"labels" doc:"fields of the transport that go into the events: topic, or topic_1, topic_2, ... for the parts of it" example:"[\"topic_2\"]"`
	Event     string            `toml:"event" doc:"the kind of the events" default:"reading" example:"order.paid"`
	EventFrom string            `toml:"event_from" doc:"the field that says the kind of each event; event is then the kind where it says nothing" default:"" example:"action"`
	Kinds     []Kind            `toml:"kinds" doc:"kinds by condition: the first whose when is true names the event, before event_from" example:"[{ event = \"order.big\", when = \"amount > 100\" }]"`
	Where     string            `toml:"where" doc:"only records for which this is true become events" default:"" example:"type == 'edit' and not bot"`
	Edited    string            `toml:"edited" doc:"when this is true the record corrects an earlier one: its kind ends in .edited" default:"" example:"action == 'update'"`
	Deleted   string            `toml:"deleted" doc:"when this is true the record takes an earlier one back: its kind ends in .deleted" default:"" example:"action == 'delete'"`

	Time         string        `toml:"time" doc:"the field with the time; without it, when the transport says that it happened" default:"" example:"created_at"`
	TimeFormat   string        `toml:"time_format" doc:"how the time is written: auto, seconds, ms, us, minutes, hours, h:mm:ss, h:mm, m:ss, iso8601 (PT1M30S), rfc3339, date, unix, unix_ms, unix_us, unix_ns, or 2006-01-02 15:04:05 put the way the data puts it" default:"auto" example:"unix_ms"`
	Zone         string        `toml:"zone" doc:"the zone of dates that name none: UTC, an offset, or a name such as Europe/Vienna, with its summer time" default:"UTC" example:"Europe/Vienna"`
	Period       string        `toml:"period" doc:"the field that counts the periods, from 1, where the time begins again in each" default:"" example:"quarter"`
	PeriodLength time.Duration `toml:"period_length" doc:"how long a period lasts" default:"0s" example:"12m"`
	CountsDown   bool          `toml:"counts_down" doc:"whether the time is what is left of the period" default:"false" example:"true"`

	Decimal     string            `toml:"decimal" doc:"what stands before the fraction of numbers in CSV, XML and text" default:"point" enum:"point|comma"`
	Separator   string            `toml:"separator" doc:"what stands between the cells of CSV" default:"auto" enum:"auto|comma|semicolon|tab|bar"`
	Columns     []string          `toml:"columns" doc:"the names of the columns of CSV without a header" example:"[\"time\", \"level\"]"`
	Numbers     []string          `toml:"numbers" doc:"fields that are numbers though they are written as texts" example:"[\"price\"]"`
	Texts       []string          `toml:"texts" doc:"fields that are texts, whatever they look like" example:"[\"postcode\"]"`
	Durations   map[string]string `toml:"durations" doc:"fields that say how long something lasts, and how they are written; they become seconds" example:"{ length = \"m:ss\" }"`
	Minor       map[string]string `toml:"minor" doc:"fields in the smallest unit of a currency, and the field that names the currency, or its three letters; they become whole units" example:"{ amount_total = \"currency\" }"`
	Totals      []string          `toml:"totals" doc:"fields that only count up: each event has by how much since the one before it in time; the first of a series has nothing, nor has a late one" example:"[\"requests\"]"`
	Missing     []string          `toml:"missing" doc:"texts that stand for a missing value; null always does" default:"[\"\", \"null\", \"none\", \"nan\", \"n/a\", \"undefined\"]"`
	ZeroMissing []string          `toml:"zero_is_missing" doc:"fields in which 0 stands for a missing value" example:"[\"speed\"]"`

	Key        string        `toml:"key" doc:"the field that tells series apart, such as a sensor: totals, held values, outliers and changes are each one's own" default:"" example:"sensor_id"`
	Only       string        `toml:"only" doc:"which records become events: all, those that are new, or those that are new or changed; without key that is what was not in the message before. auto: all, but changed of what is asked for again and again" default:"auto" enum:"auto|all|new|changed"`
	First      string        `toml:"first" doc:"with only: what is there when it begins is taken for known (skip) or for news (take); auto skips a list and takes a single record" default:"auto" enum:"auto|skip|take"`
	Unique     string        `toml:"unique" doc:"the field by which a record that comes twice is known; \"id\" of the delivery where the transport has one" default:"" example:"event_id"`
	UniqueFor  time.Duration `toml:"unique_for" doc:"how long it is remembered" default:"10m" example:"1h"`
	Duplicates string        `toml:"duplicates" doc:"what becomes of a record that comes again: skip, or mark (the field duplicate is true)" default:"skip" enum:"skip|mark"`
	Reorder    time.Duration `toml:"reorder" doc:"how long, by their own time, events wait for earlier ones that may still come" default:"0s" example:"5s"`
	Late       string        `toml:"late" doc:"what becomes of an event that comes after later ones were heard: hold (it is heard now), skip, or mark (heard now, the field late is true); totals and all else that depends on what came before go by the order of time, and a late event takes no part in it" default:"hold" enum:"hold|skip|mark"`

	OnMissing map[string]string    `toml:"on_missing" doc:"what becomes of an event in which a field is missing: leave, skip the event, hold the last value, interpolate (wait for the next value, and fill in between), mark (FIELD_missing is true)" example:"{ temperature = \"hold\" }"`
	Limits    map[string][]float64 `toml:"limits" doc:"between which values a field can be true at all" example:"{ temperature = [-40, 60] }"`
	Spikes    map[string]float64   `toml:"spikes" doc:"how many times further than usual from the median of the last values a field may be; where most of them are alike, usual is how far those are that differ, at least a hundredth of the median and the last place that is written" example:"{ temperature = 8 }"`
	OnOutlier map[string]string    `toml:"on_outlier" doc:"what becomes of a value outside: missing, skip the event, hold the last value, interpolate, mark (FIELD_outlier is true)" example:"{ temperature = \"skip\" }"`
	Gap       time.Duration        `toml:"gap" doc:"a silence, by the events' own time, that is longer than this is a gap in the data; 0s: none is" default:"0s" example:"10m"`
	OnGap     string               `toml:"on_gap" doc:"what becomes of a gap: leave, mark (the event after it says gap_s), hold or interpolate (one event in between for every gap that fits)" default:"mark" enum:"leave|mark|hold|interpolate"`

	Items     int `toml:"items" doc:"how many elements of a list become fields: tags_0, tags_1, ...; their number is always one, tags_count" default:"4" min:"0" max:"100"`
	MaxDepth  int `toml:"max_depth" doc:"how deep objects in objects are followed" default:"8" min:"1" max:"32"`
	MaxFields int `toml:"max_fields" doc:"how many fields an event of a kind may have" default:"256" min:"1" max:"4096"`
	// Asked means that the transport asks for the same again and again: only = "auto" is
	// then "changed". It is the transport's to say.
	Asked bool `toml:"-"`

	MaxRecord int `toml:"max_message_kib" doc:"the longest message that is read" unit:"KiB" default:"1024" min:"1" max:"65536"`
}

// Kind is a kind of event and when it is.
type Kind struct {
	Event string `toml:"event" doc:"the kind" required:"true" example:"order.big"`
	When  string `toml:"when" doc:"the condition, over the fields of the record" required:"true" example:"amount > 100"`
}

// missing are the default texts for missing values: what other languages make of
// null.
var missing = []string{"", "null", "none", "nan", "n/a", "undefined"}

// Defaults returns the configuration of somebody who says nothing.
func Defaults() Config {
	return Config{
		Format: "auto", Event: "reading", TimeFormat: "auto", Zone: "UTC", Decimal: "point", Separator: "auto",
		Missing: append([]string(nil), missing...), Only: "auto", First: "auto", UniqueFor: 10 * time.Minute, Duplicates: "skip",
		Late: "hold", OnGap: "mark", Items: 4, MaxDepth: 8, MaxFields: 256, MaxRecord: 1024,
	}
}
