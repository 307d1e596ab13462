package mqtt

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	"proscenium/sonify"
	"proscenium/sources/internal/secure"
)

// openWeb dials a broker that speaks over a WebSocket, as those do that are behind
// an ordinary web server. MQTT 5, section 6.
func openWeb(ctx context.Context, u *url.URL, dial dialer, conf *tls.Config) (net.Conn, error) {
	d := websocket.Dialer{
		NetDialContext: dial, HandshakeTimeout: patience,
		NetDialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return secure.Client(ctx, conn, conf, u.Hostname())
		},
		Subprotocols: []string{"mqtt"}, ReadBufferSize: 16 << 10, WriteBufferSize: 4 << 10,
	}
	ws, answer, err := d.DialContext(ctx, u.String(), nil)
	if answer != nil && answer.Body != nil {
		answer.Body.Close()
	}
	if err != nil {
		if answer != nil && answer.StatusCode != http.StatusSwitchingProtocols {
			err = fmt.Errorf("the server answers %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
			if answer.StatusCode < 500 && answer.StatusCode != http.StatusTooManyRequests {
				err = &sonify.Permanent{Err: err}
			}
		}
		return nil, err
	}
	return &webConn{Conn: ws.NetConn(), ws: ws}, nil
}

// webConn makes a stream of a WebSocket. Packets need not begin where frames do.
type webConn struct {
	net.Conn
	ws    *websocket.Conn
	frame io.Reader
}

// The WebSocket has its own idea of a deadline for writing.

func (c *webConn) SetDeadline(t time.Time) error {
	c.ws.SetWriteDeadline(t)
	return c.ws.SetReadDeadline(t)
}

func (c *webConn) SetWriteDeadline(t time.Time) error { return c.ws.SetWriteDeadline(t) }

func (c *webConn) Read(b []byte) (int, error) {
	for {
		if c.frame == nil {
			kind, r, err := c.ws.NextReader()
			if err != nil {
				if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
					return 0, io.EOF
				}
				return 0, err
			}
			if kind != websocket.BinaryMessage {
				return 0, errMalformed
			}
			c.frame = r
		}
		n, err := c.frame.Read(b)
		if err == io.EOF {
			c.frame, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (c *webConn) Write(b []byte) (int, error) {
	if err := c.ws.WriteMessage(websocket.BinaryMessage, b); err != nil {
		return 0, err
	}
	return len(b), nil
}
