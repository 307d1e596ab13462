package irc

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/reach"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"PING :tmi.twitch.tv":                   `[] "" PING ["tmi.twitch.tv"]`,
		":a!b@c PRIVMSG #x :hello there :)\r\n": `[] "a!b@c" PRIVMSG ["#x" "hello there :)"]`,
		"@id=1;empty=;flag;s=a\\sb\\:c\\\\d\\r\\n\\e\\ :srv  001  me   :Welcome": `[{id 1} {empty } {flag } {s a b;c\d` + "\r\n" + `e}] "srv" 001 ["me" "Welcome"]`,
		"join #a":                  `[] "" JOIN ["#a"]`,
		"PRIVMSG #x :":             `[] "" PRIVMSG ["#x" ""]`,
		"PRIVMSG #x":               `[] "" PRIVMSG ["#x"]`,
		"@;=x;k=v;k=w X":           `[{k v} {k w}] "" X []`,
		"X \xff\x00":               `[] "" X ["` + "\ufffd\ufffd" + `"]`,
		"@a":                       "not a line of IRC",
		":only":                    "not a line of IRC",
		"":                         "empty line",
		"\r\n":                     "empty line",
		"{\"a\":1}":                "not a line of IRC",
		strings.Repeat("x", 20000): "line longer than the limit",
	} {
		m, err := Parse([]byte(in))
		got := fmt.Sprintf("%v %q %s %q", m.Tags, m.Prefix, m.Command, m.Params)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.40q: %s, want %s", in, got, want)
		}
	}
}

func TestMessage(t *testing.T) {
	m, err := Parse([]byte("@k=v;k=w :nick!user@host PRIVMSG #x :\x01ACTION waves\x01"))
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := m.Tag("k"); v != "w" || !ok || m.Nick() != "nick" || m.Param(7) != "" {
		t.Errorf("%q, %q", v, m.Nick())
	}
	if _, ok := m.Tag("z"); ok {
		t.Error("a tag that is not there")
	}
	for in, want := range map[string]string{"\x01ACTION waves\x01": "waves true false", "\x01VERSION\x01": " false true", "hi": "hi false false", "\x01ACTION": " true false", "\x01ACTIONS x": " false true"} {
		m.Params[1] = in
		text, action, ctcp := m.Text()
		if got := fmt.Sprint(text, " ", action, ctcp); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"PING :x", "@a=b\\s;c :n!u@h PRIVMSG #c :\x01ACTION x\x01", ":a 001", "@ ", ": : :", "@a=\\ X\x00 \xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := Parse(line)
		if err != nil {
			return
		}
		if m.Command == "" || len(m.Params) > maxParams || len(m.Tags) > maxTags {
			t.Fatalf("%+v", m)
		}
		for _, tag := range m.Tags {
			if tag.Key == "" || strings.ContainsAny(tag.Key, "; ") {
				t.Fatalf("tag %q", tag.Key)
			}
		}
		for i, p := range m.Params {
			if i < len(m.Params)-1 && (p == "" || strings.Contains(p, " ")) {
				t.Fatalf("parameter %q", p)
			}
		}
		m.Nick()
		m.Text()
	})
}

// echo makes an event of every line.
type echo struct{ shape *sonify.Shape }

func (e echo) Normalise(m *decode.Message, emit func(sonify.Event)) error {
	emit(sonify.Event{Shape: e.shape, Values: []sonify.Value{sonify.Word(m.Topic + "|" + string(m.Body))}})
	return nil
}

func (e echo) Prospect() sonify.Prospect { return sonify.Prospect{} }

// server is a server of IRC: for each connection a play of lines; "> x" waits for a
// line with x in it, "!" hangs up, "..." says nothing more, anything else is said.
type server struct {
	addr string
	mu   sync.Mutex
	got  []string
}

func serve(t *testing.T, listener net.Listener, plays ...string) *server {
	t.Helper()
	s := &server{addr: listener.Addr().String()}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		for i := 0; ; i++ {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			wait.Add(1)
			go func() {
				defer wait.Done()
				defer c.Close()
				s.play(c, plays[min(i, len(plays)-1)], done)
			}()
		}
	}()
	t.Cleanup(func() { close(done); listener.Close(); wait.Wait() })
	return s
}

func (s *server) play(c net.Conn, play string, done chan struct{}) {
	r := bufio.NewReader(c)
	for _, l := range strings.Split(play, "\n") {
		if want, ok := strings.CutPrefix(l, "> "); ok {
			_ = c.SetReadDeadline(time.Now().Add(time.Minute))
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return
				}
				s.mu.Lock()
				s.got = append(s.got, strings.TrimRight(line, "\r\n"))
				s.mu.Unlock()
				if strings.Contains(line, want) {
					break
				}
			}
			continue
		}
		switch l {
		case "!":
			return
		case "...":
			<-done
			return
		}
		if _, err := c.Write([]byte(strings.ReplaceAll(l, "TEN MILLION", strings.Repeat("x", 10<<20)) + "\r\n")); err != nil {
			return
		}
	}
}

