// Package irc speaks enough of the Internet Relay Chat protocol to listen: RFC 1459
// and 2812 with the message tags and capabilities of IRCv3, over TLS, plain TCP or
// WebSocket. It is the engine of the sources irc and twitch_chat.
package irc

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

const (
	// lineLimit is how long a line may be: IRCv3 allows 8191 bytes of tags and 512 of the
	// rest; servers go a little beyond.
	lineLimit = 16 << 10
	// maxParams is RFC 2812's fifteen and room for those who do not count.
	maxParams = 32
	maxTags   = 128
)

// Message is one line, taken apart. Its texts are its own.
type Message struct {
	Tags    []Tag
	Prefix  string // who sent it: a server, or nick!user@host; "" if it does not say
	Command string // "PRIVMSG", "001"; in capital letters
	Params  []string
}

// Tag is one of a message's tags; the value is unescaped, "" if there is none.
type Tag struct{ Key, Value string }

var (
	errEmpty = errors.New("empty line")
	errLine  = errors.New("not a line of IRC")
	errLong  = errors.New("line longer than the limit")
)

// Parse takes a line apart, without its CR LF. What is not UTF-8 becomes U+FFFD.
func Parse(line []byte) (Message, error) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > lineLimit {
		return Message{}, errLong
	}
	s := string(line)
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	if strings.ContainsRune(s, 0) {
		s = strings.ReplaceAll(s, "\x00", "\ufffd")
	}
	var m Message
	if rest, ok := strings.CutPrefix(s, "@"); ok {
		tags, after, _ := strings.Cut(rest, " ")
		m.Tags = parseTags(tags)
		s = after
	}
	s = strings.TrimLeft(s, " ")
	if rest, ok := strings.CutPrefix(s, ":"); ok {
		m.Prefix, s, _ = strings.Cut(rest, " ")
		s = strings.TrimLeft(s, " ")
	}
	m.Command, s, _ = strings.Cut(s, " ")
	if m.Command == "" {
		if len(m.Tags) == 0 && m.Prefix == "" && s == "" {
			return Message{}, errEmpty
		}
		return Message{}, errLine
	}
	for _, c := range []byte(m.Command) {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c < '0' || c > '9' {
				return Message{}, errLine
			}
		}
	}
	m.Command = strings.ToUpper(m.Command)
	for len(m.Params) < maxParams {
		s = strings.TrimLeft(s, " ")
		if s == "" {
			break
		}
		if rest, ok := strings.CutPrefix(s, ":"); ok {
			m.Params = append(m.Params, rest)
			break
		}
		var p string
		p, s, _ = strings.Cut(s, " ")
		m.Params = append(m.Params, p)
	}
	return m, nil
}

// parseTags reads "a=1;b;+c=x\:y".
func parseTags(s string) []Tag {
	var tags []Tag
	for s != "" && len(tags) < maxTags {
		var one string
		one, s, _ = strings.Cut(s, ";")
		key, value, _ := strings.Cut(one, "=")
		if key != "" {
			tags = append(tags, Tag{key, unescape(value)})
		}
	}
	return tags
}

// unescape is IRCv3's: \: is a semicolon, \s a blank, \\ a backslash, \r and \n line
// ends; before anything else, and at the end, a backslash is dropped.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			break
		}
		switch s[i] {
		case ':':
			b.WriteByte(';')
		case 's':
			b.WriteByte(' ')
		case 'r':
			b.WriteByte('\r')
		case 'n':
			b.WriteByte('\n')
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// Tag returns the last value of a tag, as IRCv3 wants it where a key comes twice; ok
// is false if the message does not have it.
func (m *Message) Tag(key string) (value string, ok bool) {
	for i := len(m.Tags) - 1; i >= 0; i-- {
		if m.Tags[i].Key == key {
			return m.Tags[i].Value, true
		}
	}
	return "", false
}

// Nick returns who sent the message, without user and host.
func (m *Message) Nick() string {
	nick, _, _ := strings.Cut(m.Prefix, "!")
	nick, _, _ = strings.Cut(nick, "@")
	return nick
}

// Param returns a parameter, "" if there are not so many.
func (m *Message) Param(i int) string {
	if i < len(m.Params) {
		return m.Params[i]
	}
	return ""
}

// Text returns what a PRIVMSG says; action is true for "/me ...", which comes as
// \x01ACTION ...\x01. Other requests of that form (CTCP) are ctcp.
func (m *Message) Text() (text string, action, ctcp bool) {
	text = m.Param(1)
	rest, ok := strings.CutPrefix(text, "\x01")
	if !ok {
		return text, false, false
	}
	rest = strings.TrimSuffix(rest, "\x01")
	if said, ok := strings.CutPrefix(rest, "ACTION"); ok && (said == "" || said[0] == ' ') {
		return strings.TrimPrefix(said, " "), true, false
	}
	return "", false, true
}
