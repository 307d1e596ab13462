//go:build !unix

package web

import "net"

// newWriter returns what writes to conn.
func newWriter(conn net.Conn) writer { return newPatient(conn) }
