package hook

// valid reports whether b is one value of JSON (RFC 8259) in which no more than
// maxDepth objects and lists are open at once. It reads every byte once and allocates
// nothing. As encoding/json does, it lets pass texts that are not UTF-8: the decoder
// puts them right.
func valid(b []byte) bool {
	i := afterValue(b, afterBlanks(b, 0), maxDepth)
	return i >= 0 && afterBlanks(b, i) == len(b)
}

// The functions below return where what begins at b[i] is over, -1 if it is not what
// it should be. i may be len(b).

func afterBlanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// afterValue reads a value in which at most room objects and lists are open at once.
func afterValue(b []byte, i, room int) int {
	if i >= len(b) {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		return afterText(b, i)
	case c == '{' || c == '[':
		if room == 0 {
			return -1
		}
		return afterList(b, i, room-1)
	case c == 't':
		return afterWord(b, i, "true")
	case c == 'f':
		return afterWord(b, i, "false")
	case c == 'n':
		return afterWord(b, i, "null")
	}
	return afterNumber(b, i)
}

// afterList reads an object or a list.
func afterList(b []byte, i, room int) int {
	object, end := b[i] == '{', b[i]+2 // of '{' it is '}', of '[' it is ']'
	i = afterBlanks(b, i+1)
	if i < len(b) && b[i] == end {
		return i + 1
	}
	for {
		if object {
			if i >= len(b) || b[i] != '"' {
				return -1
			}
			if i = afterText(b, i); i < 0 {
				return -1
			}
			if i = afterBlanks(b, i); i >= len(b) || b[i] != ':' {
				return -1
			}
			i = afterBlanks(b, i+1)
		}
		if i = afterValue(b, i, room); i < 0 {
			return -1
		}
		i = afterBlanks(b, i)
		switch {
		case i >= len(b):
			return -1
		case b[i] == end:
			return i + 1
		case b[i] != ',':
			return -1
		}
		i = afterBlanks(b, i+1)
	}
}

func afterWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -1
	}
	return i + len(word)
}

func afterText(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return -1
		case c != '\\':
			continue
		}
		if i++; i >= len(b) {
			return -1
		}
		switch b[i] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		case 'u':
			if len(b)-i < 5 {
				return -1
			}
			for _, c := range b[i+1 : i+5] {
				if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f') {
					return -1
				}
			}
			i += 4
		default:
			return -1
		}
	}
	return -1
}

func afterNumber(b []byte, i int) int {
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return -1
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return -1
		}
	}
	return i
}
