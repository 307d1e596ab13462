package irc

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/secret"
)

// Options say where to listen, and as whom.
type Options struct {
	Name string   // of the source's kind, for its errors: "twitch_chat"
	URL  *url.URL // ircs, irc, wss or ws
	Nick string
	// Pass is the password of the connection, "" for none. It goes only over an
	// encrypted one, or to this machine.
	Pass string
	// Account and Password log in by SASL PLAIN; without an account it is not tried.
	Account, Password string
	Caps              []string // capabilities to ask for; a server may refuse each
	Channels          []string // with their "#"
	Policy            reach.Policy
	Secrets           []string // that no error may hold
	// Silence is how long nothing may come, not even the answer to our PING, before the
	// connection is taken for dead; 0: for ever.
	Silence time.Duration
}

func (o Options) fail(err error) error {
	return fmt.Errorf("%s: %w", o.Name, secret.Scrub(err, o.Secrets...))
}

// maxNicks is how many names are tried if the first is taken.
const maxNicks = 5

// steady is how long a connection must have lasted for the server's wish to begin
// anew to be a usual one; only a test changes it.
var steady = 10 * time.Second

// errAgain is what a server means by RECONNECT.
var errAgain = errors.New("the server wants us to connect anew")

// Run connects, joins the channels and gives n every line that is not the protocol's
// own, with its command as the topic, until ctx is done or the connection breaks; emit
// is called in the caller's goroutine. Where the server asks for a new connection
// (Twitch does before it restarts) it gets one.
func Run(ctx context.Context, env sonify.SourceEnv, o Options, n decode.Normaliser, emit func(sonify.Event)) error {
	for {
		began := time.Now()
		err := (&session{Options: o, env: env, nick: o.Nick}).run(ctx, n, emit)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errAgain) && time.Since(began) >= steady:
			env.Link.Down(errAgain.Error())
			continue
		case errors.Is(err, errAgain):
			return o.fail(err)
		}
		return err
	}
}

// session is one connection.
type session struct {
	Options
	env     sonify.SourceEnv
	w       wire
	nick    string
	tries   int
	welcome bool
	joined  int
	refused []string // channels, each with why
	heard   atomic.Bool
}

func (s *session) run(ctx context.Context, n decode.Normaliser, emit func(sonify.Event)) error {
	w, err := dial(ctx, s.env, s.Options)
	if err != nil {
		return err
	}
	defer w.close()
	s.w = w
	done := make(chan struct{})
	pinged := make(chan struct{})
	go s.pings(done, pinged)
	defer func() {
		close(done)
		w.close()
		<-pinged
	}()
	if err := s.register(); err != nil {
		return err
	}
	return decode.Pull(ctx, s.env, n, emit, s.next, w.close)
}

// next fills in the next line that is for the normaliser.
func (s *session) next(into *decode.Message) error {
	for {
		line, err := s.w.read()
		if err == errLong {
			s.env.Tally.Add(sonify.Skipped, errLong.Error(), 0)
			continue
		}
		if err != nil {
			return err
		}
		s.heard.Store(true)
		m, err := Parse(line)
		if err != nil {
			if err != errEmpty {
				s.env.Tally.Add(sonify.Skipped, err.Error(), 0)
			}
			continue
		}
		ours, err := s.take(&m)
		if err != nil {
			if errors.Is(err, errAgain) {
				return err
			}
			return s.fail(err)
		}
		if !ours && s.welcome {
			into.Body, into.Topic = bytes.TrimRight(line, "\r\n"), m.Command
			return nil
		}
	}
}

// pings asks a server that says nothing whether it lives.
func (s *session) pings(done, pinged chan struct{}) {
	defer close(pinged)
	if s.Silence <= 0 {
		return
	}
	t := time.NewTicker(max(s.Silence/3, time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if !s.heard.Swap(false) && s.w.write("PING :proscenium") != nil {
				return // reading meets the reason
			}
		case <-done:
			return
		}
	}
}

