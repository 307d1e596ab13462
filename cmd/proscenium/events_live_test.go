package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"proscenium/sonify"
)

// The server of a doorbell listens once somebody wants to be called, and no longer than
// it is listened to.
func TestDoorbell_ListensWhenSomebodyWantsToBeCalled(t *testing.T) {
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	d := &doorbell{p: &program{}, ctx: t.Context(), addr: "127.0.0.1:0", log: log}
	d.close() // nothing was opened
	closes, err := d.Open("shop", func(c *sonify.Call) sonify.Reply { return sonify.Reply{Text: "taken " + string(c.Body)} })
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), d.base+"/hooks/shop") {
		t.Errorf("nobody is told where: %s", said.String())
	}
	r, err := http.Post(d.base+"/hooks/shop", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(r.Body)
	r.Body.Close()
	if string(b) != "taken {}" {
		t.Errorf("answered %d %q", r.StatusCode, b)
	}
	closes()
	http.DefaultClient.CloseIdleConnections()
	d.close()
	if _, err := http.Get(d.base + "/hooks/shop"); err == nil {
		t.Error("it still listens")
	}
	bad := &doorbell{p: &program{}, ctx: context.Background(), addr: "256.0.0.1:x", log: log}
	if _, err := bad.Open("shop", nil); err == nil {
		t.Error("it listens on an address that is none")
	}
}
