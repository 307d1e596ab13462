// Package exec is the source that runs a program and hears what it prints: the way to
// feeds that no source here speaks, in any language. README.md has the contract.
package exec

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/leaves"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/secret"
)

//go:embed sample.toml
var head string

// Config is what a piece says about a program.
type Config struct {
	Command []string          `toml:"command" doc:"the program and its arguments; one with a slash is looked for from the piece's folder on, others in PATH" required:"true" example:"[\"python3\", \"feed.py\"]"`
	Env     []string          `toml:"env" doc:"variables of this program's environment that it gets, beside PATH" example:"[\"HOME\", \"LANG\"]"`
	Set     map[string]string `toml:"set" doc:"further variables that it gets" example:"{ REGION = \"north\" }"`
	Secrets map[string]string `toml:"secrets" doc:"further variables that hold secrets, and where those are kept" example:"{ API_TOKEN = \"file:token.txt\" }"`
	Place   string            `toml:"place" doc:"the field that says where to go on; the program gets the last that was heard as PROSCENIUM_PLACE" default:"" example:"cursor"`
	// Format hides decode.Config's: what a program says in between (starting..., ready) is
	// no message.
	Format string `toml:"format" doc:"what the lines are: JSON, unless it says otherwise; auto takes JSON or text by the first byte of each, csv needs columns; a text without a pattern is one field, text" default:"json" enum:"json|auto|jsonl|csv|xml|text" instead:"ndjson=json|regexp=text|tsv=csv"`
	decode.Config
}

// sample is the sample of the shared keys, with the format that lines of a program have.
func sample() string {
	return strings.NewReplacer(
		"## What the messages are: auto (JSON, XML or text,", "## What the lines are: json, auto (JSON, XML or text,",
		"says that it is that), json, jsonl (one JSON value a line),", "says that it is that), jsonl (one JSON value a line),",
		`# format = "auto"`, `# format = "json"`).Replace(decode.SampleTOML())
}

// Info describes the source.
func Info() sonify.SourceInfo {
	return sonify.SourceInfo{
		Name: "exec", Doc: "what a program of yours prints, in any language, line by line", Group: "transports", Live: true,
		Sample: head + "\n" + sample(),
		Config: func() any { return &Config{Format: "json", Config: decode.Defaults()} },
		New: func(env sonify.SourceEnv, config any) (sonify.Source, error) {
			c, ok := config.(*Config)
			if !ok {
				return nil, fmt.Errorf("exec: configuration is a %T, an *exec.Config was expected", config)
			}
			return newSource(env, *c)
		},
	}
}

type source struct {
	env sonify.SourceEnv
	c   Config
	dec *decode.Decoder
	at  []string // the way to the field with the place
}

func newSource(env sonify.SourceEnv, c Config) (*source, error) {
	var ps sonify.Problems
	c.Config.Format = c.Format
	if len(c.Command) == 0 || c.Command[0] == "" {
		ps.Add("command", `command = ["python3", "feed.py"]`, "the name of a program is missing")
	}
	variable := func(key, name string) {
		if name == "" || strings.ContainsAny(name, "=\x00 ") {
			ps.Add(key, "", "%q is no name of a variable", name)
		}
	}
	for i, n := range c.Env {
		variable(fmt.Sprintf("env[%d]", i), n)
	}
	for _, n := range slices.Sorted(maps.Keys(c.Set)) {
		variable("set."+n, n)
	}
	for _, n := range slices.Sorted(maps.Keys(c.Secrets)) {
		variable("secrets."+n, n)
		secret.Check(&ps, "secrets."+n, c.Secrets[n])
	}
	if c.Format == "xml" {
		ps.Add("format", "", "a program is heard line by line, and XML has no lines of its own")
	}
	if c.Format == "csv" && len(c.Columns) == 0 {
		ps.Add("columns", `columns = ["time", "level"]`, "the rows that a program prints have no header")
	}
	if c.Config.Check(&ps); ps.Err() != nil {
		return nil, ps
	}
	dec, err := decode.New(env, c.Config)
	if err != nil {
		return nil, err
	}
	s := &source{env: env, c: c, dec: dec}
	if c.Place != "" {
		s.at = strings.Split(c.Place, ".")
	}
	return s, nil
}

// Probe implements [sonify.Prober]: the program must be there. It is not run.
func (s *source) Probe(context.Context) (sonify.Prospect, error) {
	p := s.dec.Prospect()
	if _, err := s.program(); err != nil {
		return p, &sonify.Problem{Key: "command", Msg: err.Error()}
	}
	return p, nil
}

