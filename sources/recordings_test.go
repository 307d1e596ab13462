package sources_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"proscenium/sources/internal/servertest"
)

// road is a way that a person may take with a recording: a kind of source and its keys, as
// in proscenium events --source KIND --set KEY=VALUE. In values {data} is the folder of the
// recordings.
type road struct {
	file   string // of the recordings
	source string
	keys   []string
	// kinds are how many events there are at least, by kind. No others are told.
	kinds map[string]int
	// none says why there rightly are none; says is then part of what the program says.
	none, says string
}

type kinds = map[string]int

// roads are those of every recording that the project may not copy.
var roads = []road{
	{file: "ballgames/mlb-715720-innings-1-2.json", source: "mlb", kinds: kinds{"match.started": 1, "match.period": 4, "match.play": 80, "match.score": 2, "match.ended": 1}},
	{file: "ballgames/nba-live-playbyplay-one-action.json", source: "nba", kinds: kinds{"match.started": 1, "match.period": 1}},

	{file: "football/openfootball-worldcup-2014.json", source: "openfootball", kinds: kinds{"football.kick_off": 64, "football.goal": 171, "football.half_time": 64, "football.extra_time": 8, "football.shoot_out": 4, "football.full_time": 64, "football.minute": 64 * 90}},
	{file: "football/openfootball-worldcup-2022.json", source: "openfootball", kinds: kinds{"football.kick_off": 64, "football.goal": 172, "football.half_time": 64, "football.extra_time": 5, "football.shoot_out": 5, "football.full_time": 64, "football.minute": 64 * 90}},
	{file: "football/statsbomb-15986-barcelona-girona-key-events.json", source: "statsbomb", kinds: kinds{"football.kick_off": 1, "football.goal": 4, "football.shot": 27, "football.foul": 28, "football.card": 9, "football.substitution": 6, "football.half_time": 1, "football.full_time": 1, "football.minute": 90}},
	{file: "football/statsbomb-15986-barcelona-girona-first5min.json", source: "statsbomb", kinds: kinds{"football.kick_off": 1, "football.shot": 1, "football.foul": 2, "football.minute": 5, "football.full_time": 1}},
	{file: "football/statsbomb-15986-barcelona-girona-first5min.json", source: "statsbomb", keys: []string{"passes=true"}, kinds: kinds{"football.kick_off": 1, "football.pass": 50, "football.shot": 1, "football.foul": 2, "football.minute": 5, "football.full_time": 1}},

	{file: "music/ddex-ern-43-1_Audio.xml", source: "ddex_ern", kinds: kinds{"release.announced": 1, "release.track": 21, "release.deal": 2}},
	{file: "music/ddex-ern-43-5_SimpleVideoSingle.xml", source: "ddex_ern", kinds: kinds{"release.announced": 1, "release.track": 1, "release.deal": 6}},
	{file: "music/ddex-dsr-40.xml", source: "ddex_dsr", none: "the settings of a program that makes examples of reports; no sale is in it", says: `the message is a "settings"`},
	{file: "music/listenbrainz-listen.json", source: "listenbrainz", kinds: kinds{"listen": 1}},

	{file: "sensors/nyc-taxi-30min-usopen2014.csv", source: "csv", kinds: kinds{"reading": 1344}},
	{file: "sensors/road-speed-7578.csv", source: "csv", kinds: kinds{"reading": 1127}},
	{file: "sensors/tasmota.tsv", source: "tasmota", kinds: kinds{"reading": 3}},
	{file: "sensors/zigbee2mqtt.tsv", source: "zigbee2mqtt", kinds: kinds{"reading": 6, "reading.action": 1}},

	{file: "social/bluesky-jetstream-v1-a.jsonl", source: "bluesky", kinds: kinds{"mention": 8}},
	{file: "social/bluesky-jetstream-v1-a.jsonl", source: "bluesky", keys: []string{`collections=["app.bsky.*"]`}, kinds: kinds{"mention": 60, "mention.deleted": 1}},
	{file: "social/bluesky-jetstream-v2-example.json", source: "bluesky", none: "a like, and a piece that does not ask for likes hears what is posted", says: "no source reported anything"},
	{file: "social/bluesky-jetstream-v2-example.json", source: "bluesky", keys: []string{`collections=["app.bsky.feed.like"]`}, kinds: kinds{"mention": 1}},
	{file: "social/mastodon-streaming.sse", source: "mastodon", kinds: kinds{"mention.edited": 1}},
	{file: "social/mentions-IBM-5min.csv", source: "csv", keys: []string{"event=mention"}, kinds: kinds{"mention": 6000}},
	{file: "social/twitch-eventsub.ndjson", source: "twitch_eventsub", kinds: kinds{"mention": 1, "chat.support": 1, "chat.cleared": 1, "chat.started": 1}},
	{file: "social/wikimedia-recentchange-data-lines.txt", source: "wikipedia", kinds: kinds{"edit": 2}},
	{file: "social/wikimedia-recentchange.sse", source: "wikipedia", kinds: kinds{"edit": 1}},

	{file: "tennis/2011-usopen-1701-points.csv", source: "slam", keys: []string{"matches={data}/tennis/2011-usopen-matches.csv"}, kinds: match(268, 38, 4)},
	{file: "tennis/2011-usopen-matches.csv", source: "slam", none: "a list of matches: it goes with the points", says: "name it with matches"},
	{file: "tennis/2013-usopen-1701-points.csv", source: "slam", keys: []string{"matches={data}/tennis/2013-usopen-matches.csv"}, kinds: match(223, 34, 4)},
	{file: "tennis/2013-usopen-2701-points.csv", source: "slam", kinds: match(200, 32, 3)},
	{file: "tennis/2013-usopen-matches.csv", source: "slam", none: "a list of matches: it goes with the points", says: "name it with matches"},
	{file: "tennis/2014-usopen-charted-matches.csv", source: "slam", none: "a list of matches of another archive, without a point", says: "no archive of points"},
	{file: "tennis/2014-usopen-charted-matches.csv", source: "csv", kinds: kinds{"reading": 14}},
	{file: "tennis/2014-usopen-finals-pbp.csv", source: "slam", kinds: kinds{"tennis.match_started": 2, "tennis.point": 275, "tennis.game_won": 45, "tennis.set_won": 5, "tennis.match_won": 2}},
	{file: "tennis/2014-usopen-matches.csv", source: "slam", none: "a list of matches: it goes with the points, which are not there", says: "name it with matches"},
	{file: "tennis/2014-usopen-matches.csv", source: "csv", kinds: kinds{"reading": 187}},
	{file: "tennis/2014-usopen-semis-pbp.csv", source: "slam", kinds: kinds{"tennis.match_started": 3, "tennis.point": 493, "tennis.game_won": 84, "tennis.set_won": 9, "tennis.match_won": 3}},
	{file: "tennis/2023-usopen-5501-points-mixed.csv", source: "slam", keys: []string{"matches={data}/tennis/2023-usopen-matches-mixed.csv"}, kinds: match(113, 19, 2)},
	{file: "tennis/2023-usopen-matches-mixed.csv", source: "slam", none: "a list of matches: it goes with the points", says: "name it with matches"},

	{file: "tickets/ticketmaster-discovery-events.json", source: "ticketmaster", kinds: kinds{"ticket.announcement": 1}},

	{file: "webhooks/eventbrite-order-placed.json", source: "eventbrite", none: "a delivery has only an address; what was sold the service tells who asks it", says: "no source reported anything"},
	{file: "webhooks/github-fork-payload.json", source: "github_webhook", kinds: kinds{"edit.fork": 1}},
	{file: "webhooks/github-push-payload.json", source: "github_webhook", kinds: kinds{"edit.other": 1}}, // a tag is deleted
	{file: "webhooks/github-star-created.payload.json", source: "github_webhook", kinds: kinds{"edit.star": 1}},
	{file: "webhooks/shopify-order.json", source: "shopify", kinds: kinds{"order.placed": 1}},
}

