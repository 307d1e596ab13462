package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"proscenium/web"

	"github.com/chromedp/chromedp"
)

// tab is a page in a browser, of whichever kind.
type tab interface {
	// name says which browser it is.
	name() string
	// open loads an address and waits until the page is there.
	open(address string) error
	// evaluate gives the JSON text of what an expression comes to, once it is settled.
	evaluate(expression string) (string, error)
	// key presses and lets go a key; see keyNames for those that write nothing.
	key(k string) error
	// click clicks the middle of an element.
	click(selector string) error
	// resize makes the window so large, in CSS pixels.
	resize(width, height int) error
	// complaints are what the page wrote to its console as an error or a warning,
	// and what it threw.
	complaints() []string
}

// Keys that write nothing: the name that DOM events give them, for both browsers.
const (
	keyTab   = "Tab"
	keyEnter = "Enter"
	keyLeft  = "ArrowLeft"
	keyRight = "ArrowRight"
	keyUp    = "PageUp"
	keyDown  = "PageDown"
)

// keyNames are the code points that WebDriver and chromedp have for keys.
var keyNames = map[string]struct{ webdriver, chromedp string }{
	keyTab:   {"\ue004", "\t"},
	keyEnter: {"\ue007", "\r"},
	keyLeft:  {"\ue012", "\u0302"},
	keyRight: {"\ue014", "\u0303"},
	keyUp:    {"\ue00e", "\u0308"},
	keyDown:  {"\ue00f", "\u0307"},
}

// device is where a browser plays to; see sink.
type device interface{ environment(who string) []string }

// need is [web.Need].
var need = web.Need

// run evaluates and reads into a T. It fails the test if that cannot be done.
func run[T any](t *testing.T, b tab, expression string) T {
	t.Helper()
	var v T
	text, err := b.evaluate(expression)
	if err != nil {
		t.Fatalf("%s: %s: %v", b.name(), expression, err)
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %s is %s: %v", b.name(), expression, text, err)
	}
	return v
}

// until waits until an expression says something true, and returns it. The page
// itself looks, twenty times a second, for at most a minute.
func until[T any](t *testing.T, b tab, expression string) T {
	t.Helper()
	type answer struct {
		Value T      `json:"value"`
		Late  bool   `json:"late"`
		State string `json:"state"`
	}
	a := run[answer](t, b, fmt.Sprintf(`new Promise((done, fail) => {
		const began = performance.now();
		const look = () => {
			try {
				const value = (%s);
				if (value) return done({ value });
				if (performance.now() - began < 60000) return setTimeout(look, 50);
				done({ late: true, state: JSON.stringify({ way: globalThis.proscenium?.sound.way, context: globalThis.proscenium?.sound.context?.state,
					report: globalThis.proscenium?.sound.report, delay: globalThis.proscenium?.sound.delay, ear: globalThis.ear?.state, known: globalThis.proscenium?.score.known,
					status: document.getElementById("status")?.textContent }) });
			} catch (e) { fail(e); }
		};
		look();
	})`, expression))
	if a.Late {
		t.Fatalf("%s: %s did not become true in a minute; %s", b.name(), expression, a.State)
	}
	return a.Value
}

// must fails the test if a step in a browser could not be done.
func must(t *testing.T, b tab, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", b.name(), err)
	}
}

// opened are the browsers that are tried, each with one tab. With a device they
// play to it.
func opened(t *testing.T, d device) []tab {
	t.Helper()
	return []tab{chromiumTab(t, d), firefoxTab(t, d)}
}

// chromium is a tab of Chromium.
type chromium struct {
	ctx  context.Context
	mu   sync.Mutex
	said []string
}

func chromiumTab(t *testing.T, d device, flags ...chromedp.ExecAllocatorOption) tab {
	t.Helper()
	path := need(t, "chromium", "chromium-browser")
	var env []string
	if d != nil {
		env = d.environment("chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute), chromedp.Env(env...),
		chromedp.Flag("mute-audio", d == nil), chromedp.Flag("host-resolver-rules", "MAP radio.lan 127.0.0.1"))
	all, cancelAll := chromedp.NewExecAllocator(t.Context(), append(options, flags...)...)
	ctx, cancel := chromedp.NewContext(all)
	t.Cleanup(func() {
		chromedp.Cancel(ctx)
		cancel()
		cancelAll()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	c := &chromium{ctx: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				c.mu.Lock()
				c.said = append(c.said, m.String())
				c.mu.Unlock()
			}
		}
	}()
	return c
}

func (c *chromium) name() string { return "chromium" }

func (c *chromium) open(address string) error {
	return chromedp.Do(c.ctx, chromedp.Navigate(address))
}

func (c *chromium) evaluate(expression string) (string, error) {
	return chromedp.Run(c.ctx, chromedp.Evaluate[string](asJSON(expression), chromedp.EvalAwaitPromise))
}

func (c *chromium) key(k string) error {
	if n, ok := keyNames[k]; ok {
		k = n.chromedp
	}
	return chromedp.Do(c.ctx, chromedp.KeyEvent(k))
}

func (c *chromium) click(selector string) error {
	return chromedp.Do(c.ctx, chromedp.Click(selector))
}

func (c *chromium) resize(width, height int) error {
	return chromedp.Do(c.ctx, chromedp.EmulateViewport(int64(width), int64(height)))
}

func (c *chromium) complaints() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.said...)
}

// asJSON makes an expression one that comes to the JSON text of its value.
func asJSON(expression string) string {
	return "(async () => JSON.stringify((await (" + expression + ")) ?? null))()"
}

// firefoxTab starts Firefox and speaks WebDriver BiDi with it, without a driver
// between: Debian has none. more are lines of its user.js.
func firefoxTab(t *testing.T, d device, more ...string) tab {
	t.Helper()
	path := need(t, "firefox-esr", "firefox")
	dir := t.TempDir()
	prefs := `user_pref("network.dns.localDomains", "radio.lan");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.normandy.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.aboutwelcome.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("extensions.systemAddon.update.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("dom.min_background_timeout_value", 4);
user_pref("dom.webaudio.allow-autoplay-after-user-gesture", true);
user_pref("remote.log.level", "Warn");
` + strings.Join(more, "\n") + "\n"
	if err := os.WriteFile(filepath.Join(dir, "user.js"), []byte(prefs), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-remote", "--profile", dir, "--remote-debugging-port", "0", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+dir, "MOZ_CRASHREPORTER_DISABLE=1")
	if d != nil {
		cmd.Env = append(cmd.Env, d.environment("firefox")...)
	}
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, address, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
				found <- strings.TrimSpace(address)
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		cmd.Wait()
	})
	var address string
	select {
	case address = <-found:
	case <-ended:
		t.Fatal("firefox ends before it begins")
	case <-time.After(time.Minute):
		t.Fatal("firefox does not start in a minute")
	}
	f, err := dialFirefox(t.Context(), address)
	if err != nil {
		t.Fatalf("firefox: %v", err)
	}
	t.Cleanup(func() { f.close() })
	return f
}

// errGone is what a closed line to a browser answers.
var errGone = errors.New("the browser is gone")
