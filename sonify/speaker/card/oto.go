//go:build !nooto

package card

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/ebitengine/oto/v3"
)

var kinds = []string{"auto", "oto", "pulse"}

// otoPlayer plays by oto: ALSA or PulseAudio on Linux, and what other systems have.
type otoPlayer struct {
	ctx     *oto.Context
	p       *oto.Player
	latency time.Duration
}

// openAuto opens the sound server itself, where there may be one: it tells when what
// it took is heard. oto would find it too, and says nothing of that.
func openAuto(src *source, latency time.Duration) (player, error) {
	if runtime.GOOS == "linux" || strings.HasSuffix(runtime.GOOS, "bsd") {
		if c, err := openPulse(src, latency); err == nil || !errors.Is(err, errNone) {
			return c, err
		}
	}
	return openOto(src, latency)
}

func openOto(src *source, latency time.Duration) (player, error) {
	ctx, ready, err := oto.NewContext(&oto.NewContextOptions{SampleRate: rate, ChannelCount: channels, Format: oto.FormatFloat32LE,
		BufferSize: latency, ApplicationName: "proscenium"})
	if err != nil {
		return nil, short(err)
	}
	select {
	case <-ready:
	case <-time.After(answerWait): // a server that died in between never answers
		return nil, errSilent
	}
	// NewContext has no error where there is no card: the context has.
	if err := ctx.Err(); err != nil {
		return nil, short(err)
	}
	p := ctx.NewPlayer(src)
	p.SetBufferSize(int(latency.Seconds() * rate * frameBytes))
	p.Play()
	return &otoPlayer{ctx, p, latency}, nil
}

// delay is that of a card whose buffer is full, as it is when oto has written to it,
// and of the half that oto then has in hand (its ALSA driver asks for two periods).
func (o *otoPlayer) delay() (time.Duration, bool) { return o.latency + o.latency/2, true }

func (o *otoPlayer) held() int64 { return int64(o.p.BufferedSize()) }

func (o *otoPlayer) err() error {
	if err := o.ctx.Err(); err != nil {
		return short(err)
	}
	if err := o.p.Err(); err != nil {
		return short(err)
	}
	return nil
}

// short says in plain words what oto says at length: on Linux it tries PulseAudio
// and then every device of ALSA, and tells of each.
func short(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "initialization failed: PulseAudio"):
		why := "there is no sound card that ALSA can open"
		if strings.Contains(text, "failed to load libasound") {
			why = "ALSA is not installed (libasound.so.2; on Debian alsa-utils brings it)"
		}
		return fmt.Errorf("there is no PulseAudio or PipeWire server, and %s", why)
	case strings.Contains(text, "connection closed"):
		return errGone
	case runtime.GOOS == "linux" && strings.Contains(text, "No such device"):
		return errors.New("the sound card was taken away")
	case runtime.GOOS == "linux" && strings.Contains(text, "Input/output error"):
		// That is what a USB card says that is pulled out while it plays.
		return errors.New("the sound card was taken away, or has failed")
	}
	return errors.New(strings.Join(strings.Fields(text), " "))
}
