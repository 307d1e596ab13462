package chip

// A commandLane is a queue of commands. There are two, each in its own order, so that what
// is known early can be pushed long before its time and what is known late still
// comes between. At one frame the first lane's commands are carried out first.
type commandLane struct {
	queue      []byte // commands that wait: queue[head:]
	head       uint32
	queueFrame int64 // of the command before queue[head]
	pushFrame  int64 // of the last command in the queue
}

// waits reports whether there is a command.
func (l *commandLane) waits() bool { return int(l.head) < len(l.queue) }

// Push takes commands and returns how many bytes of p it took. It takes whole
// commands only, those of one lane in order, and stops where one is cut off or the queue is full; the
// caller brings the rest again later. If a command cannot be right, Push returns
// ^n, a negative number: the n bytes before it were taken, and nothing after them
// makes sense.
func (c *Chip) Push(p []byte) int {
	r := reader{p: p}
	for len(r.p) > 0 {
		at := len(p) - len(r.p)
		op := r.byte()
		if op == opLane {
			n := r.small(byte(len(c.lanes)))
			if !r.ok() {
				return verdict(&r, at)
			}
			c.pushLane = n
			continue
		}
		l := &c.lanes[c.pushLane]
		frame := l.pushFrame
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
		if len(l.queue)+len(cmd) > queueSize {
			l.queue = l.queue[:copy(l.queue, l.queue[l.head:])]
			l.head = 0
			if len(l.queue)+len(cmd) > queueSize {
				return at
			}
		}
		l.queue = append(l.queue, cmd...)
		l.pushFrame = frame
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

// samples reads a sample command, past its operation, and returns where its
// differences begin.
func (r *reader) samples() (offset, n uint32, differences reader) {
	offset = uint32(r.uint(MaxSamples))
	n = uint32(r.uint(maxSampleRun))
	if offset+n > MaxSamples {
		r.bad = r.bad || !r.short
	}
	differences = *r
	last := int64(0)
	for i := uint32(0); i < n && r.ok(); i++ {
		last += r.int(-65535, 65535)
		if last < -32768 || last > 32767 {
			r.bad = true
		}
	}
	return offset, n, differences
}

// pushSamples fills the sample memory, once all of it is there and right.
func (c *Chip) pushSamples(r *reader) bool {
	offset, n, d := r.samples()
	if !r.ok() {
		return false
	}
	for uint32(len(c.samples)) < offset+n {
		c.samples = append(c.samples, 0)
	}
	last := int64(0)
	for i := range n {
		last += d.int(-65535, 65535)
		c.samples[offset+i] = int16(last)
	}
	return true
}

// nextFrame returns the frame of the command at the head of the queue. A jump of
// the frame count is nothing to wait for: it is at the frame of what is before it.
func (l *commandLane) nextFrame() int64 {
	r := reader{p: l.queue[l.head:]}
	if op := r.byte(); op == opAt {
		return l.queueFrame
	}
	return l.queueFrame + int64(r.uint(MaxFrame))
}

// advance takes n bytes off the queue.
func (l *commandLane) advance(n int) {
	l.head += uint32(n)
	if int(l.head) >= len(l.queue) {
		l.queue, l.head = l.queue[:0], 0
	}
}
