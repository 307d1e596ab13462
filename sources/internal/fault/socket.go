package fault

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Act is one thing that a fake WebSocket server does on a connection; false ends it.
type Act func(s *Server, c *websocket.Conn, r *http.Request) bool

// Socket answers with a WebSocket on which the acts are done in turn. After the last
// it reads, and so answers pings, until the client goes away or the server is closed.
func Socket(acts ...Act) Answer { return Speaks(nil, acts...) }

// Speaks is a Socket that agrees on the first of the protocols that the client offers.
func Speaks(protocols []string, acts ...Act) Answer {
	return func(s *Server, w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{Subprotocols: protocols, CheckOrigin: func(*http.Request) bool { return true }}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		ended := make(chan struct{})
		defer close(ended)
		go func() { // a hijacked connection is not the HTTP server's to close
			select {
			case <-s.done:
				c.Close()
			case <-ended:
			}
		}()
		for _, a := range acts {
			if !a(s, c, r) {
				return
			}
		}
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}
}

// Send sends texts, one message each.
func Send(texts ...string) Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		for _, t := range texts {
			if c.WriteMessage(websocket.TextMessage, []byte(t)) != nil {
				return false
			}
		}
		return true
	}
}

// SendBinary sends bytes as a binary message.
func SendBinary(b []byte) Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		return c.WriteMessage(websocket.BinaryMessage, b) == nil
	}
}

// Expect reads a message and hangs up if part is not in it.
func Expect(part string) Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		_, b, err := c.ReadMessage()
		return err == nil && strings.Contains(string(b), part)
	}
}

// Pause waits.
func Pause(d time.Duration) Act {
	return func(s *Server, _ *websocket.Conn, r *http.Request) bool {
		select {
		case <-time.After(d):
			return true
		case <-s.done:
			return false
		}
	}
}

// CloseWith closes the connection in the way of the protocol: it says so, and waits
// for the client to say so too. (Who closes with something unread resets the
// connection, and what the client has not read yet is lost.)
func CloseWith(code int, reason string) Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(time.Minute))
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return false
			}
		}
	}
}

// Half sends the header and half of a text message, and hangs up.
func Half(text string) Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		n := min(len(text), 125)
		_, _ = c.NetConn().Write(append([]byte{0x81, byte(n)}, text[:n/2]...))
		return false
	}
}

// Drop resets the connection.
func Drop() Act {
	return func(_ *Server, c *websocket.Conn, _ *http.Request) bool {
		if t, ok := c.NetConn().(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		return false
	}
}

// Deaf neither reads nor sends, so that pings find no answer, until the server is
// closed.
func Deaf() Act {
	return func(s *Server, _ *websocket.Conn, _ *http.Request) bool {
		<-s.done
		return false
	}
}
