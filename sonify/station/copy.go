package station

import "proscenium/sonify/mapping"

// Copy makes the piece that is on again, of what it was made of. Unlike Piece, the
// copy is the caller's own: what has to run on one goroutine, such as its legend,
// may run on the caller's. It takes some milliseconds.
func (s *Station) Copy() (*mapping.Piece, error) {
	s.mu.Lock()
	made := s.program.Made
	s.mu.Unlock()
	p, err := recompile(s.opts.Env, &made)
	if err != nil {
		return nil, err
	}
	return p.Piece, nil
}
