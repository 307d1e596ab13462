package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"proscenium/sonify"
	"proscenium/sonify/mapping"

	"github.com/spf13/cobra"
)

func (p *program) explainCommand() *cobra.Command {
	var f renderFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain PIECE",
		Short: "Print the legend of a piece: what becomes what, in words",
		Long: `Explain tells in words what one hears in a piece: which event plays what on which
voice, which value becomes which pitch and in which direction, what the signals
mean and which patterns they steer. It looks through the data, where it can be
read twice, for what is low, typical and high in it and how often things happen.

With --json the legend is printed as data, with the notes of each low, typical and
high value. "proscenium render --legend" plays them before the piece.`,
		Example: `  proscenium explain piece.toml
  proscenium explain examples/grand-slam --level plain
  proscenium explain --json piece.toml | jq '.entries[].samples[].caption'`,
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
			return p.explain(c.Context(), w, piece, asJSON)
		},
		ValidArgsFunction: pieceFiles,
	}
	f.pieceFlags(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print the legend as JSON")
	return c
}

func (p *program) explain(ctx context.Context, w *written, piece *mapping.Piece, asJSON bool) error {
	s := w.survey(ctx)
	l := piece.Legend(s)
	if !asJSON {
		return p.print(explained(piece, l, s))
	}
	b, err := json.MarshalIndent(legendData(piece, l), "", "  ")
	if err != nil {
		return fmt.Errorf("write the legend: %w", err)
	}
	return p.print(string(b) + "\n")
}

// explained puts a piece into words.
func explained(p *mapping.Piece, l *mapping.Legend, s *mapping.Survey) string {
	h := &p.Header
	var b strings.Builder
	b.WriteString(h.Title + "\n")
	if h.About != "" {
		b.WriteString(wrapped("", "", h.About))
	}
	fmt.Fprintf(&b, "%s, %s, %s, level %s, seed %d\n", h.Key, h.Meter, h.Tempo, h.Level, h.Seed)
	if len(p.Sources) > 0 {
		b.WriteString("\nSources\n")
		for _, s := range p.Sources {
			fmt.Fprintf(&b, "  %s: %s, %s\n", s.Name, s.Kind, pacing(s.Pace))
			if len(s.Door.Keep) > 0 {
				b.WriteString(wrapped("    ", "    ", "passes the door: "+strings.Join(s.Door.Keep, ", ")))
			}
			if len(s.Door.Hash) > 0 {
				b.WriteString(wrapped("    ", "    ", "passes as a hash: "+strings.Join(s.Door.Hash, ", ")))
			}
			if s.Door.AtLeast > 0 {
				of := "events"
				if s.Door.Members != "" {
					of = "different " + s.Door.Members
				}
				b.WriteString(wrapped("    ", "    ", fmt.Sprintf("passes for groups of at least %d %s: %s", s.Door.AtLeast, of, strings.Join(s.Door.Group, ", "))))
			}
		}
		if s != nil {
			rest := ""
			if !s.Whole {
				rest = " (the beginning of it)"
			}
			b.WriteString(wrapped("  ", "    ", fmt.Sprintf("looked through: %s, %s of music%s", plural(s.Events, "event"), clock(s.Length), rest)))
		}
	}
	entries(&b, l, "What events play (* carries a value that can be heard back)", mapping.LegendRule)
	entries(&b, l, "Signals: numbers that live between events", mapping.LegendSignal)
	entries(&b, l, "What plays by itself", mapping.LegendPattern)
	measures(&b, h, l)
	controls(&b, h)
	entries(&b, l, "Sections", mapping.LegendSection)
	board(&b, p)
	if l.Idle != "" {
		b.WriteString("\nWhen the data stops\n")
		b.WriteString(wrapped("    ", "      ", l.Idle))
	}
	if len(h.Voices) > 0 {
		b.WriteString("\nVoices\n")
		for _, v := range h.Voices {
			b.WriteString(wrapped("    ", "      ", voiceWords(v)))
		}
	}
	return b.String()
}

