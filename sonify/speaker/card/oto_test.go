//go:build linux && !nooto

package card

import (
	"errors"
	"testing"
)

// What oto says of a card is said in plain words.
func TestShort(t *testing.T) {
	for text, want := range map[string]string{
		"oto: ALSA error at snd_pcm_writei or snd_pcm_recover: No such device":                         "the sound card was taken away",
		"oto: ALSA error at snd_pcm_writei or snd_pcm_recover: Input/output error":                     "the sound card was taken away, or has failed",
		"oto: initialization failed: PulseAudio: no server, ALSA: failed to load libasound.so.2: gone": "there is no PulseAudio or PipeWire server, and ALSA is not installed (libasound.so.2; on Debian alsa-utils brings it)",
		"oto: initialization failed: PulseAudio: no server, ALSA: no such file":                        "there is no PulseAudio or PipeWire server, and there is no sound card that ALSA can open",
		"oto: another\n  thing": "oto: another thing",
	} {
		if got := short(errors.New(text)).Error(); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
}
