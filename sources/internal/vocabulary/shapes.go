package vocabulary

import "proscenium/sonify"

type fields = []sonify.Field

func shape(kind string, parts ...fields) *sonify.Shape {
	var all fields
	for _, p := range parts {
		all = append(all, p...)
	}
	return sonify.NewShape(kind, all...)
}

var (
	sale = fields{
		{Name: "sold", Type: sonify.Number, Unit: "tickets", Doc: "sold so far, refunds taken off; missing if the service does not count"},
		{Name: "left", Type: sonify.Number, Unit: "tickets", Doc: "still to be had; missing if nobody says how many there are"},
		{Name: "share", Type: sonify.Number, Doc: "0 to 1: how much of the house is sold; missing if nobody says how many there are"},
	}
	saleOf = fields{
		{Name: "event_name", Type: sonify.Text, Doc: "what is sold for: the show, the shop; missing if not said"},
	}
	order = fields{
		{Name: "quantity", Type: sonify.Number, Unit: "tickets", Doc: "tickets or pieces of the order"},
		{Name: "amount", Type: sonify.Number, Doc: "what it costs, in the currency: 112.5"},
		{Name: "amount_minor", Type: sonify.Number, Doc: "the same in the currency's smallest unit: 11250"},
		{Name: "currency", Type: sonify.Text, Doc: "of the amounts: EUR"},
		{Name: "tier", Type: sonify.Text, Doc: "price category: early, regular, balcony, ...; the greatest part of a mixed order"},
		{Name: "channel", Type: sonify.Text, Doc: "where it was bought: web, app, box_office, partner, pos, ..."},
		{Name: "discount", Type: sonify.Number, Doc: "what was taken off, in the currency"},
		{Name: "country", Type: sonify.Text, Doc: "two letters of ISO 3166: of the buyer, if the service says"},
		{Name: "test", Type: sonify.Bool, Doc: "whether it is only a trial; missing if the service has none"},
		{Name: "order_id", Type: sonify.Text, Doc: "the order's id at the service", Personal: true},
		{Name: "customer_id", Type: sonify.Text, Doc: "the buyer's id at the service", Personal: true},
	}
	closed = fields{
		{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "since the sale was opened; missing if that was not seen"},
	}
)

// Kinds about tickets and goods. The fields of sale.* are the first of all of them.
var (
	SaleOpened  = shape("sale.opened", sale, saleOf)
	SaleSoldOut = shape("sale.sold_out", sale, closed, saleOf)
	SaleClosed  = shape("sale.closed", sale, closed, saleOf)
	// OrderPlaced is an order that is not paid for yet, OrderPaid one that is; a service
	// that does not tell them apart reports order.paid.
	OrderPlaced   = shape("order.placed", sale, order, saleOf)
	OrderPaid     = shape("order.paid", sale, order, saleOf)
	OrderRefunded = shape("order.refunded", sale, order, saleOf)
	OrderCanceled = shape("order.cancelled", sale, order, saleOf)
	OrderChanged  = shape("order.changed", sale, order, saleOf)
	// AttendeeCheckedIn is somebody at the door of the house.
	AttendeeCheckedIn = shape("attendee.checked_in", fields{
		{Name: "count", Type: sonify.Number, Unit: "people", Doc: "the how many-th, from 1; missing if the service does not count"},
		{Name: "share", Type: sonify.Number, Doc: "0 to 1: how many of those expected are there; missing if nobody says how many"},
		{Name: "tier", Type: sonify.Text, Doc: "price category of the ticket"},
		{Name: "gate", Type: sonify.Text, Doc: "where; missing if the service does not say"},
		{Name: "attendee_id", Type: sonify.Text, Doc: "the attendee's id at the service", Personal: true},
	}, saleOf)
	AttendeeCheckedOut = shape("attendee.checked_out", AttendeeCheckedIn.Fields())
	TicketAnnouncement = shape("ticket.announcement", sale, fields{
		{Name: "topic", Type: sonify.Text, Doc: "what is announced: announcement, line-up, new_date, cancelled, rescheduled, price, ..."},
		{Name: "size", Type: sonify.Number, Doc: "0 to 1: how much talk it makes; missing unless it is known"},
		{Name: "mood", Type: sonify.Number, Doc: "-1 to 1: what the talk is like; missing unless it is known"},
		{Name: "price_min", Type: sonify.Number, Doc: "the lowest price, in the currency"},
		{Name: "price_max", Type: sonify.Number, Doc: "the highest price, in the currency"},
		{Name: "currency", Type: sonify.Text, Doc: "of the prices: EUR"},
	}, saleOf)
)

