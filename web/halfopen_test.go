package web_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/web"
)

// A listener whose machine is gone without a word takes what is sent, as far as anybody
// can see, and answers no ping: it is let go, and counts no longer.
func TestHostile_HalfOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := web.NewChannel("court", web.ChannelOptions{})
		if err := ch.Begin(&sonify.Header{Title: "Test", Tempo: sonify.BPM(120)}); err != nil {
			t.Fatal(err)
		}
		srv := web.NewServer(web.Options{Listeners: 1})
		if err := srv.Add(ch, func() web.Info { return web.Info{State: "playing", Well: true} }); err != nil {
			t.Fatal(err)
		}
		network := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- srv.Serve(ctx, network) }()
		ask := func() (first string, lasted time.Duration) {
			conn, err := network.dial(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, "GET /s/court/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
			began := time.Now()
			b := make([]byte, 12)
			if _, err := io.ReadFull(conn, b); err != nil {
				t.Fatal(err)
			}
			if string(b[9:]) == "101" {
				io.Copy(io.Discard, conn)
			}
			return string(b[9:]), time.Since(began)
		}
		for range 2 { // who is gone leaves its place to the next
			if status, lasted := ask(); status != "101" || lasted < 70*time.Second || lasted > 90*time.Second {
				t.Errorf("it is answered with %s and let go after %v", status, lasted)
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
