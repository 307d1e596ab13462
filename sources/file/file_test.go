package file_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	source "proscenium/sources/file"
	"proscenium/sources/internal/servertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tail is a source that runs, and what it reported.
type tail struct {
	t      *testing.T
	env    sonify.SourceEnv
	events chan sonify.Event
	stop   func()
	done   chan error
	place  string
}

var errEnough = errors.New("enough")

// follow runs a source over the file "a.log" of dir; place is where it stood.
func follow(t *testing.T, dir, place string, change func(c *source.Config)) *tail {
	t.Helper()
	f := &tail{t: t, env: sonify.SourceEnv{Name: "log", Dir: dir, Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link)},
		events: make(chan sonify.Event, 1000), done: make(chan error, 1)}
	f.env.Place.Set(place)
	c := source.Info().Config().(*source.Config)
	c.Path, c.Every = "a.log", 10*time.Millisecond
	if change != nil {
		change(c)
	}
	s, err := source.Info().New(f.env, c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	f.stop = func() { cancel(errEnough) }
	go func() {
		f.done <- s.Run(ctx, func(ev sonify.Event) { f.events <- ev })
	}()
	t.Cleanup(f.stop)
	return f
}

// want waits for events with these values, and returns the place of the last.
func (f *tail) want(values ...string) string {
	f.t.Helper()
	for _, v := range values {
		select {
		case ev := <-f.events:
			if got := ev.Value("n").String(); got != v {
				f.t.Fatalf("event %q, want %q", got, v)
			}
			if ev.Place != "" { // the same as before is not told again
				f.place = ev.Place
			}
		case err := <-f.done:
			f.t.Fatalf("ended with %v, want %q", err, v)
		case <-time.After(time.Minute):
			f.t.Fatalf("nothing comes, want %q; %v", v, f.env.Tally.Counts())
		}
	}
	return f.place
}

// end stops it and makes sure that nothing more came.
func (f *tail) end() {
	f.t.Helper()
	f.stop()
	if err := <-f.done; err != errEnough {
		f.t.Errorf("ended with %v", err)
	}
	if len(f.events) > 0 {
		ev := <-f.events
		f.t.Errorf("and then came %q", ev.Value("n"))
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// up waits until the source has opened its file.
func (f *tail) up() {
	for f.env.Link.Status().State != sonify.LinkUp {
		select {
		case err := <-f.done:
			f.t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestRun_ThroughRotationTruncationAndRestart(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "a.log")
	put(t, log, `{"n":"old"}`+"\n")
	f := follow(t, dir, "", nil)
	f.up()
	put(t, log, `{"n":"1"}`+"\n"+`{"n":"2"`)
	f.want("1")
	put(t, log, "}\nnonsense {\n")
	put(t, log, `{"n":"3"}`+"\n")
	f.want("2")
	if ev := <-f.events; ev.Value("text").String() != "nonsense {" { // nobody foresaw it
		t.Errorf("%v", ev)
	}
	f.want("3")
	// Renamed; something more is written to the old one before the new one is there.
	if err := os.Rename(log, log+".1"); err != nil {
		t.Fatal(err)
	}
	put(t, log+".1", `{"n":"4"}`+"\n")
	f.want("4")
	put(t, log+".1", `{"n":"5"}`+"\n")
	put(t, log, `{"n":"6"}`+"\n")
	f.want("5", "6")
	// Cut to nothing in its place.
	if err := os.Truncate(log, 0); err != nil {
		t.Fatal(err)
	}
	for tries := 0; len(f.env.Tally.Counts()) == 0 && tries < 1000; tries++ {
		time.Sleep(time.Millisecond)
	}
	put(t, log, `{"n":"7"}`+"\n")
	place := f.want("7")
	f.end()
	// Away; it is written to, and rotated.
	put(t, log, `{"n":"8"}`+"\n")
	os.Rename(log, filepath.Join(dir, "a.log.2"))
	put(t, log, `{"n":"9"}`+"\n")
	f = follow(t, dir, place, nil)
	place = f.want("8", "9")
	f.end()
	f = follow(t, dir, place, nil)
	f.up()
	put(t, log, `{"n":"10"}`+"\n")
	f.want("10")
	f.end()
	// What it stood in is gone.
	os.Remove(log)
	os.Remove(filepath.Join(dir, "a.log.2"))
	os.Remove(log + ".1")
	put(t, log+"x", "keeps the inode busy\n")
	put(t, log, `{"n":"11"}`+"\n")
	f = follow(t, dir, "zzzz:5", nil)
	f.want("11")
	f.end()
	if c := f.env.Tally.Counts(); len(c) != 1 || !strings.Contains(c[0].What, "is gone") {
		t.Errorf("%v", c)
	}
}

func TestRun_WaitsForTheFile(t *testing.T) {
	dir := t.TempDir()
	f := follow(t, dir, "", nil)
	servertest.Wait(t, "the link is down", func() bool { return f.env.Link.Status().State == sonify.LinkDown })
	put(t, filepath.Join(dir, "a.log"), `{"n":"1"}`+"\n")
	f.want("1")
	f.end()
}

func TestRun_ReadsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a.log"), "n;v\n1;2,5\n"+strings.Repeat("x", 100_000)+"\n2;3\n")
	f := follow(t, dir, "", func(c *source.Config) { c.From, c.Format, c.Decimal, c.MaxRecord = "begin", "csv", "comma", 64 })
	place := f.want("1", "2")
	f.end()
	if c := f.env.Tally.Counts(); len(c) != 1 || c[0].What != "line too long" || c[0].First != 3 {
		t.Errorf("%v", c)
	}
	// The header is read again after a restart.
	put(t, filepath.Join(dir, "a.log"), "3;4\n")
	f = follow(t, dir, place, func(c *source.Config) { c.Format, c.Decimal = "csv", "comma" })
	f.want("3")
	f.end()
}

// Written and rotated as fast as can be, everything is heard once: each file is renamed
// as soon as its first line has been heard, with the others just written.
func TestRun_LosesNothing(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "a.log")
	put(t, log, "")
	f := follow(t, dir, "", nil)
	f.up()
	const rounds, each = 12, 40
	heard := make(chan struct{}, rounds)
	go func() {
		n := 0
		for r := range rounds {
			for i := range each {
				n++
				put(t, log, fmt.Sprintf("{\"n\":\"%d\"}\n", n))
				if i == 0 {
					<-heard
				}
			}
			os.Rename(log, fmt.Sprintf("%s.%d", log, r))
		}
	}()
	for r := range rounds {
		f.want(fmt.Sprint(r*each + 1))
		heard <- struct{}{}
		for i := 1; i < each; i++ {
			f.want(fmt.Sprint(r*each + i + 1))
		}
	}
	f.end()
}

func TestProbe_SaysWhatCannotBeFollowed(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{"a.log": "", "none/a.log": "nor its folder", ".": "is a folder", "/dev/null": "no ordinary file"} {
		c := source.Info().Config().(*source.Config)
		c.Path = path
		s, err := source.Info().New(sonify.SourceEnv{Dir: dir, Tally: new(sonify.Tally)}, c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.(sonify.Prober).Probe(t.Context())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, path := range []string{"", "-"} {
		c := source.Info().Config().(*source.Config)
		if c.Path = path; path == "-" {
			c.Format = "xml"
		}
		if _, err := source.Info().New(sonify.SourceEnv{Tally: new(sonify.Tally)}, c); err == nil {
			t.Errorf("%q is followed", path)
		}
	}
}
