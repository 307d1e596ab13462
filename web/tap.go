package web

// tap is a listener who reads JSON as server-sent events, by an ordinary HTTP
// response. There are few of them, and each has a goroutine: that of its request.
type tap struct {
	c    chan []byte // closed when the channel ends or the listener is too slow
	done bool
}

// tapRoom is how many chunks wait for a slow tap: more than ten seconds.
const tapRoom = 256

// tap adds a tap. first is what it is to send before what comes by its c.
func (c *Channel) tap() (t *tap, first [][]byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, errClosed
	}
	t = &tap{c: make(chan []byte, tapRoom)}
	if c.begun {
		j, err := c.joining()
		if err != nil {
			return nil, nil, err
		}
		first = [][]byte{j.hello.json(), j.keyframe.json()}
		if j.score != nil {
			first = append(first, j.score.json())
		}
	}
	c.taps[t] = struct{}{}
	c.counts.joins++
	return t, first, nil
}

// untap removes a tap.
func (c *Channel) untap(t *tap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drain(t)
}

// fill gives a chunk to a tap. One that has no room for it has fallen asleep, and
// is let go. mu is held.
func (c *Channel) fill(t *tap, chunk []byte) {
	if t.done {
		return
	}
	select {
	case t.c <- chunk:
	default:
		c.hub.count(func(n *hubCounts) { n.dropped++ })
		c.drain(t)
	}
}

func (c *Channel) drain(t *tap) {
	if !t.done {
		t.done = true
		close(t.c)
	}
	delete(c.taps, t)
}
