package mqtt

import (
	"fmt"

	"proscenium/sonify"
)

// reasons are what the codes of MQTT 5 mean, section 2.4; those that this client
// can meet.
var reasons = map[byte]string{
	0x00: "all is well",
	0x80: "an error it does not name",
	0x81: "it cannot read what was sent",
	0x82: "it was sent what does not belong there",
	0x83: "it does not do that",
	0x84: "it does not speak this version of MQTT",
	0x85: "it does not take the client_id",
	0x86: "user name or password are wrong",
	0x87: "it is not allowed",
	0x88: "the server is not available",
	0x89: "the server is busy",
	0x8a: "the client is banned",
	0x8b: "the server is shutting down",
	0x8c: "it wants another way to log in",
	0x8d: "nothing was heard for too long",
	0x8e: "another client with the same client_id took over",
	0x8f: "the topic is not allowed",
	0x90: "the name of the topic is not allowed",
	0x91: "the packet is not known",
	0x93: "too many messages at once",
	0x95: "the packet is too large",
	0x96: "too many messages",
	0x97: "a quota is used up",
	0x98: "an administrator ended it",
	0x9a: "it keeps no messages",
	0x9b: "it does not do this quality of service",
	0x9c: "use another server",
	0x9d: "the server has moved",
	0x9e: "it does not share subscriptions",
	0x9f: "too many connections",
	0xa1: "it does not number subscriptions",
	0xa2: "it does not do wildcards",
}

// returns are the codes of a CONNACK of MQTT 3.1.1, section 3.2.2.3, in those of 5.
var returns = map[byte]byte{0: 0, 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}

// refusal is the error about a code: for good if the same question gets the same
// answer.
func refusal(what string, code byte, why string) error {
	text, ok := reasons[code]
	if !ok {
		text = fmt.Sprintf("code %#x", code)
	}
	if why != "" {
		text += fmt.Sprintf(" (%q)", why)
	}
	err := fmt.Errorf("%s: %s", what, text)
	switch code {
	case 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x8a, 0x8c, 0x8e, 0x8f, 0x90, 0x9b, 0x9c, 0x9d, 0xa2:
		return &sonify.Permanent{Err: err}
	}
	return err
}
