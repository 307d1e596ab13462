package exec_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"proscenium/sonify"
	source "proscenium/sources/exec"
)

// The test program is the program that is run, too: what it does is its first argument.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "child" {
		child(os.Args[2])
		return
	}
	goleak.VerifyTestMain(m)
}

func child(what string) {
	switch what {
	case "three":
		fmt.Println(`{"n":1,"cursor":"a1"}`)
		fmt.Println("nonsense")
		fmt.Println(`{"n":2,"cursor":"a2"}`)
		fmt.Println(`{"s":"` + strings.Repeat("x", 2<<20) + `"}`)
		fmt.Print(`{"n":3,"cursor":"a3"}`)
	case "env":
		b, _ := json.Marshal(map[string]any{"vars": strings.Join(os.Environ(), "\n"), "dir": func() string { d, _ := os.Getwd(); return d }()})
		fmt.Println(string(b))
	case "fail":
		fmt.Println(`{"n":1}`)
		fmt.Fprintln(os.Stderr, "no way with", os.Getenv("TOKEN"))
		for i := range 200 {
			fmt.Fprintln(os.Stderr, "line", i)
		}
		fmt.Fprint(os.Stderr, "it broke: ", os.Getenv("TOKEN"))
		os.Exit(3)
	case "talk":
		fmt.Println("Starting…")
		fmt.Println(`{"n":1}`)
		fmt.Println("mail from jane@example.org")
		fmt.Println(`{"n":2}`)
	case "config":
		os.Exit(78)
	case "deaf": // with a child of its own, neither of which listens to signals
		cmd := osexec.Command("sh", "-c", "trap '' TERM; echo $$ > "+os.Getenv("PIDFILE")+"; while :; do sleep 1; done")
		cmd.Start()
		for {
			if _, err := os.Stat(os.Getenv("PIDFILE")); err == nil {
				break
			}
			time.Sleep(time.Millisecond)
		}
		fmt.Println(`{"n":1}`)
		cmd.Wait()
	case "flood":
		for i := 0; ; i++ {
			fmt.Println(`{"n":` + fmt.Sprint(i) + `}`)
		}
	}
}

type told struct {
	mu    sync.Mutex
	lines []string
}

func (t *told) tell(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, text)
}

func run(t *testing.T, ctx context.Context, what string, change func(e *sonify.SourceEnv, c *source.Config), emit func(sonify.Event)) (sonify.SourceEnv, *told, error) {
	t.Helper()
	out := &told{}
	e := sonify.SourceEnv{Name: "mine", Dir: t.TempDir(), Tally: new(sonify.Tally), Place: new(sonify.Place), Link: new(sonify.Link), Say: out.tell}
	c := source.Info().Config().(*source.Config)
	c.Command = []string{os.Args[0], "child", what}
	if change != nil {
		change(&e, c)
	}
	s, err := source.Info().New(e, c)
	if err != nil {
		return e, out, err
	}
	if _, err := s.(sonify.Prober).Probe(ctx); err != nil {
		return e, out, err
	}
	return e, out, s.Run(ctx, emit)
}

func TestRun_HearsEveryLine(t *testing.T) {
	var got []string
	e, _, err := run(t, t.Context(), "three", func(_ *sonify.SourceEnv, c *source.Config) { c.Place = "cursor" }, func(ev sonify.Event) {
		got = append(got, fmt.Sprintf("%v %s %d", ev.Value("n"), ev.Place, ev.Line))
	})
	if want := "1 a1 1|2 a2 3|3 a3 5"; err != nil || strings.Join(got, "|") != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if c := fmt.Sprint(e.Tally.Counts()); !strings.Contains(c, "line too long 1 4") || !strings.Contains(c, " 1 2}") {
		t.Errorf("%s", c)
	}
	if st := e.Link.Status(); st.Messages != 4 || st.Connected != 1 {
		t.Errorf("%+v", st)
	}
}

// What a program says between its messages is none, unless the piece takes texts.
func TestRun_OnlyWhatIsOfTheFormat(t *testing.T) {
	for format, c := range map[string]struct{ want, counted string }{
		"":     {"n=1 n=2", "[{skipped message that cannot be read 2 1}]"},
		"auto": {"text=Starting… n=1 text=mail from jane@example.org n=2", "[]"},
		"text": {`text=Starting… text={"n":1} text=mail from jane@example.org text={"n":2}`, "[]"},
	} {
		var got []string
		e, _, err := run(t, t.Context(), "talk", func(_ *sonify.SourceEnv, c *source.Config) {
			if format != "" {
				c.Format = format
			}
		}, func(ev sonify.Event) {
			for _, name := range []string{"text", "n"} {
				if v := ev.Value(name); !v.IsMissing() {
					got = append(got, name+"="+v.String())
				}
			}
		})
		if counted := fmt.Sprint(e.Tally.Counts()); err != nil || strings.Join(got, " ") != c.want || counted != c.counted {
			t.Errorf("%q: %q, %s, %v", format, got, counted, err)
		}
	}
}