// entries lists what a legend says of one kind of thing.
func entries(b *strings.Builder, l *mapping.Legend, title string, kind mapping.LegendKind) {
	first := true
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Kind != kind {
			continue
		}
		if first {
			fmt.Fprintf(b, "\n%s\n", title)
			first = false
		}
		mark := "  "
		if kind == mapping.LegendRule && e.From != "" {
			mark = "* "
		}
		b.WriteString(wrapped("  "+mark, "      ", headline(e)))
		if kind == mapping.LegendRule || kind == mapping.LegendSignal {
			b.WriteString(wrapped("      ", "        ", e.Words))
		}
		if line := soundLine(e); line != "" {
			b.WriteString(wrapped("      ", "        ", line))
		}
	}
}

// headline is the first line of an entry: its name, what it is and how often.
func headline(e *mapping.LegendEntry) string {
	text := e.Name + ":"
	switch {
	case e.Kind == mapping.LegendRule:
		text += " " + e.On
		if e.Doc != "" {
			text += ", " + e.Doc
		}
	case e.Kind == mapping.LegendSignal:
		if text = e.Name; e.Doc != "" {
			text += ": " + e.Doc
		}
		text += " (" + e.Domain + ")"
	default:
		text += " " + e.Words
	}
	switch {
	case e.Times == 0:
		text += " (not in this data)"
	case e.Times == 1:
		text += " (once)"
	case e.Times > 1:
		text += fmt.Sprintf(" (%s times)", count(e.Times))
	}
	return text
}

// soundLine says what the samples of an entry are, "" if there is nothing to add.
func soundLine(e *mapping.LegendEntry) string {
	var parts []string
	for _, s := range e.Samples {
		_, text, ok := strings.Cut(s.Caption, ": ")
		if !ok || e.From == "" || s.Which == "typical" && same(s.Value, e.Samples[0].Value, e.Samples[len(e.Samples)-1].Value) {
			continue
		}
		if value, word, ok := strings.Cut(text, ", "); ok {
			text = value + " (" + word + ")"
		}
		if e.Carrier == "pitch" && e.Kind == mapping.LegendRule && len(s.Passage.Notes) > 0 {
			text += " is " + s.Passage.Notes[0].Pitch.String()
		}
		parts = append(parts, text)
	}
	if e.Kind == mapping.LegendPattern {
		return ""
	}
	return strings.Join(parts, "; ")
}

// same reports whether v is one of the others. What is missing is like nothing.
func same(v sonify.Value, others ...sonify.Value) bool {
	return !v.IsMissing() && slices.Contains(others, v)
}

// measures lists the ticks and reference tones: what plays by itself and is no
// pattern.
func measures(b *strings.Builder, h *sonify.Header, l *mapping.Legend) {
	first := true
	for i, m := range h.Makers {
		if m.Kind != sonify.MakerPattern || slices.ContainsFunc(l.Entries, func(e mapping.LegendEntry) bool { return e.Maker == i }) {
			continue
		}
		if first {
			b.WriteString("\nWhat to measure by\n")
			first = false
		}
		b.WriteString(wrapped("    ", "      ", m.Says))
	}
}

// controls lists what moves the sounds of the voices.
func controls(b *strings.Builder, h *sonify.Header) {
	first := true
	for _, m := range h.Makers {
		if m.Kind != sonify.MakerControl {
			continue
		}
		if first {
			b.WriteString("\nWhat moves the sounds\n")
			first = false
		}
		b.WriteString(wrapped("    ", "      ", m.Name+": "+strings.TrimSpace(strings.TrimPrefix(m.Says, string(m.Kind)+" "+m.Name))))
	}
}

// board tells what stands on the board.
func board(b *strings.Builder, p *mapping.Piece) {
	t := p.Header.Board
	if t == nil {
		return
	}
	b.WriteString("\nOn the board\n")
	if t.Doc != "" {
		b.WriteString(wrapped("    ", "      ", t.Doc))
	}
	for i, says := range p.BoardSays() {
		head := t.Columns[i%len(t.Columns)]
		if says == "" {
			continue
		}
		if head != "" {
			head += ", "
		}
		b.WriteString(wrapped("    ", "      ", fmt.Sprintf("%srow %d: %s", head, i/len(t.Columns)+1, says)))
	}
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
