package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/web"
)

// errTime ends the listening when its time is over.
var errTime = errors.New("the time is over")

// lookAgain is how long nothing is looked for when nothing has come.
const lookAgain = 20 * time.Millisecond

// isLive reports whether a source of the piece is live.
func isLive(p *mapping.Piece) bool {
	for i := range p.Sources {
		if p.Sources[i].Live {
			return true
		}
	}
	return false
}

// ear listens to a piece whose sources are live, and tells how they are.
type ear struct {
	piece *mapping.Piece
	doors []*conductor.Door   // as the piece's sources; nil without one
	now   func() sonify.Frame // where what comes now arrives
	heard map[string]uint64
	state map[string]string // by source
	why   map[string]error
	log   *slog.Logger
}

// newEar returns an ear that has not heard anything. now says at which frame of the
// performance what comes at that moment arrives; any goroutine calls it.
func newEar(p *mapping.Piece, now func() sonify.Frame, log *slog.Logger) *ear {
	return &ear{piece: p, now: now, heard: map[string]uint64{}, state: map[string]string{}, why: map[string]error{}, log: log}
}

// intakes returns the sources as a station takes them: at their arrival, run again when
// they break. With all nothing is kept at the door.
func (e *ear) intakes(all bool) []conductor.Intake {
	in := intakes(e.piece, all)
	e.doors = make([]*conductor.Door, len(in))
	for i := range in {
		s := &e.piece.Sources[i]
		if !all {
			e.doors[i] = conductor.NewDoor(conductor.DoorRules(s.Door), salt())
			in[i].Keep = e.doors[i].Pass
		}
		in[i].Live, in[i].Arrive = true, e.now
		if s.Live {
			in[i].Again = station.Backoff
		}
	}
	return in
}

// tell says what has become of a source, once.
func (e *ear) tell(name, state string, err error) {
	was := e.state[name]
	e.state[name], e.why[name] = state, err
	switch {
	case err != nil:
		e.log.With("station", name).Warn(state + ": " + err.Error())
	case state != was && (was != "" || state != "live"):
		e.log.With("station", name).Info(state)
	}
}

// failed returns why sources failed for good, in their order.
func (e *ear) failed() (errs []error) {
	for i := range e.piece.Sources {
		s := &e.piece.Sources[i]
		why := e.why[s.Name]
		if p := new(sonify.Permanent); why != nil && (!s.Live || errors.As(why, &p)) {
			errs = append(errs, fmt.Errorf("source %s: %w", s.Name, why))
		}
	}
	return errs
}

// summary says how each source is.
func (e *ear) summary() {
	for i := range e.piece.Sources {
		s := &e.piece.Sources[i]
		var parts []string
		say := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
		l := s.Link.Status()
		switch state := e.state[s.Name]; {
		case l.State == sonify.LinkDown && l.Why != "":
			say("down (%s)", l.Why)
		case l.State != "":
			say("%s", l.State)
		case state == "failed" || state == "ended":
			say("%s", state)
		case s.Live:
			say("not connected yet")
		}
		if l.Connected > 1 {
			say("connected %d times", l.Connected)
		}
		if l.Messages > 0 {
			say("%s (%s), the last %s ago", plural(l.Messages, "message"), size(l.Bytes), time.Since(l.Last).Round(100*time.Millisecond))
		}
		say("%s", plural(e.heard[s.Name], "event"))
		if l.Note != "" {
			say("%s", l.Note)
		}
		if d := e.doors[i]; d != nil {
			c := d.Counts()
			for _, n := range []struct {
				n    uint64
				noun string
				what string
			}{{c.KeptOut, "value", "kept out by the door"}, {c.Hashed, "value", "hashed"}, {c.Withheld, "event", "of groups too small to be named"}} {
				if n.n > 0 {
					say("%s %s", plural(n.n, n.noun), n.what)
				}
			}
		}
		if line := tallyLine(s.Tally); line != "" {
			say("%s", line)
		}
		e.log.With("station", s.Name).Info(strings.Join(parts, ", "))
	}
}

