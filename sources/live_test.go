package sources_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/mapping"
	"proscenium/sonify/station"
	"proscenium/sources"
	"proscenium/sources/internal/servertest"
	"proscenium/web"
)

// show is a piece on the air, with the server that its listeners ask.
type show struct {
	t       *testing.T
	station *station.Station
	page    *httptest.Server
	log     said
	stop    func()
}

// air puts a piece on the air until the test ends.
func air(t *testing.T, dir, piece string) *show {
	t.Helper()
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	s := &show{t: t}
	file := filepath.Join(dir, "piece.toml")
	if err := os.WriteFile(file, []byte(piece), 0o644); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&s.log, nil))
	server := web.NewServer(web.Options{Log: log})
	env := mapping.Env{Sources: &reg, Library: mappings.Get, Hooks: server.Hooks(), Probe: true, Version: "live"}
	st, err := station.New(station.Options{Name: "live", Env: env, File: file, Journal: filepath.Join(dir, "journal"), Ahead: 50 * time.Millisecond, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ch := web.NewChannel("live", web.ChannelOptions{Program: "live"})
	st.Attach(ch)
	if err := server.Add(ch, func() web.Info {
		status := st.Status()
		i := web.Info{Title: status.Title, State: string(status.State), Heard: status.Heard, Notes: status.Notes}
		for _, src := range status.Sources {
			i.Sources = append(i.Sources, web.Source{Name: src.Name, Kind: src.Kind, State: src.State, Live: src.Live, Heard: src.Heard, Errors: src.Errors,
				Link: src.Link.State, Connected: src.Link.Connected, Messages: src.Link.Messages, Note: src.Link.Note, Why: src.Error})
		}
		return i
	}); err != nil {
		t.Fatal(err)
	}
	s.station, s.page = st, httptest.NewServer(server)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := st.Run(ctx); err != nil {
			t.Errorf("the station: %v", err)
		}
	})
	s.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		ch.Close()
		s.page.Close()
	})
	t.Cleanup(s.stop)
	return s
}

// source asks the server how a source is, as its page does.
func (s *show) source(name string) (found web.Source) {
	s.t.Helper()
	r, err := http.Get(s.page.URL + "/api/stations")
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var list []struct {
		Sources []web.Source `json:"sources"`
	}
	if err := json.Unmarshal(b, &list); err != nil {
		s.t.Fatalf("%v: %s", err, b)
	}
	for _, st := range list {
		for _, src := range st.Sources {
			if src.Name == name {
				return src
			}
		}
	}
	return web.Source{}
}

// until waits until the page says something of a source.
func (s *show) until(name, what string, holds func(web.Source) bool) web.Source {
	s.t.Helper()
	var last web.Source
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if last = s.source(name); holds(last) {
			return last
		}
	}
	s.t.Fatalf("waited in vain until %s is %s: %+v\n%s", name, what, last, s.log.bytes())
	return last
}

const bells = `[voice.v]
wave = "pulse"
[[rule]]
on = "reading"
voice = "v"
pitch = { from = "value", domain = [0, 100], range = ["C3", "C6"] }
`

// A broker that is killed while the music plays: the page says so, the music goes on, and
// when the broker is back what was sent meanwhile is heard, each message once.
func TestLive_BrokerKilledAndStarted(t *testing.T) {
	broker := servertest.Mosquitto(t)
	s := air(t, t.TempDir(), `title = "house"
tempo = 240
[source.house]
type = "mqtt"
broker = "mqtt://`+broker.Addr+`"
topics = ["home/{sensor}"]
session = "keep"
qos = 1
client_id = "stage"
keep = ["sensor", "value"]
`+bells)
	s.until("house", "up", func(w web.Source) bool { return w.Link == "up" })
	p := servertest.Publish(t, broker.Addr)
	for n := range 10 {
		p.Send("home/hall", fmt.Sprint(n), 1, false)
	}
	s.until("house", "heard", func(w web.Source) bool { return w.Heard == 10 && w.State == "live" })
	broker.Kill()
	down := s.until("house", "down", func(w web.Source) bool { return w.State == "failed" && w.Link == "down" && w.Errors > 0 })
	if !down.Live || down.Heard != 10 {
		t.Errorf("the page says %+v", down)
	}
	played := s.station.Status().Frame
	servertest.Wait(t, "the music goes on without the broker", func() bool { return s.station.Status().Frame > played+2*sonify.SampleRate })
	broker.Start()
	p = servertest.Publish(t, broker.Addr)
	for n := range 10 {
		p.Send("home/hall", fmt.Sprint(n+10), 1, false) // most of them while the station still waits to try again
	}
	up := s.until("house", "back", func(w web.Source) bool { return w.Link == "up" && w.Heard >= 20 && w.State == "live" })
	if up.Connected != 2 || up.Heard != 20 {
		t.Errorf("the page says %+v", up)
	}
	s.stop()
	if log := string(s.log.bytes()); strings.Contains(log, "panic") || !strings.Contains(log, "source house is failed") || !strings.Contains(log, "source house is live") {
		t.Errorf("the log says\n%s", log)
	}
}

