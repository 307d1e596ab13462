package access_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/access"
)

func TestKeys(t *testing.T) {
	t.Setenv("TEST_TOKEN", "hidden-token")
	t.Setenv("TEST_KEY", "hidden key")
	u, _ := url.Parse("https://example.org/feed?a=b")
	k := access.Keys{Token: "env:TEST_TOKEN", Headers: map[string]string{"x-client": "me"}, SecretHeaders: map[string]string{"X-Api-Key": "env:TEST_KEY"}, SecretQuery: map[string]string{"key": "env:TEST_KEY"}, Private: true}
	var ps sonify.Problems
	if k.Check(&ps, u); ps.Err() != nil {
		t.Fatal(ps)
	}
	e, err := k.Read(sonify.SourceEnv{}, u)
	if err != nil {
		t.Fatal(err)
	}
	if e.URL.String() != "https://example.org/feed?a=b&key=hidden+key" || e.Header.Get("Authorization") != "Bearer hidden-token" || e.Header.Get("X-Client") != "me" || e.Header.Get("X-Api-Key") != "hidden key" || !e.Policy.Private {
		t.Errorf("%+v", e)
	}
	if all := strings.Join(e.Secrets, "|"); !strings.Contains(all, "hidden-token") || !strings.Contains(all, "hidden+key") {
		t.Errorf("secrets %s", all)
	}
	k.Token = "env:TEST_NOT_THERE"
	if _, err := k.Read(sonify.SourceEnv{}, u); err == nil {
		t.Error("a secret that is not there")
	}
}

func TestKeys_TellsAllMistakes(t *testing.T) {
	k := access.Keys{Token: "abcdef", Headers: map[string]string{"a b": "x", "Host": "x", "cookie": "abcdef", "X": "a\nb"},
		SecretHeaders: map[string]string{"X-Key": "abcdef", "Upgrade": "env:X"}, SecretQuery: map[string]string{"k": "abcdef"}}
	var ps sonify.Problems
	k.Check(&ps, nil)
	var all sonify.Problems
	if !errors.As(ps.Err(), &all) || len(all) != 8 || strings.Contains(ps.Err().Error(), "abcdef") {
		t.Errorf("%v", ps)
	}
}
