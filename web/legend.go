package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// teachers is how many legends are made at once.
const teachers = 4

// legend answers /s/NAME/legend: what becomes what, for whoever asks. It is no part
// of the hello, which everybody is sent who joins.
func (s *Server) legend(w http.ResponseWriter, r *http.Request) {
	// Whoever asks has a place already, or wants none: a full house is told, too.
	o := s.find(w, r)
	if o == nil {
		return
	}
	if o.opts.Legend == nil {
		s.refuse(w, r, http.StatusNotFound, "this station has no legend")
		return
	}
	select {
	case s.teaching <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	gzipped := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	body, tag, err := o.written(gzipped)
	<-s.teaching
	if err != nil {
		s.log.Error("the legend cannot be made", "station", o.Name(), "error", err)
		s.refuse(w, r, http.StatusInternalServerError, "the legend cannot be made")
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tag)
	h.Add("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if gzipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// written returns the legend as it is sent, and what tells it from others.
func (o *onAir) written(gzipped bool) (body []byte, tag string, err error) {
	l, err := o.opts.Legend()
	if err != nil {
		return nil, "", err
	}
	body, err = json.Marshal(l)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(body)
	if gzipped {
		body = compress(body)
	}
	return body, `"` + hex.EncodeToString(sum[:8]) + `"`, nil
}
