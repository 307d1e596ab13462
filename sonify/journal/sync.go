package journal

import (
	"os"
	"sync"
	"time"
)

// syncer forces a file to the disk now and then, in a goroutine of its own: a
// slow disk must not hold up the music.
type syncer struct {
	quit chan struct{}
	done chan struct{}
	mu   sync.Mutex
	err  error
}

func (s *syncer) start(f *os.File, every time.Duration) {
	s.mu.Lock()
	s.err = nil
	s.mu.Unlock()
	s.quit, s.done = make(chan struct{}), make(chan struct{})
	go func(quit, done chan struct{}) {
		defer close(done)
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				if err := f.Sync(); err != nil {
					s.mu.Lock()
					s.err = err
					s.mu.Unlock()
				}
			case <-quit:
				return
			}
		}
	}(s.quit, s.done)
}

func (s *syncer) stop() {
	if s.quit != nil {
		close(s.quit)
		<-s.done
		s.quit = nil
	}
}

func (s *syncer) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
