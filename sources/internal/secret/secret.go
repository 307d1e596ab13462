// Package secret gets passwords and keys from where they are kept: a piece names
// the place and never holds the secret itself, so it can be shown, shared and
// written into a log.
//
//	token = "env:GITHUB_TOKEN"     a variable of the program's environment
//	token = "file:token.txt"       the first line of a file, from the piece's folder on
//	token = "cred:github"          a credential that systemd hands the service
package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"proscenium/sonify"
)

// Limit is how long a secret may be, in bytes.
const Limit = 64 << 10

// split cuts a reference into the kind of place and the place.
func split(text string) (kind, name string, ok bool) {
	kind, name, found := strings.Cut(text, ":")
	if !found || name == "" {
		return "", "", false
	}
	switch kind {
	case "env", "file", "cred":
		return kind, name, true
	}
	return "", "", false
}

// Check adds a mistake about key if text is no reference to a secret. An empty
// text is none, and no mistake. What the text says is not repeated: it may be the
// secret.
func Check(ps *sonify.Problems, key, text string) {
	if text == "" {
		return
	}
	kind, name, ok := split(text)
	variable := strings.ToUpper(key[strings.LastIndexByte(key, '.')+1:])
	if i := strings.IndexByte(variable, '['); i > 0 {
		variable = variable[:i]
	}
	switch {
	case !ok:
		ps.Add(key, fmt.Sprintf(`write %s = "env:%s" and set that variable, or "file:PATH" for a file that holds it`, key, variable),
			"a secret does not stand in a piece, only where it is kept")
	case kind == "env" && (strings.ContainsFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) || unicode.IsDigit(rune(name[0]))):
		ps.Add(key, fmt.Sprintf(`for example "env:%s"`, variable), "this is no name of an environment variable: letters, digits and underscores were expected")
	case kind == "cred" && (strings.ContainsAny(name, `/\`) || name == "." || name == ".."):
		ps.Add(key, `for example "cred:token"`, "this is no name of a credential: a name without slashes was expected")
	}
}

// Read returns the secret that text refers to, without the blanks and the end of
// line around it; "" for an empty text. It is called by Run, not before. Its errors
// are sonify.Permanent and name the place, never what is in it.
func Read(env sonify.SourceEnv, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	kind, name, ok := split(text)
	if !ok {
		return "", permanent(`a secret is written "env:NAME", "file:PATH" or "cred:NAME"`)
	}
	switch kind {
	case "env":
		v, set := os.LookupEnv(name)
		if v = strings.TrimSpace(v); v == "" {
			if set {
				return "", permanent("the environment variable %s is empty", name)
			}
			return "", permanent("the environment variable %s is not set", name)
		}
		return v, nil
	case "cred":
		dir := os.Getenv("CREDENTIALS_DIRECTORY")
		if dir == "" {
			return "", permanent("there are no credentials here: the service manager gives none (LoadCredential=%s:PATH)", name)
		}
		return file(filepath.Join(dir, filepath.Base(name)), "credential "+name)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.Dir, path)
	}
	return file(path, "file "+path)
}

func file(path, what string) (string, error) {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", permanent("there is no %s", what)
	case err == nil && !st.Mode().IsRegular():
		return "", permanent("%s is no ordinary file", what)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", permanent("%s: %w", what, cause(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, Limit+1))
	if err != nil {
		return "", permanent("%s: %w", what, cause(err))
	}
	if len(b) > Limit {
		return "", permanent("%s is too long for a secret: %d KiB at most were expected", what, Limit>>10)
	}
	v := strings.TrimSpace(string(b))
	if v == "" {
		return "", permanent("%s is empty", what)
	}
	return v, nil
}

// cause is err without the path, which the message has already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}

// Scrub returns err without the given secrets: wherever its text holds one, a
// stranger's library for example, "[secret]" stands instead. Secrets of fewer than
// four bytes are left: they would take words apart. What err is (Permanent,
// RetryAfter, the cause of a context) it stays.
func Scrub(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	clean := Clean(text, secrets...)
	if clean == text {
		return err
	}
	return &scrubbed{clean, err}
}

// Clean does to a text what [Scrub] does to an error.
func Clean(text string, secrets ...string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	return text
}

// scrubbed is an error with another text. It can be asked what it is by errors.Is
// and errors.As, but is only what it was if that gives nothing away: a type that
// the program itself looks for.
type scrubbed struct {
	text string
	err  error
}

func (e *scrubbed) Error() string        { return e.text }
func (e *scrubbed) Is(target error) bool { return errors.Is(e.err, target) }

// As finds the errors that say what is to be done, with the scrubbed text.
func (e *scrubbed) As(target any) bool {
	switch t := target.(type) {
	case **sonify.Permanent:
		var p *sonify.Permanent
		if !errors.As(e.err, &p) {
			return false
		}
		*t = &sonify.Permanent{Err: errors.New(e.text)}
		return true
	case **sonify.RetryAfter:
		var r *sonify.RetryAfter
		if !errors.As(e.err, &r) {
			return false
		}
		*t = &sonify.RetryAfter{Err: errors.New(e.text), Wait: r.Wait}
		return true
	}
	return false
}

// Refers reports whether a text is a reference to a secret. It is for keys that may
// hold either, such as the name to log in with.
func Refers(text string) bool {
	_, _, ok := split(text)
	return ok
}
