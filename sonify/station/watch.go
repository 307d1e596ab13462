package station

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"proscenium/sonify"
)

// settleTime is how long nothing must happen to the files before an edit is read:
// editors write in several steps.
const settleTime = 100 * time.Millisecond

// goneTime is how long a piece may be away, and how often it is looked for then: its
// folder, which would tell, may have gone with it.
const goneTime = 2 * time.Second

// watch takes edits of the piece, and of the files it names, until ctx is done. It
// watches their folders: an editor that writes a new file and renames it would
// take a watch on the file away.
func (s *Station) watch(ctx context.Context) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		s.log.Warn("edits of the piece are not taken", "error", err)
		return
	}
	defer w.Close()
	var files []string
	follow := func() {
		files = s.files()
		have := w.WatchList()
		var folders []string
		for _, f := range files {
			if d := filepath.Dir(f); !slices.Contains(folders, d) {
				folders = append(folders, d)
			}
		}
		for _, d := range folders {
			if !slices.Contains(have, d) {
				if err := w.Add(d); err != nil {
					s.log.Warn("edits in a folder are not taken", "folder", d, "error", err)
				}
			}
		}
		for _, d := range have {
			if !slices.Contains(folders, d) {
				w.Remove(d)
			}
		}
	}
	follow()
	// What was edited since the piece was read is taken too.
	timer := time.NewTimer(settleTime)
	defer timer.Stop()
	looks := 0 // at a piece that is not there
	for {
		select {
		case <-ctx.Done():
			return
		case ev, ok := <-w.Events:
			if !ok {
				return
			}
			if ev.Op != fsnotify.Chmod && slices.Contains(files, filepath.Clean(ev.Name)) {
				timer.Reset(settleTime)
			}
		case err, ok := <-w.Errors:
			if !ok {
				return
			}
			s.log.Warn("an edit may have been missed", "error", err)
			timer.Reset(settleTime)
		case <-timer.C:
			src, err := s.opts.Read()
			if err != nil {
				// An editor may be at it, and then it will be there again at once.
				if looks++; looks == 2 {
					s.unread(err)
				}
				timer.Reset(goneTime)
				continue
			}
			looks = 0
			s.Edit(src)
			follow()
		}
	}
}

// unread says that the piece cannot be read any more: it plays on as it is.
func (s *Station) unread(err error) {
	why := err.Error()
	if p := new(fs.PathError); errors.As(err, &p) {
		why = p.Err.Error()
	}
	problem := &sonify.Problem{File: s.opts.File, Msg: "the piece cannot be read any more: " + why, Hint: "it plays on as it is, and edits are taken when it is back"}
	s.log.Warn("edits are not taken, the piece plays on", "problems", problem.Error())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.Problems, s.status.Broken = sonify.Problems{problem}, true
}

// files returns the piece and the files it names, those of a broken edit too as
// far as the one before had them.
func (s *Station) files() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{filepath.Clean(s.opts.File)}
	for _, p := range []*Program{s.program, s.pending} {
		if p == nil {
			continue
		}
		for _, f := range p.Made.Files {
			if path := filepath.Clean(f.Name); !f.Library && !slices.Contains(out, path) {
				out = append(out, path)
			}
		}
	}
	return out
}
