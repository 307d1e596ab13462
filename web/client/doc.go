// Package client listens to a station from another machine, in time with everybody
// else who does: it keeps the line, learns the station's clock, and makes the
// station's own samples of its score.
//
//	s, err := client.Find(ctx, "http://hall.local:8080/s/court")
//	line := client.NewLine(s, client.Options{Say: say})
//	err = client.Play(ctx, line, speaker, client.PlayOptions{})
//
// A [Line] speaks the protocol of web/PROTOCOL.md: it comes back after a break with
// back-off and jitter, takes up the score where it was, or begins anew with a
// keyframe. A [Player] is a chip that plays what a line brings. [Play] puts both on a
// speaker.
//
// # In time
//
// Frame f of the chip is heard at zero + f/48000 s + cushion by the station's clock,
// as in the browsers. How far that clock is from ours the quickest of the last twelve
// answers tells. When a frame is heard that is written now, the speaker tells if its
// device does (PulseAudio and PipeWire measure it, with others the depth of their
// buffers is known); if it does not, a delay can be given by hand.
//
// What is off by less than 5 ms is left alone: the samples are the station's then, to
// the bit. What is off by more is led back by single frames, one in 480, which nobody
// hears; what is off by more than 50 ms is put right at once, between two short fades.
// Whoever is told too late for all that plays later, in steps of 60 ms as the browsers
// do, so that two who have to are still together.
package client
