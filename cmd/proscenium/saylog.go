package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// logHandler writes what servers log as lines to a person. It may be used by many
// goroutines.
type logHandler struct {
	mu    *sync.Mutex
	w     io.Writer
	least slog.Level
	where string // "proscenium: court: "
	level func(slog.Level) string
}

// handler returns a handler that speaks as s does. From then on s is used through
// it only.
func (s *speaker) handler() *logHandler {
	least := slog.LevelInfo
	if s.quiet {
		least = slog.LevelError
	}
	return &logHandler{mu: &sync.Mutex{}, w: s.w, least: least, where: s.name(), level: s.level}
}

// Enabled implements [slog.Handler].
func (h *logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= h.least }

// WithAttrs implements [slog.Handler].
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	next := *h
	for _, a := range attrs {
		if a.Key == "station" {
			next.where += a.Value.String() + ": "
		}
	}
	return &next
}

// WithGroup implements [slog.Handler]. Lines have no groups.
func (h *logHandler) WithGroup(string) slog.Handler { return h }

// Handle implements [slog.Handler]. Problems of a piece stand in lines of their
// own, as editors read them; a text is quoted where it could be taken for something
// of ours.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	var b, problems strings.Builder
	level := h.level(r.Level)
	b.WriteString(level + h.where + r.Message)
	n := 0
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "problems" {
			for line := range strings.Lines(a.Value.String() + "\n") {
				problems.WriteString(level + line)
			}
			return true
		}
		sep := ", "
		if n == 0 {
			sep = " ("
		}
		n++
		text := a.Value.String()
		if a.Value.Kind() == slog.KindString || a.Value.Kind() == slog.KindAny {
			text = fmt.Sprintf("%q", text)
		}
		b.WriteString(sep + a.Key + " " + text)
		return true
	})
	if n > 0 {
		b.WriteByte(')')
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, problems.String()+b.String()+"\n")
	return err
}
