package grammar

import (
	"fmt"
	"strconv"
	"strings"
)

// step is one part of a path: a key, or the number of an element.
type step struct {
	name  string
	index bool // written as [2]: never a key
}

// number returns the element that s names, if it can be one.
func (s step) number() (int, bool) {
	if len(s.name) > 9 {
		return 0, false
	}
	i, err := strconv.ParseUint(s.name, 10, 31)
	return int(i), err == nil
}

// String writes s as it stands in a path.
func (s step) String() string {
	if s.index {
		return "[" + s.name + "]"
	}
	return quoteKey(s.name)
}

// nextStep cuts the first step off a path. Keys may be quoted as in TOML; an
// element is [2], or a number after a dot.
func nextStep(path string) (s step, rest string, err error) {
	switch path[0] {
	case '[':
		end := strings.IndexByte(path, ']')
		if end < 0 {
			return s, "", fmt.Errorf("%s lacks its ]", path)
		}
		s = step{name: path[1:end], index: true}
		if _, ok := s.number(); !ok {
			return s, "", fmt.Errorf("%q is no number of an element", s.name)
		}
		rest = path[end+1:]
	case '"', '\'':
		end := 1
		for end < len(path) && path[end] != path[0] {
			if path[0] == '"' && path[end] == '\\' {
				end++
			}
			end++
		}
		if end >= len(path) {
			return s, "", fmt.Errorf("%s lacks its closing quote", path)
		}
		s.name, rest = path[1:end], path[end+1:]
		if path[0] == '"' {
			if s.name, err = strconv.Unquote(path[:end+1]); err != nil {
				return s, "", fmt.Errorf("%s is no quoted key", path[:end+1])
			}
		}
	default:
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		if end == 0 {
			return s, "", fmt.Errorf("a key is missing before %q", path)
		}
		s.name, rest = path[:end], path[end:]
	}
	switch {
	case rest == "" || rest[0] == '[':
		return s, rest, nil
	case rest[0] == '.' && len(rest) > 1 && rest[1] != '[':
		return s, rest[1:], nil
	}
	return s, "", fmt.Errorf("a key is missing after %q", path[:len(path)-len(rest)])
}

// quoteKey writes a key as TOML does.
func quoteKey(k string) string {
	for i := 0; i < len(k); i++ {
		c := k[i]
		if !(c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return strconv.Quote(k)
		}
	}
	if k == "" {
		return `""`
	}
	return k
}
