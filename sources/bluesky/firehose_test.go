package bluesky

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"proscenium/mappings"
	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/exact"
	"proscenium/sonify/mapping"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/sound"
	"proscenium/sources/internal/fault"
	"proscenium/sources/internal/ws"
)

// firehose says what a Jetstream says in a minute at perSecond frames a second: posts in
// several languages, answers, likes, and what nobody asked for, with swells and a burst
// in the middle of it.
func firehose(perSecond int) []string {
	dice := exact.Rand(480, "firehose")
	n := uint64(0)
	roll := func(of int) int { n++; return int(dice.Float(n) * float64(of)) }
	langs := []string{"en", "en", "en", "en", "ja", "ja", "pt", "de", "es"}
	var frames []string
	start := time.Date(2026, time.November, 28, 20, 0, 0, 0, time.UTC).UnixMicro()
	// For eight seconds from the thirtieth on there is four times as much.
	at := 0.0
	for i := 0; at < 60; i++ {
		every := 1 / float64(perSecond)
		if at >= 30 && at < 38 {
			every /= 4
		}
		at += every
		us := start + int64(at*1e6) + int64(roll(2000))
		who := fmt.Sprintf("did:plc:%024d", roll(100000))
		switch k := roll(100); {
		case k < 12:
			reply := ""
			if roll(10) < 4 {
				reply = `"reply":{"parent":{"uri":"at://x"}},`
			}
			frames = append(frames, fmt.Sprintf(`{"did":%q,"time_us":%d,"kind":"commit","commit":{"rev":"r%d","operation":"create","collection":"app.bsky.feed.post","rkey":"k%d","record":{"$type":"app.bsky.feed.post",%s"langs":[%q],"text":%q},"cid":"bafy"}}`,
				who, us, i, i, reply, langs[roll(len(langs))], strings.Repeat("so it is ", 1+roll(20))))
		case k < 96:
			frames = append(frames, fmt.Sprintf(`{"did":%q,"time_us":%d,"kind":"commit","commit":{"rev":"r%d","operation":"create","collection":"app.bsky.feed.like","rkey":"k%d","record":{"$type":"app.bsky.feed.like","subject":{"uri":"at://x"}}}}`, who, us, i, i))
		case k < 98:
			frames = append(frames, fmt.Sprintf(`{"did":%q,"time_us":%d,"kind":"identity","identity":{"did":%q,"seq":%d}}`, who, us, who, i))
		default:
			frames = append(frames, fmt.Sprintf(`{"did":%q,"time_us":%d,"kind":"commit","commit":{"rev":"r%d","operation":"delete","collection":"app.bsky.feed.like","rkey":"k%d"}}`, who, us, i, roll(i+1)))
		}
	}
	return frames
}

// timed is the real source with the time of the service for a clock, so that a minute
// of it need not last one.
type timed struct{ *source }

func (s timed) Run(ctx context.Context, emit func(sonify.Event)) error {
	var first time.Time
	last := time.Duration(0)
	err := s.source.Run(ctx, func(ev sonify.Event) {
		if first.IsZero() {
			first = ev.At
		}
		last = max(last, ev.At.Sub(first))
		ev.Clock, ev.Timed = last, true
		emit(ev)
	})
	var closed *ws.Closed
	if errors.As(err, &closed) && closed.Code == websocket.CloseNormalClosure {
		return nil // all has been said
	}
	return err
}

// Probe implements sonify.Prober.
func (s timed) Probe(ctx context.Context) (sonify.Prospect, error) {
	p, err := s.source.Probe(ctx)
	p.Timed = true
	return p, err
}

// A minute of 480 frames a second through the real source into the library's mapping is
// music: as dense as music is, steady, with the burst heard as one; and the summary
// tells how much was heard.
func TestFirehose_IsMusic(t *testing.T) {
	frames := firehose(480)
	s := fault.Serve(t, fault.Socket(func(_ *fault.Server, c *websocket.Conn, _ *http.Request) bool {
		for _, f := range frames {
			if c.WriteMessage(websocket.TextMessage, []byte(f)) != nil {
				return false
			}
		}
		return true
	}, fault.CloseWith(1000, "")))
	info := Info()
	info.Live = false
	plain := info.New
	info.New = func(env sonify.SourceEnv, config any) (sonify.Source, error) {
		src, err := plain(env, config)
		if err != nil {
			return nil, err
		}
		return timed{src.(*source)}, nil
	}
	var reg sonify.Registry
	if err := reg.Add(info); err != nil {
		t.Fatal(err)
	}
	piece := fmt.Sprintf("title = \"Firehose\"\nmapping = \"mentions\"\nseed = 1\n[source.talk]\ntype = \"bluesky\"\ncollections = [\"app.bsky.*\"]\nurl = \"ws%s/subscribe\"\n", strings.TrimPrefix(s.URL, "http"))
	p, problems := mapping.Compile(mapping.Env{Sources: &reg, Library: mappings.Get, Probe: true, Version: "test"}, "piece.toml", []byte(piece), nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var in []conductor.Intake
	for _, src := range p.Sources {
		in = append(in, conductor.Intake{Name: src.Name, Source: src.Source, Tally: src.Tally, Pace: conductor.Pace(src.Pace)})
	}
	rec := &sonifytest.Recorder{}
	meter := pcm.NewMeter()
	outs := []sonify.Output{rec}
	if !raced { // the sound is the same, and takes a minute then
		outs = append(outs, sound.New([]pcm.Sink{meter}, sound.Options{}))
	}
	feed := conductor.Start(t.Context(), in)
	defer feed.Stop()
	sum, err := conductor.Perform(t.Context(), &p.Header, p.Perform(), feed, outs, conductor.Options{Until: 60 * sonify.SampleRate, Report: func(name, state string, err error) {
		if state == "failed" {
			t.Errorf("source %s: %v", name, err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}

	onsets := make([]int, 60)
	kinds := map[string]int{}
	for i, n := range rec.Notes {
		if second := int(n.Frame / sonify.SampleRate); second < 60 && (i == 0 || rec.Notes[i-1].Frame != n.Frame) {
			onsets[second]++
		}
		kinds[p.Header.Voices[n.Voice].Name]++
	}
	total, least, most := 0, onsets[8], onsets[8]
	for _, n := range onsets[8:58] {
		total, least, most = total+n, min(least, n), max(most, n)
	}
	l := meter.Loudness()
	t.Logf("heard %d events, sounded %d, gathered %d; %.1f onsets a second (%d to %d); voices %v; lost %v; %v", sum.Heard, sum.Sounded, sum.Gathered, float64(total)/50, least, most, kinds, sum.Lost, l)
	if least < 3 || most > 14 {
		t.Errorf("%d to %d onsets a second: that is no music", least, most)
	}
	if heard := sum.Sounded + sum.Gathered; sum.Heard < 35_000 || heard*100 < sum.Heard*95 {
		t.Errorf("%d of %d events are heard: %v", heard, sum.Heard, sum.Lost)
	}
	if kinds["crash"] != 1 {
		t.Errorf("%d bursts are heard", kinds["crash"])
	}
	if !raced && (l.Integrated < -17 || l.Integrated > -15 || l.TruePeak > -0.9) {
		t.Errorf("it is %v", l)
	}
	for name, most := range map[string]int{"glass": 130, "crowd": 400} {
		if kinds[name] > most || kinds[name] < most/4 {
			t.Errorf("%s plays %d notes in a minute", name, kinds[name])
		}
	}
}