// OrderShapes returns the kinds about tickets and goods.
func OrderShapes() []*sonify.Shape {
	return []*sonify.Shape{TicketAnnouncement, SaleOpened, OrderPlaced, OrderPaid, OrderChanged, OrderCanceled, OrderRefunded, SaleSoldOut, SaleClosed, AttendeeCheckedIn, AttendeeCheckedOut}
}

var mention = fields{
	{Name: "count", Type: sonify.Number, Unit: "mentions", Doc: "the how many-th since the source began, from 1"},
	{Name: "kind", Type: sonify.Text, Doc: "post, reply, repost, quote, like, follow, ... as far as the service tells them apart"},
	{Name: "sentiment", Type: sonify.Number, Doc: "-1 to 1: how friendly it is; missing unless the service says"},
	{Name: "mood", Type: sonify.Text, Doc: "negative, neutral or positive; missing unless the service says"},
	{Name: "lang", Type: sonify.Text, Doc: "language, as BCP 47 writes it: en, pt-BR; missing if the author does not say"},
	{Name: "reach", Type: sonify.Number, Unit: "people", Doc: "how many may see it: followers of the author; missing if the service does not say"},
	{Name: "reply", Type: sonify.Bool, Doc: "whether it answers or passes on another one"},
	{Name: "topic", Type: sonify.Text, Doc: "what it is about: the tag or word that was looked for; missing if nothing in particular"},
	{Name: "length", Type: sonify.Number, Unit: "letters", Doc: "how long the text is; 0 without one"},
	{Name: "links", Type: sonify.Number, Doc: "how many links there are in it; missing if not known"},
	{Name: "tags", Type: sonify.Number, Doc: "how many tags it has; missing if not known"},
	{Name: "media", Type: sonify.Number, Doc: "how many pictures, films and sounds it has; missing if not known"},
	{Name: "sensitive", Type: sonify.Bool, Doc: "whether its author hides it at first; missing if not known"},
	{Name: "text", Type: sonify.Text, Doc: "what was written", Personal: true},
	{Name: "author", Type: sonify.Text, Doc: "who wrote it: the id or name at the service", Personal: true},
	{Name: "id", Type: sonify.Text, Doc: "the post's own id at the service", Personal: true},
}

// Kinds about what people post.
var (
	Mention        = shape("mention", mention)
	MentionEdited  = shape("mention.edited", mention)
	MentionDeleted = shape("mention.deleted", mention)
)

// MentionShapes returns the kinds about what people post.
func MentionShapes() []*sonify.Shape {
	return []*sonify.Shape{Mention, MentionEdited, MentionDeleted}
}

// Kinds about sensors.
var (
	Reading = shape("reading", fields{
		{Name: "sensor", Type: sonify.Text, Doc: "which one: its name, place or address"},
		{Name: "measure", Type: sonify.Text, Doc: "temperature, humidity, co2, pressure, power, energy, battery, contact, motion, pm2_5, ..."},
		{Name: "value", Type: sonify.Number, Doc: "what it reads, in its unit; yes and no are 1 and 0; missing while it cannot"},
		{Name: "unit", Type: sonify.Text, Doc: "°C, %, ppm, hPa, W, kWh, lx, µg/m³, ...; missing without one"},
		{Name: "state", Type: sonify.Text, Doc: "what it says if that is no number: on, open, heat; missing otherwise"},
		{Name: "retained", Type: sonify.Bool, Doc: "whether it is what was last known when we came, and nothing new; missing if that cannot be told"},
	})
	ReadingAction = shape("reading.action", fields{
		{Name: "sensor", Type: sonify.Text, Doc: "which one"},
		{Name: "action", Type: sonify.Text, Doc: "what was done to it: single, double, hold, on, off, rotate_left, ..."},
	})
	ReadingOnline  = shape("reading.online", fields{{Name: "sensor", Type: sonify.Text, Doc: "which one can be reached again"}})
	ReadingOffline = shape("reading.offline", fields{{Name: "sensor", Type: sonify.Text, Doc: "which one cannot be reached any more"}})
)

// ReadingShapes returns the kinds about sensors.
func ReadingShapes() []*sonify.Shape {
	return []*sonify.Shape{Reading, ReadingAction, ReadingOnline, ReadingOffline}
}

var listen = fields{
	{Name: "artist", Type: sonify.Text, Doc: "who plays"},
	{Name: "track", Type: sonify.Text, Doc: "what they play"},
	{Name: "album", Type: sonify.Text, Doc: "from which record; missing if not said"},
	{Name: "genre", Type: sonify.Text, Doc: "missing if the service does not say"},
	{Name: "origin", Type: sonify.Text, Doc: "country of the artist, two letters of ISO 3166; missing if the service does not say"},
	{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "length of the track; missing if the service does not say"},
	{Name: "new", Type: sonify.Bool, Doc: "whether the artist had not been heard before since the source began"},
	{Name: "distinct", Type: sonify.Number, Unit: "artists", Doc: "different artists among the last 20, this one included; 1 to 20"},
	{Name: "listener", Type: sonify.Text, Doc: "who listens: the name at the service", Personal: true},
}

