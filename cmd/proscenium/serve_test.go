package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"proscenium/cmd/proscenium/internal/service"
	"proscenium/sonify"
	"proscenium/sources/sim"
)

// words is a writer that may be read while it is written.
type words struct {
	mu sync.Mutex
	b  strings.Builder
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// until waits for words that match and returns what was found.
func (w *words) until(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for late := time.Now().Add(time.Minute); time.Now().Before(late); {
		if m := re.FindStringSubmatch(w.String()); m != nil {
			return m
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatalf("it does not say %q:\n%s", pattern, w.String())
	return nil
}

// aired runs the program with args until the test is over.
func aired(t *testing.T, args ...string) *words {
	t.Helper()
	w := &words{}
	p := &program{in: strings.NewReader(""), out: io.Discard, say: &speaker{w: w}, manager: &service.Manager{}}
	root := p.command()
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- root.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("%v\n%s", err, w)
		}
	})
	return w
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// Without a command the program puts the demonstration on the air, and says where.
func TestAlone_PutsTheTournamentOnTheAir(t *testing.T) {
	w := aired(t)
	m := w.until(t, `"Women's quarter-final: (.+) v (.+)" is on the air: (http://127\.0\.0\.1:\d+)/s/demo\n(?s:.*)Ctrl-C stops it`)
	cup := sim.Cup(1, 0)
	if cup[0].Players != [2]string{m[1], m[2]} {
		t.Errorf("%s v %s, and not %v", m[1], m[2], cup[0].Players)
	}
	var stations []struct{ Name, Title, About, State string }
	getJSON(t, m[3]+"/api/stations", &stations)
	if len(stations) != 1 || stations[0].Name != "demo" || stations[0].Title != fmt.Sprintf("Women's quarter-final: %s v %s", m[1], m[2]) ||
		!strings.HasPrefix(stations[0].About, "A day at the tournament: match 1 of 7; next, ") {
		t.Errorf("%+v", stations)
	}
	resp, err := http.Get(m[3] + "/s/demo")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}

// What is wrong with a piece and its recorded data is told before it is on the air, as
// "check" tells it, and an edit that is wrong in the same way changes nothing.
func TestServe_AsksWhatIsRecorded(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows := "at_s,depth_m\n"
	for i := range 900 {
		rows += fmt.Sprintf("%d,%d\n", i, i%10)
	}
	write("depths.csv", rows)
	const river = `title = "River"
[source.s]
type = "csv"
path = "depths.csv"
time = "at_s"
[voice.lead]
wave = "pulse"
[[rule]]
on = "reading"
voice = "lead"
pitch = { from = "depth_m", domain = [0, 10], range = ["A3", "A5"] }
`
	changed := func(old, with string) string { return strings.Replace(river, old, with, 1) }
	piece := write("river.toml", river)
	w := aired(t, "serve", piece, "--addr", "127.0.0.1:0")
	url := w.until(t, `is on the air: (http://127\.0\.0\.1:\d+)/s/river`)[1]
	for broken, want := range map[string]string{
		changed(`"depth_m"`, `"depht_m"`):         `river.toml:11:19: .*depht_m.*did you mean "depth_m"\?`,
		changed(`"depths.csv"`, `"deepths.csv"`):  `river.toml:2:9: .*there is no file .*did you mean "depths.csv"\?`,
		changed(`time = "at_s"`, `time = "at_m"`): `river.toml:2:9: .*at_m.*did you mean "at_s"\?`,
	} {
		write("river.toml", broken)
		w.until(t, want+`.*\n(?s:.*)cannot be played, the one before plays on`)
		var stations []struct {
			Title    string
			Problems []string
			Sources  []struct{ State string }
		}
		getJSON(t, url+"/api/stations", &stations)
		if s := stations[0]; s.Title != "River" || len(s.Problems) != 1 || len(s.Sources) > 0 && s.Sources[0].State == "failed" {
			t.Errorf("after an edit that is wrong: %+v", s)
		}
	}
	write("river.toml", changed("River", "Sea"))
	w.until(t, `the edited piece has taken over`)

	alone := words{}
	p := &program{in: strings.NewReader(""), out: io.Discard, say: &speaker{w: &alone}, manager: &service.Manager{}}
	root := p.command()
	root.SetArgs([]string{"serve", write("other.toml", changed(`"depth_m"`, `"depht_m"`)), "--addr", "127.0.0.1:0"})
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	if err := root.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), `did you mean "depth_m"?`) {
		t.Errorf("a piece that is wrong is put on the air: %v", err)
	}
}

// The programme of a day: titles that say who plays, and winners that go on.
func TestTournament_IsAProgramme(t *testing.T) {
	h := &sonify.Header{Title: "A day", Seed: 5, About: "Listen."}
	seen := map[string]bool{}
	for n := range uint64(14) {
		sets := tournament(h, n)
		w := &written{name: "tournament.toml", src: []byte(brought("tournament")), sets: sets}
		piece, problems := w.compile(true)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		title := piece.Header.Title
		if seen[title] {
			t.Errorf("%q comes twice", title)
		}
		seen[title] = true
		if want := []string{"Women's", "Men's"}[n/7] + []string{" quarter-final", " quarter-final", " quarter-final", " quarter-final", " semi-final", " semi-final", " final"}[n%7] + ": "; !strings.HasPrefix(title, want) {
			t.Errorf("match %d is called %q", n, title)
		}
		if next := strings.Contains(piece.Header.About, "; next, "); next == (n%7 == 6) || !strings.HasSuffix(piece.Header.About, ". Listen.") {
			t.Errorf("match %d: %q", n, piece.Header.About)
		}
	}
}

// A port that is not for everybody: what helps is said, and only there.
func TestListen_APortThatNeedsARight(t *testing.T) {
	err := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EACCES)}
	for addr, want := range map[string]string{
		":443":           "--addr :443: a port below 1024 needs a right that this program has not (CAP_NET_BIND_SERVICE): give it that, or name another port, such as --addr :8443",
		"127.0.0.1:8080": "--addr 127.0.0.1:8080: listen tcp: bind: permission denied (expected an address and a port, such as 127.0.0.1:8080 or :8080)",
	} {
		if got := refused(addr, err).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// A port that is taken: without --addr the next one, with it a clear word.
func TestListen_APortThatIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := &words{}
	p := &program{say: &speaker{w: w}}
	_, err = p.listenOn(t.Context(), l.Addr().String())
	want := fmt.Sprintf("--addr %s: another program listens there: stop it, or name another port, such as --addr %s", l.Addr(), nextPort(l.Addr().String(), 1))
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if _, err := p.listenOn(t.Context(), "8080"); err == nil || !strings.Contains(err.Error(), "such as 127.0.0.1:8080 or :8080") {
		t.Errorf("an address without a host: %v", err)
	}
	// Whoever has 8080 now: two in a row get two ports.
	a, err := p.listenOn(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := p.listenOn(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if !strings.Contains(w.String(), "another program listens on 127.0.0.1:8080, this one takes "+b.Addr().String()) {
		t.Errorf("it says %q", w.String())
	}
}

func TestReached_OnAllAddresses(t *testing.T) {
	here, _ := reached(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080})
	if here != "127.0.0.1:8080" {
		t.Errorf("from here it is %s", here)
	}
	here, others := reached(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081})
	if here != "127.0.0.1:8081" || len(others) != 0 {
		t.Errorf("%s and %v", here, others)
	}
}
