package openfootball

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"proscenium/sonify"
	"proscenium/sources/internal/football"
)

// Bounds of what is read. The longest championship has 104 matches, a whole
// league 380.
const (
	maxBytes   = 32 << 20
	maxMatches = 20_000
	maxMatch   = 256 << 10 // bytes of one
)

// The layouts of the archive. Everything is optional, and a value of the wrong
// type is a missing one: text and number are told apart by each type itself.
type (
	rawRound struct {
		Name    text              `json:"name"`
		Matches []json.RawMessage `json:"matches"`
	}
	rawMatch struct {
		Round  text     `json:"round"`
		Num    count    `json:"num"`
		Date   text     `json:"date"`
		Time   text     `json:"time"`
		Team1  text     `json:"team1"`
		Team2  text     `json:"team2"`
		Score  rawScore `json:"score"`
		Goals1 goals    `json:"goals1"`
		Goals2 goals    `json:"goals2"`
		Group  text     `json:"group"`
		Ground text     `json:"ground"`
		Status text     `json:"status"`

		// The layout until 2018: a list of rounds, a key for each number.
		Stadium text  `json:"stadium"`
		FT1     count `json:"score1"`
		FT2     count `json:"score2"`
		HT1     count `json:"score1i"`
		HT2     count `json:"score2i"`
		ET1     count `json:"score1et"`
		ET2     count `json:"score2et"`
		P1      count `json:"score1p"`
		P2      count `json:"score2p"`
	}
	rawScore struct{ FT, HT, ET, P pair }
	rawGoal  struct {
		Name    text   `json:"name"`
		Minute  minute `json:"minute"`
		Offset  count  `json:"offset"`
		OwnGoal yes    `json:"owngoal"`
		Penalty yes    `json:"penalty"`
	}
)

// text is a text, or the name of something that has one.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(strings.TrimSpace(s))
		return nil
	}
	var named struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(b, &named) == nil {
		*t = text(strings.TrimSpace(named.Name))
	}
	return nil
}

// count is a whole number from 0 to 999, as a number or as a text, and known
// only if it is one.
type count struct {
	n     int
	known bool
}

func (c *count) UnmarshalJSON(b []byte) error {
	n, ok := small(strings.Trim(string(b), `" `))
	*c = count{n, ok}
	return nil
}

func small(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= 999 && s[0] != '+' && s[0] != '-'
}

// minute is when a goal fell: 29, "29", "90+4", "90+4'".
type minute struct {
	at, extra count
}

func (m *minute) UnmarshalJSON(b []byte) error {
	*m = minute{}
	at, extra, both := strings.Cut(strings.Trim(string(b), `"' `), "+")
	at, extra = strings.Trim(at, "' "), strings.Trim(extra, "' ")
	if n, ok := small(at); ok && n > 0 {
		m.at = count{n, true}
		if e, ok := small(extra); both && ok {
			m.extra = count{e, true}
		}
	}
	return nil
}

// yes is true for true, 1 and "true".
type yes bool

func (y *yes) UnmarshalJSON(b []byte) error {
	switch strings.Trim(string(b), `"`) {
	case "true", "1", "yes":
		*y = true
	}
	return nil
}

// pair is a score of both sides.
type pair football.Pair

func (p *pair) UnmarshalJSON(b []byte) error {
	var two []count
	*p = pair{}
	if json.Unmarshal(b, &two) == nil && len(two) == 2 && two[0].known && two[1].known {
		*p = pair{[2]int{two[0].n, two[1].n}, true}
	}
	return nil
}

func (s *rawScore) UnmarshalJSON(b []byte) error {
	var o struct {
		FT pair `json:"ft"`
		HT pair `json:"ht"`
		ET pair `json:"et"`
		P  pair `json:"p"`
	}
	*s = rawScore{}
	if json.Unmarshal(b, &o) == nil {
		*s = rawScore(o)
		return nil
	}
	var ft pair // "score": [2, 1]
	if json.Unmarshal(b, &ft) == nil {
		s.FT = ft
	}
	return nil
}

// goals is a list of goals; anything else is an empty one.
type goals []rawGoal

func (g *goals) UnmarshalJSON(b []byte) error {
	var list []rawGoal
	*g = nil
	if json.Unmarshal(b, &list) == nil {
		*g = list
	}
	return nil
}

// scores returns the scores of m, wherever it has them.
func (m *rawMatch) scores() rawScore {
	s := m.Score
	for _, k := range []struct {
		to   *pair
		a, b count
	}{{&s.FT, m.FT1, m.FT2}, {&s.HT, m.HT1, m.HT2}, {&s.ET, m.ET1, m.ET2}, {&s.P, m.P1, m.P2}} {
		if !k.to.Known && k.a.known && k.b.known {
			*k.to = pair{[2]int{k.a.n, k.b.n}, true}
		}
	}
	return s
}

