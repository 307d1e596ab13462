package github_webhook

import (
	"testing"

	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/hook/goldens"
)

func configured(name string) Config {
	c := *Info().Config().(*Config)
	if name == "only" {
		c.Repositories = []string{"Stage/Night"}
	}
	return c
}

// What was delivered becomes these events and no others.
func TestDeliveries(t *testing.T) {
	goldens.Test(t, func(env sonify.SourceEnv, name string) decode.Normaliser { return newNormaliser(env, configured(name)) })
}

func FuzzDecode(f *testing.F) {
	goldens.Fuzz(f, func(env sonify.SourceEnv) decode.Normaliser { return newNormaliser(env, configured("")) })
}
