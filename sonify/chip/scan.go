package chip

// CommandKind says what a [Command] does.
type CommandKind uint8

const (
	CommandNote    CommandKind = iota // Note
	CommandControl                    // Voice, Param, Value
	CommandOff                        // Voice, 255 for all
	CommandOther                      // config, voice or sample: only the frame is told
)

// Command is one command of the chip, for those who show or translate what a chip
// plays.
type Command struct {
	Kind  CommandKind
	Lane  uint8
	Frame int64
	Voice uint8
	Note  Note // its Voice is set too
	Param Param
	Value int32
}

// Scan calls f for every command of p and returns how many bytes it took, or ^n if
// what stands after n bytes cannot be right, as Push does. Both lanes count from
// frame 0 until an at command says otherwise.
func Scan(p []byte, f func(*Command)) int {
	var frames [2]int64
	var lane uint8
	var c Chip // checks what Push checks
	r := reader{p: p}
	for len(r.p) > 0 {
		at := len(p) - len(r.p)
		op := r.byte()
		x := Command{Kind: CommandOther, Lane: lane}
		frame := frames[lane]
		switch op {
		case opLane:
			lane = r.small(byte(len(frames)))
			if !r.ok() {
				return verdict(&r, at)
			}
			continue
		case opAt:
			frame = int64(r.uint(MaxFrame))
			if !r.ok() {
				return verdict(&r, at)
			}
			frames[lane] = frame
			continue
		case opSample:
			r.samples()
		case opConfig, opVoice, opKey, opPitch, opControl, opOff:
			frame += int64(r.uint(MaxFrame))
			if frame > MaxFrame {
				r.bad = true
			}
			switch op {
			case opKey, opPitch:
				x.Kind = CommandNote
				r.note(op, &x.Note)
				x.Voice = x.Note.Voice
			case opControl:
				x.Kind = CommandControl
				x.Voice, x.Param, x.Value = r.control()
			case opOff:
				x.Kind = CommandOff
				x.Voice = r.byte()
				if x.Voice >= MaxVoices && x.Voice != allVoices {
					r.bad = true
				}
			default:
				c.check(&r, op)
			}
		default:
			r.bad = true
		}
		if !r.ok() {
			return verdict(&r, at)
		}
		frames[lane] = frame
		x.Frame = frame
		f(&x)
	}
	return len(p)
}
