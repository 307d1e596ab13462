// Package speaker plays the sound on the machine it runs on, for months: on its
// sound card, through a program, into a file.
//
//	s := speaker.New(speaker.Options{Open: speaker.Program(cmd, speaker.Reported), Say: say})
//	station.Attach(sound.New([]pcm.Sink{s}, sound.Options{}))
//
// # What can go wrong, and what becomes of it
//
// A [Speaker] is a sink that never waits and never fails: the music does not depend
// on what plays it. A device that cannot be opened, that breaks, or that takes
// nothing for two seconds although there is sound is let go and opened again, a
// half second later at first and then less and less often. What could not be
// played meanwhile is not played later. A person is told once that it is gone and
// once that it is back: that is when it has taken what was due for four seconds and
// still does, twice as long as a freeze takes to be noticed. Until then it counts as
// gone. One that goes again within half a minute has to hold for twice as long the
// next time.
//
// What counts as played is what the device took, not what it was given: a program
// that feeds a frozen device believes that all is well.
//
// A sound card is opened by a process of its own (package card), because its
// libraries cannot be made to let go of one that hangs; a process can be killed.
//
// # How loud
//
// A [Volume] turns the sound down, fades it out for the hours in which a room is to be
// quiet, and holds it below a ceiling that no piece gets past. It is for the room
// only: whoever listens elsewhere hears the station as it is.
//
// # Two clocks
//
// The music goes by the computer's clock and the device by its own; they differ by
// up to a tenth of a second in twenty minutes. If sound piles up, single frames are
// left out, if it runs low some are played twice: one in ten milliseconds at most,
// which nobody hears. Where nothing drifts nothing is touched, and what the device
// takes is the sound to the bit.
package speaker