// beside are the files that lie beside the recordings.
var beside = map[string]string{
	"PROVENANCE.md":        "where the recordings are from",
	"tennis/expected.json": "what the points of tennis must count to",
}

// match is what there is at least of a match of tennis.
func match(points, games, sets int) kinds {
	return kinds{"tennis.match_started": 1, "tennis.point": points, "tennis.game_won": games, "tennis.set_won": sets, "tennis.match_won": 1}
}

// told are kinds that a match of tennis may have besides.
var told = []string{"tennis.break", "tennis.break_point", "tennis.deuce", "tennis.game_point", "tennis.set_point", "tennis.match_point", "tennis.tie_break"}

// Every recording gives events when a person tries it with proscenium events, as the table
// says, or it is said there why it does not.
func TestRecordings_GiveEventsAsAPersonTriesThem(t *testing.T) {
	data := servertest.Recorded(t)
	inTable := map[string]bool{}
	for _, r := range roads {
		inTable[r.file] = true
	}
	if err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(data, path)
		if name = filepath.ToSlash(name); !inTable[name] && beside[name] == "" {
			t.Errorf("%s: the table does not say what becomes of it", name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "proscenium")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, "proscenium/cmd/proscenium").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, r := range roads {
		t.Run(strings.Join(append([]string{r.source, r.file}, r.keys...), " "), func(t *testing.T) {
			path := filepath.Join(data, filepath.FromSlash(r.file))
			if _, err := os.Stat(path); err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatalf("the recording is missing: %v", err)
				}
				t.Skipf("the recording is missing: %v", err)
			}
			args := []string{"events", "--source", r.source, "--set", "path=" + path}
			for _, k := range r.keys {
				args = append(args, "--set", strings.ReplaceAll(k, "{data}", data))
			}
			var out, said bytes.Buffer
			c := exec.CommandContext(t.Context(), program, args...)
			c.Stdout, c.Stderr = &out, &said
			err := c.Run()
			if r.none != "" {
				if out.Len() > 0 || !strings.Contains(said.String(), r.says) {
					t.Errorf("there should be nothing (%s), and %q said:\n%s%s", r.none, r.says, out.String(), said.String())
				}
				return
			}
			if err != nil || strings.Contains(said.String(), "tells nothing readable") {
				t.Fatalf("%v\n%s", err, said.String())
			}
			r.compare(t, out.String())
		})
	}
}

// compare counts the events.
func (r *road) compare(t *testing.T, events string) {
	got := kinds{}
	last := 0.0
	for line := range strings.Lines(events) {
		var ev struct {
			Kind           string
			Source         string
			Frame          float64
			Values, Labels map[string]json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &ev); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if ev.Source != r.source || ev.Frame < last || len(ev.Values)+len(ev.Labels) == 0 {
			t.Errorf("after frame %v came %s", last, line)
		}
		last = ev.Frame
		got[ev.Kind]++
	}
	for kind, n := range r.kinds {
		if got[kind] < n {
			t.Errorf("%d %s, at least %d were expected", got[kind], kind, n)
		}
	}
	for kind, n := range got {
		if r.kinds[kind] == 0 && !(strings.HasPrefix(kind, "tennis.") && slices.Contains(told, kind)) {
			t.Errorf("%d %s, which the table does not have", n, kind)
		}
	}
}
