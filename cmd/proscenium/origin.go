package main

import (
	"fmt"
	"net/url"
	"strings"
)

// parseOrigin reads the origin of a site as browsers send it, "https://example.org". A
// mistake names the one that is probably meant: with another nobody would ever be let in.
func parseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		host := text
		if _, after, ok := strings.Cut(text, "//"); ok {
			host = after
		}
		host, _, _ = strings.Cut(host, "/")
		if u, err = url.Parse("https://" + host); err != nil || u.Hostname() == "" || strings.ContainsAny(host, " *") {
			return "", fmt.Errorf("expected the scheme and name of a site, such as https://example.org")
		}
		return "", fmt.Errorf("expected the scheme too: https://%s", u.Host)
	}
	// Browsers write it in lower case and leave out the port that is usual.
	host := strings.ToLower(u.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	origin := u.Scheme + "://" + host
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("a site is let in as a whole: %s", origin)
	}
	return origin, nil
}
