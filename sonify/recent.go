package sonify

// Recent remembers the last events that were heard, so that an output can say
// what event a [Cause] speaks of. The zero value is ready. It is used by one
// goroutine.
type Recent struct {
	ring []*Heard
	next int
}

// recentEvents is how many events are remembered. A note that comes later than
// that after its event tells only the event's number.
const recentEvents = 4096

// Hear remembers the event of m, if m is a MarkEvent. What it points to must not
// change afterwards.
func (r *Recent) Hear(m *Mark) {
	if m.Kind != MarkEvent || m.Heard == nil || m.Heard.Event == nil {
		return
	}
	if len(r.ring) < recentEvents {
		r.ring = append(r.ring, m.Heard)
		return
	}
	r.ring[r.next] = m.Heard
	r.next = (r.next + 1) % recentEvents
}

// Find returns the event with the given number, or nil if it is not remembered.
func (r *Recent) Find(number uint64) *Heard {
	if number == 0 || len(r.ring) == 0 {
		return nil
	}
	// Numbers go up by one for most events, so the place can be guessed; where
	// the guess fails, halving finds it.
	lo, hi := 0, len(r.ring)
	if first := r.at(0).Number; number >= first && number-first < uint64(hi) {
		if h := r.at(int(number - first)); h.Number == number {
			return h
		}
	}
	for lo < hi {
		mid := (lo + hi) / 2
		switch h := r.at(mid); {
		case h.Number == number:
			return h
		case h.Number < number:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return nil
}

// at returns the i-th of the remembered events, oldest first.
func (r *Recent) at(i int) *Heard { return r.ring[(r.next+i)%len(r.ring)] }
