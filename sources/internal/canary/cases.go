package canary

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/hook"
)

// Case is how the input of one kind of source is filled with birds.
type Case struct {
	// Keys are the keys of the source's table beside type; {server} is the address of
	// Serve, {host} the same without its scheme.
	Keys  string
	Files map[string]string // in the piece's folder, by name
	Serve http.Handler      // what the service would answer
	// Calls are what is delivered to /hooks/x.
	Calls []*sonify.Call
	// Events is how many have to be heard, so that something was tried.
	Events int
	// Own means that the fields are those of the input: nobody has said which of them are
	// personal, and nothing passes that the piece does not name.
	Own bool
	// Fails means that the source cannot work, and its error is looked at.
	Fails bool
}

// Where token and secret are kept, for Keys: files beside the piece.
const (
	TokenFile  = "token"
	SecretFile = "secret"
)

// talkative answers every request with an error that repeats all that it was told,
// as careless services do.
var talkative = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	w.Header().Set("X-Said", r.URL.RequestURI())
	w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer error=%q", r.Header.Get("Authorization")))
	http.Error(w, fmt.Sprintf("%s %s %v %v", Name, Email, r.Header, r.Form), http.StatusUnauthorized)
})

// elsewhere sends everybody to another host, with all that was said.
var elsewhere = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "https://canary.invalid"+r.URL.RequestURI()+"?email="+Email, http.StatusFound)
})

// signed are deliveries as a service signs them, one with a wrong signature before
// them and one that cannot be read after them.
func signed(preset string, topicBodies ...string) []*sonify.Call {
	s, _ := hook.Preset(preset)
	var calls []*sonify.Call
	add := func(secret, topic, body string) {
		h, err := hook.Sign(s, secret, "https://music.example/hooks/x?email="+Email, fmt.Sprintf("%s-%d", ID, len(calls)), topic, time.Now(), []byte(body))
		if err != nil {
			panic(err)
		}
		h.Set("Content-Type", "application/json")
		h.Set("X-Customer", Email)
		calls = append(calls, &sonify.Call{Method: "POST", Path: "x", Query: "email=" + Email, Host: "music.example", Header: h, Body: []byte(body), From: "192.0.2.1", Secure: true})
	}
	for i := 0; i < len(topicBodies); i += 2 {
		add("d3Jvbmc=", topicBodies[i], topicBodies[i+1])
		add(Secret, topicBodies[i], topicBodies[i+1])
	}
	add(Secret, Name, `{"name":"`+Name+`"}`)
	add(Secret, Name, `{"name":"`+Name)
	calls[len(calls)-1].Method = Email
	return append(calls, &sonify.Call{Method: "POST", Path: "x", Header: http.Header{}, Body: []byte(Name)})
}

// pinged are deliveries that nobody signs.
func pinged(bodies ...string) []*sonify.Call {
	var calls []*sonify.Call
	for _, b := range bodies {
		calls = append(calls, &sonify.Call{Method: "POST", Path: "x", Host: "music.example", Header: http.Header{"Content-Type": {"application/json"}, "X-Customer": {Email}}, Body: []byte(b)})
	}
	return calls
}

// person is a buyer, as many services write one.
const person = `"name":"` + Name + `","first_name":"Zephyrine","last_name":"Quackenbush","email":"` + Email + `","phone":"` + Text + `","id":"` + ID + `"`

const hookKeys = `secret = "file:` + SecretFile + `"
hook = "x"
`

