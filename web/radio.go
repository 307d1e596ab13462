package web

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"proscenium/sonify/chip"
	"proscenium/sonify/stream"
)

const (
	// burst is how much of the past somebody gets who tunes in, so that the player has
	// what it wants before it begins: by so much it is behind the station at least.
	burst = 2 * stream.Rate // frames
	// patience is how much sound waits for a slow player before it loses pages.
	patience = 5 // seconds
	// feedRoom is how many pieces of sound wait for an encoder, which is a second or
	// more. An encoder that is as slow as that loses sound, not the station.
	feedRoom = 128
	// together is how much sound goes to the listeners at a time, as frames: what costs is
	// how often somebody is written to, and who has two seconds of the past can wait.
	together = stream.Rate * 4 / 10
)

// radio carries the sound of a channel to ordinary players: streams of several
// formats, each encoded once, by a goroutine that is there as long as somebody
// listens.
type radio struct {
	name, program string

	mu     sync.Mutex
	recent [][]int16 // the last of the sound, oldest first; burst frames and a bit more
	length int       // frames in recent
	feeds  map[*stream.Format]*feed
	ending sync.WaitGroup // feeds that were there
	closed bool
	counts map[*stream.Format]*radioCounts
}

// radioCounts are for the metrics, of one format.
type radioCounts struct {
	started uint64 // encoders
	joined  uint64
	pages   uint64
	bytes   uint64    // of pages, once
	lost    uint64    // pieces of sound that the encoder had no time for
	past    hubCounts // of feeds that have ended
}

func newRadio(name, program string) *radio {
	r := &radio{name: name, program: program, feeds: make(map[*stream.Format]*feed), counts: make(map[*stream.Format]*radioCounts)}
	for _, f := range stream.Formats() {
		r.counts[f] = &radioCounts{}
	}
	return r
}

// pour takes the next sound. It does not wait for anybody.
func (r *radio) pour(frames []chip.Frame) {
	piece := stream.From24(make([]int16, 0, stream.Channels*len(frames)), frames)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recent = append(r.recent, piece)
	r.length += len(frames)
	for r.length-len(r.recent[0])/stream.Channels >= burst {
		r.length -= len(r.recent[0]) / stream.Channels
		r.recent[0] = nil
		r.recent = r.recent[1:]
	}
	for _, f := range r.feeds {
		select {
		case f.in <- piece:
		default:
			r.counts[f.format].lost++
		}
	}
}

// join makes l a listener of the stream in a format. first is sent before it. The
// title is for the tags.
func (r *radio) join(format *stream.Format, title string, first []byte, l *listener) error {
	f, err := r.feed(format, title)
	if err != nil {
		return err
	}
	leave := l.release
	l.release = func() {
		leave()
		r.left(f)
	}
	l.room = patience * format.Kbits * 1000 / 8
	f.join(l, first)
	return nil
}

// retitle tells those who join from now on of another piece.
func (r *radio) retitle(title string) {
	r.mu.Lock()
	feeds := slices.Collect(maps.Values(r.feeds))
	r.mu.Unlock()
	for _, f := range feeds {
		f.mu.Lock()
		f.enc.Retitle(title)
		f.mu.Unlock()
	}
}

// feed returns the feed of a format, begun if need be, with one more listener.
func (r *radio) feed(format *stream.Format, title string) (*feed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errClosed
	}
	f := r.feeds[format]
	if f == nil {
		var serial [4]byte
		rand.Read(serial[:]) // never fails
		e, err := format.New(stream.About{Title: title, Station: r.name, Program: r.program, Serial: binary.LittleEndian.Uint32(serial[:])})
		if err != nil {
			return nil, err
		}
		f = &feed{radio: r, format: format, hub: newHub(true), in: make(chan []int16, feedRoom), enc: e}
		r.feeds[format] = f
		r.counts[format].started++
		past := slices.Clone(r.recent)
		r.ending.Go(func() { f.run(past) })
	}
	f.inside++
	r.counts[format].joined++
	return f, nil
}

// left is called when a listener of f is gone. The last one ends it.
func (r *radio) left(f *feed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.inside--; f.inside == 0 {
		r.end(f)
	}
}

// end stops a feed. mu is held.
func (r *radio) end(f *feed) {
	if r.feeds[f.format] == f {
		delete(r.feeds, f.format)
		close(f.in)
	}
}

// close ends all streams, and waits until the listeners have been told, a second at
// most.
func (r *radio) close() {
	r.mu.Lock()
	r.closed = true
	for _, f := range r.feeds {
		r.end(f)
	}
	r.mu.Unlock()
	r.ending.Wait()
}

