package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/sound"
	"proscenium/sonify/station"
	"proscenium/web"

	"github.com/spf13/cobra"
)

// latency is how soon something is heard, against how many messages that takes.
type latency struct {
	ahead, known, cushion, margin time.Duration
}

// latencies are the values of --latency. An event is heard ahead and cushion, and the
// rest of a stretch, some 15 ms, after it came; what is known beforehand costs nobody
// time, and is sent in few messages. House is as late as a page that is reached by plain
// http from another machine can be: it plays in blocks of sound, made beforehand
// ([proscenium/web/static/sound.js] has the sum), and with it all hear the same at once.
var latencies = map[string]latency{
	"low":     {6 * time.Millisecond, 150 * time.Millisecond, 32 * time.Millisecond, 40 * time.Millisecond},
	"default": {12 * time.Millisecond, 750 * time.Millisecond, 110 * time.Millisecond, 80 * time.Millisecond},
	"house":   {12 * time.Millisecond, 750 * time.Millisecond, 780 * time.Millisecond, 720 * time.Millisecond},
	"economy": {200 * time.Millisecond, 750 * time.Millisecond, 1200 * time.Millisecond, 150 * time.Millisecond},
}

// latencyNames are those of latencies, from the soonest.
var latencyNames = []string{"low", "default", "house", "economy"}

// serveFlags are the flags of serve.
type serveFlags struct {
	addr       string
	latency    string
	listeners  int
	perAddress int
	cert, key  string
	origins    []string
	behind     []string
	speaker    string
	room       roomFlags
	log        logFlags
	piece      renderFlags // --set, --seed and --level
}

func (p *program) serveCommand() *cobra.Command {
	var f serveFlags
	c := &cobra.Command{
		Use:   "serve [PIECE...]",
		Short: "Put pieces on the air: a page that plays them live",
		Long: `Serve puts every piece on the air as a station with a page of its own, until it is
stopped (Ctrl-C). Without a piece it serves the demonstration, a day at a
tournament that never was, one match after the other.

A changed piece is taken on the next bar line; one that is wrong is told, and
the one before plays on. With --log everything that was heard is written down,
and a piece that was stopped goes on where it was, within a day.

With --speaker a piece is heard in the room as well, as "proscenium play" would
play it; --output says on what ("proscenium help play" lists it), --volume how loud
and --quiet-hours when not. Whoever listens elsewhere hears it at all hours.

It listens on this machine only, unless --addr says otherwise; without --addr it
takes the next port that is free from 8080 on. Whoever can reach it can listen,
and nothing else.`,
		Example: `  proscenium serve
  proscenium serve first examples/grand-slam --addr :8080
  proscenium serve first --speaker
  proscenium serve piece.toml --addr :443 --tls-cert cert.pem --tls-key key.pem
  curl -s http://127.0.0.1:8080/s/demo/stream.wav | ffplay -i -`,
		RunE: func(c *cobra.Command, args []string) error {
			if name := f.room.given(c); name != "" && f.speaker == "" {
				return usagef("%s is about the room, which hears nothing without --speaker", name)
			}
			return p.serve(c.Context(), &f, args)
		},

		ValidArgsFunction: pieceFiles,
	}
	f.flags(c)
	return c
}