// program returns the path of the program.
func (s *source) program() (string, error) {
	name := s.c.Command[0]
	if strings.ContainsAny(name, `/\`) && !filepath.IsAbs(name) {
		name = filepath.Join(s.env.Dir, name)
		if !filepath.IsAbs(name) {
			// A program is run in the piece's folder, from which its path does not start.
			abs, err := filepath.Abs(name)
			if err != nil {
				return "", err
			}
			name = abs
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		var e *exec.Error
		if errors.As(err, &e) && errors.Is(e.Err, exec.ErrNotFound) {
			return "", fmt.Errorf("there is no program %q", s.c.Command[0])
		}
		return "", fmt.Errorf("the program %q cannot be run: %w", s.c.Command[0], errors.Unwrap(err))
	}
	return path, nil
}

// configured is the exit status (EX_CONFIG) by which a program says that running it
// again cannot help.
const configured = 78

// Run implements [sonify.Source].
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	path, err := s.program()
	if err != nil {
		return &sonify.Permanent{Err: err}
	}
	vars, secrets, err := s.variables()
	if err != nil {
		return err
	}
	cmd := exec.Command(path, s.c.Command[1:]...)
	cmd.Dir, cmd.Env = s.env.Dir, vars
	alone(cmd)
	stdin, err := cmd.StdinPipe() // it ends when we do, however that happens
	if err != nil {
		return err
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	says := &says{env: &s.env, secrets: secrets}
	cmd.Stderr = says
	cmd.WaitDelay = graceful
	if err := cmd.Start(); err != nil {
		return &sonify.Permanent{Err: secret.Scrub(fmt.Errorf("%s: %w", s.c.Command[0], err), secrets...)}
	}
	s.env.Link.Up()
	lines := make(chan line)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(lines)
		s.read(stdout, lines, done)
	})
	err = relay.Run(ctx, lines, s.dec, emit, s.take(emit))
	close(done)
	stdin.Close()
	if err != nil {
		stop(cmd)
	}
	wg.Wait() // its output has ended, or it was stopped
	ended := cmd.Wait()
	says.end()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return s.result(ended, says.last, secrets)
}

// result is what the end of the program means.
func (s *source) result(ended error, last string, secrets []string) error {
	if ended == nil {
		return nil
	}
	if last != "" {
		last = ": " + last
	}
	what := ended.Error()
	var exit *exec.ExitError
	if errors.As(ended, &exit) && exit.ExitCode() >= 0 {
		what = fmt.Sprintf("ended with status %d", exit.ExitCode())
	}
	err := secret.Scrub(fmt.Errorf("%s %s%s", s.c.Command[0], what, last), secrets...)
	if exit != nil && exit.ExitCode() == configured {
		return &sonify.Permanent{Err: err}
	}
	return err
}

// variables returns the program's environment, and the secrets in it.
func (s *source) variables() (vars, secrets []string, err error) {
	for _, name := range append([]string{"PATH"}, s.c.Env...) {
		if v, ok := os.LookupEnv(name); ok {
			vars = append(vars, name+"="+v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.c.Set)) {
		vars = append(vars, name+"="+s.c.Set[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.c.Secrets)) {
		v, err := secret.Read(s.env, s.c.Secrets[name])
		if err != nil {
			return nil, nil, err
		}
		vars, secrets = append(vars, name+"="+v), append(secrets, v)
	}
	vars = append(vars, "PROSCENIUM_SOURCE="+s.env.Name, "PROSCENIUM_PLACE="+s.env.Place.Get())
	return append(vars, system()...), secrets, nil
}

// line is a line of the program's output.
type line struct {
	text   []byte
	number int64
}

// read sends lines on until the output ends or nobody wants them.
func (s *source) read(r io.Reader, out chan<- line, done <-chan struct{}) {
	b := bufio.NewReaderSize(r, 64<<10)
	limit := s.c.MaxRecord << 10
	var text []byte
	for n := int64(1); ; {
		part, err := b.ReadSlice('\n')
		if len(text) <= limit {
			text = append(text, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(text) > limit {
			s.env.Tally.Add(sonify.Skipped, "line too long", n)
		} else if len(bytes.TrimSpace(text)) > 0 {
			select {
			case out <- line{text, n}:
			case <-done:
				return
			}
		}
		text = nil
		n++
		if err != nil {
			return
		}
	}
}

// take decodes one line.
func (s *source) take(emit func(sonify.Event)) func(l line) error {
	finder := leaves.Parser{MaxDepth: 1, MaxLeaves: 1, Note: func(sonify.Fate, string) {}, Missing: func(string) bool { return false }}
	return func(l line) error {
		m := decode.Message{Body: l.text, Line: l.number}
		if s.at != nil {
			if v, ok, err := finder.Find(l.text, s.at); ok && err == nil && finder.Value(v) == nil && len(finder.Leaves) == 1 {
				m.Place = finder.Leaves[0].Raw
			}
		}
		s.env.Link.Count(1, len(l.text))
		return relay.Normalise(&s.env, s.dec, &m, emit)
	}
}

// says takes the program's standard error: each line is said to whoever runs the source,
// so many a minute, without secrets.
type says struct {
	env     *sonify.SourceEnv
	secrets []string

	mu     sync.Mutex
	part   []byte
	last   string
	minute time.Time
	count  int
}

const (
	saidLength = 500 // bytes of a line
	saidMinute = 60  // lines
)

// Write implements [io.Writer].
func (s *says) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(p)
	for len(p) > 0 {
		i := bytes.IndexByte(p, '\n')
		text := p
		if i >= 0 {
			text, p = p[:i], p[i+1:]
		} else {
			p = nil
		}
		if room := 4*saidLength - len(s.part); room > 0 {
			s.part = append(s.part, text[:min(len(text), room)]...)
		}
		if i >= 0 {
			s.line()
		}
	}
	return n, nil
}

// end says what has no end of line.
func (s *says) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line()
}

func (s *says) line() {
	text := strings.TrimSpace(string(s.part))
	s.part = s.part[:0]
	if text == "" {
		return
	}
	text = secret.Clean(text, s.secrets...)
	for len(text) > saidLength || !utf8.ValidString(text) {
		if len(text) > saidLength {
			text = text[:saidLength]
			continue
		}
		text = strings.ToValidUTF8(text, "")
	}
	s.last = text
	if now := time.Now(); now.Sub(s.minute) >= time.Minute {
		if s.count > saidMinute {
			s.env.Tell(fmt.Sprintf("%d lines more", s.count-saidMinute))
		}
		s.minute, s.count = now, 0
	}
	if s.count++; s.count <= saidMinute {
		s.env.Tell(text)
	}
}

// graceful is how long a program that is to stop may take before it is killed.
const graceful = 400 * time.Millisecond

var _ sonify.Prober = (*source)(nil)
