package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"proscenium/sonify/station"

	"github.com/spf13/cobra"
)

// playFlags are the flags of play.
type playFlags struct {
	room  roomFlags
	log   logFlags
	piece renderFlags // --set, --seed and --level
}

func (p *program) playCommand() *cobra.Command {
	var f playFlags
	c := &cobra.Command{
		Use:   "play PIECE",
		Short: "Play a piece live on this machine's sound card",
		Long: `Play puts a piece on the air in the room: on this machine's sound card, until it is
stopped (Ctrl-C). A changed piece is taken on the next bar line; one that is wrong
is told, and the one before plays on.

A sound card that is not there, breaks or freezes is told once and opened again as
soon as it can be; the piece goes on meanwhile, as it does in the quiet hours, in
which the room hears nothing. With --log everything that was heard is written down,
and a piece that was stopped goes on where it was, within a day. --output says what
plays it:

` + outputHelp,
		Example: `  proscenium play first
  proscenium play examples/grand-slam --output pulse
  proscenium play first --volume 60% --quiet-hours "22:00-8:00, sun 0:00-24:00"
  proscenium play piece.toml --output "exec:aplay -q -t raw -f S16_LE -c 2 -r 48000 -"`,
		Args: arguments(1, 1, "a piece"),
		RunE: func(c *cobra.Command, args []string) error { return p.play(c.Context(), &f, args[0]) },

		ValidArgsFunction: pieceFiles,
	}
	f.room.flags(c)
	f.log.flags(c, "folder for the station's own log")
	f.piece.pieceFlags(c)
	return c
}

// play plays a piece in the room until ctx is done.
func (p *program) play(ctx context.Context, f *playFlags, name string) error {
	if name == "-" {
		return usagef("play: a piece that is played live is a file: it is read again when it changes")
	}
	sets, err := f.piece.overrides()
	if err != nil {
		return err
	}
	w, err := p.find(name, sets)
	if err != nil {
		return err
	}
	log := slog.New(p.say.handler())
	o := station.Options{Name: stationName(w.name), Env: w.env(true), File: w.name, Set: w.sets, Watch: true,
		Ahead: latencies["default"].ahead, AheadKnown: 120 * time.Millisecond, Log: log, Check: playable}
	f.log.station(&o, p.state)
	st, err := newStation(o)
	if err != nil {
		return err
	}
	p.say.problems(st.Status().Problems)
	room, err := newRoom(&f.room, log, false)
	if err != nil {
		return err
	}
	defer room.Close()
	s := &show{station: st, room: room, beat: &beat{}}
	st.Attach(room.out)
	st.Attach(s.beat)
	if p.manager.Managed() { // nobody sits there
		p.say.linef("%q plays", st.Header().Title)
	} else {
		p.say.linef("%q plays; Ctrl-C stops it", st.Header().Title)
	}
	told, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { p.watch(told, []*show{s}, nil) })
	err = st.Run(ctx)
	stop()
	wg.Wait()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		p.say.linef("stopped")
	}
	return nil // that is how it ends
}