func (s *server) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.got, "\n")
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// heard runs once.
func heard(t *testing.T, u string, o Options) ([]string, sonify.SourceEnv, error) {
	t.Helper()
	at, err := url.Parse(u)
	if err != nil {
		t.Fatal(err)
	}
	o.Name, o.URL, o.Secrets = "test", at, []string{"hidden-word"}
	if o.Nick == "" {
		o.Nick = "ear"
	}
	env := sonify.SourceEnv{Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got []string
	err = Run(ctx, env, o, echo{sonify.NewShape("x", sonify.Field{Name: "v"})}, func(ev sonify.Event) { got = append(got, ev.Values[0].String()) })
	return got, env, err
}

const hello = "> USER\n:srv CAP * ACK :message-tags\n:srv 001 ear :Welcome\n> JOIN\n:ear!e@h JOIN #a\n"

func TestRun(t *testing.T) {
	for name, c := range map[string]struct {
		play, got, err string
		permanent      bool
		tally, said    string
		silence        time.Duration
	}{
		"hears":             {play: hello + "PING :x\n> PONG :x\n@id=1 :n!u@h PRIVMSG #a :hi\n:m JOIN #a\n!", got: "PRIVMSG|@id=1 :n!u@h PRIVMSG #a :hi JOIN|:m JOIN #a", err: "EOF", said: "CAP REQ :message-tags\nNICK ear\nUSER ear 0 * :ear\nCAP END\nJOIN #a,#b\nPONG :x"},
		"before welcome":    {play: "> USER\n:srv NOTICE * :looking up your name\n:x PRIVMSG #a :early\n:srv 001 ear :hi\n> JOIN\n:x PRIVMSG #a :late\n!", got: "PRIVMSG|:x PRIVMSG #a :late", err: "EOF"},
		"ten million bytes": {play: hello + ":n PRIVMSG #a :TEN MILLION\n:n PRIVMSG #a :hi\n!", got: "PRIVMSG|:n PRIVMSG #a :hi", err: "EOF", tally: "line longer than the limit"},
		"no lines of IRC":   {play: hello + "{\"a\": 1}\n\n:n PRIVMSG #a :hi\n!", got: "PRIVMSG|:n PRIVMSG #a :hi", err: "EOF", tally: "not a line of IRC"},
		"name taken":        {play: "> USER\n:srv 433 * ear :taken\n> NICK ear2\n:srv 001 ear2 :hi\n> JOIN\n:n PRIVMSG #a :hi\n!", got: "PRIVMSG|:n PRIVMSG #a :hi", err: "EOF"},
		"all names taken":   {play: "> USER\n:srv 433 * ear :t\n> NICK\n:srv 433 * ear :t\n> NICK\n:srv 433 * ear :t\n> NICK\n:srv 433 * ear :t\n> NICK\n:srv 433 * ear :t\n!", err: "and so are four like it"},
		"bad name":          {play: "> USER\n:srv 432 * ear :bad\n...", err: "does not like the name ear", permanent: true},
		"banned":            {play: "> USER\n:srv 465 * :banned\n...", err: "did not let us in (465)", permanent: true},
		"token":             {play: "> USER\n:tmi NOTICE * :Login authentication failed\n...", err: "did not accept the token", permanent: true},
		"no channels":       {play: "> USER\n:srv 001 ear :hi\n> JOIN\n:srv 473 ear #a :invite\n:srv 403 ear #b :none\n...", err: "no channel could be joined: #a (473), #b (403)", permanent: true, tally: "could not be joined"},
		"one channel":       {play: "> USER\n:srv 001 ear :hi\n> JOIN\n:ear!e@h JOIN #b\n:srv 473 ear #a :invite\n:n PRIVMSG #b :hi\n!", got: "PRIVMSG|:n PRIVMSG #b :hi", err: "EOF", tally: "could not be joined"},
		"error":             {play: hello + "ERROR :Closing link (hidden-word)\n...", err: "ended the connection: Closing link ([secret])"},
		"anew at once":      {play: hello + ":tmi RECONNECT\n...", err: "connect anew"},
		"deaf":              {play: hello + "...", err: "silent for 150ms", silence: 150 * time.Millisecond},
		"quiet":             {play: hello + "> PING\nPONG :proscenium\n> PING\nPONG :proscenium\n> PING\n:n PRIVMSG #a :hi\n!", got: "PRIVMSG|:n PRIVMSG #a :hi", err: "EOF", silence: 1200 * time.Millisecond},
		"refused ability":   {play: "> USER\n:srv CAP * NAK :message-tags\n:srv 001 ear :hi\n> JOIN\n!", err: "EOF", tally: "capability"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, listen(t), c.play)
			got, env, err := heard(t, "irc://"+s.addr, Options{Channels: []string{"#a", "#b"}, Caps: []string{"message-tags"}, Silence: c.silence})
			if strings.Join(got, " ") != c.got {
				t.Errorf("heard %q", got)
			}
			if err == nil || !strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "hidden") || strings.Count(err.Error(), "test:") != 1 {
				t.Errorf("error %v, want one with %q", err, c.err)
			}
			var p *sonify.Permanent
			if errors.As(err, &p) != c.permanent {
				t.Errorf("permanent: %v", err)
			}
			if got := fmt.Sprint(env.Tally.Counts()); c.tally == "" && got != "[]" || !strings.Contains(got, c.tally) {
				t.Errorf("counted %s", got)
			}
			if c.said != "" && s.said() != c.said {
				t.Errorf("we said\n%s", s.said())
			}
		})
	}
}

