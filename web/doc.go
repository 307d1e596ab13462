// Package web puts stations on the network: the score, as messages of package
// wire, to any number of listeners, and what they need to play it.
//
//	ch := web.NewChannel("court", web.ChannelOptions{Program: "proscenium 1.0"})
//	station.Attach(ch)                  // the channel is an output
//	srv := web.NewServer(web.Options{})
//	err := srv.Add(ch, info)            // info tells the page how the station is
//	err = srv.Serve(ctx, tcpListener)   // until ctx is done; then listeners hear goodbye
//
// # One encoding, many listeners
//
// A [Channel] makes every message once, with its frame of the WebSocket around it,
// and shares the bytes among all listeners. A chip of its own plays along, so that
// whoever joins can be handed its snapshot, and so that there is sound for those
// who cannot play a score. What a listener costs is one write to a
// socket for a message. How many there are depends on how early the station knows its
// music: five in four seconds where all events are known beforehand, a dozen or more a
// second where an event of a live source is to be heard at once, and fewer the more
// listen ([Channel.Ahead]), for all of them together have a budget.
//
// # Ordinary radio
//
// Players that cannot play a score get the chip's sound as endless streams in Opus,
// FLAC and WAV ([proscenium/sonify/stream]), and lists (stream.m3u, stream.pls) that
// lead to them. There is one encoder for a station and format, from the first
// listener to the last; its pages are shared, and a connection is written to as
// those of WebSockets are.
//
// # Who is slow
//
// The channel and the station never wait for a listener. Writes do not block: what
// the socket does not take waits, up to a limit of bytes. Beyond it the listener
// loses what waits and is given a keyframe as soon as the socket takes something
// again; who takes nothing for long is let go. Everything of that is counted, and
// /metrics tells it.
//
// # The player
//
// The page of a station is the files of static: modules that a browser runs as they are.
// link.js, in a Worker, holds the line; its messages go straight to where they are
// played, so that a page that is busy or hidden drops nothing, and to the page. sound.js
// takes the best way that works, and the next where one breaks: the chip in an
// AudioWorklet (worklet.js); in a Worker that makes blocks (blocks.js), where a page from
// plain http may have no worklet; an <audio> on the station's stream (radio.js), where
// there is no WebAssembly. player.js is the same in the first two: it plays the frame that
// is due by the output's clock, fades and goes on elsewhere when that slipped or something
// is missing, and is within 10 ms otherwise. deck.js puts in what one listener wants for
// themselves: silent voices, another octave, tick marks.
//
// taper.js keeps the last five minutes of messages, and one snapshot that it carries on
// before them, and makes a WAV (the station's samples) or a MIDI file (smf.js) of them when
// asked. midiout.js plays the score to a MIDI port by the clock that the ear has, a fifth of
// a second ahead, and ends every note that it began. Types are in JSDoc; the compiler checks
// them in .ci/run.
//
// # What gets out
//
// Listeners are read-only. What they may send is a request for the clock; anything
// else ends the connection. The only files are those of this package. PROTOCOL.md
// says what is said, for those who write a client.
package web
