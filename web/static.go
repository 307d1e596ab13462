package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

//go:generate go run ./internal/module static/chip.wasm.gz

// embedded are all the files that can be had.
//
//go:embed static
var embedded embed.FS

// file is one of them.
type file struct {
	kind  string // Content-Type
	tag   string // of its bytes
	plain []byte
	gz    []byte // compressed, or nil if that is not worth it
}

// kinds are the types of what there is. The system's own table is not asked: it may
// say anything.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png", ".wasm": "application/wasm",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

// files reads what is embedded. What ends in .gz is served as what it is without.
func files() map[string]*file {
	out := make(map[string]*file)
	fs.WalkDir(embedded, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		f := &file{plain: b}
		name = strings.TrimPrefix(name, "static/")
		if short, ok := strings.CutSuffix(name, ".gz"); ok {
			name, f.gz = short, b
			if f.plain, err = gunzip(b); err != nil {
				return err
			}
		} else if len(b) > 1024 && !strings.HasSuffix(name, ".png") {
			f.gz = compress(b)
		}
		f.kind = kinds[path.Ext(name)]
		if f.kind == "" {
			return nil // nothing that is meant for a page
		}
		sum := sha256.Sum256(f.plain)
		f.tag = hex.EncodeToString(sum[:8])
		out[name] = f
		return nil
	})
	return out
}

func gunzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func compress(b []byte) []byte {
	var p bytes.Buffer
	w, _ := gzip.NewWriterLevel(&p, gzip.BestCompression)
	w.Write(b)
	w.Close()
	return p.Bytes()
}

// front answers /: the player, or the list of what is on.
func (s *Server) front(w http.ResponseWriter, r *http.Request) {
	if len(s.all()) == 1 {
		s.file(w, r, "index.html")
		return
	}
	s.file(w, r, "stations.html")
}

// player answers /s/NAME.
func (s *Server) player(w http.ResponseWriter, r *http.Request) {
	if s.station(r.PathValue("name")) == nil {
		s.nowhere(w, r)
		return
	}
	s.file(w, r, "index.html")
}

// slashed answers /s/NAME/, which somebody has typed.
func (s *Server) slashed(w http.ResponseWriter, r *http.Request) {
	to := url.URL{Path: "/s/" + r.PathValue("name"), RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
}

// nowhere tells a person that there is no such station, and the way to those that there
// are.
func (s *Server) nowhere(w http.ResponseWriter, r *http.Request) {
	const why = "there is no such station"
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.refuse(w, r, http.StatusNotFound, why)
		return
	}
	s.refused.Add(1)
	s.log.Debug("refused", "from", r.RemoteAddr, "status", http.StatusNotFound, "why", why)
	w.Header().Set("Content-Type", kinds[".html"])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	w.Write(s.files["nowhere.html"].plain)
}

// static answers /static/...
func (s *Server) static(w http.ResponseWriter, r *http.Request) { s.file(w, r, r.PathValue("file")) }

// file answers with an embedded file. Its tag is a hash of it, so that a browser
// that has it already is told so, and one that has an older one never keeps it.
func (s *Server) file(w http.ResponseWriter, r *http.Request, name string) {
	f := s.files[name]
	if f == nil {
		s.refuse(w, r, http.StatusNotFound, "there is no such file")
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.plain, `"`+f.tag+`"`
	if f.gz != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body, tag = f.gz, `"`+f.tag+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}