// listeners returns how many there are.
func (r *radio) listeners() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.feeds {
		n += f.inside
	}
	return n
}

// status returns the counts of a format, and how many listen.
func (r *radio) status(format *stream.Format) (c radioCounts, listeners int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c = *r.counts[format]
	if f := r.feeds[format]; f != nil {
		listeners = f.inside
		c.past.add(f.hub.stats())
	}
	return c, listeners
}

// add adds what a hub counted to what others did.
func (n *hubCounts) add(m hubCounts) {
	n.skipped += m.skipped
	n.dropped += m.dropped
	n.written += m.written
	n.frames += m.frames
}

// feed is the stream of one format, with one encoder and those who listen.
type feed struct {
	radio  *radio
	format *stream.Format
	hub    *hub
	in     chan []int16 // closed when nobody listens any more
	inside int          // listeners; the radio's mu

	mu     sync.Mutex
	enc    stream.Encoder
	pages  []pages // the last that were sent, oldest first
	next   int64   // page
	wait   pages   // what is not sent yet
	sent   int64   // frames that the encoder had taken then
	frames int64   // taken by the encoder
}

// pages are some pages of a stream, each complete by itself, that are sent together.
type pages struct {
	data  *shared
	count int64
	end   int64 // frames that the encoder had taken when they were made
}

// run encodes what comes, first what is past already, until nobody listens.
func (f *feed) run(past [][]int16) {
	for _, p := range past {
		f.encode(p)
	}
	for p := range f.in {
		f.encode(p)
	}
	f.mu.Lock()
	f.enc.Finish(f.emit) // what cannot be encoded is the end of nothing
	f.send()
	f.mu.Unlock()
	f.hub.close()
	n := f.hub.stats()
	f.radio.mu.Lock()
	defer f.radio.mu.Unlock()
	f.radio.counts[f.format].past.add(n)
}

// encode gives the listeners the pages that a piece of sound completes.
func (f *feed) encode(piece []int16) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frames += int64(len(piece) / stream.Channels)
	if f.enc.Encode(piece, f.emit) != nil {
		// An encoder refuses what is no sound; this is.
		return
	}
	if f.frames-f.sent >= together {
		f.send()
	}
	n := 0
	for n < len(f.pages) && f.pages[n].end <= f.frames-burst {
		f.pages[n] = pages{}
		n++
	}
	f.pages = f.pages[n:]
}

// emit takes a page that is to be sent. mu is held.
func (f *feed) emit(data []byte) {
	if f.wait.data == nil {
		f.wait.data = &shared{}
	}
	f.wait.data.binary = append(f.wait.data.binary, data...)
	f.wait.count++
	f.next++
	f.radio.count(f.format, len(data))
}

// send sends what waits. mu is held.
func (f *feed) send() {
	f.sent = f.frames
	if f.wait.data == nil {
		return
	}
	f.wait.end = f.frames
	f.pages = append(f.pages, f.wait)
	f.hub.broadcast(f.wait.data)
	f.wait = pages{}
}

func (r *radio) count(format *stream.Format, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[format].pages++
	r.counts[format].bytes += uint64(bytes)
}

// join sends l what it needs to begin with: first, the head, the last pages.
func (f *feed) join(l *listener, first []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.next - f.wait.count
	for _, p := range f.pages {
		n -= p.count
	}
	head := f.enc.Head(n)
	sent := [][]byte{append(slices.Clip(first), head...)}
	for _, p := range f.pages {
		sent = append(sent, p.data.binary)
	}
	f.hub.add(l, sent...)
}

// pour gives sound to the radio. mu is held.
func (c *Channel) pour(frames []chip.Frame) {
	c.radio.pour(frames)
	c.poured = c.opts.Now()
}

// stallAfter is how long a station may make no sound: it commits some 50 times a
// second.
const stallAfter = 5 * time.Second

// stalled says that a station that has begun makes no sound any more, "" if it does.
func (c *Channel) stalled() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if since := c.opts.Now().Sub(c.poured); c.begun && !c.closed && since > stallAfter {
		return fmt.Sprintf("the station has made no sound for %d s", int(since.Seconds()))
	}
	return ""
}

// tune makes a connection that was an HTTP request a listener of c.
func (c *Channel) tune(conn net.Conn, format *stream.Format, first []byte, release func()) error {
	c.mu.Lock()
	title := c.piece.Title
	c.counts.joins++
	c.mu.Unlock()
	return c.radio.join(format, title, first, &listener{conn: conn, out: newWriter(conn), release: release})
}
