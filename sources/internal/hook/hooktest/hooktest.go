// Package hooktest is a server's hooks without a server, for tests.
package hooktest

import (
	"fmt"
	"net/http"
	"sync"

	"proscenium/sonify"
)

// Board is a set of hooks that tests call. The zero Board is empty. It may be used by
// several goroutines.
type Board struct {
	mu    sync.Mutex
	hooks map[string]func(*sonify.Call) sonify.Reply
	wait  chan struct{} // closed when a hook opens
}

// Open implements sonify.Hooks.
func (b *Board) Open(path string, answer func(*sonify.Call) sonify.Reply) (func(), error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.hooks[path] != nil {
		return nil, fmt.Errorf("/hooks/%s is another source's", path)
	}
	if b.hooks == nil {
		b.hooks = make(map[string]func(*sonify.Call) sonify.Reply)
	}
	b.hooks[path] = answer
	if b.wait != nil {
		close(b.wait)
		b.wait = nil
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.hooks, path)
	}, nil
}

// Call calls a hook once somebody has opened it.
func (b *Board) Call(c *sonify.Call) sonify.Reply {
	for {
		b.mu.Lock()
		answer := b.hooks[c.Path]
		if answer != nil {
			b.mu.Unlock()
			return answer(c)
		}
		if b.wait == nil {
			b.wait = make(chan struct{})
		}
		wait := b.wait
		b.mu.Unlock()
		<-wait
	}
}

// Post delivers a body with its headers.
func (b *Board) Post(path string, h http.Header, body string) sonify.Reply {
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", "application/json")
	return b.Call(&sonify.Call{Method: http.MethodPost, Path: path, Host: "127.0.0.1", Header: h, Body: []byte(body), From: "127.0.0.1"})
}
