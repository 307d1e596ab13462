//go:build nooto

package card

import "errors"

var kinds = []string{"pulse"}

func openOto(*source) (player, error) {
	return nil, errors.New(`this build has no sound cards (it was built with -tags nooto): --output pulse, or a program, as in --output "exec:aplay -q -t raw -f S16_LE -c 2 -r 48000 -"`)
}
