package pretix

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"sync"

	"proscenium/sources/internal/ask"
	"proscenium/sources/internal/decode"

	"github.com/tidwall/gjson"
)

// asker asks the server about deliveries, which are not signed and say only that
// something happened to an order.
type asker struct {
	c       Config
	service *ask.Service

	mu     sync.Mutex
	events map[string][]byte
}

var (
	slug = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$`) // of organisers and events: docs.pretix.eu
	code = regexp.MustCompile(`^[A-Z0-9]{1,16}$`)                  // of orders
)

var (
	errForeign = errors.New("a delivery of another organiser or event")
	errOdd     = errors.New("a delivery that names no order")
)

// maxEvents bounds how many events are remembered.
const maxEvents = 64

// fetch puts the server's word in the place of a delivery's.
func (a *asker) fetch(ctx context.Context, m *decode.Message) error {
	ping := gjson.ParseBytes(m.Body)
	organiser, event := ping.Get("organizer").String(), ping.Get("event").String()
	if organiser != a.c.Organizer || a.c.Event != "" && event != a.c.Event {
		return errForeign
	}
	if !slug.MatchString(event) || strings.Contains(event, "..") {
		return errOdd
	}
	m.Topic = ping.Get("action").String()
	path := "api/v1/organizers/" + organiser + "/events/" + event + "/"
	live := strings.HasPrefix(m.Topic, "pretix.event.live.")
	about, err := a.event(ctx, path, live)
	if err != nil {
		return err
	}
	body := append([]byte(`{"ping":`), m.Body...)
	body = append(append(body, `,"event":`...), about...)
	if !live {
		c := ping.Get("code").String()
		if !code.MatchString(c) {
			return errOdd
		}
		order, err := a.service.Get(ctx, path+"orders/"+c+"/", nil)
		if err != nil {
			return err
		}
		if gjson.GetBytes(order, "code").String() != c {
			return errOdd
		}
		body = append(append(body, `,"order":`...), order...)
	}
	m.Body = append(body, '}')
	return nil
}

// event returns the event at a path, which says the currency. It is asked for once,
// unless it just changed.
func (a *asker) event(ctx context.Context, path string, anew bool) ([]byte, error) {
	a.mu.Lock()
	known := a.events[path]
	a.mu.Unlock()
	if known != nil && !anew {
		return known, nil
	}
	got, err := a.service.Get(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.events == nil || len(a.events) >= maxEvents {
		a.events = make(map[string][]byte)
	}
	a.events[path] = got
	return got, nil
}