// One piece is fed by three live sources at once: orders by a signed webhook, mentions by
// a WebSocket, a sensor by MQTT. A listener of the score is sent the notes of each, and nothing of who
// it was.
func TestLive_ThreeSourcesAtOnce(t *testing.T) {
	broker := servertest.Mosquitto(t)
	talk := make(chan string)
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for text := range talk {
			if c.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
				return
			}
		}
	}))
	defer feed.Close()
	defer close(talk)
	dir := t.TempDir()
	const secret = "a secret of the box office"
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	s := air(t, dir, `title = "an evening"
tempo = 240
[source.box]
type = "webhook"
hook = "box"
preset = "github"
secret = "file:secret"
event = "order.paid"
fields = { quantity = "quantity", amount = "amount" }
keep = ["quantity", "amount"]
[source.talk]
type = "websocket"
url = "`+strings.Replace(feed.URL, "http", "ws", 1)+`"
event = "mention"
fields = { reach = "reach" }
keep = ["reach"]
[source.room]
type = "mqtt"
broker = "mqtt://`+broker.Addr+`"
topics = ["room/{measure}"]
fields = { value = "value" }
keep = ["measure", "value"]
[voice.till]
wave = "pulse"
[voice.murmur]
wave = "triangle"
[voice.bell]
wave = "pulse"
[[rule]]
on = "order.paid"
voice = "till"
pitch = { from = "amount", domain = [0, 100], range = ["C4", "C6"] }
[[rule]]
on = "mention"
voice = "murmur"
pitch = { from = "reach", domain = [0, 1000], range = ["C3", "C4"] }
[[rule]]
on = "reading"
voice = "bell"
pitch = { from = "value", domain = [0, 40], range = ["C5", "C7"] }
`)
	// The listener.
	listening, hangUp := context.WithCancel(context.Background())
	lines := make(chan string, 10000)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer hangUp()
	wg.Go(func() {
		defer close(lines)
		for listening.Err() == nil {
			req, _ := http.NewRequestWithContext(listening, http.MethodGet, s.page.URL+"/s/live/events", nil)
			r, err := http.DefaultClient.Do(req)
			if err != nil {
				return
			}
			scan := bufio.NewScanner(r.Body)
			scan.Buffer(nil, 1<<20)
			for scan.Scan() {
				select {
				case lines <- scan.Text():
				case <-listening.Done():
				}
			}
			r.Body.Close()
		}
	})
	for _, name := range []string{"talk", "room"} {
		s.until(name, "up", func(w web.Source) bool { return w.Link == "up" })
	}
	p := servertest.Publish(t, broker.Addr)
	deliveries := 0
	order := func(body string, key string) int {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(body))
		req, _ := http.NewRequest(http.MethodPost, s.page.URL+"/hooks/box", bytes.NewReader([]byte(body)))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-GitHub-Event", "order")
		deliveries++
		req.Header.Set("X-GitHub-Delivery", fmt.Sprint("delivery-", deliveries))
		req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	servertest.Wait(t, "the webhook is open", func() bool { return order(`{"quantity":1,"amount":0}`, "x") != http.StatusNotFound })
	if code := order(`{"quantity":9,"amount":99}`, "another secret"); code < 400 {
		t.Errorf("an order that is signed with another secret: %d", code)
	}
	const rounds = 5
	for n := range rounds {
		if code := order(fmt.Sprintf(`{"quantity":2,"amount":%d,"name":"Zephyrine Quackenbush"}`, 10+n), secret); code >= 300 {
			t.Errorf("order %d: %d", n, code)
		}
		talk <- fmt.Sprintf(`{"reach":%d,"text":"Zephyrine Quackenbush"}`, 100+n)
		p.Send("room/temperature", fmt.Sprint(20+n), 0, false)
	}
	for _, name := range []string{"box", "talk", "room"} {
		s.until(name, "heard", func(w web.Source) bool { return w.Heard == rounds })
	}
	// What it plays are the numbers of the orders, the mentions and the readings, in order.
	played := map[string][]float64{}
	enough := func() bool {
		return len(played["till"]) >= rounds && len(played["murmur"]) >= rounds && len(played["bell"]) >= rounds
	}
	late := time.After(60 * time.Second)
	for !enough() {
		select {
		case line := <-lines:
			if strings.Contains(line, "Quackenbush") {
				t.Fatalf("a listener is told who: %s", line)
			}
			text, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			var m struct {
				Type  string
				Notes []struct {
					Voice, From string
					Value       float64
				}
			}
			if err := json.Unmarshal([]byte(text), &m); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			for _, n := range m.Notes {
				played[n.Voice] = append(played[n.Voice], n.Value)
			}
		case <-late:
			t.Fatalf("a listener heard %v", played)
		}
	}
	for voice, first := range map[string]float64{"till": 10, "murmur": 100, "bell": 20} {
		for n, v := range played[voice] {
			if v != first+float64(n) {
				t.Errorf("%s plays %v", voice, played[voice])
				break
			}
		}
	}
}
