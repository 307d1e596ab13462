package chip

// Push takes commands and returns how many bytes of p it took. It takes whole
// commands only, in order, and stops where one is cut off or the queue is full; the
// caller brings the rest again later. If a command cannot be right, Push returns
// ^n, a negative number: the n bytes before it were taken, and nothing after them
// makes sense.
func (c *Chip) Push(p []byte) int {
	r := reader{p: p}
	for len(r.p) > 0 {
		at := len(p) - len(r.p)
		frame := c.pushFrame
		op := r.byte()
		queued := true
		switch op {
		case opAt:
			frame = int64(r.uint(MaxFrame))
		case opSample:
			queued = false
			if !c.pushSamples(&r) {
				return verdict(&r, at)
			}
		case opConfig, opVoice, opKey, opPitch, opControl, opOff:
			frame += int64(r.uint(MaxFrame))
			if frame > MaxFrame {
				r.bad = true
			}
			c.check(&r, op)
		default:
			r.bad = true
		}
		if !r.ok() {
			return verdict(&r, at)
		}
		if !queued {
			continue
		}
		cmd := p[at : len(p)-len(r.p)]
		if len(c.queue)+len(cmd) > queueSize {
			c.queue = c.queue[:copy(c.queue, c.queue[c.head:])]
			c.head = 0
			if len(c.queue)+len(cmd) > queueSize {
				return at
			}
		}
		c.queue = append(c.queue, cmd...)
		c.pushFrame = frame
	}
	return len(p)
}

func verdict(r *reader, at int) int {
	if r.bad {
		return ^at
	}
	return at
}

// check reads what follows a command's frame.
func (c *Chip) check(r *reader, op byte) {
	switch op {
	case opConfig:
		var x Config
		r.config(&x)
	case opVoice:
		r.small(MaxVoices)
		r.voice(&c.scratch)
	case opKey, opPitch:
		var n Note
		r.note(op, &n)
	case opControl:
		r.control()
	case opOff:
		if v := r.byte(); v >= MaxVoices && v != allVoices {
			r.bad = true
		}
	}
}

// pushSamples fills the sample memory.
func (c *Chip) pushSamples(r *reader) bool {
	offset := uint32(r.uint(MaxSamples))
	n := uint32(r.uint(maxSampleRun))
	if offset+n > MaxSamples {
		r.bad = r.bad || !r.short
	}
	if !r.ok() {
		return false
	}
	// Once to see that all of it is there and right, and once to keep it.
	try := *r
	last := int64(0)
	for range n {
		last += try.int(-65535, 65535)
		if last < -32768 || last > 32767 {
			try.bad = true
		}
		if !try.ok() {
			*r = try
			return false
		}
	}
	for uint32(len(c.samples)) < offset+n {
		c.samples = append(c.samples, 0)
	}
	last = 0
	for i := range n {
		last += r.int(-65535, 65535)
		c.samples[offset+i] = int16(last)
	}
	return true
}

// nextFrame returns the frame of the command at the head of the queue. A jump of
// the frame count is nothing to wait for: it is at the frame of what is before it.
func (c *Chip) nextFrame() int64 {
	r := reader{p: c.queue[c.head:]}
	if op := r.byte(); op == opAt {
		return c.queueFrame
	}
	return c.queueFrame + int64(r.uint(MaxFrame))
}

// advance takes n bytes off the queue.
func (c *Chip) advance(n int) {
	c.head += uint32(n)
	if int(c.head) >= len(c.queue) {
		c.queue, c.head = c.queue[:0], 0
	}
}