func TestRun_LogsIn(t *testing.T) {
	s := serve(t, listen(t),
		"> PASS\n> USER\n:srv CAP * ACK :sasl\n> AUTHENTICATE PLAIN\nAUTHENTICATE +\n> AUTHENTICATE\n:srv 903 ear :ok\n> CAP END\n:srv 001 ear :hi\n!",
		"> USER\n:srv CAP * ACK :sasl\n> AUTHENTICATE PLAIN\nAUTHENTICATE +\n> AUTHENTICATE\n:srv 904 ear :no\n...",
		"> USER\n:srv CAP * NAK :sasl\n...")
	o := Options{Account: "me", Password: "hidden-word", Pass: "door"}
	_, _, err := heard(t, "irc://"+s.addr, o)
	if want := "CAP REQ :sasl\nPASS door\nNICK ear\nUSER ear 0 * :ear\nAUTHENTICATE PLAIN\nAUTHENTICATE AG1lAGhpZGRlbi13b3Jk\nCAP END"; s.said() != want {
		t.Errorf("we said\n%s\n%v", s.said(), err)
	}
	for _, want := range []string{"did not accept account and password", "knows no SASL"} {
		_, _, err := heard(t, "irc://"+s.addr, o)
		var p *sonify.Permanent
		if !errors.As(err, &p) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v", err)
		}
	}
}

// A server that asks for a new connection after a while gets it, and nothing broke.
func TestRun_ConnectsAnew(t *testing.T) {
	defer func(d time.Duration) { steady = d }(steady)
	steady = 0
	s := serve(t, listen(t), hello+":n PRIVMSG #a :1\n:tmi RECONNECT\n...", hello+":n PRIVMSG #a :2\n!")
	got, _, err := heard(t, "irc://"+s.addr, Options{Channels: []string{"#a"}, Caps: []string{"message-tags"}})
	if strings.Join(got, " ") != "PRIVMSG|:n PRIVMSG #a :1 PRIVMSG|:n PRIVMSG #a :2" || err == nil {
		t.Errorf("heard %q, %v", got, err)
	}
}

func TestRun_OverTLS(t *testing.T) {
	h := httptest.NewTLSServer(nil)
	defer h.Close()
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	s := serve(t, tls.NewListener(listen(t), &tls.Config{Certificates: h.TLS.Certificates}), hello+":n PRIVMSG #a :hi\n!")
	got, _, err := heard(t, "ircs://"+s.addr, Options{Channels: []string{"#a"}, Caps: []string{"x"}, Policy: reach.Policy{TLS: &tls.Config{RootCAs: pool, ServerName: "example.com"}}})
	if len(got) != 1 {
		t.Errorf("heard %q, %v", got, err)
	}
	if _, _, err := heard(t, "ircs://"+s.addr, Options{}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody known: %v", err)
	}
}

// Over WebSocket several lines may come in one message.
func TestRun_OverWebSocket(t *testing.T) {
	s := fault.Serve(t, fault.Socket(
		fault.Expect("CAP REQ"), fault.Expect("NICK ear"), fault.Expect("USER"), fault.Expect("CAP END"),
		fault.Send(":tmi CAP * ACK :x\r\n:tmi 001 ear :Welcome\r\n:tmi 002 ear :x\r\n"), fault.Expect("JOIN #a"),
		fault.Send(":n PRIVMSG #a :one\r\n:n PRIVMSG #a :two\r\nPING :tmi\r\n"), fault.Expect("PONG :tmi"),
		fault.Send(":n PRIVMSG #a :three"), fault.CloseWith(1012, "")))
	got, _, err := heard(t, "ws"+strings.TrimPrefix(s.URL, "http"), Options{Channels: []string{"#a"}, Caps: []string{"x"}})
	if strings.Join(got, " ") != "002|:tmi 002 ear :x PRIVMSG|:n PRIVMSG #a :one PRIVMSG|:n PRIVMSG #a :two PRIVMSG|:n PRIVMSG #a :three" || err == nil || !strings.Contains(err.Error(), "1012") {
		t.Errorf("heard %q, %v", got, err)
	}
}

func TestRun_Stops(t *testing.T) {
	s := serve(t, listen(t), hello+"...")
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	at, _ := url.Parse("irc://" + s.addr)
	time.AfterFunc(100*time.Millisecond, func() { cancel(why) })
	began := time.Now()
	err := Run(ctx, sonify.SourceEnv{Tally: new(sonify.Tally)}, Options{Name: "test", URL: at, Nick: "ear", Silence: time.Minute}, echo{}, func(sonify.Event) {})
	if err != why || time.Since(began) > 20*time.Second { // what is not stopped waits a minute
		t.Errorf("%v after %v", err, time.Since(began))
	}
}
