package journal

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"proscenium/sonify"
)

// Canonical makes ev what a reader of the journal will find: texts that are UTF-8
// and not longer than 64 KiB, times in UTC, places that are kept at all. The performance must hear the event
// after that, or its log would tell of another one.
func Canonical(ev *sonify.Event) {
	for i, v := range ev.Values {
		if v.Type() == sonify.Text {
			if s := v.String(); len(s) > maxText || !utf8.ValidString(s) {
				ev.Values[i] = sonify.Word(text(s))
			}
		}
	}
	if len(ev.Values) > maxValues {
		ev.Values = ev.Values[:maxValues]
	}
	if len(ev.Place) > sonify.PlaceLimit || !utf8.ValidString(ev.Place) {
		ev.Place = ""
	}
	ev.At = ev.At.UTC().Round(0)
	if y := ev.At.Year(); y < 0 || y > 9999 {
		ev.At = time.Time{}
	}
}

// text returns s as JSON has it: every byte that is no UTF-8 is U+FFFD.
func text(s string) string {
	s = s[:min(len(s), maxText)]
	for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && len(s) >= maxText-utf8.UTFMax {
		s = s[:len(s)-1] // a character that was cut through
	}
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// event writes an event; ev.Event is Canonical.
func (w *Writer) event(e *Event) error {
	id, err := w.shape(e.Event.Shape)
	if err != nil {
		return err
	}
	p := append(w.line[:0], `{"type":"event","at":`...)
	p = strconv.AppendInt(p, int64(e.At), 10)
	p = append(p, `,"source":`...)
	p = sonify.AppendJSONString(p, e.Event.Source)
	p = append(p, `,"shape":`...)
	p = strconv.AppendInt(p, int64(id), 10)
	p = append(p, `,"values":[`...)
	for i, v := range e.Event.Values {
		if i > 0 {
			p = append(p, ',')
		}
		b, err := v.MarshalJSON()
		if err != nil {
			return w.fail(err)
		}
		p = append(p, b...)
	}
	p = append(p, ']')
	if e.Event.Line > 0 {
		p = append(p, `,"line":`...)
		p = strconv.AppendInt(p, e.Event.Line, 10)
	}
	if e.Event.Timed {
		p = append(p, `,"clock_s":`...)
		p = appendSeconds(p, e.Event.Clock)
	}
	if !e.Event.At.IsZero() {
		p = append(p, `,"time":"`...)
		p = e.Event.At.AppendFormat(p, time.RFC3339Nano)
		p = append(p, '"')
	}
	if e.Event.Place != "" {
		p = append(p, `,"place":`...)
		p = sonify.AppendJSONString(p, e.Event.Place)
	}
	w.line = append(p, '}')
	return w.put()
}

// shape returns the number of a shape in this segment, and writes its line if
// it is new there.
func (w *Writer) shape(s *sonify.Shape) (int, error) {
	if s == nil {
		return 0, nil
	}
	if id, ok := w.shapes[s]; ok {
		return id, nil
	}
	k := KindOf(s)
	b, err := json.Marshal(k)
	if err != nil {
		return 0, w.fail(err)
	}
	id, known := w.numbers[string(b)]
	if !known {
		// A source that makes up shapes without end begins again to number them: a
		// reader keeps the last of each number.
		if w.ids++; w.ids >= maxShapes {
			w.ids = 1
			clear(w.numbers)
			clear(w.shapes)
		}
		id = w.ids
		w.numbers[string(b)] = id
		w.line = fmt.Appendf(w.line[:0], `{"type":"shape","id":%d,%s`, id, b[1:])
		if err := w.put(); err != nil {
			return 0, err
		}
	}
	if len(w.shapes) >= maxShapes {
		clear(w.shapes)
	}
	w.shapes[s] = id
	return id, nil
}

// appendSeconds appends d in seconds, exactly.
func appendSeconds(p []byte, d time.Duration) []byte {
	n := uint64(d)
	if d < 0 {
		p, n = append(p, '-'), -n
	}
	p = strconv.AppendUint(p, n/1e9, 10)
	if f := n % 1e9; f != 0 {
		p = append(p, '.')
		p = append(p, strings.TrimRight(fmt.Sprintf("%09d", f), "0")...)
	}
	return p
}

// parseSeconds reads what appendSeconds writes.
func parseSeconds(s string) (time.Duration, error) {
	digits, neg := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if len(whole) > 10 || len(part) > 9 {
		return 0, fmt.Errorf("clock_s %.40s is no number of seconds with at most nine decimals", s)
	}
	n, err := strconv.ParseUint(whole+(part + "000000000")[:9], 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("clock_s %.40s is no number of seconds with at most nine decimals", s)
	}
	if neg {
		return -time.Duration(n), nil
	}
	return time.Duration(n), nil
}
