package stream

// The sound: frames in a second, and samples of a frame, left and right.
const (
	Rate     = 48000
	Channels = 2
)

// An Encoder makes one stream. It is used from one goroutine at a time.
type Encoder interface {
	// Head returns what is sent before page n, the first of a listener. n is at most
	// the number of pages that there are.
	Head(n int64) []byte
	// Retitle makes the title of the piece another one, in heads from now on. Who listens
	// already is not told: in Ogg that would be another stream after this one, at which
	// some players stop, and FLAC has no place for it.
	Retitle(title string)
	// Encode takes samples, left and right in turn, a whole number of frames, and
	// calls emit with every page that they complete. A page belongs to the caller.
	Encode(samples []int16, emit func(page []byte)) error
	// Finish calls emit with what is left, which ends the stream.
	Finish(emit func(page []byte)) error
}

// About says what a stream is, for its tags. Empty ones are left out.
type About struct {
	Title   string // of the piece
	Station string
	Program string // "proscenium 1.0"
	// Serial tells an Ogg stream from others that a player was sent before.
	Serial uint32
}

// Format is a kind of stream.
type Format struct {
	Name  string // "opus"; also the file extension
	Type  string // media type
	Kbits int    // in a second, in thousands, about
	// New returns an encoder at the beginning of a stream.
	New func(a About) (Encoder, error)
}

// formats are ordered as they are recommended.
var formats = []*Format{
	{Name: "opus", Type: "audio/ogg", Kbits: opusRate / 1000, New: newOpus},
	{Name: "flac", Type: "audio/flac", Kbits: 700, New: newFLAC},
	{Name: "wav", Type: "audio/wav", Kbits: Rate * Channels * 16 / 1000, New: newWAV},
}

// Formats returns all formats, what suits most players first.
func Formats() []*Format { return append([]*Format(nil), formats...) }

// Named returns the format of that name, nil if there is none.
func Named(name string) *Format {
	for _, f := range formats {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// tags returns what a says as comments of Vorbis, which Opus and FLAC share.
func (a *About) tags() [][2]string {
	var t [][2]string
	for _, x := range [][2]string{{"TITLE", a.Title}, {"ALBUM", a.Station}, {"ENCODER", a.Program}} {
		if x[1] != "" {
			t = append(t, x)
		}
	}
	return t
}

// From24 appends frames of the chip, 24 bits, as samples of 16: rounded half up and
// clamped, as the 16-bit files of package pcm are.
func From24[F ~[2]int32](p []int16, frames []F) []int16 {
	for _, f := range frames {
		for _, v := range [2]int32(f) {
			p = append(p, int16(min(max((v+128)>>8, -1<<15), 1<<15-1)))
		}
	}
	return p
}

// gather makes blocks of equal length of samples that come in any.
type gather struct {
	size int // samples of a block
	have []int16
}

// blocks calls take with every block that samples complete. take must not keep it.
func (g *gather) blocks(samples []int16, take func([]int16) error) error {
	for len(samples) > 0 {
		if len(g.have) == 0 && len(samples) >= g.size {
			if err := take(samples[:g.size]); err != nil {
				return err
			}
			samples = samples[g.size:]
			continue
		}
		n := min(len(samples), g.size-len(g.have))
		g.have = append(g.have, samples[:n]...)
		samples = samples[n:]
		if len(g.have) == g.size {
			if err := take(g.have); err != nil {
				return err
			}
			g.have = g.have[:0]
		}
	}
	return nil
}
