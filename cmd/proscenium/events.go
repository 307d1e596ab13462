package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// eventsFlags are what a person may say about events.
type eventsFlags struct {
	source string
	all    bool
	kinds  []string
	count  int64
	lasts  time.Duration
	addr   string
	piece  renderFlags
}

func (p *program) eventsCommand() *cobra.Command {
	f := &eventsFlags{}
	c := &cobra.Command{
		Use:   "events PIECE",
		Short: "Print the events a piece would hear, as JSON lines",
		Long: `Events runs the sources of a piece as a performance would and prints what comes,
one JSON object a line:

  kind     what happened, such as "tennis.point"
  source   the name the piece gave the source
  at       when it happened (RFC 3339), if its origin says
  clock_s  when it happened by the source's own clock, in seconds
  frame    when it arrives in the music, in frames of 1/48000 s
  values   its numbers and booleans
  labels   its texts

What is missing is left out; it is never 0. Only the fields that pass the door are
shown (those the piece reads, or lists in keep); --all shows all. How many of each
kind there were, what was repaired, skipped or missing, and what the piece itself
leaves out (by where, only, topics), is said on standard error, also when nothing
came. A piece that has no rules yet is listened to as well.

Of a piece with live sources the events are shown as they come, until --for is over or
Ctrl-C; sources that break are run again, as a station does it, and a webhook is
listened for. At the end it is said how each source is: whether it is connected, what
came, what was odd, and what the door kept out.

Without a piece, --source names a kind of source and --set gives its keys.`,
		Example: `  proscenium events piece.toml | head
  proscenium events piece.toml --all --kind tennis.break | jq .values
  proscenium events piece.toml --for 10s
  proscenium events --source slam --set path=match.csv
  proscenium events --source csv --set path=- --set event=reading < readings.csv`,
		RunE: func(c *cobra.Command, args []string) error { return p.events(c.Context(), args, f) },
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0 && f.source == "":
				return usagef("events: name a piece, such as: proscenium events piece.toml, or a kind of source with --source")
			case len(args) > 0 && f.source != "":
				return usagef("events: name a piece or a --source, not both")
			}
			return arguments(0, 1, "a piece")(c, args)
		},
		ValidArgsFunction: pieceFiles,
	}
	c.Flags().StringVar(&f.source, "source", "", "run a source of this `kind` without a piece")
	c.Flags().BoolVar(&f.all, "all", false, "show all fields, not only those that pass the door")
	c.Flags().StringArrayVar(&f.kinds, "kind", nil, "only events of this `kind`; \"tennis.*\" takes all below; may be given again")
	c.Flags().Int64Var(&f.count, "count", 0, "stop after so many events")
	c.Flags().DurationVar(&f.lasts, "for", 0, "stop after so long, such as 10s; the events of all sources are then shown at their time")
	c.Flags().StringVar(&f.addr, "addr", "", "where a webhook of the piece is listened for (default "+firstAddr+", or the next that is free)")
	f.piece.pieceFlags(c)
	c.RegisterFlagCompletionFunc("source", completeSources)
	return c
}

// listener is a piece that does nothing but listen, for sources without one.
const listener = `title = "events"
[voice.none]
[[pattern]]
voice = "none"
`

// lone returns a piece around one source of the given kind, with sets of the
// source's own keys.
func (p *program) lone(kind string, sets []string) (*written, error) {
	reg := standardSources()
	if _, ok := reg.Get(kind); !ok {
		return nil, usagef("--source %s: there is no such kind of source%s", kind, hint(sonify.DidYouMean(kind, reg.Names())))
	}
	w := &written{name: "--source " + kind, stdin: p.in, src: fmt.Appendf(nil, "%s[source.%s]\ntype = %q\n", listener, kind, kind)}
	for _, s := range sets {
		if !strings.Contains(s, "=") {
			return nil, usagef("--set %s: expected key=value, such as --set path=data.csv", s)
		}
		if !strings.HasPrefix(s, "source.") && !strings.HasPrefix(s, "level=") && !strings.HasPrefix(s, "seed=") {
			s = "source." + kind + "." + s
		}
		w.sets = append(w.sets, fromHere(w.name, s))
	}
	return w, nil
}