// flags adds the flags to c and sets their defaults.
func (f *serveFlags) flags(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.addr, "addr", "", "address and port to listen on, such as :8080 for all addresses (default "+firstAddr+", or the next that is free)")
	fl.StringVar(&f.latency, "latency", "", "low, default, house or economy: how soon an event is heard, against work for the server; house: late enough for pages reached by plain http, so that a whole house hears it at once (default house where --addr lets such pages in, otherwise default)")
	fl.IntVar(&f.listeners, "listeners", 1000, "listeners at once")
	fl.IntVar(&f.perAddress, "per-address", 50, "listeners at once from one address; this machine's own are not limited. A festival's network, or a house behind one router, is one address: raise it to what --listeners lets in. A page that can only play a stream counts twice")
	fl.StringVar(&f.cert, "tls-cert", "", "file with the certificate, to speak TLS")
	fl.StringVar(&f.key, "tls-key", "", "file with its key")
	fl.StringSliceVar(&f.origins, "origin", nil, "other sites whose pages may listen, such as https://example.org")
	fl.StringSliceVar(&f.behind, "behind", nil, "address or network of a proxy of yours, which says who asks (X-Forwarded-For)")
	f.log.flags(c, "folder for the stations' own logs; each has a folder in it")
	fl.StringVar(&f.speaker, "speaker", "", "play it in the room too: the first piece, or with --speaker=NAME the station of that name")
	fl.Lookup("speaker").NoOptDefVal = firstStation
	f.room.flags(c)
	c.RegisterFlagCompletionFunc("latency", cobra.FixedCompletions(latencyNames, cobra.ShellCompDirectiveNoFileComp))
	f.piece.pieceFlags(c)
}

