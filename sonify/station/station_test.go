package station_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sound"
	"proscenium/sonify/station"
	"proscenium/sources"
)

// orders is a live source: it reports orders at odd moments of the world, and
// breaks now and then.
type orders struct {
	conf  ordersConfig
	seed  uint64
	times int
}

type ordersConfig struct {
	Gap    string `toml:"gap" doc:"mean time between two orders" default:"400ms"`
	Breaks int    `toml:"breaks" doc:"it breaks after so many orders; 0 never" default:"0"`
	Silent string `toml:"silent" doc:"it says nothing for so long after that" default:"0s"`
	Fatal  bool   `toml:"fatal" doc:"it cannot work at all" default:"false"`
}

var order = sonify.NewShape("order.paid", sonify.Field{Name: "quantity", Type: sonify.Number}, sonify.Field{Name: "name", Type: sonify.Text}, sonify.Field{Name: "secret", Type: sonify.Text})

func (o *orders) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: []*sonify.Shape{order}}, nil
}

func (o *orders) Run(ctx context.Context, emit func(sonify.Event)) error {
	if o.conf.Fatal {
		return &sonify.Permanent{Err: errors.New("the password is wrong")}
	}
	o.times++
	gap, _ := time.ParseDuration(o.conf.Gap)
	silent, _ := time.ParseDuration(o.conf.Silent)
	r := rand.New(rand.NewPCG(o.seed, uint64(o.times)))
	for n := 1; ; n++ {
		if err := (conductor.Wall{}).Wait(ctx, time.Now().Add(time.Duration(r.ExpFloat64()*float64(gap)))); err != nil {
			return err
		}
		emit(sonify.Event{Shape: order, At: time.Now(), Values: []sonify.Value{sonify.Num(float64(r.IntN(9) + 1)), sonify.Word("Zo\xeb"), sonify.Word("4242 4242")}, Line: int64(n)})
		if o.conf.Breaks > 0 && n == o.conf.Breaks {
			if err := (conductor.Wall{}).Wait(ctx, time.Now().Add(silent)); err != nil {
				return err
			}
			return errors.New("connection reset by peer")
		}
	}
}

// steps is a file: twenty events, one a second of its own clock.
type steps struct{ conf stepsConfig }

type stepsConfig struct {
	Count int `toml:"count" doc:"how many" default:"20"`
}

var step = sonify.NewShape("step", sonify.Field{Name: "n", Type: sonify.Number})

func (s *steps) Probe(context.Context) (sonify.Prospect, error) {
	return sonify.Prospect{Shapes: []*sonify.Shape{step}, Timed: true}, nil
}

func (s *steps) Run(ctx context.Context, emit func(sonify.Event)) error {
	for i := range s.conf.Count {
		emit(sonify.Event{Shape: step, Values: []sonify.Value{sonify.Num(float64(i))}, Timed: true, Clock: time.Duration(i) * time.Second})
	}
	return ctx.Err()
}

