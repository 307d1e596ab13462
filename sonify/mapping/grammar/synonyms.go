package grammar

import (
	"fmt"
	"slices"

	"proscenium/sonify"
)

// synonyms are keys that say the same in other programs: a letter is not what is wrong
// with one that is written for another, so the nearest name would mislead. The first of
// a line that there is, is meant.
var synonyms = [][]string{
	{"url", "broker", "server", "brokers", "servers", "address", "host", "hostname", "uri", "endpoint", "link"},
	{"topics", "subjects", "channels", "topic", "subject", "channel", "subscribe"},
	{"streams", "stream"},
	{"command", "cmd", "program", "run"},
	{"path", "file", "filename", "recording"},
	{"username", "user", "login"},
	{"password", "pass", "passwd"},
	{"token", "api_key", "apikey", "bearer"},
	{"every", "interval", "poll", "refresh"},
	{"select", "records", "items_at"},
	{"where", "filter"},
	{"zone", "timezone", "time_zone", "tz"},
}

// meant returns which of the known keys an unknown one stands for, "" if nobody can
// tell, and the hint that says so.
func meant(key string, known []string) (name, hint string) {
	for _, line := range synonyms {
		if !slices.Contains(line, key) {
			continue
		}
		for _, s := range line {
			if slices.Contains(known, s) {
				return s, fmt.Sprintf("did you mean %q?", s)
			}
		}
	}
	return sonify.Nearest(key, known), sonify.DidYouMean(key, known)
}
