//go:build linux

package main

import (
	"context"
	"time"

	"proscenium/sonify/wire"

	"github.com/gorilla/websocket"
)

// askTheTime asks the server for the time, ten times a second: the answer says when
// it was made, and takes the way that scores take.
func (a *audience) askTheTime(ctx context.Context) {
	var conn *websocket.Conn
	if until(ctx, func() (ok bool) { // not if too many came just now
		var err error
		conn, _, err = websocket.DefaultDialer.DialContext(ctx, "ws://"+a.addr+a.path, nil)
		return err == nil
	}) != nil {
		return
	}
	defer conn.Close()
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if a.over.Load() || conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"clock","token":"1"}`)) != nil {
				conn.Close()
				return
			}
		}
	}()
	for {
		_, p, err := conn.ReadMessage()
		if err != nil {
			return
		}
		now := time.Now().UnixMicro()
		m, err := wire.Read(p)
		if err != nil {
			return
		}
		if k, ok := m.(*wire.Clock); ok && k.Token == 1 && a.measuring.Load() {
			a.told.mu.Lock()
			a.told.clock = append(a.told.clock, int32(now-k.Now))
			a.told.mu.Unlock()
		}
	}
}