func TestRun_GivesWhatIsListedAndNothingElse(t *testing.T) {
	t.Setenv("PROSCENIUM_TEST_A", "of ours")
	t.Setenv("PROSCENIUM_TEST_B", "not listed")
	t.Setenv("PROSCENIUM_TEST_SECRET", "s3cret")
	var vars, dir, where string
	_, _, err := run(t, t.Context(), "env", func(e *sonify.SourceEnv, c *source.Config) {
		e.Place.Set("a9")
		where, _ = filepath.EvalSymlinks(e.Dir)
		c.Env, c.Set, c.Secrets = []string{"PROSCENIUM_TEST_A", "NOT_SET"}, map[string]string{"REGION": "north"}, map[string]string{"TOKEN": "env:PROSCENIUM_TEST_SECRET"}
	}, func(ev sonify.Event) { vars, dir = ev.Value("vars").String(), ev.Value("dir").String() })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PROSCENIUM_TEST_A=of ours", "REGION=north", "TOKEN=s3cret", "PROSCENIUM_SOURCE=mine", "PROSCENIUM_PLACE=a9", "PATH="} {
		if !strings.Contains("\n"+vars, "\n"+want) {
			t.Errorf("no %s in\n%s", want, vars)
		}
	}
	if strings.Contains(vars, "not listed") || strings.Contains(vars, "NOT_SET") || strings.Contains(vars, "HOME=") || dir != where {
		t.Errorf("in %s, with\n%s", dir, vars)
	}
}

func TestRun_SaysWhyItFailed(t *testing.T) {
	t.Setenv("PROSCENIUM_TEST_SECRET", "s3cret")
	n := 0
	_, out, err := run(t, t.Context(), "fail", func(_ *sonify.SourceEnv, c *source.Config) {
		c.Secrets = map[string]string{"TOKEN": "env:PROSCENIUM_TEST_SECRET"}
	}, func(sonify.Event) { n++ })
	if n != 1 || err == nil || !strings.HasSuffix(err.Error(), "ended with status 3: it broke: [secret]") {
		t.Errorf("%d events, %v", n, err)
	}
	if p := new(sonify.Permanent); errors.As(err, &p) {
		t.Error("it is not run again")
	}
	if len(out.lines) != 60 || out.lines[0] != "no way with [secret]" {
		t.Errorf("%d lines: %.3q", len(out.lines), out.lines)
	}
	_, _, err = run(t, t.Context(), "config", nil, func(sonify.Event) {})
	if p := new(sonify.Permanent); !errors.As(err, &p) {
		t.Errorf("status 78: %v", err)
	}
}

// So long a machine that has other work may take for what is done at once, or in half a
// second; what is not done at all takes longer.
const busy = 20 * time.Second

// A program that does not listen is killed, and so is what it started.
func TestRun_StopsWithAllThatWasStarted(t *testing.T) {
	pidfile := filepath.Join(t.TempDir(), "pid")
	ctx, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var began time.Time
	_, _, err := run(t, ctx, "deaf", func(_ *sonify.SourceEnv, c *source.Config) { c.Set = map[string]string{"PIDFILE": pidfile} }, func(sonify.Event) {
		began = time.Now()
		stop(enough)
	})
	if took := time.Since(began); err != enough || took > busy {
		t.Errorf("%v after %v", err, took)
	}
	b, _ := os.ReadFile(pidfile)
	for tries := 0; ; tries++ {
		if _, err := os.Stat("/proc/" + strings.TrimSpace(string(b))); err != nil {
			break
		}
		if state, _ := os.ReadFile("/proc/" + strings.TrimSpace(string(b)) + "/stat"); strings.Contains(string(state), ") Z ") {
			break
		}
		if tries > 100 {
			t.Fatalf("process %s is still there", b)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestRun_AFloodWaits(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	n := 0
	_, _, err := run(t, ctx, "flood", nil, func(ev sonify.Event) {
		if got, _ := ev.Value("n").Float(); int(got) != n {
			t.Fatalf("%v after %d", got, n-1)
		}
		if n++; n == 20_000 {
			stop(enough)
		}
	})
	if err != enough || n < 20_000 {
		t.Errorf("%d, %v", n, err)
	}
}

func TestNew_TellsAllMistakes(t *testing.T) {
	for _, c := range []struct {
		change func(c *source.Config)
		want   string
	}{
		{func(c *source.Config) { c.Command = nil }, "command"},
		{func(c *source.Config) { c.Command = []string{"no-such-program-anywhere"} }, "there is no program"},
		{func(c *source.Config) { c.Command = []string{"./feed.sh"} }, "cannot be run"},
		{func(c *source.Config) { c.Secrets = map[string]string{"T": "literal-t0ken"} }, "secrets.T"},
		{func(c *source.Config) { c.Env = []string{"A=b"} }, "env[0]"},
		{func(c *source.Config) { c.Format = "csv" }, "columns"},
		{func(c *source.Config) { c.Format = "xml" }, "format"},
	} {
		_, _, err := run(t, t.Context(), "three", func(_ *sonify.SourceEnv, conf *source.Config) { c.change(conf) }, func(sonify.Event) { t.Error("it ran") })
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "t0ken") {
			t.Errorf("%v; want %q", err, c.want)
		}
	}
}