func environment(t testing.TB) mapping.Env {
	t.Helper()
	var reg sonify.Registry
	err := reg.Add(
		tickerInfo,
		sonify.SourceInfo{Name: "orders", Doc: "orders", Live: true, Config: func() any { return &ordersConfig{Gap: "400ms", Silent: "0s"} },
			New: func(env sonify.SourceEnv, c any) (sonify.Source, error) {
				return &orders{conf: *c.(*ordersConfig), seed: env.Seed}, nil
			}},
		sonify.SourceInfo{Name: "steps", Doc: "steps", Config: func() any { return &stepsConfig{Count: 20} },
			New: func(_ sonify.SourceEnv, c any) (sonify.Source, error) { return &steps{*c.(*stepsConfig)}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return mapping.Env{Sources: &reg, Version: "test", Probe: true,
		Library: func(name string) ([]byte, bool) { return []byte(base), name == "base" },
		ReadFile: func(path string) ([]byte, error) {
			return os.ReadFile(path)
		}}
}

const base = `
tempo = 120
[signal.rush]
on = "order.paid"
reduce = "rate"
window = "10s"
domain = [0, 5]
[voice.bell]
wave = "pulse"
volume = "15 12 9 7 5 4 3 2 1 1 1 1 1 / 0"
notes = 3
echo = { level = 0.3, delay = "3/16" }
[voice.bass]
wave = "triangle"
[voice.hat]
wave = "noise"
volume = "9 5 2 1 0"
[[rule]]
name = "order"
on = "order.paid"
voice = "bell"
pitch = { from = "quantity", domain = [1, 9], range = ["C5", "C7"] }
motif = [0, 2, 4]
say = "{quantity} for {name}"
[[pattern]]
name = "bass"
voice = "bass"
rhythm = { steps = 16, hits = { from = "signal.rush", range = [3, 11] } }
notes = "root fifth root octave"
vary = 0.3
[[pattern]]
name = "hat"
voice = "hat"
rhythm = { steps = 16, hits = 7 }
chance = 0.8
[form]
progression = ["i", "VI", "III", "VII"]
`

const shop = `title = "Shop"
mapping = "base"
seed = 7
[source.shop]
type = "orders"
keep = ["quantity", "name"]
breaks = 9
`

const walk = `title = "Walk"
tempo = 120
seed = 5
[source.s]
type = "steps"
[voice.a]
volume = "15 12 9 6 3 1 / 0"
[voice.b]
wave = "triangle"
[[rule]]
name = "step"
on = "step"
voice = "a"
pitch = { from = "n", domain = [0, 20], range = ["C4", "C6"] }
[[pattern]]
name = "b"
voice = "b"
notes = { arpeggio = "random", span = 5 }
rhythm = { steps = 8, hits = 3 }
`

// digest is a sink that keeps the hash of all samples, and how far they jump.
type digest struct {
	mu     sync.Mutex
	sum    [32]byte
	frames int
	last   pcm.Frame
	jump   int32
	block  []byte
}

func (d *digest) Write(b []pcm.Frame) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range b {
		d.block = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(d.block, uint32(f[0])), uint32(f[1]))
		for ch := range f {
			d.jump = max(d.jump, f[ch]-d.last[ch], d.last[ch]-f[ch])
		}
		d.last = f
		// In blocks of one size, however the output cuts them.
		if d.frames++; d.frames%4800 == 0 {
			d.sum = sha256.Sum256(append(d.block, d.sum[:]...))
			d.block = d.block[:0]
		}
	}
	return nil
}
func (d *digest) Mark(sonify.Frame, string) error { return nil }
func (d *digest) Finish() error                   { d.sum = sha256.Sum256(append(d.block, d.sum[:]...)); return nil }
func (d *digest) Close() error                    { return nil }
func (d *digest) String() string                  { return fmt.Sprintf("%d frames %x", d.frames, d.sum[:8]) }

func soundInto(d *digest) sonify.Output { return sound.New([]pcm.Sink{d}, sound.Options{}) }

// onAir puts a station on the air for so long, with a sound that listens from the
// beginning; during is called beside it.
func onAir(t *testing.T, o station.Options, text string, d time.Duration, during func(s *station.Station)) (*digest, station.Status) {
	t.Helper()
	return onAirTo(t, o, text, d, nil, during)
}

// onAirTo does what onAir does; out, if not nil, is there from the first passage on, which
// what during attaches need not be.
func onAirTo(t *testing.T, o station.Options, text string, d time.Duration, out sonify.Output, during func(s *station.Station)) (*digest, station.Status) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	s := open(t, o, text)
	heard := &digest{}
	a := s.Attach(soundInto(heard))
	if out != nil {
		s.Attach(out)
	}
	var wg sync.WaitGroup
	if during != nil {
		wg.Go(func() { during(s) })
	}
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	<-a.Done()
	if err := a.Err(); err != nil {
		t.Errorf("the sound ended: %v", err)
	}
	return heard, s.Status()
}

