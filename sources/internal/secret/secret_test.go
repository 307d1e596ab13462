package secret_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"proscenium/sonify"
	"proscenium/sources/internal/secret"
)

func TestCheck_NeverRepeatsALiteral(t *testing.T) {
	for _, text := range []string{"hunter2-hunter2", "env:", "env:MY KEY", "env:2ND", "cred:../x", "http:x", "file:"} {
		var ps sonify.Problems
		secret.Check(&ps, "headers.x_token", text)
		if len(ps) != 1 || ps[0].Key != "headers.x_token" {
			t.Errorf("%q: %v", text, ps)
			continue
		}
		if strings.Contains(ps.Error(), "hunter2") {
			t.Errorf("the secret is told: %v", ps)
		}
	}
	var ps sonify.Problems
	secret.Check(&ps, "token", "hunter2")
	if h := ps[0].Hint; !strings.Contains(h, `token = "env:TOKEN"`) {
		t.Errorf("hint %q", h)
	}
	for _, text := range []string{"", "env:A_1", "file:a b.txt", "cred:token"} {
		var ps sonify.Problems
		if secret.Check(&ps, "token", text); len(ps) > 0 {
			t.Errorf("%q: %v", text, ps)
		}
	}
}

func TestRead_FromEveryPlace(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "key"), []byte(" s3cret\n"), 0o600)
	os.WriteFile(filepath.Join(dir, "empty"), []byte("\n"), 0o600)
	os.WriteFile(filepath.Join(dir, "long"), make([]byte, secret.Limit+1), 0o600)
	t.Setenv("PROSCENIUM_TEST_KEY", "of the environment ")
	t.Setenv("PROSCENIUM_TEST_EMPTY", "")
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	env := sonify.SourceEnv{Dir: dir}
	for text, want := range map[string]string{"": "", "file:key": "s3cret", "file:" + filepath.Join(dir, "key"): "s3cret", "cred:key": "s3cret", "env:PROSCENIUM_TEST_KEY": "of the environment"} {
		if got, err := secret.Read(env, text); got != want || err != nil {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{"s3cret": "is written", "file:none": "there is no file", "file:empty": "empty", "file:long": "too long", "file:.": "no ordinary file",
		"cred:none": "there is no credential none", "env:PROSCENIUM_TEST_NONE": "not set", "env:PROSCENIUM_TEST_EMPTY": "is empty"} {
		got, err := secret.Read(env, text)
		var p *sonify.Permanent
		if got != "" || err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, &p) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q is %q, %v; want an error with %q", text, got, err, want)
		}
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	if _, err := secret.Read(env, "cred:key"); err == nil || !strings.Contains(err.Error(), "LoadCredential=key") {
		t.Errorf("%v", err)
	}
}

func TestScrub_KeepsWhatTheErrorIs(t *testing.T) {
	why := fmt.Errorf("asked with s3cret: %w", context.Canceled)
	if err := secret.Scrub(why, "s3cret"); err.Error() != "asked with [secret]: context canceled" || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	var r *sonify.RetryAfter
	err := secret.Scrub(&sonify.RetryAfter{Err: errors.New("no s3cret"), Wait: time.Minute}, "s3cret")
	if !errors.As(err, &r) || r.Wait != time.Minute || strings.Contains(r.Error(), "s3cret") {
		t.Errorf("%v, %v", err, r)
	}
	var p *sonify.Permanent
	err = secret.Scrub(fmt.Errorf("a: %w", &sonify.Permanent{Err: errors.New("no s3cret")}), "s3cret", "")
	if !errors.As(err, &p) || strings.Contains(p.Error(), "s3cret") {
		t.Errorf("%v, %v", err, p)
	}
	if err := errors.New("nothing"); secret.Scrub(err, "s3cret", "a") != err {
		t.Error("an error without a secret is another one")
	}
	if secret.Scrub(nil, "x") != nil {
		t.Error("no error became one")
	}
}

func ExampleCheck() {
	var ps sonify.Problems
	secret.Check(&ps, "token", "abc123")
	fmt.Println(ps)
	// Output:
	// token: a secret does not stand in a piece, only where it is kept (write token = "env:TOKEN" and set that variable, or "file:PATH" for a file that holds it)
}