var (
	shopifyOrder = `{"id":"` + ID + `","name":"` + Name + `","email":"` + Email + `","note":"` + Text + `","financial_status":"paid","total_price":"45.00","currency":"EUR","source_name":"web","customer":{` + person + `},"billing_address":{` + person + `,"country_code":"DE"},"line_items":[{"quantity":1,"sku":"A","variant_title":"Floor","properties":[{"name":"for","value":"` + Name + `"}]}]}`
	stripeEvent  = `{"id":"evt_1","type":"checkout.session.completed","livemode":true,"created":1795860000,"data":{"object":{"id":"` + ID + `","customer":"` + ID + `","customer_details":{` + person + `,"address":{"country":"DE","line1":"` + Name + `"}},"amount_total":4500,"currency":"eur","payment_status":"paid","metadata":{"quantity":"1","note":"` + Text + `"}}}}`
	squareEvent  = `{"event_id":"e1","type":"payment.updated","created_at":"2026-11-28T09:00:00Z","data":{"object":{"payment":{"id":"` + ID + `","customer_id":"` + ID + `","status":"COMPLETED","amount_money":{"amount":4500,"currency":"EUR"},"buyer_email_address":"` + Email + `","note":"` + Text + `","billing_address":{` + person + `}}}}}`
	vivenuEvent  = `{"id":"v1","type":"transaction.complete","data":{"transaction":{"_id":"` + ID + `","customerId":"` + ID + `","email":"` + Email + `","name":"` + Name + `","currency":"EUR","realPrice":45,"tickets":[{"name":"Floor","amount":1,"firstname":"` + Name + `"}]}}}`
	githubPush   = `{"ref":"refs/heads/main","commits":[{"message":"` + Text + `"}],"head_commit":{"message":"` + Text + `","author":{` + person + `}},"repository":{"full_name":"stage/night"},"sender":{"login":"` + ID + `"},"pusher":{` + person + `}}`
	pretixOrder  = `{"code":"ABC23","status":"p","total":"45.00","email":"` + Email + `","customer":"` + ID + `","positions":[{"item":1,"attendee_name":"` + Name + `","attendee_email":"` + Email + `"}],"invoice_address":{` + person + `}}`
	ebOrder      = `{` + strings.Replace(person, `"id":"`+ID+`"`, `"id":"1"`, 1) + `,"event_id":"9","costs":{"gross":{"value":4500,"currency":"EUR"}},"attendees":[{"quantity":1,"ticket_class_name":"Floor","profile":{` + person + `}}]}`
	weezevent    = `{"participants":[{"id_participant":7,"create_date":"2026-07-01 10:00:00","paid":true,"owner":{` + person + `},"buyer":{"id_acheteur":"` + ID + `","email_acheteur":"` + Email + `"},"id_ticket":"t"}],"server_time":"2026-07-01 10:01:00"}`
)

// recording is a recording of messages.
func recording(topicBodies ...string) map[string]string {
	var b strings.Builder
	for i := 0; i < len(topicBodies); i += 2 {
		fmt.Fprintf(&b, "{\"at\":\"2026-11-28T09:00:%02dZ\",\"topic\":%q,\"id\":\"r%d\",\"body\":%s}\n", i, topicBodies[i], i, topicBodies[i+1])
	}
	b.WriteString(Name + " " + Email + "\n") // a line that is no message
	return map[string]string{"in.jsonl": b.String()}
}

const password = "password = \"file:" + SecretFile + "\"\n"

const playsIt = "path = \"in.jsonl\"\n"

// answers is a service that has a body for each part of a path, in their order.
func answers(partBodies ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(partBodies); i += 2 {
			if strings.Contains(r.URL.Path, partBodies[i]) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, partBodies[i+1])
				return
			}
		}
		talkative(w, r)
	})
}

// Cases returns the cases of a kind of source; there has to be one for each.
func Cases(kind string) []Case {
	return append(cases[kind], social[kind]...)
}

