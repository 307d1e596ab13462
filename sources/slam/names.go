package slam

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/input"
	"proscenium/sources/internal/table"
	"proscenium/sources/internal/tennis"
)

// entry is what a list of matches says about one of them.
type entry struct {
	players [2]string
	status  string
	winner  int
}

// maxMatches bounds a list of matches.
const maxMatches = 100_000

// readNames reads the list of matches that the piece names, or the one that lies
// beside the points. A list that lies there and is none is not an error.
func (s *source) readNames(ctx context.Context) (map[string]entry, error) {
	paths := []string{s.c.Matches}
	if s.c.Matches == "" {
		paths = beside(s.c.Path)
	}
	for _, p := range paths {
		if s.c.Matches == "" {
			if _, err := os.Stat(input.Resolve(s.env, p)); errors.Is(err, fs.ErrNotExist) {
				continue
			}
		}
		in, err := input.Open(ctx, s.env, p)
		if err == nil {
			var names map[string]entry
			names, err = readNames(in)
			in.Close()
			if err == nil {
				return names, nil
			}
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if s.c.Matches != "" {
			return nil, input.Fail(ctx, "slam", p, 0, err)
		}
		s.env.Tally.Add(sonify.Skipped, "list of matches beside the points, not readable", 0)
	}
	return nil, nil
}

// beside returns where the list of matches of a file of points may lie: X-points
// has X-matches, and 2013-usopen-1701-points also 2013-usopen-matches.
func beside(path string) []string {
	dir, base := filepath.Split(path)
	i := strings.Index(base, "-points")
	if i < 0 {
		return nil
	}
	head, tail := base[:i], base[i+len("-points"):]
	paths := []string{filepath.Join(dir, head+"-matches"+tail)}
	if parts := strings.SplitN(head, "-", 3); len(parts) == 3 {
		paths = append(paths, filepath.Join(dir, parts[0]+"-"+parts[1]+"-matches"+tail))
	}
	return paths
}

// readNames reads a list of matches.
func readNames(in io.Reader) (map[string]entry, error) {
	text, err := input.Text(in, input.Auto, 64<<10)
	if err != nil {
		return nil, err
	}
	rows := table.NewReader(text)
	rows.Separator = rows.Sniff()
	head, err := rows.Read()
	if err == io.EOF {
		return nil, permanent("the file is empty: a row of headings was expected")
	}
	if err != nil {
		return nil, &sonify.Permanent{Err: err}
	}
	at := columns(head)
	if !has(at, "match_id") || !has(at, "player1") {
		return nil, permanent("no list of matches: columns match_id, player1 and player2 were expected")
	}
	get := func(cells []string, name string) string {
		i, ok := at[name]
		if !ok {
			return ""
		}
		return strings.TrimSpace(cell(cells, i))
	}
	names := make(map[string]entry)
	for {
		cells, err := rows.Read()
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, &sonify.Permanent{Err: fmt.Errorf("line %d: %w", rows.Line, err)}
		}
		id := get(cells, "match_id")
		if id == "" || len(names) >= maxMatches {
			continue
		}
		e := entry{status: get(cells, "status")}
		for i, n := range [2]string{"1", "2"} {
			e.players[i] = get(cells, "player"+n)
			if p := get(cells, "partner"+n); p != "" && e.players[i] != "" {
				e.players[i] += " / " + p
			}
		}
		switch get(cells, "winner") {
		case "1":
			e.winner = 1
		case "2":
			e.winner = 2
		}
		names[id] = e
	}
}

// meaning reads a match id such as 2013-usopen-1701: the year, the tournament,
// and in the number's first digit the event (1 men, 2 women, 3 and 4 their
// doubles, 5 mixed doubles; some years have letters: MS, WS, MD, WD, XD).
func meaning(id string) (year int, slam string, c tennis.Category) {
	parts := strings.Split(id, "-")
	if len(parts) < 3 {
		return 0, "", tennis.AnyCategory
	}
	if y := parts[0]; len(y) == 4 {
		year = yearOf(y)
	}
	slam = slamOf(parts[1])
	num := strings.ToUpper(parts[2])
	if num == "" {
		return year, slam, c
	}
	switch {
	case num[0] == '1', strings.HasPrefix(num, "MS"), strings.HasPrefix(num, "SM"):
		c = tennis.Men
	case num[0] == '2', strings.HasPrefix(num, "WS"), strings.HasPrefix(num, "SD"):
		c = tennis.Women
	case num[0] == '3', strings.HasPrefix(num, "MD"), strings.HasPrefix(num, "DM"):
		c = tennis.MenDoubles
	case num[0] == '4', strings.HasPrefix(num, "WD"), strings.HasPrefix(num, "DD"):
		c = tennis.WomenDoubles
	case num[0] == '5', strings.HasPrefix(num, "XD"), strings.HasPrefix(num, "DX"), strings.HasPrefix(num, "MX"):
		c = tennis.Mixed
	}
	return year, slam, c
}

// slamOf returns which of the four tournaments a name means, in any of its
// spellings, or "".
func slamOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' {
			b.WriteRune(r)
		}
	}
	for _, s := range []struct{ part, slam string }{
		{"usopen", "usopen"}, {"wimbledon", "wimbledon"},
		{"ausopen", "ausopen"}, {"australianopen", "ausopen"},
		{"frenchopen", "frenchopen"}, {"rolandgarros", "frenchopen"},
	} {
		if strings.Contains(b.String(), s.part) {
			return s.slam
		}
	}
	return ""
}

// yearOf returns the year in a date such as "2014", "08 Sep 14" or "2014-09-08",
// 0 if there is none. Two digits are of this century.
func yearOf(date string) int {
	year := 0
	for _, f := range strings.FieldsFunc(date, func(r rune) bool { return r < '0' || r > '9' }) {
		switch n := small([]string{f}, 0); {
		case len(f) == 4 && n >= 1877 && n < 2200:
			return n
		case len(f) == 2:
			year = 2000 + n // the last of them
		}
	}
	return year
}
