package eventbrite

import (
	"context"
	"errors"
	"net/url"
	"regexp"

	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/decode"

	"github.com/tidwall/gjson"
)

var (
	number = regexp.MustCompile(`^[0-9]{1,20}$`)
	// paths are what a delivery may be about.
	paths = regexp.MustCompile(`^/v3/(?:orders/([0-9]{1,20})|events/([0-9]{1,20})(?:/attendees/([0-9]{1,20}))?)/?$`)
)

var (
	errAddress = errors.New("a delivery whose address is none of Eventbrite's")
	errOther   = errors.New("an answer about something else")
)

// target reads what the api_url of a delivery is about and makes the path anew, out
// of numbers only: an address that comes from outside is never followed.
func target(apiURL string) (path string, id string, err error) {
	u, err := url.Parse(apiURL)
	if err != nil || len(apiURL) > 300 || u.Scheme != "https" || u.Host != host || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" || u.RawPath != "" {
		return "", "", errAddress
	}
	m := paths.FindStringSubmatch(u.Path)
	switch {
	case m == nil:
		return "", "", errAddress
	case m[1] != "":
		return "v3/orders/" + m[1] + "/", m[1], nil
	case m[3] != "":
		return "v3/events/" + m[2] + "/attendees/" + m[3] + "/", m[3], nil
	}
	return "v3/events/" + m[2] + "/", m[2], nil
}

// asker asks Eventbrite about deliveries.
type asker struct{ service *ask.Service }

// fetch puts Eventbrite's word in the place of a delivery's.
func (a *asker) fetch(ctx context.Context, m *decode.Message) error {
	path, id, err := target(gjson.GetBytes(m.Body, "api_url").String())
	if err != nil {
		return err
	}
	m.Topic = gjson.GetBytes(m.Body, "config.action").String()
	var q url.Values
	if len(path) > 9 && path[:9] == "v3/orders" {
		q = url.Values{"expand": {"attendees"}}
	}
	body, err := a.service.Get(ctx, path, q)
	if err != nil {
		return err
	}
	if gjson.GetBytes(body, "id").String() != id {
		return errOther
	}
	m.Body = body
	return nil
}
