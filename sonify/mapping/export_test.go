package mapping

import (
	"reflect"

	"proscenium/sonify"
)

// SetPulse lets a test ask for stretches of another length.
func SetPulse(p *Piece, t sonify.Tick) { p.pulse, p.stretch = t, t }

// Remembered are the types in which a performance keeps what it knows.
func Remembered() map[string]reflect.Type {
	return map[string]reflect.Type{
		"Performance": reflect.TypeFor[Performance](), "signalState": reflect.TypeFor[signalState](), "reducer": reflect.TypeFor[reducer](),
		"domain": reflect.TypeFor[domain](), "numberState": reflect.TypeFor[numberState](), "ruleState": reflect.TypeFor[ruleState](),
		"boardState": reflect.TypeFor[boardState](), "newsState": reflect.TypeFor[newsState](), "crowd": reflect.TypeFor[crowd](), "budgetState": reflect.TypeFor[budgetState](),
		"voiceState": reflect.TypeFor[voiceState](), "patternState": reflect.TypeFor[patternState](), "formState": reflect.TypeFor[formState](),
		"controlState": reflect.TypeFor[controlState](), "controlSlot": reflect.TypeFor[controlSlot](),
		"ticksState": reflect.TypeFor[ticksState](), "referenceState": reflect.TypeFor[referenceState](),
		"queuedNote": reflect.TypeFor[queuedNote](), "captionCause": reflect.TypeFor[captionCause](), "sonify.Note": reflect.TypeFor[sonify.Note](),
		"sonify.Cause": reflect.TypeFor[sonify.Cause](), "sonify.Reading": reflect.TypeFor[sonify.Reading](),
	}
}

// SetStretch lets a test ask for stretches that are part of the pulse.
func SetStretch(p *Piece, t sonify.Tick) { p.stretch = t }
