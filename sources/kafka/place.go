package kafka

import (
	"slices"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// place is where the source stands: of each partition the offset that comes next.
type place map[partition]int64

type partition struct {
	topic  string
	number int32
}

// String writes p, the topics and their partitions in order: "orders:0=12,1=7
// refunds:0=3". No legal name of a topic has a colon or a blank in it.
func (p place) String() string {
	keys := make([]partition, 0, len(p))
	for k := range p {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b partition) int {
		if c := strings.Compare(a.topic, b.topic); c != 0 {
			return c
		}
		return int(a.number - b.number)
	})
	var b []byte
	last := ""
	for _, k := range keys {
		switch {
		case k.topic != last && last != "":
			b = append(b, ' ')
			fallthrough
		case k.topic != last:
			b = append(append(b, k.topic...), ':')
			last = k.topic
		default:
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(k.number), 10)
		b = append(b, '=')
		b = strconv.AppendInt(b, p[k], 10)
	}
	if len(b) > sonify.PlaceLimit {
		return "" // of so many partitions only a group can remember where it stands
	}
	return string(b)
}

// readPlace reads what String wrote. What cannot be read is left out.
func readPlace(text string) place {
	p := make(place)
	for _, t := range strings.Fields(text) {
		topic, list, _ := strings.Cut(t, ":")
		for _, one := range strings.Split(list, ",") {
			number, offset, _ := strings.Cut(one, "=")
			n, err := strconv.ParseInt(number, 10, 32)
			o, err2 := strconv.ParseInt(offset, 10, 64)
			if err == nil && err2 == nil && n >= 0 && o >= 0 && legal(topic) {
				p[partition{topic, int32(n)}] = o
			}
		}
	}
	return p
}