// Kinds about listening.
var (
	Listen     = shape("listen", listen)
	PlayingNow = shape("listen.now", listen)
)

// ListenShapes returns the kinds about listening.
func ListenShapes() []*sonify.Shape { return []*sonify.Shape{Listen, PlayingNow} }

var release = fields{
	{Name: "title", Type: sonify.Text, Doc: "of the release"},
	{Name: "artist", Type: sonify.Text, Doc: "as it is displayed"},
	{Name: "label", Type: sonify.Text, Doc: "whose it is"},
	{Name: "genre", Type: sonify.Text, Doc: "as the label says"},
	{Name: "type", Type: sonify.Text, Doc: "Album, Single, EP, TrackRelease, ..."},
	{Name: "tracks", Type: sonify.Number, Unit: "tracks", Doc: "how many it has"},
	{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "of all of them"},
	{Name: "date", Type: sonify.Text, Doc: "when it comes out or came out: 2026-11-28"},
	{Name: "territories", Type: sonify.Number, Doc: "in how many countries; missing if worldwide, or in all but some"},
	{Name: "worldwide", Type: sonify.Bool, Doc: "whether in all countries"},
	{Name: "explicit", Type: sonify.Bool, Doc: "whether it carries a parental warning; missing if not said"},
	{Name: "release_id", Type: sonify.Text, Doc: "the GRid, ICPN or the sender's own number"},
}

// Kinds about records.
var (
	ReleaseAnnounced = shape("release.announced", release)
	ReleaseUpdated   = shape("release.updated", release)
	ReleaseTakenDown = shape("release.taken_down", release)
	ReleaseTrack     = shape("release.track", fields{
		{Name: "title", Type: sonify.Text, Doc: "of the track"},
		{Name: "artist", Type: sonify.Text, Doc: "as it is displayed"},
		{Name: "number", Type: sonify.Number, Doc: "in its release, from 1"},
		{Name: "genre", Type: sonify.Text, Doc: "as the label says"},
		{Name: "duration_s", Type: sonify.Number, Unit: "s", Doc: "its length"},
		{Name: "explicit", Type: sonify.Bool, Doc: "whether it carries a parental warning; missing if not said"},
		{Name: "isrc", Type: sonify.Text, Doc: "the recording's international number"},
		{Name: "release_id", Type: sonify.Text, Doc: "the release it is on"},
	})
	ReleaseDeal = shape("release.deal", fields{
		{Name: "model", Type: sonify.Text, Doc: "commercial model: SubscriptionModel, AdvertisementSupportedModel, PayAsYouGoModel, ..."},
		{Name: "use", Type: sonify.Text, Doc: "Stream, OnDemandStream, PermanentDownload, ..."},
		{Name: "territory", Type: sonify.Text, Doc: "ISO 3166 or Worldwide"},
		{Name: "start", Type: sonify.Text, Doc: "from when on: 2026-11-28"},
		{Name: "release_id", Type: sonify.Text, Doc: "the release it is for"},
	})
	ReleaseUsage = shape("release.usage", fields{
		{Name: "title", Type: sonify.Text, Doc: "of the recording or release"},
		{Name: "artist", Type: sonify.Text, Doc: "as it is displayed"},
		{Name: "quantity", Type: sonify.Number, Unit: "uses", Doc: "how often it was streamed, or how many were sold"},
		{Name: "amount", Type: sonify.Number, Doc: "what it earned, in the currency"},
		{Name: "currency", Type: sonify.Text, Doc: "of the amount: EUR"},
		{Name: "territory", Type: sonify.Text, Doc: "where: two letters of ISO 3166"},
		{Name: "model", Type: sonify.Text, Doc: "commercial model"},
		{Name: "use", Type: sonify.Text, Doc: "how it was used"},
		{Name: "service", Type: sonify.Text, Doc: "by which service"},
		{Name: "isrc", Type: sonify.Text, Doc: "the recording's international number"},
		{Name: "release_id", Type: sonify.Text, Doc: "the release it is on"},
	})
)

// ReleaseShapes returns the kinds about records.
func ReleaseShapes() []*sonify.Shape {
	return []*sonify.Shape{ReleaseAnnounced, ReleaseUpdated, ReleaseTakenDown, ReleaseTrack, ReleaseDeal, ReleaseUsage}
}