// plainHouse reports whether pages come by plain http from other machines: browsers let
// these have sound in blocks only. Behind a proxy of ours it is the proxy that they see.
func (f *serveFlags) plainHouse() bool {
	if f.addr == "" || f.cert != "" || len(f.behind) > 0 {
		return false
	}
	host, _, err := net.SplitHostPort(f.addr)
	if err != nil || host == "localhost" {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err != nil || !ip.IsLoopback()
}

// serve puts pieces on the air until ctx is done.
func (p *program) serve(ctx context.Context, f *serveFlags, names []string) error {
	chosen := f.latency
	if chosen == "" {
		if chosen = "default"; f.plainHouse() {
			chosen = "house"
		}
	}
	lat, ok := latencies[chosen]
	if !ok {
		return usagef("--latency %s: there are %s%s", f.latency, strings.Join(latencyNames, ", "), near(f.latency, latencyNames))
	}
	if f.listeners < 1 || f.perAddress < 1 {
		return usagef("--listeners and --per-address: expected at least 1")
	}
	o := web.Options{Listeners: f.listeners, PerAddress: f.perAddress, JoinRate: 500}
	for _, text := range f.origins {
		origin, err := parseOrigin(text)
		if err != nil {
			return usagef("--origin %s: %w", text, err)
		}
		o.Origins = append(o.Origins, origin)
	}
	for _, text := range f.behind {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return usagef("--behind %s: expected an address such as 127.0.0.1, or a network such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		o.Behind = append(o.Behind, prefix)
	}
	if (f.cert == "") != (f.key == "") {
		return usagef("--tls-cert and --tls-key: expected both")
	}
	if f.cert != "" {
		pair, err := tls.LoadX509KeyPair(f.cert, f.key)
		if err != nil {
			return fmt.Errorf("--tls-cert %s: %w", f.cert, err)
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	log := slog.New(p.say.handler())
	o.Log = log
	srv := web.NewServer(o)
	shows, err := p.shows(f, names, lat, log, srv.Hooks())
	if err != nil {
		return err
	}
	l, err := p.listenOn(ctx, f.addr)
	if err != nil {
		return err
	}
	if err := p.inTheRoom(f, shows, log); err != nil {
		l.Close()
		return err
	}
	for _, s := range shows {
		if s.room != nil {
			defer s.room.Close()
		}
		if err := srv.Add(s.channel, s.info); err != nil {
			l.Close()
			return err
		}
	}
	if f.latency == "" && chosen == "house" {
		p.say.linef("an event is heard after 0.8 s, at once in the whole house: pages on plain http need it; --latency default: 0.14 s, and these pages after the others")
	}
	return p.air(ctx, srv, l, shows, o.TLS != nil)
}

// air runs stations and server until ctx is done or one of them fails.
func (p *program) air(ctx context.Context, srv *web.Server, l net.Listener, shows []*show, secure bool) error {
	asked := ctx
	ctx, cancel := context.WithCancelCause(asked)
	defer cancel(nil)
	scheme := "http"
	if secure {
		scheme = "https"
	}
	here, others := reached(l.Addr())
	for _, s := range shows {
		p.say.linef("%q is on the air: %s://%s/s/%s", s.station.Header().Title, scheme, here, s.channel.Name())
	}
	if len(others) > 0 {
		p.say.linef("from other machines: %s://%s/", scheme, strings.Join(others, "/, "+scheme+"://"))
	}
	if !p.manager.Managed() { // nobody sits there
		p.say.linef("open that in a browser; Ctrl-C stops it")
	}
	var wg sync.WaitGroup
	for _, s := range shows {
		wg.Go(func() {
			if err := s.station.Run(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Go(func() {
		if err := srv.Serve(ctx, l); err != nil {
			cancel(err)
		}
	})
	wg.Go(func() { p.watch(ctx, shows, srv.Listeners) })
	wg.Wait()
	if asked.Err() != nil {
		p.say.linef("stopped")
		return nil // that is how it ends
	}
	return context.Cause(ctx)
}

// show is a station and what carries it.
type show struct {
	station *station.Station
	channel *web.Channel
	beat    *beat
	room    *room // nil: it is not heard in the room
}

// firstStation is the value of --speaker without one.
const firstStation = "*"

// inTheRoom gives the station that --speaker names a speaker.
func (p *program) inTheRoom(f *serveFlags, shows []*show, log *slog.Logger) error {
	if f.speaker == "" {
		return nil
	}
	var names []string
	for _, s := range shows {
		if names = append(names, s.channel.Name()); f.speaker != firstStation && f.speaker != s.channel.Name() {
			continue
		}
		room, err := newRoom(&f.room, log, false)
		if err != nil {
			return err
		}
		s.room = room
		s.station.Attach(room.out)
		return nil
	}
	return usagef("--speaker=%s: there are the stations %s%s", f.speaker, strings.Join(names, ", "), near(f.speaker, names))
}

// shows makes a station of every piece, or of the demonstration.
func (p *program) shows(f *serveFlags, names []string, lat latency, log *slog.Logger, hooks sonify.Hooks) ([]*show, error) {
	var out []*show
	sets, err := f.piece.overrides()
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	add := func(name string, o station.Options) error {
		for n, i := name, 2; taken[name]; i++ {
			name = fmt.Sprintf("%s-%d", n, i)
		}
		taken[name] = true
		legend := &onAirLegend{}
		c := web.NewChannel(name, web.ChannelOptions{Program: "proscenium " + version, Cushion: lat.cushion, Margin: lat.margin, Legend: legend.get})
		o.Name, o.Log, o.Check, o.Env.Hooks = name, log, playable, hooks
		o.Ahead, o.AheadKnown, o.AheadLeast = lat.ahead, lat.known, c.Ahead
		f.log.station(&o, p.state)
		st, err := newStation(o)
		if err != nil {
			c.Close()
			return err
		}
		legend.station = st
		p.say.problems(st.Status().Problems)
		b := &beat{}
		st.Attach(c)
		st.Attach(b)
		out = append(out, &show{station: st, channel: c, beat: b})
		return nil
	}
	if len(names) == 0 {
		w := &written{name: "tournament.toml", src: []byte(brought("tournament")), sets: sets}
		err := add("demo", station.Options{Env: w.env(false), File: w.name, Set: w.sets, Round: tournament, Read: func() ([]byte, error) { return w.src, nil }})
		return out, err
	}
	for i, name := range names {
		if name == "-" {
			return nil, usagef("serve: a piece on the air is a file: it is read again when it changes")
		}
		w, err := p.find(name, sets)
		// "--speaker NAME" is --speaker, and a piece.
		if bare := f.speaker == firstStation && name == filepath.Base(name) && filepath.Ext(name) == ""; bare && err != nil {
			return nil, usagef("%w; if that is the station the room hears: --speaker=%s", err, name)
		} else if bare && slices.Contains(names[:i], name) {
			return nil, usagef("serve: %s stands twice; if that is the station the room hears: --speaker=%s", name, name)
		}
		if err != nil {
			return nil, err
		}
		o := station.Options{Env: w.env(true), File: w.name, Set: w.sets, Watch: true}
		if err := add(stationName(w.name), o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stationName makes a name for addresses of a piece's path: of the file, or of its
// folder if that is only called piece.toml.
func stationName(path string) string {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if base == "piece" {
		if abs, err := filepath.Abs(path); err == nil {
			base = filepath.Base(filepath.Dir(abs))
		}
	}
	var b strings.Builder
	for _, r := range strings.ToLower(base) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	if name := strings.Trim(b.String(), "-"); name != "" {
		return name
	}
	return "station"
}

// playable refuses a piece that the chip cannot play.
func playable(h *sonify.Header) error {
	var c sound.Coder
	_, err := c.Begin(nil, h)
	return err
}

// sourceInfo tells how a source is.
func sourceInfo(s *station.SourceStatus) web.Source {
	fate := func(f sonify.Fate) uint64 { return uint64(s.Fate(f)) }
	i := web.Source{Name: s.Name, Kind: s.Kind, State: s.State, Live: s.Live, Heard: s.Heard, PerMinute: s.Rate, Silent: s.Silent.Seconds(),
		Errors: s.Errors, Late: s.Late, Repaired: fate(sonify.Repaired), Missing: fate(sonify.Absent), Skipped: fate(sonify.Skipped), Dropped: fate(sonify.Dropped),
		KeptOut: s.Door.KeptOut, Hashed: s.Door.Hashed, Withheld: s.Door.Withheld,
		Link: s.Link.State, Connected: s.Link.Connected, Messages: s.Link.Messages, Bytes: s.Link.Bytes, Last: -1, Note: s.Link.Note, Why: s.Error}
	if !s.Link.Last.IsZero() {
		i.Last = max(time.Since(s.Link.Last), 0).Seconds()
	}
	if i.Why == "" {
		i.Why = s.Link.Why
	}
	return i
}

// info tells the page and the metrics how the station is.
func (s *show) info() web.Info {
	st := s.station.Status()
	i := web.Info{Title: st.Title, About: st.About, State: string(st.State), Well: !st.Broken && st.JournalError == "", Sources: []web.Source{},
		Counts: map[string]float64{
			"events_total":        float64(st.Heard),
			"sounded_total":       float64(st.Sounded),
			"gathered_total":      float64(st.Gathered),
			"notes_total":         float64(st.Notes),
			"late_events_total":   float64(st.Late),
			"max_late_seconds":    st.MaxLate.Seconds(),
			"held_seconds_total":  st.Held.Seconds(),
			"played_frames_total": float64(st.Frame),
			"rounds_total":        float64(st.Round),
		}}
	var lost float64
	for _, n := range st.Lost {
		lost += float64(n)
	}
	i.Counts["lost_total"] = lost
	i.Heard, i.Sounded, i.Gathered, i.Notes, i.Lost = st.Heard, st.Sounded, st.Gathered, st.Notes, uint64(lost)
	for _, src := range st.Sources {
		i.Sources = append(i.Sources, sourceInfo(&src))
		if src.State == "failed" || src.State == "stale" {
			i.Well = false
		}
	}
	if s.room != nil {
		r := s.room.Status()
		i.Mute, i.Hush = r.Why, s.room.hush(time.Now())
		i.Counts["speaker_taken_frames_total"] = float64(r.Taken)
		i.Counts["speaker_lost_frames_total"] = float64(r.Lost)
		i.Counts["speaker_slipped_frames_total"] = float64(r.Slipped)
		i.Counts["speaker_opened_total"] = float64(r.Opened)
		i.Counts["speaker_quiet_hours"] = 0
		if i.Hush != "" {
			i.Counts["speaker_quiet_hours"] = 1
		}
	}
	if st.Broken {
		for _, p := range st.Problems {
			i.Problems = append(i.Problems, p.Error())
		}
	}
	return i
}