func open(t *testing.T, o station.Options, text string) *station.Station {
	t.Helper()
	if o.Env.Sources == nil {
		o.Env = environment(t)
	}
	if o.File == "" {
		o.File = "piece.toml"
	}
	if o.Read == nil {
		o.Read = func() ([]byte, error) { return []byte(text), nil }
	}
	s, err := station.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rendered is the sound of the newest run of a log.
func rendered(t *testing.T, dir string) *digest {
	t.Helper()
	paths, err := journal.LastRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	return renderedOf(t, paths...)
}

// renderedOf is the sound of segments of a log.
func renderedOf(t *testing.T, paths ...string) *digest {
	t.Helper()
	r, err := station.NewReplay(mapping.Env{Version: "test"}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	d := &digest{}
	if _, err := r.Play(t.Context(), []sonify.Output{soundInto(d)}, conductor.Options{}); err != nil {
		t.Fatal(err)
	}
	return d
}

func sleep(d time.Duration) { conductor.Wall{}.Wait(context.Background(), time.Now().Add(d)) }

// The law of the project, for what is live: events that come at odd moments, a
// source that breaks, a piece that is edited while it plays, segments that end.
// What went on the air is what its log renders, to the sample.
func TestLog_RendersWhatWentOnTheAir(t *testing.T) {
	var reg sonify.Registry
	if err := reg.Add(sources.Standard()...); err != nil {
		t.Fatal(err)
	}
	world := mapping.Env{Sources: &reg, Library: mappings.Get, Mappings: mappings.Names(), Version: "test", Probe: true}
	const match = "mapping = \"tennis\"\nlevel = \"full\"\nseed = 3\nsource.s = { type = \"sim\", speed = 40, matches = 2 }\n"
	for name, c := range map[string]struct {
		text    string
		env     mapping.Env
		options journal.Options
		edits   []string
	}{
		"live":        {text: shop},
		"in segments": {text: shop, options: journal.Options{SegmentAge: 5 * time.Second}},
		"edited": {text: shop, options: journal.Options{SegmentAge: 11 * time.Second}, edits: []string{
			shop + "[voice.bell]\nwave = \"triangle\"\n", shop + "[voice.added]\n[[rule]]\non = \"order.paid\"\nvoice = \"added\"\npitch = \"C6\"\n",
			strings.Replace(shop, "seed = 7", "seed = 8\nmeter = \"7/8\"", 1), strings.Replace(shop, "breaks = 9", "breaks = 4", 1),
			strings.Replace(shop, `"base"`, `"base"`+"\nkey = \"D dorian\"\ntempo = 96", 1)}},
		"in rounds":        {text: walk},
		"a match":          {text: match, env: world, options: journal.Options{SegmentAge: 9 * time.Second}, edits: []string{match + "tempo = 96\n", strings.Replace(match, "level", "key = \"E minor\"\nlevel", 1)}},
		"edited in rounds": {text: walk, edits: []string{walk + "[voice.c]\n", strings.Replace(walk, "hits = 3", "hits = 6", 1), strings.Replace(walk, `"steps"`, `"steps"`+"\ncount = 7", 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				air, st := onAir(t, station.Options{Env: c.env, Journal: dir, JournalOptions: c.options}, c.text, 45*time.Second, func(s *station.Station) {
					for _, e := range c.edits {
						sleep(6700 * time.Millisecond)
						if ps := s.Edit([]byte(e)); ps.Err() != nil {
							t.Error(ps)
						}
					}
				})
				if air.frames < 45*48000 || st.Heard < 20 || st.JournalError != "" {
					t.Fatalf("%v, %+v", air, st)
				}
				if log := rendered(t, dir); log.String() != air.String() {
					t.Errorf("the log renders %v, on the air went %v", log, air)
				}
				paths, _ := journal.LastRun(dir)
				if c.options.SegmentAge > 0 && len(paths) < 3 {
					t.Errorf("only %d segments", len(paths))
				}
				b, err := os.ReadFile(paths[0])
				if err != nil || strings.Contains(string(b), "4242 4242") {
					t.Errorf("what did not pass the door is in the log: %v", err)
				}
			})
		})
	}
}
