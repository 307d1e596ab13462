package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// legend answers /s/NAME/legend: what becomes what, for whoever asks. It is no part
// of the hello, which everybody is sent who joins.
func (s *Server) legend(w http.ResponseWriter, r *http.Request) {
	o, leave := s.enter(w, r)
	if o == nil {
		return
	}
	defer leave()
	if o.opts.Legend == nil {
		s.refuse(w, r, http.StatusNotFound, "this station has no legend")
		return
	}
	l, err := o.opts.Legend()
	if err != nil {
		s.log.Error("the legend cannot be made", "station", o.Name(), "error", err)
		s.refuse(w, r, http.StatusInternalServerError, "the legend cannot be made")
		return
	}
	var p bytes.Buffer
	if err := json.NewEncoder(&p).Encode(l); err != nil {
		s.refuse(w, r, http.StatusInternalServerError, "the legend cannot be written")
		return
	}
	sum := sha256.Sum256(p.Bytes())
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := p.Bytes()
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		body = compress(body)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}
