package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	aloud "proscenium/sonify/speaker"
	"proscenium/sonify/speaker/card"

	"github.com/spf13/cobra"
)

// outputHelp describes the values of --output.
const outputHelp = `  auto          a PulseAudio or PipeWire server if there is one, else the sound card
  oto           the system's sound card: on Linux by PulseAudio, PipeWire or ALSA
  pulse         a PulseAudio or PipeWire server, without any library of the system
  exec:COMMAND  a program that reads samples: 16 bits, little-endian, stereo, 48 kHz,
                such as exec:aplay -q -t raw -f S16_LE -c 2 -r 48000 -
  file:PATH     a .wav, or such samples in a file or in a pipe with a name
  null          nothing: it counts, and plays nothing
`

// outputNames are the values of --output that are whole ones.
var outputNames = []string{"auto", "oto", "pulse", "null"}

// parseOutput reads a value of --output. named is how people call the device.
// latency is how much sound a sound card is to hold.
func parseOutput(value string, latency time.Duration) (open func() (aloud.Device, error), named string, err error) {
	kind, rest, with := strings.Cut(value, ":")
	switch {
	case value == "auto":
		return cardDevice("auto", latency), "the sound card", nil
	case value == "oto":
		return cardDevice("oto", latency), "the sound card", nil
	case value == "pulse":
		return cardDevice("pulse", latency), "the PulseAudio server", nil
	case value == "null":
		return aloud.Null(), "the output that plays nothing", nil
	case kind == "exec" && with:
		if strings.TrimSpace(rest) == "" {
			return nil, "", usagef("--output %s: name the program, as in --output \"exec:aplay -q -t raw -f S16_LE -c 2 -r 48000 -\"", value)
		}
		return aloud.Program(func() *exec.Cmd { return shell(rest) }, aloud.Plain), "the program of --output", nil
	case kind == "file" && with:
		if err := writable(rest); err != nil {
			return nil, "", &outputError{err}
		}
		return aloud.File(rest), rest, nil
	}
	return nil, "", usagef("--output %s: there are %s, exec:COMMAND and file:PATH%s", value, strings.Join(outputNames, ", "),
		hint(sonify.DidYouMean(value, outputNames)))
}

// shell returns the command that carries out a line as a person would type it.
func shell(line string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.Command("cmd", "/c", line)
	}
	return exec.Command("sh", "-c", line)
}

// cardDevice returns what opens a sound card in a process of its own, which is this
// program again.
func cardDevice(kind string, latency time.Duration) func() (aloud.Device, error) {
	return func() (aloud.Device, error) {
		self, err := os.Executable()
		if err != nil { // a container without /proc
			if self, err = exec.LookPath(os.Args[0]); err != nil {
				return nil, fmt.Errorf("this program does not find itself: %w", err)
			}
		}
		return aloud.Program(func() *exec.Cmd {
			c := exec.Command(self, cardCommandName, kind, latency.String())
			c.Args[0] = "proscenium"
			return c
		}, aloud.Reported)()
	}
}

const cardCommandName = "sound-card"

// cardCommand is what cardDevice starts. It is not for people.
func (p *program) cardCommand() *cobra.Command {
	return &cobra.Command{
		Use:    cardCommandName + " KIND LATENCY",
		Hidden: true,
		Args:   arguments(2, 2, "a kind of sound card, and how much sound it is to hold"),
		RunE: func(c *cobra.Command, args []string) error {
			latency, err := time.ParseDuration(args[1])
			if err != nil {
				return usagef("%s: %w", cardCommandName, err)
			}
			if err := card.Play(args[0], latency, p.in, p.out); err != nil {
				fmt.Fprintf(p.say.w, "%s%v\n", aloud.Complaint, err)
				return errSaid
			}
			return nil
		},
	}
}

// outputFlag adds --output.
func outputFlag(c *cobra.Command, value *string) {
	c.Flags().StringVar(value, "output", "auto", "what plays it: auto, oto, pulse, exec:COMMAND, file:PATH, null")
	c.RegisterFlagCompletionFunc("output", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return append(slices.Clone(outputNames), "exec:", "file:"), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
}
