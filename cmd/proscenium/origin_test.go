package main

import "testing"

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.org":        "https://example.org",
		"https://Example.org/":       "https://example.org",
		"http://hall.local:8080":     "http://hall.local:8080",
		"https://example.org:443":    "https://example.org",
		"http://[::1]:3000":          "http://[::1]:3000",
		"example.org":                "!expected the scheme too: https://example.org",
		"example.org/music":          "!expected the scheme too: https://example.org",
		"//example.org":              "!expected the scheme too: https://example.org",
		"localhost:3000":             "!expected the scheme too: https://localhost:3000",
		"ftp://example.org":          "!expected the scheme too: https://example.org",
		"https://example.org/music":  "!a site is let in as a whole: https://example.org",
		"https://jane@example.org":   "!a site is let in as a whole: https://example.org",
		"https://example.org?a=1":    "!a site is let in as a whole: https://example.org",
		"":                           "!expected the scheme and name of a site, such as https://example.org",
		"*":                          "!expected the scheme and name of a site, such as https://example.org",
		"https://":                   "!expected the scheme and name of a site, such as https://example.org",
		"http://%zz":                 "!expected the scheme and name of a site, such as https://example.org",
		"all of them, and then some": "!expected the scheme and name of a site, such as https://example.org",
	} {
		got, err := parseOrigin(text)
		if err != nil {
			got = "!" + err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, expected %s", text, got, want)
		}
	}
}
