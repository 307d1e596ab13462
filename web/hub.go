package web

import (
	"cmp"
	"net"
	"sync"
	"time"
)

// Limits of what a listener may keep waiting.
const (
	maxBacklog   = 64 << 10         // bytes; beyond it what waits is given up for a keyframe
	maxStuck     = 30 * time.Second // so long a listener may take nothing
	sweepPeriod  = 50 * time.Millisecond
	pingPeriod   = 25 * time.Second
	closeWait    = time.Second // for the last words
	socketBuffer = 64 << 10    // the kernel's share of the backlog
)

// shardsOfHub is how many goroutines write to listeners.
const shardsOfHub = 4

// hub sends frames to the listeners of a channel. Nobody waits for it: work is put
// on the lists of its shards, and a shard writes without blocking.
type hub struct {
	// plain means that the listeners are no WebSockets but take a stream of pages: they
	// are not pinged, and who is slow loses pages instead of beginning anew.
	plain  bool
	shards [shardsOfHub]*shard
	ended  sync.WaitGroup

	mu     sync.Mutex
	counts hubCounts
	next   int
}

// hubCounts are for the metrics.
type hubCounts struct {
	listeners       int
	joined, left    uint64
	skipped         uint64 // times that a slow listener was caught up by a keyframe; of a stream: pages lost
	dropped         uint64 // listeners let go because they took nothing
	refused         uint64 // connections ended because of what they sent
	written, frames uint64 // bytes and frames that sockets took
	longest         time.Duration
}

func newHub(plain bool) *hub {
	h := &hub{plain: plain}
	for i := range h.shards {
		s := &shard{hub: h, wake: make(chan struct{}, 1), members: make(map[*listener]struct{}), slow: make(map[*listener]struct{})}
		h.shards[i] = s
		h.ended.Go(s.run)
	}
	return h
}

func (h *hub) count(f func(*hubCounts)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.counts)
}

func (h *hub) stats() hubCounts {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.counts
}

// add makes l a listener, who is sent first before what is broadcast from now on.
func (h *hub) add(l *listener, first ...[]byte) {
	h.mu.Lock()
	l.shard = h.shards[h.next%shardsOfHub]
	h.next++
	h.counts.joined++
	h.counts.listeners++
	h.mu.Unlock()
	l.shard.put(job{to: l, join: true})
	l.shard.put(job{to: l, first: first})
}

// catchUp makes l, who fell behind, go on with first.
func (h *hub) catchUp(l *listener, first ...[]byte) { l.shard.put(job{to: l, first: first}) }

// broadcast sends m to everybody.
func (h *hub) broadcast(m *shared) {
	for _, s := range h.shards {
		s.put(job{all: m})
	}
}

// close lets all listeners go, when they have what was sent to them or a second
// has passed.
func (h *hub) close() {
	for _, s := range h.shards {
		s.put(job{stop: true})
	}
	h.ended.Wait()
}

// job is something for a shard to do.
type job struct {
	all   *shared   // to everybody
	to    *listener // or to one
	frame []byte
	first [][]byte // begins anew with these
	join  bool
	leave bool   // close it
	look  func() // is called, for tests
	stop  bool
}

// turnAway lets go of somebody who came too late.
func (j *job) turnAway() {
	if j.join {
		j.to.conn.Close()
		j.to.release()
		j.to.shard.hub.count(func(n *hubCounts) { n.left++; n.listeners-- })
	}
}

// shard writes to a part of the listeners. Its goroutine alone touches members and
// what waits for them.
type shard struct {
	hub           *hub
	members       map[*listener]struct{}
	slow          map[*listener]struct{} // of them: those for whom something waits
	bytes, frames uint64                 // written, and not counted yet

	mu    sync.Mutex
	jobs  []job
	ended bool
	wake  chan struct{}
}

// put appends a job. It never waits.
func (s *shard) put(j job) {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		j.turnAway()
		return
	}
	s.jobs = append(s.jobs, j)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *shard) run() {
	tick := time.NewTicker(sweepPeriod)
	defer tick.Stop()
	var jobs []job
	pinged := time.Now()
	var stopping time.Time
	for {
		var now time.Time
		select {
		case <-s.wake:
			now = time.Now()
		case <-tick.C:
			now = time.Now()
			for l := range s.slow {
				s.retry(l, now)
			}
			if now.Sub(pinged) >= pingPeriod && !s.hub.plain {
				pinged = now
				for l := range s.members {
					s.send(l, pingFrame, now)
				}
			}
		}
		s.mu.Lock()
		jobs, s.jobs = s.jobs, jobs[:0]
		s.mu.Unlock()
		for i := range jobs {
			if s.do(&jobs[i], now) {
				stopping = now
			}
			jobs[i] = job{}
		}
		s.tally()
		if !stopping.IsZero() && s.finish(stopping, now) {
			return
		}
	}
}

var (
	pingFrame  = framed(opPing, nil)
	closeFrame = framed(opClose, []byte{1001 >> 8, 1001 & 0xff}) // going away
)

// do carries a job out. It reports whether the shard is to stop.
func (s *shard) do(j *job, now time.Time) (stop bool) {
	switch {
	case j.stop:
		for l := range s.members {
			if !s.hub.plain {
				s.send(l, closeFrame, now)
			}
		}
		return true
	case j.all != nil:
		for l := range s.members {
			s.send(l, j.all.frame(l.json), now)
		}
		if took := time.Since(now); took > 0 {
			s.hub.count(func(n *hubCounts) { n.longest = max(n.longest, took) })
		}
	case j.join:
		s.members[j.to] = struct{}{}
		j.to.limit = cmp.Or(j.to.room, maxBacklog)
	case j.leave:
		s.remove(j.to)
	case j.look != nil:
		j.look()
	case j.first != nil:
		if _, ok := s.members[j.to]; ok {
			s.start(j.to, j.first, now)
		}
	case j.frame != nil:
		if _, ok := s.members[j.to]; ok {
			s.send(j.to, j.frame, now)
		}
	}
	return false
}

