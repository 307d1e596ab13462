// Package sources lists the kinds of source that come with proscenium. README.md
// beside it has the rules that every one of them keeps.
package sources

import (
	"errors"
	"fmt"
	"time"

	"proscenium/sonify"
	"proscenium/sources/bluesky"
	"proscenium/sources/cricsheet"
	"proscenium/sources/csv"
	dsr "proscenium/sources/ddex_dsr"
	ern "proscenium/sources/ddex_ern"
	"proscenium/sources/espn"
	"proscenium/sources/eventbrite"
	"proscenium/sources/exec"
	"proscenium/sources/file"
	footballdata "proscenium/sources/football_data"
	"proscenium/sources/github"
	"proscenium/sources/github_webhook"
	homeassistant "proscenium/sources/home_assistant"
	"proscenium/sources/http"
	"proscenium/sources/internal/zones"
	"proscenium/sources/irc"
	"proscenium/sources/jsonl"
	"proscenium/sources/kafka"
	"proscenium/sources/listenbrainz"
	"proscenium/sources/mastodon"
	"proscenium/sources/mlb"
	"proscenium/sources/mqtt"
	"proscenium/sources/nats"
	"proscenium/sources/nba"
	"proscenium/sources/openfootball"
	"proscenium/sources/openligadb"
	"proscenium/sources/postgres"
	"proscenium/sources/pretix"
	"proscenium/sources/redis"
	sensorcommunity "proscenium/sources/sensor_community"
	"proscenium/sources/shopify"
	"proscenium/sources/sim"
	"proscenium/sources/slam"
	"proscenium/sources/square"
	"proscenium/sources/sse"
	"proscenium/sources/statsbomb"
	"proscenium/sources/stripe"
	"proscenium/sources/tasmota"
	"proscenium/sources/ticketmaster"
	twitchchat "proscenium/sources/twitch_chat"
	twitcheventsub "proscenium/sources/twitch_eventsub"
	"proscenium/sources/vivenu"
	"proscenium/sources/webhook"
	"proscenium/sources/websocket"
	"proscenium/sources/weezevent"
	"proscenium/sources/wikipedia"
	"proscenium/sources/zigbee2mqtt"
)

// Zone returns the time zone of a name such as "Europe/Vienna", by the table that the
// sources have, whatever the machine knows. The error says which one may be meant.
func Zone(name string) (*time.Location, error) {
	l, err := zones.Load(name)
	var u *zones.Unknown
	if errors.As(err, &u) {
		hint := u.Hint()
		if hint == "" {
			hint = `expected one such as "Europe/Vienna" or "America/New_York"`
		}
		return nil, fmt.Errorf("there is no such time zone (%s)", hint)
	}
	return l, err
}

// Standard returns the kinds of source of this build, in the order in which
// lists show them.
func Standard() []sonify.SourceInfo {
	return []sonify.SourceInfo{
		csv.Info(),
		jsonl.Info(),
		slam.Info(),
		openfootball.Info(),
		statsbomb.Info(),
		cricsheet.Info(),
		nba.Info(),
		mlb.Info(),
		espn.Info(),
		footballdata.Info(),
		openligadb.Info(),
		sse.Info(),
		websocket.Info(),
		irc.Info(),
		bluesky.Info(),
		mastodon.Info(),
		wikipedia.Info(),
		ern.Info(),
		dsr.Info(),
		http.Info(),
		file.Info(),
		exec.Info(),
		webhook.Info(),
		shopify.Info(),
		stripe.Info(),
		square.Info(),
		pretix.Info(),
		vivenu.Info(),
		eventbrite.Info(),
		ticketmaster.Info(),
		weezevent.Info(),
		github_webhook.Info(),
		twitchchat.Info(),
		twitcheventsub.Info(),
		github.Info(),
		listenbrainz.Info(),
		mqtt.Info(),
		nats.Info(),
		kafka.Info(),
		redis.Info(),
		postgres.Info(),
		zigbee2mqtt.Info(),
		tasmota.Info(),
		homeassistant.Info(),
		sensorcommunity.Info(),
		sim.Info(),
	}
}