// size writes a number of bytes for people.
func size(n uint64) string {
	switch {
	case n < 1000:
		return plural(n, "byte")
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// compileLive makes w ready to be listened to and tells what is wrong with it. bell lets
// its sources be called.
func (p *program) compileLive(w *written, bell *doorbell) (*mapping.Piece, error) {
	env := w.env(true)
	env.Live, env.Listen, env.Hooks = true, true, bell
	env.Say = func(source, text string) { bell.log.With("station", source).Info("says: " + text) }
	piece, problems := mapping.Compile(env, w.name, w.src, w.sets)
	p.say.problems(problems)
	if problems.Err() != nil {
		p.say.linef("%s", verdict(w.name, problems))
		return nil, errSaid
	}
	return piece, nil
}

// listenLive prints the events of a live piece as they come.
func (p *program) listenLive(ctx context.Context, piece *mapping.Piece, f *eventsFlags, log *slog.Logger) error {
	if f.lasts > 0 {
		var done context.CancelFunc
		ctx, done = context.WithTimeoutCause(ctx, f.lasts, errTime)
		defer done()
	}
	began := time.Now()
	now := func() sonify.Frame { return sonify.Frames(time.Since(began)) }
	e := newEar(piece, now, log)
	feed := conductor.Start(ctx, e.intakes(f.all))
	kinds, others := map[string]int64{}, map[string]int64{}
	var printed int64
	var line []byte
	err := func() error {
		for {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			a, ok, ended, err := feed.Next(ctx, now())
			switch {
			case err != nil:
				return err
			case ended:
				return nil
			case !ok:
				(conductor.Wall{}).Wait(ctx, time.Now().Add(lookAgain))
				continue
			case a.State != "":
				e.tell(a.Event.Source, a.State, a.Err)
				continue
			}
			e.heard[a.Event.Source]++
			if !wanted(f.kinds, a.Event.Kind()) {
				others[a.Event.Kind()]++
				continue
			}
			kinds[a.Event.Kind()]++
			line = appendEvent(line[:0], &a.Event, a.At)
			if _, err := p.out.Write(line); err != nil {
				return &outputError{fmt.Errorf("standard output: %w", err)}
			}
			if printed++; f.count > 0 && printed == f.count {
				return nil
			}
		}
	}()
	stopSources(feed)
	var broken *outputError
	if errors.As(err, &broken) {
		return err
	}
	log.Info(kindsLine(kinds, printed) + othersLine(others))
	e.summary()
	if errors.Is(err, errTime) {
		err = nil
	}
	if failed := e.failed(); err == nil && len(failed) > 0 {
		err = failed[0]
	}
	return err
}

// doorbell is an HTTP server that begins to listen when the first source wants to be
// called.
type doorbell struct {
	p    *program
	ctx  context.Context
	addr string
	log  *slog.Logger

	mu   sync.Mutex
	srv  *web.Server
	base string
	err  error
	done chan struct{}
	stop context.CancelFunc
}

// Open implements [sonify.Hooks].
func (d *doorbell) Open(path string, answer func(*sonify.Call) sonify.Reply) (func(), error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.srv == nil && d.err == nil {
		d.begin()
	}
	if d.err != nil {
		return nil, d.err
	}
	closes, err := d.srv.Hooks().Open(path, answer)
	if err == nil {
		d.log.Info("listening: " + d.base + "/hooks/" + path)
	}
	return closes, err
}

func (d *doorbell) begin() {
	l, err := d.p.listenOn(d.ctx, d.addr)
	if err != nil {
		d.err = &sonify.Permanent{Err: err}
		return
	}
	d.srv = web.NewServer(web.Options{})
	d.base = "http://" + l.Addr().String()
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		d.base = fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
	}
	ctx, stop := context.WithCancel(d.ctx)
	d.stop, d.done = stop, make(chan struct{})
	go func() {
		defer close(d.done)
		if err := d.srv.Serve(ctx, l); err != nil {
			d.log.Error(err.Error())
		}
	}()
}

// close ends the server, if there is one.
func (d *doorbell) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		d.stop()
		<-d.done
	}
}
