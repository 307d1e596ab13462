package canary

import "fmt"

// line is a line of IRC in a recording.
func line(text string) string {
	return fmt.Sprintf(`{"at":"2026-11-28T09:00:00Z","topic":"PRIVMSG","text":%q}`, text)
}

// social are the cases of what people say and do in networks, and of the transports
// that carry it.
var social = map[string][]Case{
	"twitch_chat": {
		{Keys: "channels = [\"somebody\"]\n" + playsIt, Events: 2, Files: raw(line("@display-name="+ID+";id="+ID+";tmi-sent-ts=1795000000123 :"+ID+"!a@"+Email+" PRIVMSG #somebody :"+Text+" "+Name) + "\n" +
			line("@login="+ID+";target-msg-id="+ID+" :tmi.twitch.tv CLEARMSG #somebody :"+Text))},
		{Keys: "channels = [\"somebody\"]\nuser = \"me\"\ntoken = \"file:" + TokenFile + "\"\nurl = \"ws://{host}/\"\n", Serve: talkative, Fails: true},
	},
	"twitch_eventsub": {
		{Keys: "channel = \"somebody\"\ntoken = \"file:" + TokenFile + "\"\nclient_id = \"file:" + SecretFile + "\"\n" + playsIt, Events: 1, Files: raw(
			`{"metadata":{"message_id":"m1","message_type":"notification","message_timestamp":"2026-11-18T11:06:40Z","subscription_type":"channel.chat.message"},"payload":{"event":{"broadcaster_user_login":"somebody","chatter_user_id":"` + ID + `","chatter_user_name":"` + Name + `","message_id":"` + ID + `","message":{"text":"` + Text + `"}}}}`)},
		{Keys: "channel = \"somebody\"\ntoken = \"file:" + TokenFile + "\"\nclient_id = \"file:" + SecretFile + "\"\nurl = \"ws://{host}/ws\"\napi = \"{server}\"\n", Serve: talkative, Fails: true},
	},
	"github": {
		{Keys: "repo = \"stage/night\"\n" + playsIt, Events: 1, Files: raw(
			`{"id":"1","type":"IssueCommentEvent","actor":{"login":"` + ID + `","display_login":"` + Name + `"},"repo":{"name":"stage/night"},"payload":{"action":"created","issue":{"number":7,"title":"` + Email + `"},"comment":{"body":"` + Text + `"}},"created_at":"2026-11-18T11:00:00Z"}`)},
		{Keys: "repo = \"stage/night\"\ntoken = \"file:" + TokenFile + "\"\napi = \"{server}\"\n", Serve: talkative, Fails: true},
		{Keys: "repo = \"stage/night\"\ntoken = \"file:" + TokenFile + "\"\napi = \"{server}\"\n", Serve: elsewhere, Fails: true},
	},
	"listenbrainz": {
		{Keys: "users = [\"somebody\"]\n" + playsIt, Events: 1, Files: raw(
			`{"payload":{"user_id":"` + ID + `","listens":[{"listened_at":1795000000,"user_name":"` + Name + `","track_metadata":{"artist_name":"The Examples","track_name":"First","additional_info":{"submission_client":"` + Email + `"}}}]}}`)},
		{Keys: "users = [\"somebody\"]\ntoken = \"file:" + TokenFile + "\"\napi = \"{server}\"\n", Serve: talkative, Fails: true},
	},
	"irc": {
		{Keys: "url = \"ircs://irc.example.org\"\nchannels = [\"#music\"]\njoins = true\n" + playsIt, Events: 2, Files: raw(line("@msgid="+ID+" :"+ID+"!a@"+Email+" PRIVMSG #music :"+Text+" "+Name) + "\n" + line(":"+ID+"!a@"+Email+" JOIN #music"))},
		{Keys: "url = \"ws://{host}/\"\nchannels = [\"#music\"]\npassword = \"file:" + TokenFile + "\"\naccount = \"me\"\naccount_password = \"file:" + SecretFile + "\"\n", Serve: talkative, Fails: true},
	},
	"sse": {
		{Keys: "url = \"https://example.org/feed\"\n" + playsIt, Events: 1, Own: true, Files: recording("sale", `{`+person+`,"amount":5}`)},
		{Keys: "url = \"{server}/feed\"\ntoken = \"file:" + TokenFile + "\"\nsecret_query = { key = \"file:" + SecretFile + "\" }\n", Serve: talkative, Fails: true, Own: true},
		{Keys: "url = \"{server}/feed\"\nsecret_headers = { X-Key = \"file:" + TokenFile + "\" }\nsecret_query = { key = \"file:" + SecretFile + "\" }\n", Serve: elsewhere, Fails: true, Own: true},
	},
	"websocket": {
		{Keys: "url = \"wss://example.org/feed\"\n" + playsIt, Events: 1, Own: true, Files: recording("sale", `{`+person+`,"amount":5}`)},
		{Keys: "url = \"ws://{host}/feed\"\nsubscribe = ['{\"key\": \"${file:" + SecretFile + "}\"}']\ntoken = \"file:" + TokenFile + "\"\nsecret_query = { key = \"file:" + SecretFile + "\" }\n", Serve: talkative, Fails: true, Own: true},
	},
}
