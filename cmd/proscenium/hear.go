package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"proscenium/sonify/wire"
	"proscenium/web/client"

	"github.com/spf13/cobra"
)

// listenFlags are the flags of listen.
type listenFlags struct {
	room  roomFlags
	delay int // ms
}

func (p *program) listenCommand() *cobra.Command {
	var f listenFlags
	c := &cobra.Command{
		Use:   "listen URL",
		Short: "Play a station of another machine on this one's speaker",
		Long: `Listen plays a station that another machine has on the air on this machine's speaker,
in time with the browsers that listen to it and with every other machine that does:
for rooms with several speakers. It gets the score, a few kilobits a second, and makes
the station's own samples of it.

URL is the address of the station's page, or of a server with one station. A station
that is not there yet, or goes away, is told once and played as soon as it is back;
so is a sound card.

When it is heard a PulseAudio or PipeWire server tells, and of an ALSA card the size
of its buffer; what lies behind (an amplifier, Bluetooth, a long way to the ear) only
ears do: --delay-ms makes this machine later, or, below 0, earlier than it would be.
With exec: and file: nothing is known of when it is heard.

` + outputHelp,
		Example: `  proscenium listen http://hall.local:8080/s/court
  proscenium listen hall.local:8080 --volume 60% --delay-ms 25
  proscenium listen https://radio.example.org/s/court --output pulse`,
		Args: arguments(1, 1, "the address of a station"),
		RunE: func(c *cobra.Command, args []string) error { return p.hear(c.Context(), &f, args[0]) },

		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.room.flags(c)
	c.Flags().IntVar(&f.delay, "delay-ms", 0, "play so many milliseconds later than the others; below 0: earlier")
	return c
}

// mostDelay bounds --delay-ms: what a player keeps of a score is 20 seconds.
const mostDelay = 10_000

// hear plays a station of another machine until ctx is done.
func (p *program) hear(ctx context.Context, f *listenFlags, address string) error {
	if f.delay < -mostDelay || f.delay > mostDelay {
		return usagef("--delay-ms %d: expected %d to %d", f.delay, -mostDelay, mostDelay)
	}
	s, err := client.Parse(address)
	if err != nil {
		return usagef("listen %s: %w", address, err)
	}
	log := slog.New(p.say.handler())
	room, err := newRoom(&f.room, log, true)
	if err != nil {
		return err
	}
	defer room.Close()
	l := &listening{log: log, room: room, gone: hopes{}}
	line := client.NewLine(s, client.Options{Program: "proscenium " + version, Say: func(text string) { log.Warn(text) }})
	l.line = line
	l.deck = client.NewDeck(line, room, client.PlayOptions{Delay: time.Duration(f.delay) * time.Millisecond, Waits: listenWaits, Take: l.take})
	told, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { p.manage(told, func() bool { return true }, l.how) })
	err = l.deck.Play(ctx)
	stop()
	wg.Wait()
	if err != nil {
		return fmt.Errorf("listen %s: %w", s, err)
	}
	if ctx.Err() != nil {
		p.say.linef("stopped")
	}
	return nil // that is how it ends
}

// listening is a station that is listened to.
type listening struct {
	log  *slog.Logger
	line *client.Line
	deck *client.Deck
	room *room
	gone hopes

	mu    sync.Mutex
	title string
}

// take says what is heard, whenever that is another piece.
func (l *listening) take(m wire.Message) {
	var piece *wire.Piece
	switch m := m.(type) {
	case *wire.Hello:
		piece = &m.Piece
	case *wire.Piece:
		piece = m
	default:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if piece.Title != l.title {
		l.title = piece.Title
		l.log.Info("it plays here", "title", piece.Title)
	}
}

// how says how it goes, for the service manager.
func (l *listening) how() (status string, well bool) {
	l.mu.Lock()
	title := l.title
	l.mu.Unlock()
	switch st := l.deck.Status(); {
	case title == "":
		status = "no station yet"
	case !l.line.Up():
		status = fmt.Sprintf("the station of %q is not there", title)
	case st.Later > 0:
		status = fmt.Sprintf("%q, %d ms later than others, for messages come late", title, st.Later.Milliseconds())
	default:
		status = fmt.Sprintf("%q, in time", title)
	}
	words, well := l.gone.of(l.room, time.Now())
	return status + "; " + words, well
}
