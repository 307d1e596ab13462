package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/safefile"
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
  file:PATH     a .wav, or such samples in a .raw or in a pipe with a name; when the
                disk is full what was written is kept, the rest goes to another file
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
		if rest == "" {
			return nil, "", usagef("--output %s: name the file, as in --output file:take.wav", value)
		}
		if err := soundFile(rest); err != nil {
			return nil, "", usagef("--output %s: %w", value, err)
		}
		if err := writable(rest); err != nil {
			return nil, "", &outputError{err}
		}
		return aloud.File(rest), rest, nil
	}
	return nil, "", usagef("--output %s: there are %s, exec:COMMAND and file:PATH%s", value, strings.Join(outputNames, ", "),
		near(value, outputNames))
}

// soundFile refuses a name that promises another kind of file than what is written. A
// pipe or a device may have any name.
func soundFile(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case "", ".wav", ".raw", ".pcm":
		return nil
	default:
		return fmt.Errorf("%s is not written: there are .wav and .raw; a program writes others, such as --output \"exec:ffmpeg -f s16le -ar 48000 -ac 2 -i - take%s\"", ext, ext)
	}
}

// unfinished says which hidden files earlier recordings under the name path left because
// they were killed; "" if there are none. Nothing is done to them: one may be written just
// now, and all can be played.
func unfinished(path string) string {
	left := safefile.Partials(path)
	if len(left) == 0 {
		return ""
	}
	var size int64
	for _, p := range left {
		if info, err := os.Stat(p); err == nil {
			size += info.Size()
		}
	}
	ext := filepath.Ext(path)
	if len(left) == 1 {
		return fmt.Sprintf("%s is left of a run that was killed (%d kB): called %s it can be played; what nobody wants can be deleted", left[0], (size+999)/1000, safefile.Free(strings.TrimSuffix(path, ext)+"-killed"+ext))
	}
	return fmt.Sprintf("%d hidden files such as %s are left of runs that were killed (%d kB): called something%s they can be played; what nobody wants can be deleted", len(left), left[0], (size+999)/1000, ext)
}

// near is what stands behind a list of names that were expected: the one that was
// meant, if that can be guessed.
func near(name string, names []string) string {
	if n := sonify.Nearest(name, names); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
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