// lines finds the line of a place in a text; places must not go back.
type lines struct {
	text []byte
	at   int
	line int64
}

func (l *lines) of(offset int64) int64 {
	to := min(max(int(offset), l.at), len(l.text))
	l.line += int64(bytes.Count(l.text[l.at:to], []byte("\n")))
	l.at = to
	return l.line + 1
}

// read reads every match of a championship. With an error comes the line of it, 0
// if it is about the whole.
func read(ctx context.Context, in *bufio.Reader, tally *sonify.Tally) (ms []*match, line int64, err error) {
	b, err := io.ReadAll(io.LimitReader(in, maxBytes+1))
	if err != nil {
		return nil, 0, err
	}
	if len(b) > maxBytes {
		return nil, 0, permanent("there are more than %d MiB of it: one championship was expected", maxBytes>>20)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, 0, permanent(`the file is empty: an object with "matches" was expected`)
	}
	p := &parser{ctx: ctx, d: json.NewDecoder(bytes.NewReader(b)), l: &lines{text: b}, tally: tally}
	err = p.file()
	if err == nil && !p.found {
		err = permanent(`no championship of openfootball: an object with "matches" or "rounds" was expected`)
	}
	if err != nil {
		var s *json.SyntaxError
		at := p.d.InputOffset()
		if errors.As(err, &s) {
			at = s.Offset
		}
		line = p.l.of(at)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the file is cut off")
		}
		var perm *sonify.Permanent
		if !errors.As(err, &perm) {
			err = &sonify.Permanent{Err: fmt.Errorf("no JSON of a championship: %w", err)}
		}
		return nil, line, err
	}
	settle(p.name, p.ms)
	return p.ms, 0, nil
}

type parser struct {
	ctx   context.Context
	d     *json.Decoder
	l     *lines
	tally *sonify.Tally
	name  string
	ms    []*match
	found bool
}

// file reads the object around everything.
func (p *parser) file() error {
	t, err := p.d.Token()
	if err != nil {
		return err
	}
	if t == json.Delim('[') { // the matches alone
		p.found = true
		return p.list("")
	}
	if t != json.Delim('{') {
		return permanent(`no championship of openfootball: an object with "matches" was expected, %.20v was found`, t)
	}
	for p.d.More() {
		key, err := p.d.Token()
		if err != nil {
			return err
		}
		switch key {
		case "name":
			var n text
			if err := p.d.Decode(&n); err != nil {
				return err
			}
			p.name = string(n)
		case "matches", "rounds":
			t, err := p.d.Token()
			if err != nil {
				return err
			}
			if t != json.Delim('[') {
				return permanent("%q is no list", key)
			}
			p.found = true
			if err := p.list(key.(string)); err != nil {
				return err
			}
		default:
			var skip json.RawMessage
			if err := p.d.Decode(&skip); err != nil {
				return err
			}
		}
	}
	_, err = p.d.Token()
	return err
}

// list reads the elements of a list and its end: matches, or rounds of them.
func (p *parser) list(of string) error {
	for p.d.More() {
		var raw json.RawMessage
		line := p.next()
		if err := p.d.Decode(&raw); err != nil {
			return err
		}
		if of != "rounds" {
			if err := p.match(raw, "", line); err != nil {
				return err
			}
			continue
		}
		var r rawRound
		if json.Unmarshal(raw, &r) != nil {
			p.tally.Add(sonify.Skipped, "round that is no object", line)
			continue
		}
		for _, m := range r.Matches {
			if err := p.match(m, string(r.Name), line); err != nil {
				return err
			}
		}
	}
	_, err := p.d.Token()
	return err
}

// next returns the line of the element that comes next.
func (p *parser) next() int64 {
	at := int(p.d.InputOffset())
	for at < len(p.l.text) && strings.IndexByte(" \t\r\n,", p.l.text[at]) >= 0 {
		at++
	}
	return p.l.of(int64(at))
}

func (p *parser) match(raw []byte, round string, line int64) error {
	if p.ctx.Err() != nil {
		return context.Cause(p.ctx)
	}
	if len(raw) > maxMatch {
		p.tally.Add(sonify.Skipped, "match of more than 256 KiB", line)
		return nil
	}
	var m rawMatch
	if json.Unmarshal(raw, &m) != nil {
		p.tally.Add(sonify.Skipped, "match that is no object", line)
		return nil
	}
	if len(p.ms) >= maxMatches {
		return permanent("there are more than %d matches in it", maxMatches)
	}
	if m.Round == "" {
		m.Round = text(round)
	}
	p.ms = append(p.ms, newMatch(&m, line))
	return nil
}

func permanent(format string, args ...any) error {
	return &sonify.Permanent{Err: fmt.Errorf(format, args...)}
}