var cases = map[string][]Case{
	"csv":   {{Keys: "path = \"in.csv\"\n", Files: map[string]string{"in.csv": "name,email,note,amount\n" + Name + "," + Email + ",\"" + Text + "\",5\n\"" + Name + "\n"}, Events: 1, Own: true}},
	"jsonl": {{Keys: "path = \"in.jsonl\"\n", Files: map[string]string{"in.jsonl": `{` + person + `,"amount":5}` + "\n" + `{"name":"` + Name + "\n"}, Events: 1, Own: true}},
	"sim":   {{Keys: "of = \"tickets\"\nspeed = 100000\nmax_gap = \"1s\"\n", Events: 1}},

	"http": {
		{Keys: "url = \"{server}/x?limit=5\"\ntoken = \"file:" + TokenFile + "\"\nsecret_query = { apikey = \"file:" + SecretFile + "\" }\n", Events: 1, Own: true,
			Serve: answers("x", `{`+person+`,"amount":5}`)},
		{Keys: "url = \"{server}/x\"\nsecret_headers = { X-Key = \"file:" + SecretFile + "\" }\nsecret_query = { apikey = \"file:" + TokenFile + "\" }\n", Fails: true, Serve: talkative},
		{Keys: "url = \"{server}/x\"\nsecret_query = { apikey = \"file:" + TokenFile + "\" }\n", Fails: true, Serve: elsewhere},
	},
	"file": {{Keys: "path = \"in.log\"\nfrom = \"begin\"\n", Events: 2, Own: true, Files: map[string]string{"in.log": `{` + person + `,"amount":5}` + "\n" + Name + " " + Email + "\n"}}},
	"exec": {
		{Keys: "command = [\"sh\", \"says.sh\"]\nsecrets = { TOKEN = \"file:" + TokenFile + "\" }\n", Events: 1, Own: true,
			Files: map[string]string{"says.sh": "echo \"asked with $TOKEN\" >&2\necho 'mail from " + Name + " " + Email + "'\necho '{" + person + ",\"amount\":5}'\nsleep 60\n"}},
		{Keys: "command = [\"sh\", \"says.sh\"]\nsecrets = { TOKEN = \"file:" + TokenFile + "\" }\n", Fails: true,
			Files: map[string]string{"says.sh": "echo \"refused: $TOKEN\" >&2\nexit 1\n"}},
	},

	"webhook": {
		{Keys: "preset = \"standard\"\n" + hookKeys, Calls: signed("standard", "order", `{`+person+`,"amount":5}`), Events: 1, Own: true},
		{Keys: "unsigned = true\nhook = \"x\"\n", Events: 2, Own: true, Calls: append(pinged(`"`+Name+`"`),
			&sonify.Call{Method: "POST", Path: "x", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("email=" + Email + "&text=" + Text)})},
		{Keys: "token_header = \"Authorization\"\n" + hookKeys, Events: 1, Own: true, Calls: append(
			[]*sonify.Call{{Method: "POST", Path: "x", Header: http.Header{"Authorization": {"Bearer " + Token}}, Body: []byte(`{}`)}},
			&sonify.Call{Method: "POST", Path: "x", Header: http.Header{"Authorization": {"Bearer " + Secret}}, Body: []byte(`{` + person + `}`)})},
	},
	"shopify": {
		{Keys: hookKeys, Calls: signed("shopify", "orders/paid", shopifyOrder), Events: 1},
		{Keys: playsIt, Files: recording("orders/paid", shopifyOrder, Name, `{}`), Events: 1},
	},
	"stripe":         {{Keys: hookKeys, Calls: signed("stripe", "", stripeEvent), Events: 1}},
	"square":         {{Keys: hookKeys, Calls: signed("square", "", squareEvent), Events: 1}},
	"vivenu":         {{Keys: hookKeys, Calls: signed("vivenu", "", vivenuEvent), Events: 1}},
	"github_webhook": {{Keys: hookKeys, Calls: signed("github", "push", githubPush), Events: 1}},
	"pretix": {
		{Keys: "organizer = \"summer\"\nhook = \"x\"\ntoken = \"file:" + TokenFile + "\"\nserver = \"{server}\"\n", Events: 1,
			Serve: answers("orders/ABC23", pretixOrder, "events/night/", `{"currency":"EUR","live":true,"name":"Night"}`),
			Calls: pinged(`{"notification_id":1,"organizer":"`+Name+`","event":"night","code":"ABC23","action":"pretix.event.order.paid"}`,
				`{"notification_id":2,"organizer":"summer","event":"night","code":"`+Email+`","action":"pretix.event.order.paid"}`,
				`{"notification_id":3,"organizer":"summer","event":"night","code":"ABC23","action":"pretix.event.order.paid","email":"`+Email+`"}`)},
		{Keys: "organizer = \"summer\"\nhook = \"x\"\ntoken = \"file:" + TokenFile + "\"\nserver = \"{server}\"\n", Fails: true, Serve: talkative,
			Calls: pinged(`{"notification_id":3,"organizer":"summer","event":"night","code":"ABC23","action":"pretix.event.order.paid"}`)},
		{Keys: "organizer = \"summer\"\nhook = \"x\"\ntoken = \"file:" + TokenFile + "\"\nserver = \"{server}\"\n", Fails: true, Serve: elsewhere,
			Calls: pinged(`{"notification_id":3,"organizer":"summer","event":"night","code":"ABC23","action":"pretix.event.order.paid"}`)},
	},
	"eventbrite": {{Keys: playsIt, Files: recording("order.placed", ebOrder, "attendee.checked_in", `{`+strings.Replace(person, ID, "9", 1)+`,"event_id":"9"}`), Events: 2}},
	"weezevent":  {{Keys: playsIt, Files: recording("", weezevent), Events: 1}},
	"ticketmaster": {{Keys: playsIt, Events: 1, Files: recording("", `{"events":[{"id":"A","name":"Night","dates":{"status":{"code":"offsale"}},"promoter":{`+person+`}}]}`,
		"", `{"events":[{"id":"A","name":"Night","dates":{"status":{"code":"onsale"}},"promoter":{`+person+`}}]}`)}},

	"mqtt": {
		{Keys: "broker = \"mqtt://{host}\"\ntopics = [\"home/#\"]\nusername = \"stage\"\n" + password, Serve: talkative, Fails: true},
		{Keys: "topics = [\"home/{room}\"]\n" + playsIt, Files: recording("home/hall", `{`+person+`,"value":5}`, "home/hall", `"`+Text+`"`, Name, `1`), Events: 2, Own: true},
	},
	"nats":     {{Keys: "servers = [\"nats://{host}\"]\nsubjects = [\"home.>\"]\nusername = \"stage\"\n" + password, Serve: talkative, Fails: true}},
	"kafka":    {{Keys: "brokers = [\"{host}\"]\ntopics = [\"home\"]\nlogin = \"plain\"\nusername = \"stage\"\n" + password, Serve: talkative, Fails: true}},
	"redis":    {{Keys: "server = \"redis://{host}\"\nusername = \"stage\"\n" + password, Serve: talkative, Fails: true}},
	"postgres": {{Keys: "server = \"postgres://{host}/shop\"\nusername = \"stage\"\n" + password, Serve: talkative, Fails: true}},
	"zigbee2mqtt": {{Keys: playsIt, Events: 1, Files: recording("zigbee2mqtt/hall/lock", `{"temperature":20,"action":"`+Name+`","pin_code":"`+Text+`","users":{"1":{`+person+`}},"last_user":"`+Name+`"}`,
		"zigbee2mqtt/bridge/logging", `{"message":"`+Name+`"}`)}},
	"tasmota": {{Keys: playsIt, Events: 1, Files: recording("tele/hall/SENSOR", `{"RDM6300":{"UID":"`+ID+`","Name":"`+Name+`"},"DS18B20":{"Temperature":20}}`,
		"stat/hall/WHO", `"`+Name+`"`, "stat/hall/STATUS5", `{"StatusNET":{"Hostname":"`+Email+`"}}`)}},
	"home_assistant": {{Keys: playsIt, Events: 1, Files: recording("homeassistant/sensor/hall_temperature/state", `20`, "homeassistant/person/hall/state", `"`+Name+`"`,
		"homeassistant/sensor/caller/state", `"`+Text+`"`, "homeassistant/sensor/hall_temperature/friendly_name", `"`+Name+`"`, "homeassistant/sensor/hall_temperature/unit_of_measurement", `"`+Name+`"`)}},
	"sensor_community": {{Keys: "query = \"sensor/7\"\n" + playsIt, Events: 1, Files: recording("", `[{"id":1,"timestamp":"2026-11-28 09:00:00","owner":{`+person+`},"sensor":{"id":7,"pin":"`+Name+`"},"sensordatavalues":[{"value":"8.4","value_type":"P1"},{"value":"`+Email+`","value_type":"temperature"}]}]`)}},

	"bluesky": {{Keys: playsIt, Events: 1, Files: raw(`{"did":"did:plc:` + ID + `","time_us":1795000000000001,"kind":"commit","commit":{"rev":"3mf1","operation":"create","collection":"app.bsky.feed.post","rkey":"3mp1","record":{"$type":"app.bsky.feed.post","createdAt":"2026-11-18T10:00:00.123Z","langs":["en"],"text":"` + Text + ` ` + Name + `"},"cid":"bafy1"}}
{"did":"did:plc:` + ID + `","time_us":1795000000000002,"kind":"identity","identity":{"did":"did:plc:` + ID + `","handle":"` + Email + `"}}`)}},
	"mastodon": {
		{Keys: "server = \"{host}\"\ntoken = \"file:" + TokenFile + "\"\nstreaming = \"{server}\"\n", Serve: talkative, Fails: true},
		{Keys: "server = \"mastodon.example\"\n" + playsIt, Events: 1, Files: recording("update", `{"id":"`+ID+`","created_at":"2026-11-18T11:06:40.123Z","language":"de","content":"<p>`+Text+`</p>","account":{"id":"`+ID+`","acct":"`+Email+`","display_name":"`+Name+`","followers_count":1234,"bot":false},"media_attachments":[],"tags":[],"reblog":null}`)},
	},
	"wikipedia": {{Keys: playsIt, Events: 1, Files: raw(`{"meta":{"id":"1","dt":"2026-11-18T11:06:40.001Z","domain":"de.wikipedia.org"},"id":1,"type":"edit","namespace":0,"title":"Geige","comment":"` + Text + `","timestamp":1795000000,"user":"` + Name + `","bot":false,"minor":true,"length":{"old":4905,"new":4711},"wiki":"dewiki","server_name":"de.wikipedia.org","parsedcomment":"` + Email + `"}`)}},
}

// raw is a recording of bare bodies, as a tool writes it.
func raw(lines string) map[string]string {
	return map[string]string{"in.jsonl": lines + "\n" + Name + " " + Email + "\n"}
}
