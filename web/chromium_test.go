package web_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser starts Chromium. Its first tab's context is returned.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := need(t, "chromium")
	limit, cancelLimit := context.WithTimeout(t.Context(), 2*time.Minute)
	all, cancelAll := chromedp.NewExecAllocator(limit, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("host-resolver-rules", "MAP radio.lan 127.0.0.1"))...)
	ctx, cancel := chromedp.NewContext(all)
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		cancel()
		cancelAll()
		cancelLimit()
	})
	return ctx
}

// do fails the test if a step does.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// value returns what an expression says on the page, once it says something true.
func value[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Poll[T](expression, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		state, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify({way: globalThis.proscenium?.sound.way, state: globalThis.proscenium?.sound.context?.state,
			report: globalThis.proscenium?.sound.report, delay: globalThis.proscenium?.sound.delay})`))
		t.Fatalf("%s: %v; %s", expression, err, state)
	}
	return v
}

// quiet fails the test if the page complains of anything.
func quiet(t *testing.T, ctx context.Context) (check func()) {
	t.Helper()
	do(t, ctx) // the tab has to be there
	var mu sync.Mutex
	var said []string
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				mu.Lock()
				said = append(said, m.String())
				mu.Unlock()
			}
		}
	}()
	return func() {
		mu.Lock()
		defer mu.Unlock()
		if len(said) > 0 {
			t.Errorf("the page complains:\n%s", strings.Join(said, "\n"))
		}
	}
}

// match is a station's piece on which something happens.
const match = busy
