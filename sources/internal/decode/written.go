package decode

import (
	"strings"

	"proscenium/sonify"
)

// written reports whether the value of a record that has no fields is what somebody may
// have written: neither a number nor a word by which a device says how it is. Nobody
// foresaw it, so it may be a name or a letter: it is the field text, which passes the
// door only where a piece lists it.
func written(v sonify.Value) bool {
	return v.Type() == sonify.Text && !devices[strings.ToLower(strings.TrimSpace(v.String()))]
}

// devices are words by which devices say how they are.
var devices = func() map[string]bool {
	m := map[string]bool{"": true}
	for _, w := range strings.Fields(`on off yes no true false open opened opening close closed closing online offline home away not_home
		idle active inactive armed disarmed locked unlocked locking unlocking jammed motion clear detected occupied vacant wet dry
		heat heating cool cooling auto eco low medium high normal full empty start started stop stopped running paused playing
		ready busy up down left right ok error fault alarm unavailable unknown none null present absent charging discharging
		connected disconnected enabled disabled pressed released single double triple hold press toggle`) {
		m[w] = true
	}
	return m
}()
