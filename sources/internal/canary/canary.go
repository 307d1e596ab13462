// Package canary finds out whether people's data and secrets get out. Its birds are a
// name, an e-mail, a token and a secret that occur nowhere else; they are put into the
// input of every kind of source, and then everything that the program says, shows and
// writes is searched for them, in whatever way they may be written there.
package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
)

// The birds.
const (
	Name   = "Zephyrine Quackenbush"
	Email  = "zephyrine.quackenbush@canary.example"
	Token  = "tok-ca7a1ef0d15ea5e5"
	Secret = "c2VjcmV0LWNhbmFyeS1raXdp" // it is base64, as some services want it
	// Text is what she wrote.
	Text = "my phone is 555-0199-canary, call me"
	// ID is what a service calls her.
	ID = "cust-canary-74656"
)

// birds are what is searched for, with what people would recognise of them.
var birds = map[string][]string{
	"the name":   {Name, "Quackenbush", "Zephyrine"},
	"the e-mail": {Email, "canary.example"},
	"the token":  {Token},
	"the secret": {Secret, "secret-canary-kiwi"},
	"the text":   {Text, "555-0199"},
	"the id":     {ID},
}

// Find returns which birds are in text, in plain or as URLs, JSON, base64 and hex
// would write them, in whatever case.
func Find(text []byte) []string {
	low := bytes.ToLower(text)
	var found []string
	for bird, forms := range birds {
		if in(low, forms) {
			found = append(found, bird)
		}
	}
	return found
}

func in(low []byte, forms []string) bool {
	for _, f := range forms {
		quoted, _ := json.Marshal(f)
		for _, w := range []string{f, url.QueryEscape(f), url.PathEscape(f), strings.Trim(string(quoted), `"`),
			hex.EncodeToString([]byte(f)), base64.StdEncoding.EncodeToString([]byte(f)), base64.RawURLEncoding.EncodeToString([]byte(f))} {
			if bytes.Contains(low, []byte(strings.ToLower(w))) {
				return true
			}
		}
	}
	return false
}
