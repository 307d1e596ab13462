// Package stream makes of the sound what ordinary players read from the network:
// endless streams in Ogg Opus, FLAC and WAV, that anybody may join at any time.
//
//	f := stream.Named("opus")
//	e, err := f.New(stream.About{Title: "A final", Station: "court", Program: "proscenium 1.0"})
//	err = e.Encode(samples, func(page []byte) { send(page) })   // as they come
//	head := e.Head(n)                                           // for who joins before page n
//
// # Pages
//
// An encoder cuts its stream into pages that a player understands by themselves:
// an Ogg page, a frame of FLAC, a few samples. Pages are numbered from 0 and made
// once, however many listen. Whoever joins is sent the head that goes before the
// page to come, and then every page; who cannot keep up may lose whole pages.
// Players take the numbers inside the pages as they come, so that somebody who
// joins after a month is told nothing of the month.
//
// FLAC and WAV are the sound to the bit, at 16 bits: what a render writes into a
// 16-bit file.
package stream