// finish lets go of those who have everything, and after a while of everybody.
func (s *shard) finish(since, now time.Time) bool {
	for l := range s.members {
		if len(l.waiting) == 0 && l.out.idle() || now.Sub(since) >= closeWait {
			s.remove(l)
		}
	}
	if len(s.members) > 0 {
		return false
	}
	s.mu.Lock()
	s.ended = true
	jobs := s.jobs
	s.jobs = nil
	s.mu.Unlock()
	for _, j := range jobs {
		j.turnAway()
	}
	return true
}

func (s *shard) remove(l *listener) {
	if _, ok := s.members[l]; !ok {
		return
	}
	delete(s.members, l)
	delete(s.slow, l)
	l.conn.Close()
	l.release()
	s.hub.count(func(n *hubCounts) { n.left++; n.listeners-- })
}

// send writes a frame to l, or puts it behind what waits for l already.
func (s *shard) send(l *listener, frame []byte, now time.Time) {
	if l.behind {
		return // a keyframe is on its way
	}
	if len(l.waiting) == 0 {
		// As nearly always: what the socket takes at once waits nowhere.
		l.since = now
		n, err := l.out.write(frame)
		s.bytes += uint64(n)
		if err != nil {
			s.remove(l)
			return
		}
		if n == len(frame) {
			s.frames++
			return
		}
		l.waiting, l.begun, l.backlog = append(l.waiting, frame[n:]), n > 0, len(frame)-n
		s.slow[l] = struct{}{}
		return
	}
	if l.backlog+len(frame) > l.limit {
		if !s.hub.plain {
			s.giveUp(l)
			return
		}
		s.skip(l)
	}
	l.waiting = append(l.waiting, frame)
	l.backlog += len(frame)
	s.write(l, now)
}

// start begins with frames from which l can go on, however large they are.
func (s *shard) start(l *listener, frames [][]byte, now time.Time) {
	l.behind, l.asked = false, false
	l.limit = cmp.Or(l.room, maxBacklog)
	for _, f := range frames {
		l.limit += len(f)
	}
	for _, f := range frames {
		s.send(l, f, now)
	}
}

// skip forgets the pages that wait for l, but for the first, which may be begun or
// be the head without which there is no stream.
func (s *shard) skip(l *listener) {
	lost := uint64(len(l.waiting) - 1)
	clear(l.waiting[1:])
	l.waiting = l.waiting[:1]
	l.backlog = len(l.waiting[0])
	s.hub.count(func(n *hubCounts) { n.skipped += lost })
}

// giveUp forgets what waits for l, but for a frame that was begun: l is to go on
// from a keyframe.
func (s *shard) giveUp(l *listener) {
	l.behind = true
	s.hub.count(func(n *hubCounts) { n.skipped++ })
	keep := 0
	if l.begun {
		keep = 1
	}
	l.waiting = l.waiting[:keep]
	l.backlog = 0
	for _, f := range l.waiting {
		l.backlog += len(f)
	}
	s.resync(l)
}

// resync asks for a keyframe when the socket has taken what it was given.
func (s *shard) resync(l *listener) {
	if l.behind && len(l.waiting) == 0 && !l.asked {
		l.asked = true
		// Not from this goroutine: the channel's lock is held while it gives us work.
		go l.again(l)
	}
}

// retry writes what waits, and lets l go if it takes nothing for long.
func (s *shard) retry(l *listener, now time.Time) {
	s.write(l, now)
	if len(l.waiting) > 0 && now.Sub(l.since) > maxStuck {
		s.hub.count(func(n *hubCounts) { n.dropped++ })
		s.remove(l)
	}
}

// write writes as much of what waits as the socket takes.
func (s *shard) write(l *listener, now time.Time) {
	for len(l.waiting) > 0 {
		f := l.waiting[0]
		n, err := l.out.write(f)
		if n > 0 {
			l.since = now
			s.bytes += uint64(n)
			l.backlog -= n
		}
		if n < len(f) {
			if n > 0 {
				l.waiting[0], l.begun = f[n:], true
			}
			if err != nil {
				s.remove(l)
				return
			}
			break
		}
		s.frames++
		l.begun = false
		l.waiting = l.waiting[1:]
	}
	if len(l.waiting) == 0 {
		l.waiting, l.backlog = nil, 0
		delete(s.slow, l)
		s.resync(l)
	}
}

// tally adds what was written to what the hub counts.
func (s *shard) tally() {
	if s.bytes > 0 {
		s.hub.count(func(n *hubCounts) { n.written += s.bytes; n.frames += s.frames })
		s.bytes, s.frames = 0, 0
	}
}

// listener is a WebSocket, or takes a stream.
type listener struct {
	conn  net.Conn
	out   writer
	json  bool
	shard *shard
	// again is called, from a goroutine of its own, when a listener who fell behind
	// can be given a keyframe.
	again   func(*listener)
	release func() // called once, when it is gone
	room    int    // bytes that may wait for it; 0: maxBacklog

	// The shard's.
	waiting [][]byte // the first may be what is left of a frame
	begun   bool     // it is
	backlog int      // bytes
	limit   int      // of it
	since   time.Time
	behind  bool // it lost something, and is to have a keyframe
	asked   bool // for the keyframe
}

// writer writes to a socket.
type writer interface {
	// write takes as much of p as there is room for, without waiting. An error means
	// that the connection is gone.
	write(p []byte) (int, error)
	// idle reports whether everything that was taken is out of our hands.
	idle() bool
}
