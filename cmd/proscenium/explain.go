package main

import (
	"fmt"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping"

	"github.com/spf13/cobra"
)

func (p *program) explainCommand() *cobra.Command {
	var f renderFlags
	c := &cobra.Command{
		Use:   "explain PIECE",
		Short: "Print the legend of a piece: what becomes what, in words",
		Long: `Explain tells in words what one hears in a piece: which event plays what on which
voice, which value becomes which pitch and in which direction, what the signals
mean and which patterns they steer.`,
		Example: `  proscenium explain piece.toml
  proscenium explain examples/grand-slam --level plain`,
		Args: arguments(1, 1, "the piece to explain"),
		RunE: func(c *cobra.Command, args []string) error {
			sets, err := f.overrides()
			if err != nil {
				return err
			}
			w, err := p.find(args[0], sets)
			if err != nil {
				return err
			}
			piece, err := p.compile(w)
			if err != nil {
				return err
			}
			return p.print(legend(piece))
		},
		ValidArgsFunction: pieceFiles,
	}
	f.pieceFlags(c)
	return c
}

// legend puts a piece into words.
func legend(p *mapping.Piece) string {
	h := &p.Header
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, %s, %s, level %s, seed %d\n", h.Title, h.Key, h.Meter, h.Tempo, h.Level, h.Seed)
	if len(p.Sources) > 0 {
		b.WriteString("\nSources\n")
		for _, s := range p.Sources {
			fmt.Fprintf(&b, "  %s: %s, %s\n", s.Name, s.Kind, pacing(s.Pace))
			if len(s.Keep) > 0 {
				b.WriteString(wrapped("    ", "    ", "passes the door: "+strings.Join(s.Keep, ", ")))
			}
		}
	}
	makers := func(title string, kinds ...sonify.MakerKind) {
		first := true
		for _, m := range h.Makers {
			for _, k := range kinds {
				if m.Kind != k {
					continue
				}
				if first {
					fmt.Fprintf(&b, "\n%s\n", title)
					first = false
				}
				text := m.Name
				if says := strings.TrimPrefix(m.Says, string(m.Kind)+" "+m.Name); strings.TrimSpace(says) != "" {
					text += ": " + strings.TrimSpace(says)
				}
				mark := "  "
				if m.Data {
					mark = "* "
				}
				b.WriteString(wrapped("  "+mark, "      ", text))
			}
		}
	}
	makers("What events play (* carries a value that can be heard back)", sonify.MakerRule)
	if len(h.Signals) > 0 {
		b.WriteString("\nSignals: numbers that live between events\n")
		for _, s := range h.Signals {
			b.WriteString(wrapped("    ", "      ", signalWords(s)))
		}
	}
	makers("What plays by itself", sonify.MakerPattern)
	makers("What moves the sounds", sonify.MakerControl)
	makers("Sections", sonify.MakerSection)
	makers("When the data stops", sonify.MakerIdle)
	if len(h.Voices) > 0 {
		b.WriteString("\nVoices\n")
		for _, v := range h.Voices {
			b.WriteString(wrapped("    ", "      ", voiceWords(v)))
		}
	}
	return b.String()
}

func pacing(p mapping.Pace) string {
	switch p.Clock {
	case "step":
		return fmt.Sprintf("one event every %v", p.Step.Duration())
	case "arrival":
		return "each event when it arrives"
	}
	if p.Speed == 1 {
		return "at the speed of life"
	}
	return fmt.Sprintf("%v times the speed of life", p.Speed)
}

func signalWords(s sonify.Signal) string {
	text := s.Name
	if s.Doc != "" {
		text += ": " + s.Doc
	}
	if s.Low != s.High {
		text += fmt.Sprintf(" (%v to %v", s.Low, s.High)
		if s.Unit != "" {
			text += " " + s.Unit
		}
		return text + ")"
	}
	if s.Unit != "" {
		text += " (" + s.Unit + ")"
	}
	return text
}

func voiceWords(v sonify.Voice) string {
	text := fmt.Sprintf("%s: %s", v.Name, v.Instrument.Wave)
	switch {
	case v.Pan < 0:
		text += fmt.Sprintf(", %d %% left", -v.Pan)
	case v.Pan > 0:
		text += fmt.Sprintf(", %d %% right", v.Pan)
	}
	if v.Polyphony > 1 {
		text += fmt.Sprintf(", %d notes at once", v.Polyphony)
	}
	if v.Instrument.EchoLevel > 0 {
		text += ", with an echo"
	}
	return text
}

// wrapped breaks text into lines of at most 88 characters, the first after
// first, the others after rest.
func wrapped(first, rest, text string) string {
	const width = 88
	var b strings.Builder
	line := first
	empty := true
	for _, w := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(w)) > width {
			b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+w, false
	}
	return b.String() + line + "\n"
}
