package hook

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/secret"
)

// Address has the keys of every source with an address of its own. It is embedded in
// the source's Config.
type Address struct {
	Hook     string `toml:"hook" doc:"the end of its address, /hooks/ and this; the source's name if it is empty. Where nothing is signed choose one that nobody guesses" default:"" example:"box-office"`
	Queue    int    `toml:"queue" doc:"how many deliveries may wait; more are asked to come again" default:"4096" min:"1" max:"65536"`
	Remember int    `toml:"remember" doc:"how many deliveries are remembered, so that what a service repeats is heard once" default:"65536" min:"0" max:"1048576"`
}

// Secrets has the keys of a source whose deliveries are signed or carry a token. It
// is embedded beside Address.
type Secrets struct {
	Secret    string `toml:"secret" doc:"the secret that the service and we share, where it is kept: env:NAME, file:PATH or cred:NAME" default:"" example:"env:HOOK_SECRET"`
	OldSecret string `toml:"old_secret" doc:"the secret before, as long as deliveries signed with it may come" default:"" example:"env:OLD_HOOK_SECRET"`
}

// Defaults returns the configuration that a piece starts from.
func Defaults() Address { return Address{Queue: 4096, Remember: 65536} }

// hookName is what may stand at the end of an address.
var hookName = regexp.MustCompile(`^[a-z0-9_-]{1,64}(/[a-z0-9_-]{1,64}){0,7}$`)

// Check adds the mistakes of c.
func (c *Address) Check(ps *sonify.Problems) {
	if c.Hook != "" && !hookName.MatchString(c.Hook) {
		ps.Add("hook", `such as "box-office"`, "%.60q cannot stand in an address: small letters, digits, - and _ can", c.Hook)
	}
}

// Check adds the mistakes of c.
func (c *Secrets) Check(ps *sonify.Problems) {
	secret.Check(ps, "secret", c.Secret)
	secret.Check(ps, "old_secret", c.OldSecret)
	if c.OldSecret != "" && c.Secret == "" {
		ps.Add("old_secret", "", "there is no secret that took its place")
	}
}

// Options are what a source tells Run.
type Options struct {
	Address
	Secrets
	Scheme Scheme
	URL    string // the whole address as the sender knows it, where it is signed
	Form   Form
	// Fetch replaces the body of a message that only says that something happened by
	// what happened, which it asks the service for. It is called from up to
	// Fetchers goroutines. An error that is a sonify.Permanent or a sonify.RetryAfter
	// ends Run; with any other the delivery is dropped and counted. nil: deliveries say
	// all themselves.
	Fetch func(ctx context.Context, m *decode.Message) error
	// Now is the clock against which the age of deliveries is measured; default
	// time.Now.
	Now func() time.Time
}

// Fetchers is how many deliveries are asked about at once.
const Fetchers = 4

// CheckScheme adds the mistakes of a scheme, by the keys of a piece.
func CheckScheme(ps *sonify.Problems, s Scheme) { s.check(ps) }

// Run opens the source's address and gives n what is delivered there, until ctx is
// done. The address is open as long as Run runs: senders are asked to come again
// before and after.
func Run(ctx context.Context, env sonify.SourceEnv, o Options, n decode.Normaliser, emit func(sonify.Event)) error {
	d, err := open(env, o)
	if err != nil {
		return err
	}
	var past trail
	readPlace(env.Place.Get(), func(name uint64) {
		d.seen.add(name)
		past.add(name)
	})
	path := o.Hook
	if path == "" {
		path = strings.ToLower(env.Name)
	}
	shut, err := env.Hooks.Open(path, d.answer)
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	defer d.close()
	defer shut()
	env.Link.Up()
	// Where nobody is asked, deliveries come right out of the queue: to pass each on to
	// another goroutine costs more than to decode it.
	var next <-chan *job
	queue := d.queue
	if o.Fetch != nil {
		var stop func()
		next, stop = d.messages(ctx, o.Fetch)
		defer stop()
		queue = nil
	}
	var due <-chan time.Time
	flush := func(now time.Time) {
		due = nil
		if at := decode.Flush(n, now, emit); !at.IsZero() {
			due = time.After(at.Sub(now))
		}
	}
	// hear makes events of a delivery. Its error ends the run.
	hear := func(q *delivery, err error) error {
		if ctx.Err() != nil {
			env.Tally.Add(sonify.Dropped, leftBehind, 0)
			return context.Cause(ctx)
		}
		if err == nil {
			if q.name != 0 {
				past.add(q.name)
				q.m.Place = past.place()
			}
			err = n.Normalise(&q.m, emit)
			flush(time.Now())
		}
		if err == nil {
			return nil
		}
		var p *sonify.Permanent
		var r *sonify.RetryAfter
		if errors.As(err, &p) || errors.As(err, &r) {
			return err
		}
		env.Tally.Add(sonify.Skipped, "delivery that tells nothing readable", 0)
		return nil
	}
	var q delivery
	for {
		// What waits comes first: to look at nothing else is much cheaper.
		err := error(nil)
		select {
		case q = <-queue:
			d.left(len(q.m.Body))
			err = hear(&q, nil)
		default:
			select {
			case <-ctx.Done():
				decode.Flush(n, time.Time{}, emit)
				return context.Cause(ctx)
			case now := <-due:
				flush(now)
			case q = <-queue:
				d.left(len(q.m.Body))
				err = hear(&q, nil)
			case j := <-next:
				err = hear(&j.delivery, j.wait(ctx))
			}
		}
		if err != nil {
			return err
		}
	}
}

// open makes the door of a source.
func open(env sonify.SourceEnv, o Options) (*door, error) {
	if env.Hooks == nil {
		return nil, &sonify.Permanent{Err: fmt.Errorf("deliveries come to an address of ours, and nothing listens here (proscenium serve and proscenium events do; path plays a recording)")}
	}
	var secrets []string
	for _, ref := range []string{o.Secret, o.OldSecret} {
		if ref == "" {
			continue
		}
		text, err := secret.Read(env, ref)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, text)
	}
	v, err := NewVerifier(o.Scheme, o.URL, secrets)
	if err != nil {
		return nil, &sonify.Permanent{Err: err}
	}
	d := &door{v: v, form: o.Form, tally: env.Tally, link: env.Link, now: o.Now, queue: make(chan delivery, o.Queue), seen: ledger{room: o.Remember}}
	if d.now == nil {
		d.now = time.Now
	}
	return d, nil
}

// job is a delivery that is being asked about.
type job struct {
	delivery
	done chan error
}

// wait returns when the delivery says what happened.
func (j *job) wait(ctx context.Context) error {
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// messages returns the deliveries in their order, however long fetch takes to ask about
// each. stop ends it and waits for its goroutines.
func (d *door) messages(ctx context.Context, fetch func(context.Context, *decode.Message) error) (next <-chan *job, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	out := make(chan *job, Fetchers-1)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			var q delivery
			select {
			case <-ctx.Done():
				return
			case q = <-d.queue:
			}
			d.left(len(q.m.Body))
			j := &job{q, make(chan error, 1)}
			select {
			case <-ctx.Done():
				return
			case out <- j:
			}
			wg.Go(func() { j.done <- fetch(ctx, &j.m) })
		}
	})
	return out, func() {
		cancel()
		wg.Wait()
	}
}

// CheckURL adds a mistake if address is not the whole address of a hook.
func CheckURL(ps *sonify.Problems, address string) {
	if address == "" {
		return
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		ps.Add("url", `such as "https://music.example.org/hooks/till"`, "this is not the whole address that the sender calls")
	}
}
