package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/mapping"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"

	"github.com/spf13/cobra"
)

// renderFlags are what a person may say about a render.
type renderFlags struct {
	outs     []string
	stems    string
	bits     int
	from, to time.Duration
	lasts    time.Duration // how long live sources are listened to
	addr     string        // where a webhook is listened for
	seed     string
	level    string
	sets     []string
	report   bool
	json     bool
	legend   string // "" none; see legendParts
}

// pieceFlags adds the flags that change a piece, which several commands have.
func (f *renderFlags) pieceFlags(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.sets, "set", nil, "override a key of the piece: `key.path=value`; may be given again")
	c.Flags().StringVar(&f.seed, "seed", "", "`number` that chooses among the variations")
	c.Flags().StringVar(&f.level, "level", "", "how much music is made of the data: plain, gentle or full")
	c.RegisterFlagCompletionFunc("level", cobra.FixedCompletions([]string{"plain", "gentle", "full"}, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("set", cobra.FixedCompletions([]string{"tempo=", "key=", "seed=", "level=", "mapping=", "source."}, cobra.ShellCompDirectiveNoSpace|cobra.ShellCompDirectiveNoFileComp))
}

// overrides returns all overrides as key.path=value.
func (f *renderFlags) overrides() ([]string, error) {
	sets := slices.Clone(f.sets)
	if f.level != "" {
		if !slices.Contains([]string{"plain", "gentle", "full"}, f.level) {
			return nil, usagef("--level %s: there are plain, gentle and full", f.level)
		}
		sets = append(sets, "level="+f.level)
	}
	if f.seed != "" {
		if _, err := strconv.ParseUint(f.seed, 10, 63); err != nil {
			return nil, usagef("--seed %s: expected a whole number from 0 on, such as 2014", f.seed)
		}
		sets = append(sets, "seed="+f.seed)
	}
	return sets, nil
}

func (p *program) renderCommand() *cobra.Command {
	f := &renderFlags{}
	c := &cobra.Command{
		Use:   "render PIECE -o FILE...",
		Short: "Play a piece into files, faster than life",
		Long: `Render plays a piece from its first event to its last and writes what was
played. PIECE is a TOML file, a folder that holds piece.toml, or - for standard
input. It may also be the log of a station, or the folder of its log: then what
went on the air is played again, to the byte. Several outputs are one pass. Their
names tell their formats:

` + formatTable() + `
With --legend what the values sound like is heard first: for each mapping its
low, typical and high value, with captions, in at most 70 seconds. --legend=rules
plays only what events play; there are rules, signals, patterns, sections (several
with commas), and all.

"format:path" tells it where a name does not: wav:/dev/null, jsonl:-
("-" is standard output). The files are there whole or not at all.

A live source, such as a broker or a webhook, comes to no end: its piece is rendered
with --for, which listens for so long and writes what was played meanwhile. A
recording of the source (path), where it has one, is rendered like any other data,
and so is the log of a station on which the piece was on the air.

The same piece, data and seed give the same bytes, on every machine.

Paths in a piece are relative to the piece; paths given by --set are relative to
the current folder.`,
		Example: `  proscenium render piece.toml -o match.wav
  proscenium render piece.toml -o match.wav -o match.mid -o match.svg --stems stems
  proscenium render piece.toml -o final.wav --set source.court.path=final.csv --set tempo=96
  proscenium render piece.toml -o wav:- --from 1m30s --to 2m | ffmpeg -i - excerpt.flac
  proscenium render piece.toml -o match.wav --legend
  proscenium render piece.toml -o match.wav --report
  proscenium render house.toml --for 10m -o house.wav`,
		Args:              arguments(1, 1, "the piece to render"),
		RunE:              func(c *cobra.Command, args []string) error { return p.render(c.Context(), args[0], f) },
		ValidArgsFunction: pieceFiles,
	}
	fl := c.Flags()
	fl.StringArrayVarP(&f.outs, "output", "o", nil, "`file` to write; may be given again")
	fl.StringVar(&f.stems, "stems", "", "also write each voice, and their sum before mastering, as WAV files into this `folder`")
	fl.IntVar(&f.bits, "bits", 0, "`depth` of WAV files: 16, 24, or 32 for floats (default 16, for stems 24)")
	fl.DurationVar(&f.from, "from", 0, "begin the files at this `time` of the music, such as 1m30s")
	fl.DurationVar(&f.to, "to", 0, "end at this `time` of the music")
	fl.DurationVar(&f.lasts, "for", 0, "listen to the live sources of the piece for so long, such as 60s, and write what was played")
	fl.StringVar(&f.addr, "addr", "", "with --for: where a webhook of the piece is listened for (default "+firstAddr+", or the next that is free)")
	fl.StringVar(&f.legend, "legend", "", "first play what the values sound like; =`parts` chooses among rules, signals, patterns, sections, or all")
	fl.Lookup("legend").NoOptDefVal = legendMost
	f.pieceFlags(c)
	fl.BoolVar(&f.report, "report", false, "print loudness, peaks, counts and speed to standard output")
	fl.BoolVar(&f.json, "json", false, "with --report: as JSON")
	c.RegisterFlagCompletionFunc("output", completeOutput)
	c.RegisterFlagCompletionFunc("legend", cobra.FixedCompletions([]string{"rules", "signals", "patterns", "sections", "all"}, cobra.ShellCompDirectiveNoFileComp))
	c.RegisterFlagCompletionFunc("bits", cobra.FixedCompletions([]string{"16", "24", "32"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// check finds what is wrong with the flags themselves.
func (f *renderFlags) check() error {
	switch {
	case len(f.outs) == 0 && f.stems == "" && !f.report:
		return usagef("say what to write with -o FILE; its name tells the format:\n%s", strings.TrimRight(formatTable(), "\n"))
	case f.json && !f.report:
		return usagef("--json says how --report prints: give both")
	case f.from < 0 || f.to < 0:
		return usagef("--from and --to are times from the beginning, and not negative")
	case f.to > 0 && f.to <= f.from:
		return usagef("--to %v is not after --from %v", f.to, f.from)
	case f.lasts < 0:
		return usagef("--for %v: expected a stretch of time such as 60s", f.lasts)
	case f.lasts > 0 && max(f.from, f.to) > f.lasts:
		return usagef("--from and --to lie in what --for %v lets come: there is no more", f.lasts)
	case f.addr != "" && f.lasts == 0:
		return usagef("--addr says where a webhook is listened for while --for lasts: give both")
	}
	switch f.bits {
	case 0, 16, 24, 32:
	default:
		return usagef("--bits %d: there are 16, 24 and 32", f.bits)
	}
	if f.legend != "" {
		if _, _, err := legendParts(f.legend); err != nil {
			return err
		}
	}
	return nil
}

// wavFormat returns the form of samples for a file of sound, def where the
// person did not choose.
func (f *renderFlags) wavFormat(def pcm.Format) pcm.Format {
	switch f.bits {
	case 16:
		return pcm.Int16
	case 24:
		return pcm.Int24
	case 32:
		return pcm.Float32
	}
	return def
}

// render is "proscenium render".
func (p *program) render(ctx context.Context, name string, f *renderFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	files, err := targets(f.outs)
	if err != nil {
		return err
	}
	if log, ok, err := logOf(name); err != nil {
		return err
	} else if ok {
		if f.lasts > 0 {
			return usagef("--for: a log has its end, and nothing is listened to")
		}
		return p.renderLog(ctx, log, f, files)
	}
	sets, err := f.overrides()
	if err != nil {
		return err
	}
	w, err := p.find(name, sets)
	if err != nil {
		return err
	}
	r := &rendering{program: p, flags: f, written: w, targets: files}
	defer r.close()
	if f.lasts > 0 {
		bell := &doorbell{p: p, ctx: ctx, addr: f.addr, log: slog.New(p.say.handler())}
		defer bell.close()
		if r.piece, err = p.compileLive(w, bell); err != nil {
			return err
		}
		if !isLive(r.piece) {
			return usagef("--for: no source of %s is live, so its data has an end (--to ends the files sooner)", w.name)
		}
		r.log = bell.log
	} else {
		if r.piece, err = p.compile(w); err != nil {
			return err
		}
		if isLive(r.piece) {
			return liveRender(w.name, r.piece)
		}
	}
	r.header = &r.piece.Header
	if err := r.begin(); err != nil {
		return err
	}
	return r.perform(ctx)
}

// rendering is one pass of a piece into files.
type rendering struct {
	*program
	flags   *renderFlags
	written *written
	piece   *mapping.Piece
	header  *sonify.Header // what the files are begun for
	targets []target
	log     *slog.Logger // what becomes of live sources is said in it

	outs   []sonify.Output
	sound  *sound.Output // nil if nothing of it is wanted
	sinks  []pcm.Sink
	stems  []pcm.Sink // one a voice, then the mix
	made   string     // folder that was made for the stems
	meter  *pcm.Meter
	legend *mapping.Prelude // nil if none is wanted
	failed []error          // of sources
}

// begin begins all files, so that what cannot be written is known before any
// work.
func (r *rendering) begin() error {
	o := &fileOptions{header: r.header, format: r.flags.wavFormat(pcm.Int16)}
	for _, t := range r.targets {
		if t.format.sink != nil {
			s, err := t.format.sink(t.path, o)
			if err != nil {
				return &outputError{err}
			}
			r.sinks = append(r.sinks, s)
			continue
		}
		out, err := t.format.score(t.path, o)
		if err != nil {
			return &outputError{err}
		}
		r.outs = append(r.outs, named{out})
	}
	if r.flags.report {
		r.meter = pcm.NewMeter()
		r.sinks = append(r.sinks, r.meter)
	}
	var opts sound.Options
	if r.flags.stems != "" {
		if err := r.beginStems(); err != nil {
			return &outputError{err}
		}
		next := 0
		opts.Stems = func(string) (pcm.Sink, error) { next++; return r.stems[next-1], nil }
	}
	if len(r.sinks) > 0 || len(r.stems) > 0 {
		r.sound = sound.New(r.sinks, opts)
		r.outs = append(r.outs, named{r.sound})
	}
	return nil
}

// beginStems begins a file for each voice and one for their sum.
func (r *rendering) beginStems() error {
	dir := r.flags.stems
	switch err := os.Mkdir(dir, 0o777); {
	case err == nil:
		r.made = dir
	case !errors.Is(err, os.ErrExist):
		return fmt.Errorf("make folder %s: %w", dir, bare(err))
	}
	names := []string{}
	for i, v := range r.header.Voices {
		names = append(names, fmt.Sprintf("%02d-%s.wav", i+1, fileName(v.Name)))
	}
	for _, n := range append(names, "00-mix.wav") {
		s, err := createWAV(filepath.Join(dir, n), &fileOptions{header: r.header, format: r.flags.wavFormat(pcm.Int24)})
		if err != nil {
			return err
		}
		r.stems = append(r.stems, s)
	}
	return nil
}

// fileName makes a name that every file system takes of the name of a voice.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, s)
}

// close releases everything, and removes what was not finished.
func (r *rendering) close() {
	for _, s := range append(r.sinks, r.stems...) {
		s.Close()
	}
	for _, o := range r.outs {
		o.Close()
	}
	if r.made != "" {
		os.Remove(r.made) // only works while it is empty
	}
}

// perform plays the piece.
func (r *rendering) perform(ctx context.Context) error {
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	bar := newProgress(r.say.w, r.say.quiet)
	o := conductor.Options{
		Until:    sonify.Frames(r.flags.to),
		Progress: bar.at,
		Report: func(source, state string, err error) {
			if err != nil {
				r.failed = append(r.failed, fmt.Errorf("source %s: %w", source, err))
			}
		},
	}
	var in []conductor.Intake
	var ear *ear
	if r.flags.lasts > 0 {
		ear = r.listens(&o, bar)
		in = ear.intakes(false)
	} else {
		in = intakes(r.piece, false)
	}
	sources := conductor.Start(ctx, in)
	defer stopSources(sources)
	feed := conductor.Feed(sources)
	if ear != nil {
		feed = &counted{sources, ear.heard}
	}

	outs, err := r.prelude(ctx, r.outs)
	if err != nil {
		return err
	}
	if r.flags.from > 0 || r.flags.to > 0 {
		outs = []sonify.Output{&stretch{outs: outs, from: sonify.Frames(r.flags.from), to: sonify.Frames(r.flags.to)}}
	}
	r.estimate(ctx, bar)
	sum, err := conductor.Perform(ctx, &r.piece.Header, r.piece.Perform(), feed, outs, o)
	bar.clear()
	if ear != nil {
		ear.summary()
		r.failed = ear.failed()
	} else {
		for _, s := range r.piece.Sources {
			r.say.tally(s.Name, s.Tally)
		}
	}
	return r.done(sum, err, began)
}

// done says what was made, and what was not.
func (r *rendering) done(sum *sonify.Summary, err error, began time.Time) error {
	if errors.Is(err, syscall.EPIPE) && (len(r.targets) > 1 || r.flags.stems != "") {
		// Alone it would be no failure, but the others were wanted.
		return &outputError{errors.New("standard output was closed before the end, so the other files were not written")}
	}
	if err != nil {
		return err
	}
	r.say.lost(sum)
	for _, err := range r.failed {
		r.say.failure(fmt.Errorf("%w (what came before it was played)", err))
	}
	spent := time.Since(began)
	r.say.wrote(r.targets, r.flags.stems, r.length(sum), sum, spent)
	if r.flags.report {
		if err := r.report(sum, spent); err != nil {
			return err
		}
	}
	if len(r.failed) > 0 {
		return errSaid
	}
	return nil
}

// length returns how long the result is.
func (r *rendering) length(sum *sonify.Summary) sonify.Frame {
	if r.sound != nil {
		return r.sound.Frames()
	}
	var before sonify.Frame
	if r.legend != nil {
		before = r.legend.Length()
	}
	if to := sonify.Frames(r.flags.to); to > 0 && to < sum.Frames {
		return before + to - sonify.Frames(r.flags.from)
	}
	return before + sum.Frames - sonify.Frames(r.flags.from)
}

// estimate finds out beside the render how long it will be, for the bar's time
// left: it reads the sources once more, which is cheap beside making sound. It
// is left alone where reading twice would take something away.
func (r *rendering) estimate(ctx context.Context, bar *progress) {
	if bar == nil {
		return
	}
	if to := sonify.Frames(r.flags.to); to > 0 {
		bar.setTotal(to)
		return
	}
	if r.flags.lasts > 0 {
		bar.setTotal(sonify.Frames(r.flags.lasts))
		return
	}
	if !r.written.rereadable() {
		return
	}
	go func() {
		again := *r.written
		again.stdin = nil
		piece, problems := again.compile(false)
		if problems.Err() != nil {
			return
		}
		if end, ok := survey(ctx, piece); ok {
			bar.setTotal(end)
		}
	}()
}

// lost says what rules did not play, and why. The events may sound by other rules.
func (s *speaker) lost(sum *sonify.Summary) {
	var whys []string
	for why := range sum.Lost {
		whys = append(whys, why)
	}
	slices.SortFunc(whys, func(a, b string) int {
		if sum.Lost[a] != sum.Lost[b] {
			return int(min(max(int64(sum.Lost[b])-int64(sum.Lost[a]), -1), 1))
		}
		return strings.Compare(a, b)
	})
	if sum.Gathered > 0 {
		s.linef("%s gathered into %s: there were more than the budgets of the piece", plural(sum.Gathered, "event"), plural(sum.Crowds, "crowd"))
	}
	const shown = 5
	for i, why := range whys {
		if i == shown {
			s.linef("and %d more reasons why rules did not play (see --report --json)", len(whys)-shown)
			break
		}
		s.linef("%s of %s not played: %s", count(sum.Lost[why]), plural(sum.Heard, "event"), why)
	}
}

// wrote says what was made.
func (s *speaker) wrote(ts []target, stems string, length sonify.Frame, sum *sonify.Summary, spent time.Duration) {
	var names []string
	for _, t := range ts {
		if t.path != stdoutPath {
			names = append(names, t.path)
		}
	}
	if stems != "" {
		names = append(names, stems+string(filepath.Separator))
	}
	if len(names) == 0 {
		return
	}
	s.linef("wrote %s: %s of music, %s from %s, in %.1f s", strings.Join(names, ", "), clock(length), plural(sum.Notes, "note"), plural(sum.Heard, "event"), spent.Seconds())
}