// register says who we are. Capabilities are asked for one by one, so that a server
// may refuse each.
func (s *session) register() error {
	lines := make([]string, 0, len(s.Caps)+5)
	for _, c := range s.Caps {
		lines = append(lines, "CAP REQ :"+c)
	}
	if s.Account != "" {
		lines = append(lines, "CAP REQ :sasl")
	}
	if s.Pass != "" {
		lines = append(lines, "PASS "+s.Pass)
	}
	lines = append(lines, "NICK "+s.nick, "USER "+s.Nick+" 0 * :"+s.Nick)
	if s.Account == "" && len(s.Caps) > 0 {
		lines = append(lines, "CAP END")
	}
	for _, l := range lines {
		if err := s.w.write(l); err != nil {
			return err
		}
	}
	return nil
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}

// take does what the protocol wants. ours is true for what is of no interest to
// anybody else.
func (s *session) take(m *Message) (ours bool, err error) {
	switch m.Command {
	case "PING":
		return true, s.w.write("PONG :" + m.Param(max(len(m.Params)-1, 0)))
	case "PONG":
		return true, nil
	case "CAP":
		return true, s.capability(m)
	case "AUTHENTICATE":
		if m.Param(0) == "+" {
			return true, s.authenticate()
		}
		return true, nil
	case "903": // logged in
		return true, s.w.write("CAP END")
	case "902", "904", "905", "906", "908":
		return true, permanent("the server did not accept account and password (%s)", m.Command)
	case "463", "464", "465":
		return true, permanent("the server did not let us in (%s)", m.Command)
	case "432":
		return true, permanent("the server does not like the name %s", s.nick)
	case "433", "436", "437": // the name is taken
		if s.welcome {
			return true, nil
		}
		if s.tries++; s.tries >= maxNicks {
			return true, fmt.Errorf("the name %s is taken, and so are four like it", s.Nick)
		}
		s.nick = fmt.Sprintf("%s%d", s.Nick, s.tries+1)
		return true, s.w.write("NICK " + s.nick)
	case "001":
		s.welcome = true
		if p := m.Param(0); p != "" && p != "*" {
			s.nick = p
		}
		if len(s.Channels) == 0 {
			return true, nil
		}
		return true, s.w.write("JOIN " + strings.Join(s.Channels, ","))
	case "403", "405", "471", "473", "474", "475", "476", "477", "489":
		s.refused = append(s.refused, m.Param(1)+" ("+m.Command+")")
		if s.joined == 0 && len(s.refused) >= len(s.Channels) {
			return true, permanent("no channel could be joined: %s", printable(strings.Join(s.refused, ", ")))
		}
		s.env.Tally.Add(sonify.Skipped, "channel that could not be joined", 0)
		return true, nil
	case "JOIN":
		if strings.EqualFold(m.Nick(), s.nick) {
			s.joined++
			return true, nil
		}
	case "ERROR":
		return true, fmt.Errorf("the server ended the connection: %s", printable(m.Param(0)))
	case "RECONNECT":
		return true, errAgain
	case "NOTICE":
		if m.Param(0) == "*" && !s.welcome {
			text := strings.ToLower(m.Param(1))
			if strings.Contains(text, "login authentication failed") || strings.Contains(text, "improperly formatted auth") || strings.Contains(text, "login unsuccessful") {
				return true, permanent("the server did not accept the token")
			}
		}
	}
	return false, nil
}

func (s *session) capability(m *Message) error {
	sasl := false
	for _, c := range strings.Fields(m.Param(2)) {
		sasl = sasl || c == "sasl"
	}
	switch strings.ToUpper(m.Param(1)) {
	case "ACK":
		if sasl && s.Account != "" {
			return s.w.write("AUTHENTICATE PLAIN")
		}
	case "NAK":
		if sasl && s.Account != "" {
			return permanent("the server knows no SASL, by which the account would log in")
		}
		s.env.Tally.Add(sonify.Absent, "capability that the server does not have", 0)
	}
	return nil
}

// authenticate says account and password, in pieces of 400 bytes.
func (s *session) authenticate() error {
	text := base64.StdEncoding.EncodeToString([]byte("\x00" + s.Account + "\x00" + s.Password))
	for {
		n := min(len(text), 400)
		part := text[:n]
		if n == 0 {
			part = "+"
		}
		if err := s.w.write("AUTHENTICATE " + part); err != nil {
			return err
		}
		if text = text[n:]; n < 400 {
			return nil
		}
	}
}

// printable is what a server says, fit to be shown.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return -1
		}
		return r
	}, text)
	if len(text) > 200 {
		text = text[:200]
	}
	return strings.ToValidUTF8(text, "")
}
