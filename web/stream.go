package web

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"proscenium/sonify/stream"
)

// streams makes the addresses of the radio: a stream in every format, and the lists
// that players and radios want to have a stream from. stream.m3u and stream.pls
// lead to the format that suits most.
func (s *Server) streams() {
	for i, f := range stream.Formats() {
		file := "stream." + f.Name
		s.mux.HandleFunc("GET /s/{name}/"+file, func(w http.ResponseWriter, r *http.Request) { s.stream(w, r, f) })
		lists := []string{file}
		if i == 0 {
			lists = append(lists, "stream")
		}
		for _, l := range lists {
			s.mux.HandleFunc("GET /s/{name}/"+l+".m3u", func(w http.ResponseWriter, r *http.Request) { s.playlist(w, r, file, m3u) })
			s.mux.HandleFunc("GET /s/{name}/"+l+".pls", func(w http.ResponseWriter, r *http.Request) { s.playlist(w, r, file, pls) })
		}
	}
}

// stream answers with sound that does not end. The connection is taken from the
// HTTP server: to a listener goes what all listeners get, without a goroutine of
// its own.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, f *stream.Format) {
	if r.Method == http.MethodHead {
		if o := s.station(r.PathValue("name")); o == nil {
			s.refuse(w, r, http.StatusNotFound, "there is no such station")
		} else {
			s.streamHeader(w.Header(), o, f, r)
		}
		return
	}
	o, leave := s.enter(w, r)
	if o == nil {
		return
	}
	h := w.Header()
	s.streamHeader(h, o, f, r)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		leave()
		clear(h)
		s.refuse(w, r, http.StatusHTTPVersionNotSupported, "a stream wants a connection of HTTP/1")
		return
	}
	conn.SetDeadline(time.Time{})
	var head bytes.Buffer
	proto := "HTTP/1.1"
	if !r.ProtoAtLeast(1, 1) {
		proto = "HTTP/1.0"
	}
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	h.Set("Connection", "close") // the end of the stream is that of the connection
	fmt.Fprintf(&head, "%s 200 OK\r\n", proto)
	h.Write(&head)
	head.WriteString("\r\n")
	if err := o.tune(conn, f, head.Bytes(), leave); err != nil {
		fmt.Fprintf(conn, "%s 503 Service Unavailable\r\nContent-Type: text/plain\r\nConnection: close\r\nRetry-After: 5\r\n\r\n%v\n", proto, err)
		leave()
		conn.Close()
	}
}

// streamHeader says what a stream is, in the words of Icecast too. There are no
// titles between the samples (icy-metaint), which only MP3 and AAC can be cut for:
// Opus and FLAC have their tags in the stream.
func (s *Server) streamHeader(h http.Header, o *onAir, f *stream.Format, r *http.Request) {
	i := o.info()
	h.Set("Content-Type", f.Type)
	h.Set("Cache-Control", "no-store")
	h.Set("Accept-Ranges", "none")
	// Any site may have it in an <audio>, as any radio; its samples are read only by the
	// pages of those that enter names.
	h["Cross-Origin-Resource-Policy"] = anyOrigin
	h.Set("X-Accel-Buffering", "no") // nginx is to pass it on at once
	// Icecast's are lower case, and there are players that look for just that.
	h["icy-name"] = []string{oneLine(o.title(i))}
	if i.About != "" {
		h["icy-description"] = []string{oneLine(i.About)}
	}
	h["icy-url"] = []string{address(r, "/s/"+url.PathEscape(o.Name()))}
	h["icy-br"] = []string{strconv.Itoa(f.Kbits)}
	h["icy-pub"] = []string{"0"}
	h["ice-audio-info"] = []string{fmt.Sprintf("ice-samplerate=%d;ice-bitrate=%d;ice-channels=%d", stream.Rate, f.Kbits, stream.Channels)}
}

// title returns what a station is called.
func (o *onAir) title(i Info) string {
	if i.Title != "" {
		return i.Title
	}
	return o.Name()
}

// oneLine makes of a text what can stand in a header or a list: printable, and not
// too long.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > 200 {
		s = string(runes[:199]) + "…"
	}
	return s
}

// address returns the address of a path as whoever asks reaches it, through a proxy
// or not. A radio that speaks HTTP/1.0 may not say whom it asked: then it is the address
// to which it came.
func address(r *http.Request, path string) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	host := r.Host
	if host == "" {
		if here, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
			host = net.JoinHostPort(here.IP.String(), strconv.Itoa(here.Port))
		}
	}
	return scheme + "://" + host + path
}

// playlist answers with a list that leads to a stream.
func (s *Server) playlist(w http.ResponseWriter, r *http.Request, file string, form func(title, address string) (kind, text string)) {
	o := s.station(r.PathValue("name"))
	if o == nil {
		s.refuse(w, r, http.StatusNotFound, "there is no such station")
		return
	}
	kind, text := form(oneLine(o.title(o.info())), address(r, "/s/"+url.PathEscape(o.Name())+"/"+file))
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte(text))
}

func m3u(title, address string) (kind, text string) {
	return "audio/x-mpegurl", "#EXTM3U\n#EXTINF:-1," + title + "\n" + address + "\n"
}

func pls(title, address string) (kind, text string) {
	return "audio/x-scpls", "[playlist]\nNumberOfEntries=1\nFile1=" + address + "\nTitle1=" + title + "\nLength1=-1\nVersion=2\n"
}
