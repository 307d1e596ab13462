package mappings_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"proscenium/mappings/internal/heard"
	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// murmur is the General MIDI program of the crowd's strokes.
const murmur = 14

// murmurRange is how many of them the mapping gives the range of its murmur: 0.25
// to 0.95 in how hard, 1 to 16 in how many strokes.
const murmurRange = 14

// hearTalk decodes how much was said from the murmur of each bar, in mentions a
// bar: by how hard it is struck, and, more coarsely, by how many strokes there
// are. Of a bar's strokes the middle one counts, for beside a bell they are held
// back; a bar without any is like the one before.
func hearTalk(f *heard.File) (hard, many []float64) {
	for b, bar := range f.ByBar() {
		var velocities []float64
		for _, n := range bar {
			if n.Program == murmur {
				velocities = append(velocities, float64(n.Velocity)/127)
			}
		}
		if len(velocities) == 0 && b > 0 {
			hard, many = append(hard, hard[b-1]), append(many, many[b-1])
			continue
		}
		slices.Sort(velocities)
		middle := 0.25
		if n := len(velocities); n > 0 {
			middle = (velocities[n/2] + velocities[(n-1)/2]) / 2
		}
		hard = append(hard, math.Exp2(max(0, middle-0.25)/0.7*murmurRange)-1)
		many = append(many, math.Exp2(float64(max(0, len(velocities)-1))/15*murmurRange)-1)
	}
	return hard, many
}

// saidBy returns how much was said, in mentions a bar, in the two bars before
// the moments of each: in the mean half of it in the bar itself and in the one
// before the last.
func saidBy(k *take.Take, f *heard.File) []float64 {
	said := make([]float64, len(f.Bars)-1)
	b := 0
	for _, m := range k.Marks {
		if m.Kind != sonify.MarkEvent {
			continue
		}
		for b+1 < len(said) && m.Frame.Duration().Seconds() >= f.Bars[b+1] {
			b++
		}
		n, ok := m.Heard.Event.Value("mentions").Float()
		if !ok {
			n = 1
		}
		said[b] += n
	}
	out := make([]float64, len(said))
	for i := range said {
		out[i] = said[i] / 4
		if i > 0 {
			out[i] += said[i-1] / 2
		}
		if i > 1 {
			out[i] += said[i-2] / 4
		}
	}
	return out
}

// What can be heard can be recovered: from the notes alone how much was said,
// through days and nights and bursts, at any speed and any size of the stream,
// at every level. Curves are compared bar by bar, smoothed over three bars.
func TestMentions_AreToldByTheMurmur(t *testing.T) {
	type talk struct{ name, piece string }
	var talks []talk
	for i, c := range []struct {
		days, perDay, speed int
	}{{5, 800, 2000}, {2, 800, 600}, {4, 1200, 1200}, {2, 200, 600}, {1, 50_000, 600}, {7, 60, 2000}} {
		talks = append(talks, talk{fmt.Sprintf("%d a day, speed %d", c.perDay, c.speed), fmt.Sprintf(
			"mapping = \"mentions\"\n[source.talk]\ntype = \"sim\"\nof = \"mentions\"\nseed = %d\ndays = %d\nper_day = %d\nspeed = %d\nmax_gap = \"0s\"\n", 40+i, c.days, c.perDay, c.speed)})
	}
	if dir := os.Getenv("PROSCENIUM_DATA"); dir != "" {
		for _, speed := range []int{1800, 6000} {
			talks = append(talks, talk{fmt.Sprintf("counts of five minutes, speed %d", speed), fmt.Sprintf(
				"mapping = \"mentions\"\n[source.talk]\ntype = \"csv\"\npath = %q\nevent = \"mention\"\ntime = \"timestamp\"\nnames = [\"timestamp\", \"mentions\"]\nspeed = %d\n",
				filepath.Join(dir, "social", "mentions-IBM-5min.csv"), speed)})
		}
	} else if os.Getenv("CI") == "true" {
		t.Log("PROSCENIUM_DATA is not set: only simulated talk is heard")
	}
	var table strings.Builder
	for _, c := range talks {
		levels := []string{"plain", "gentle", "full"}
		if underRace {
			levels = levels[2:]
		}
		for _, level := range levels {
			k, err := take.Of(t.Context(), "piece.toml", []byte(c.piece), take.Options{MIDI: true, Sets: []string{"level=" + level}})
			if err != nil {
				t.Fatal(err)
			}
			f, err := heard.Read(k.MIDI)
			if err != nil {
				t.Fatal(err)
			}
			said := heard.Smooth(saidBy(k, f), 3)
			hard, many := hearTalk(f)
			p, ranks := heard.Pearson(heard.Smooth(hard, 3), said), heard.Spearman(heard.Smooth(hard, 3), said)
			coarse := heard.Spearman(heard.Smooth(many, 3), said)
			fmt.Fprintf(&table, "\n%-34s %-7s %4d bars: Pearson %.3f, by rank %.3f; by the number of strokes, by rank %.3f", c.name, level, len(said), p, ranks, coarse)
			if p < 0.95 || ranks < 0.95 {
				t.Errorf("%s, %s: what is heard follows what was said with %.3f, by rank %.3f", c.name, level, p, ranks)
			}
			if coarse < 0.75 {
				t.Errorf("%s, %s: the number of strokes alone follows with %.3f", c.name, level, coarse)
			}
		}
	}
	t.Log(table.String())
}

// A feed that tells nothing but that something was said, or where, is music too.
func TestMentions_NeedNoFields(t *testing.T) {
	for name, fields := range map[string]string{"nothing": "", "a platform": `, "platform": "somewhere"`, "likes": `, "likes": 12, "platform": "elsewhere"`} {
		var feed strings.Builder
		for i := range 600 {
			// Twice as many in the second half.
			at := 2 * i
			if i > 300 {
				at = 300 + i
			}
			fmt.Fprintf(&feed, "{\"t\": %d%s}\n", at, fields)
		}
		path := filepath.Join(t.TempDir(), "feed.jsonl")
		if err := os.WriteFile(path, []byte(feed.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := take.Of(t.Context(), "piece.toml", []byte(fmt.Sprintf(
			"mapping = \"mentions\"\n[source.feed]\ntype = \"jsonl\"\npath = %q\nevent = \"mention\"\ntime = \"t\"\nspeed = 10\n", path)), take.Options{MIDI: true})
		if err != nil {
			t.Fatal(err)
		}
		f, err := heard.Read(p.MIDI)
		if err != nil {
			t.Fatal(err)
		}
		hard, _ := hearTalk(f)
		early, late := hard[10], hard[len(hard)-8]
		if late < 1.7*early || late > 2.3*early {
			t.Errorf("%s is known: %.1f mentions a bar are heard at first, %.1f later, expected twice as many", name, early, late)
		}
		bells := f.Select(func(n *heard.Note) bool { return n.Key >= 72 && (n.Program == 12 || n.Program == 9) })
		if len(bells) < 10 {
			t.Errorf("%s is known: %d bells", name, len(bells))
		}
	}
}
