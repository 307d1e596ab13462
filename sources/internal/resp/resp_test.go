package resp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"proscenium/sources/internal/resp"
)

func show(v resp.Value) string {
	switch v.Kind {
	case resp.Nil:
		return "nil"
	case resp.Error:
		return "error " + string(v.Text)
	case resp.Long:
		return "long"
	case resp.List:
		var parts []string
		for _, p := range v.List {
			parts = append(parts, show(p))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return string(v.Text)
}

func TestReader(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"+OK\r\n", "OK"},
		{"-ERR no\r\n", "error ERR no"},
		{":42\r\n", "42"},
		{"$-1\r\n", "nil"},
		{"*-1\r\n", "nil"},
		{"$5\r\na\r\nbc\r\n", "a\r\nbc"},
		{"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$0\r\n\r\n", "[message c ]"},
		{"*2\r\n*1\r\n+a\r\n*0\r\n", "[[a] []]"},
		{"*2\r\n$30\r\n" + strings.Repeat("x", 30) + "\r\n+b\r\n", "[long b]"},
	} {
		v, err := resp.NewReader(strings.NewReader(c.text), 20, 1000).Read()
		if err != nil || show(v) != c.want {
			t.Errorf("%q: %s %v", c.text, show(v), err)
		}
	}
	for text, want := range map[string]error{
		"":                             io.EOF,
		"+OK":                          io.ErrUnexpectedEOF,
		"*2\r\n+a\r\n":                 io.ErrUnexpectedEOF,
		"$5\r\nab":                     io.ErrUnexpectedEOF,
		"$2\r\nabcd":                   resp.ErrProtocol,
		"+OK\n":                        resp.ErrProtocol,
		"\r\n":                         resp.ErrProtocol,
		"HTTP/1.1 400 Bad Request\r\n": resp.ErrProtocol,
		"$-2\r\n":                      resp.ErrProtocol,
		"*99999999\r\n":                resp.ErrProtocol,
		strings.Repeat("*1\r\n", 9):    resp.ErrProtocol,
		"*100\r\n" + strings.Repeat("+\r\n", 100): resp.ErrProtocol, // more than 1000 bytes
		"+" + strings.Repeat("x", 5000) + "\r\n":  resp.ErrProtocol,
	} {
		if v, err := resp.NewReader(strings.NewReader(text), 20, 1000).Read(); !errors.Is(err, want) {
			t.Errorf("%.30q: %s %v", text, show(v), err)
		}
	}
}

// Whatever a server sends: no panic, and a command read back is what it was.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$0\r\n\r\n"))
	f.Add([]byte("-ERR x\r\n:1\r\n$-1\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := resp.NewReader(bytes.NewReader(data), 100, 4096)
		for {
			if _, err := r.Read(); err != nil {
				break
			}
		}
		word := string(data[:min(len(data), 100)])
		v, err := resp.NewReader(bytes.NewReader(resp.Append(nil, "SET", word)), 100, 4096).Read()
		if err != nil || len(v.List) != 2 || string(v.List[1].Text) != word {
			t.Fatalf("%q became %s %v", word, show(v), err)
		}
	})
}

func ExampleAppend() {
	fmt.Printf("%q\n", resp.Append(nil, "PING"))
	// Output: "*1\r\n$4\r\nPING\r\n"
}
