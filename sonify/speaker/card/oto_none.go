//go:build nooto

package card

import (
	"errors"
	"time"
)

var kinds = []string{"auto", "pulse"}

func openAuto(src *source, latency time.Duration) (player, error) { return openPulse(src, latency) }

func openOto(*source, time.Duration) (player, error) {
	return nil, errors.New(`this build has no sound cards (it was built with -tags nooto): --output pulse, or a program, as in --output "exec:aplay -q -t raw -f S16_LE -c 2 -r 48000 -"`)
}