func hint(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func (p *program) events(ctx context.Context, args []string, f *eventsFlags) error {
	if f.count < 0 {
		return usagef("--count %d: expected 1 or more", f.count)
	}
	if f.lasts < 0 {
		return usagef("--for %v: expected a stretch of time such as 10s", f.lasts)
	}
	sets, err := f.piece.overrides()
	if err != nil {
		return err
	}
	var w *written
	if f.source != "" {
		f.all = true
		w, err = p.lone(f.source, sets)
	} else {
		w, err = p.find(args[0], sets)
	}
	if err != nil {
		return err
	}
	log := slog.New(p.say.handler())
	bell := &doorbell{p: p, ctx: ctx, addr: f.addr, log: log}
	defer bell.close()
	piece, err := p.compileLive(w, bell)
	if err != nil {
		return err
	}
	if piece.PlaysNothing() && !f.all {
		f.all = true
		p.say.linef("%s plays nothing yet, so all fields are shown; when it does, those that it reads, and all with --all", w.name)
	}
	if isLive(piece) || f.lasts > 0 {
		return p.listenLive(ctx, piece, f, log)
	}
	return p.listen(ctx, piece, f)
}

// listen prints the events of a piece.
func (p *program) listen(ctx context.Context, piece *mapping.Piece, f *eventsFlags) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	feed := conductor.Start(ctx, intakes(piece, f.all))
	defer stopSources(feed)
	out := bufio.NewWriterSize(p.out, 64<<10)
	flush := func() error {
		if err := out.Flush(); err != nil {
			return &outputError{fmt.Errorf("standard output: %w", err)}
		}
		return nil
	}
	watched := isTerminal(p.out)
	kinds, others := map[string]int64{}, map[string]int64{}
	var printed int64
	told := func() {
		p.summary(kinds, others, printed)
		for _, s := range piece.Sources {
			p.say.tally(s.Name, s.Tally)
		}
	}
	var failed []error
	var line []byte
	for {
		a, ok, ended, err := feed.Next(ctx, math.MaxInt64)
		if err != nil {
			if e := flush(); e != nil {
				return e
			}
			told() // that nothing came is not all there is to say: why is in what was counted
			return err
		}
		if ended {
			break
		}
		if !ok {
			continue
		}
		if a.State != "" {
			if a.Err != nil {
				failed = append(failed, fmt.Errorf("source %s: %w", a.Event.Source, a.Err))
			}
			continue
		}
		if !wanted(f.kinds, a.Event.Kind()) {
			others[a.Event.Kind()]++
			continue
		}
		kinds[a.Event.Kind()]++
		line = appendEvent(line[:0], &a.Event, a.At)
		if _, err := out.Write(line); err != nil {
			return &outputError{fmt.Errorf("standard output: %w", err)}
		}
		if watched {
			if err := flush(); err != nil {
				return err
			}
		}
		if printed++; f.count > 0 && printed == f.count {
			break
		}
	}
	if err := flush(); err != nil {
		return err
	}
	told()
	for _, err := range failed {
		p.say.failure(err)
	}
	if len(failed) > 0 {
		return errSaid
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// summary says how many events of each kind there were, and how many of others.
func (p *program) summary(kinds, others map[string]int64, sum int64) {
	p.say.linef("%s", kindsLine(kinds, sum)+othersLine(others))
}

// othersLine says what came and was not printed, "" if nothing was.
func othersLine(others map[string]int64) string {
	var sum int64
	for _, n := range others {
		sum += n
	}
	if sum == 0 {
		return ""
	}
	return "; not of a --kind that was asked for, " + kindsLine(others, sum)
}

func kindsLine(kinds map[string]int64, sum int64) string {
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	var parts []string
	for _, k := range names {
		parts = append(parts, count(kinds[k])+" "+k)
	}
	text := plural(sum, "event")
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// wanted reports whether a kind is among those asked for.
func wanted(kinds []string, kind string) bool {
	if len(kinds) == 0 {
		return true
	}
	for _, k := range kinds {
		if below, ok := strings.CutSuffix(k, ".*"); ok && strings.HasPrefix(kind, below+".") || k == kind || k == "*" {
			return true
		}
	}
	return false
}

// appendEvent appends an event as one line of JSON.
func appendEvent(b []byte, ev *sonify.Event, at sonify.Frame) []byte {
	b = sonify.AppendJSONString(append(b, `{"kind":`...), ev.Kind())
	b = sonify.AppendJSONString(append(b, `,"source":`...), ev.Source)
	if !ev.At.IsZero() {
		b = append(b, `,"at":"`...)
		b = ev.At.AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	if ev.Timed {
		b = appendSeconds(append(b, `,"clock_s":`...), ev.Clock)
	}
	b = strconv.AppendInt(append(b, `,"frame":`...), int64(at), 10)
	var fields []sonify.Field
	if ev.Shape != nil {
		fields = ev.Shape.Fields()
	}
	for _, texts := range []bool{false, true} {
		key := `,"values":{`
		if texts {
			key = `,"labels":{`
		}
		b = append(b, key...)
		first := true
		for i, f := range fields {
			if i >= len(ev.Values) {
				break
			}
			v := ev.Values[i]
			if v.IsMissing() || (v.Type() == sonify.Text) != texts {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(sonify.AppendJSONString(b, f.Name), ':')
			b = appendValue(b, v)
		}
		b = append(b, '}')
	}
	return append(b, "}\n"...)
}

func appendValue(b []byte, v sonify.Value) []byte {
	switch v.Type() {
	case sonify.Text:
		return sonify.AppendJSONString(b, v.String())
	case sonify.Bool:
		yes, _ := v.Bool()
		return strconv.AppendBool(b, yes)
	}
	f, _ := v.Float()
	if a := math.Abs(f); a == 0 || a >= 1e-6 && a < 1e15 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendSeconds appends d in seconds, exactly.
func appendSeconds(b []byte, d time.Duration) []byte {
	if d < 0 {
		b = append(b, '-')
	}
	u := uint64(d)
	if d < 0 {
		u = -u
	}
	b = strconv.AppendUint(b, u/1e9, 10)
	if rest := u % 1e9; rest > 0 {
		b = append(b, strings.TrimRight(fmt.Sprintf(".%09d", rest), "0")...)
	}
	return b
}
