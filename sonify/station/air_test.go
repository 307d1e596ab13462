package station_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"proscenium/sonify"
	"proscenium/sonify/conductor"
	"proscenium/sonify/journal"
	"proscenium/sonify/mapping"
	"proscenium/sonify/pcm"
	"proscenium/sonify/sonifytest"
	"proscenium/sonify/sound"
	"proscenium/sonify/station"
)

// recorder keeps what it hears, and the headers under which.
type recorder struct {
	sonifytest.Recorder
	headers []sonify.Header
	changed []int // notes before each change
}

// steady is a piece whose source never breaks: when one comes back is not the same
// twice.
var steady = strings.Replace(shop, "breaks = 9\n", "", 1)

func (r *recorder) Begin(h *sonify.Header) error {
	r.headers = append(r.headers, *h)
	return r.Recorder.Begin(h)
}

func (r *recorder) Change(h *sonify.Header) error {
	r.headers = append(r.headers, *h)
	r.changed = append(r.changed, len(r.Notes))
	return nil
}

// Ten broken edits in a row change nothing in the sound; what is wrong is told with
// its place. A good one is heard on the next bar line.
func TestEdit_BrokenOnesChangeNothing(t *testing.T) {
	play := func(edits ...string) (*digest, station.Status) {
		var d *digest
		var st station.Status
		synctest.Test(t, func(t *testing.T) {
			d, st = onAir(t, station.Options{}, steady, 20050*time.Millisecond, func(s *station.Station) {
				sleep(5 * time.Second)
				for _, e := range edits {
					s.Edit([]byte(e))
					sleep(time.Second)
				}
			})
		})
		return d, st
	}
	want, st := play()
	if st.Broken || len(st.Problems) > 0 {
		t.Fatalf("%+v", st)
	}
	broken := []string{"", "title = ", steady + "[voice.bell]\nwave = \"sine\"\n", steady + "oops = 1\n", strings.Replace(steady, "orders", "order", 1),
		steady + "[[rule]]\non = \"order.paid\"\nvoice = \"drum\"\n", "\x00\xff", strings.Replace(steady, `"base"`, `"bass"`, 1), steady + steady, steady + "[[rule]]\non = \"order.paid\"\nwhen = \"quantity >\"\nvoice = \"bell\"\npitch = 60\n"}
	got, st := play(broken...)
	if got.String() != want.String() {
		t.Errorf("broken edits are heard: %v, want %v", got, want)
	}
	if !st.Broken || st.Problems.Err() == nil || st.Problems[0].Line != 9 || st.Problems[0].File != "piece.toml" {
		t.Errorf("the last of them is told as %+v", st.Problems)
	}
	if again, st := play(append(broken, steady)...); again.String() != want.String() || st.Broken {
		t.Errorf("the piece as it was is heard as an edit: %v, %v", again, st.Problems)
	}
}

// An edit is heard on a bar line: not earlier, and not later than the next.
func TestEdit_IsHeardOnTheNextBarLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		edited := shop + "[voice.added]\n[[pattern]]\nname = \"added\"\nvoice = \"added\"\nrhythm = \"x...\"\nnotes = \"root\"\n"
		onAir(t, station.Options{}, shop, 15*time.Second, func(s *station.Station) {
			s.Attach(rec)
			sleep(7300 * time.Millisecond)
			s.Edit([]byte(edited))
		})
		// At 120 a bar lasts two seconds; what sounds at 8 s is decided at 8 s. The
		// station began 200 ms late, so 7.3 s are 7.1 s of music, and 7.3 s are decided.
		if len(rec.headers) != 2 || rec.headers[1].Frame != 8*48000 || rec.headers[1].Tick != 4*3840 {
			t.Fatalf("%d headers, the last at %+v", len(rec.headers), rec.headers[len(rec.headers)-1].Frame)
		}
		h := rec.headers[1]
		added := slices.IndexFunc(h.Voices, func(v sonify.Voice) bool { return v.Name == "added" })
		first := slices.IndexFunc(rec.Notes[rec.changed[0]:], func(n sonify.Note) bool { return n.Voice == added })
		if first < 0 || rec.Notes[rec.changed[0]+first].Tick != h.Tick {
			t.Errorf("the new pattern's first note is %d after the change", first)
		}
		for _, n := range rec.Notes[:rec.changed[0]] {
			if n.Tick >= h.Tick {
				t.Errorf("a note at tick %d came before the change at %d", n.Tick, h.Tick)
			}
		}
	})
}

// No click: nothing in the sound of an edit jumps farther than in the sounds of
// the two pieces.
func TestEdit_DoesNotClick(t *testing.T) {
	soft := strings.NewReplacer(`"base"`, `"base"`+"\nmix = { loudness = \"off\" }").Replace(shop)
	edited := soft + "[voice.bass]\ngain = 0.5\n[voice.bell]\nduty = 0\n"
	play := func(text, edit string) (jump int32) {
		synctest.Test(t, func(t *testing.T) {
			d, _ := onAir(t, station.Options{}, text, 20*time.Second, func(s *station.Station) {
				for i := range 5 {
					sleep(3 * time.Second)
					if edit != "" {
						if ps := s.Edit([]byte([]string{edit, text}[i%2])); ps.Err() != nil {
							t.Error(ps)
						}
					}
				}
			})
			jump = d.jump
		})
		return jump
	}
	most := max(play(soft, ""), play(edited, ""))
	if got := play(soft, edited); got > most+most/10 {
		t.Errorf("the sound jumps by %d, the two pieces alone by %d", got, most)
	}
}

// An output that joins gets the header of the moment and what holds; one that
// leaves is finished.
func TestAttach_ComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late, gone, failing := &recorder{}, &recorder{}, &recorder{}
		failing.Err, failing.PlaysLeft = errors.New("the line is dead"), 5
		var a, b *station.Attachment
		onAir(t, station.Options{}, shop, 12*time.Second, func(s *station.Station) {
			a, b = s.Attach(gone), s.Attach(failing)
			sleep(5100 * time.Millisecond)
			a.Detach()
			a.Detach()
			s.Attach(late)
		})
		if gone.Closed != 1 || gone.Summary == nil || a.Err() != nil || len(gone.Spans) < 400 || len(gone.Spans) > 500 {
			t.Errorf("detached: closed %d times, %d passages, %v", gone.Closed, len(gone.Spans), a.Err())
		}
		if !errors.Is(b.Err(), failing.Err) || len(failing.Spans) != 5 || failing.Closed != 1 || failing.Summary != nil {
			t.Errorf("failing: %v after %d passages", b.Err(), len(failing.Spans))
		}
		h := late.headers[0]
		if h.Frame < 4*48000 || h.Tick != late.Spans[0].Begin || late.Closed != 1 || late.Summary == nil {
			t.Errorf("joined at frame %d", h.Frame)
		}
		kinds := map[sonify.MarkKind]bool{}
		for _, m := range late.Marks {
			if m.Frame == h.Frame {
				kinds[m.Kind] = true
			}
		}
		for _, k := range []sonify.MarkKind{sonify.MarkSection, sonify.MarkKey, sonify.MarkMeter, sonify.MarkTempo, sonify.MarkChord, sonify.MarkSignal} {
			if !kinds[k] {
				t.Errorf("who joins is not told the %v", k)
			}
		}
	})
}

// states are what a recorder heard of the sources.
func (r *recorder) states() (out []string) {
	for _, m := range r.Marks {
		if m.Kind == sonify.MarkState {
			out = append(out, m.Name+" "+m.Text)
		}
	}
	return out
}

func TestSources_FailAndComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &recorder{}
		dir := t.TempDir()
		text := shop + "silent = \"20s\"\n[source.other]\ntype = \"orders\"\nfatal = true\n[idle]\nafter = \"8s\"\n"
		_, st := onAirTo(t, station.Options{Journal: dir, Stale: 15 * time.Second}, text, 40*time.Second, rec, nil)
		want := "[other failed data idle shop stale shop failed shop live data live data idle"
		if got := fmt.Sprint(rec.states()); !strings.HasPrefix(got, want) {
			t.Errorf("outputs are told %s, want %s ...]", got, want)
		}
		i := slices.IndexFunc(st.Sources, func(s station.SourceStatus) bool { return s.Name == "other" })
		if st.Sources[i].State != "failed" || st.Sources[i].Error != "the password is wrong" {
			t.Errorf("%+v", st.Sources[i])
		}
		if last := rec.Spans[len(rec.Spans)-1]; last.End < 19*3840 {
			t.Errorf("the music stopped at tick %d", last.End)
		}
	})
}

// A program that is killed leaves its log as it is. Ten times in mid-piece: each
// time the next one goes on, and what all played together is what one would have
// played that was left alone.
func TestRun_GoesOnAfterItWasKilled(t *testing.T) {
	for name, text := range map[string]string{"a file": walk, "a file, in segments": walk} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := journal.Options{}
				if strings.Contains(name, "segments") {
					opts.SegmentAge = 3 * time.Second
				}
				whole := t.TempDir()
				onAir(t, station.Options{Journal: whole}, text, 70*time.Second, nil)
				dir := t.TempDir()
				for i := range 10 {
					killed := t.TempDir()
					_, st := onAir(t, station.Options{Journal: dir, JournalOptions: opts}, text, 7*time.Second, func(*station.Station) {
						sleep(time.Duration(4000+i*317) * time.Millisecond)
						if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
							t.Error(err)
						}
					})
					if st.Resumed != (i > 0) {
						t.Fatalf("start %d: resumed is %v", i+1, st.Resumed)
					}
					if i%2 == 1 { // and a line was torn
						paths, _ := journal.LastRun(killed)
						f, err := os.OpenFile(paths[len(paths)-1], os.O_APPEND|os.O_WRONLY, 0)
						if err != nil {
							t.Fatal(err)
						}
						f.WriteString(`{"type":"event","at":99`)
						f.Close()
					}
					dir = killed
				}
				parts, all := score(t, dir), score(t, whole)
				n := strings.Count(parts, "\n")
				if n < 100 || !strings.HasPrefix(all, parts[:strings.LastIndex(strings.TrimRight(parts, "\n"), "\n")]) {
					t.Errorf("%d lines, the first that differs: %s", n, differs(parts, all))
				}
			})
		})
	}
}

func differs(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("line %d: %s\nnot %s", i+1, x[i], y[min(i, len(y)-1)])
		}
	}
	return "none"
}

// score is the newest run of a log as one performance, a line a note. A chord that
// is asked for again is told once.
func score(t *testing.T, dir string) string {
	t.Helper()
	paths, err := journal.LastRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	env := mapping.Env{Version: "test"}
	look, err := station.Look(env, paths...)
	if err != nil {
		t.Fatal(err)
	}
	r, err := station.NewReplay(env, paths...)
	if err != nil {
		t.Fatal(err)
	}
	rec := &sonifytest.Recorder{}
	c := station.Combine(look.Headers)
	c.Outputs = []sonify.Output{rec}
	if _, err := r.Play(t.Context(), []sonify.Output{c}, conductor.Options{}); err != nil {
		t.Fatal(err)
	}
	return lines(rec)
}

// lines are the notes that were heard, a line each.
func lines(rec *sonifytest.Recorder) string {
	var b strings.Builder
	for _, n := range rec.Notes {
		fmt.Fprintf(&b, "%d %d %s %v v%d event %d\n", n.Tick, n.Frame, rec.Header.Voices[n.Voice].Name, n.Pitch, n.Velocity, n.Cause.Event)
	}
	return b.String()
}

// A station that is asked to stop, as a service manager does, and is off for hours goes
// on where it was: all that went on the air is one performance, without a gap and
// without anything twice, and it is what the log renders.
func TestRun_GoesOnAfterItWasStopped(t *testing.T) {
	for name, text := range map[string]string{"a file": walk, "live": shop} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				air := &recorder{}
				end := sonify.Tick(0)
				for i := range 5 {
					rec := &recorder{}
					d, st := onAirTo(t, station.Options{Journal: dir}, text, time.Duration(7000+i*617)*time.Millisecond, rec, nil)
					if st.Resumed != (i > 0) {
						t.Fatalf("start %d: resumed is %v", i+1, st.Resumed)
					}
					if begin := rec.Spans[0].Begin; begin != end {
						t.Errorf("start %d begins at tick %d, the one before ended at %d", i+1, begin, end)
					}
					end = rec.Spans[len(rec.Spans)-1].End
					air.Notes = append(air.Notes, rec.Notes...)
					air.Header = rec.Header
					paths, err := journal.LastRun(dir)
					if err != nil || len(paths) != i+1 {
						t.Fatalf("start %d: %d segments of one run, %v", i+1, len(paths), err)
					}
					if again := renderedOf(t, paths[i]); again.String() != d.String() {
						t.Errorf("start %d: its log renders %v, on the air was %v", i+1, again, d)
					}
					sleep(11 * time.Hour)
				}
				if want, got := lines(&air.Recorder), score(t, dir); got != want || strings.Count(got, "\n") < 40 {
					t.Errorf("%d lines; the first that differs: %s", strings.Count(got, "\n"), differs(got, want))
				}
				// A day after it stopped it begins anew.
				sleep(14 * time.Hour)
				if _, st := onAir(t, station.Options{Journal: dir}, text, 3*time.Second, nil); st.Resumed {
					t.Error("it goes on after more than a day")
				}
			})
		})
	}
}

// An edit while the station was off is an edit: the rest goes on.
func TestRun_GoesOnWithAnEditedPiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, killed := t.TempDir(), t.TempDir()
		onAir(t, station.Options{Journal: dir}, shop, 15*time.Second, func(*station.Station) {
			sleep(11 * time.Second)
			if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
				t.Error(err)
			}
		})
		rec := &recorder{}
		d, st := onAirTo(t, station.Options{Journal: killed}, shop+"[voice.bell]\nwave = \"triangle\"\n", 5*time.Second, rec, nil)
		if !st.Resumed || st.JournalError != "" || st.Heard < 20 || rec.headers[0].Frame < 10*48000 {
			t.Errorf("%+v", st)
		}
		if paths, err := journal.LastRun(killed); err != nil || len(paths) != 2 {
			t.Errorf("%d segments, %v", len(paths), err)
		} else if again := renderedOf(t, paths[1]); again.String() != d.String() {
			t.Errorf("its log renders %v, on the air was %v", again, d)
		}
		if !slices.ContainsFunc(rec.Marks, func(m sonify.Mark) bool { return m.Kind == sonify.MarkSignal && m.Number > 0 }) {
			t.Error("the signal was forgotten")
		}
		rendered(t, killed) // it can be
	})
}

// What cannot be gone on with is left alone, and the station plays.
func TestRun_BeginsAnewWhereItCannotGoOn(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"ended by a fault": func(dir string) error {
			paths, err := journal.LastRun(dir)
			if err != nil {
				return err
			}
			b, err := os.ReadFile(paths[0])
			if err != nil {
				return err
			}
			fault := strings.Replace(string(b), `"why":"stopped"`, `"why":"the seed is gone"`, 1)
			if fault == string(b) {
				return errors.New("the log does not say that it was stopped")
			}
			return os.WriteFile(paths[0], []byte(fault), 0o600)
		},
		"damaged": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "20260101T000000.000Z-0001.log"), []byte("{}\n"), 0o600)
		},
		"empty": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "20260101T000000.000Z-0001.log"), nil, 0o600)
		},
		"of another version": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "20260101T000000.000Z-0001.log"), []byte(`{"type":"journal","version":99}`+"\n"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				if name == "ended by a fault" {
					onAir(t, station.Options{Journal: dir}, walk, 5*time.Second, nil)
				}
				if err := spoil(dir); err != nil {
					t.Fatal(err)
				}
				_, st := onAir(t, station.Options{Journal: dir}, walk, 5*time.Second, nil)
				if st.Resumed || st.Notes == 0 || st.JournalError != "" {
					t.Errorf("%+v", st)
				}
			})
		})
	}
}

// A log that cannot be written is said once, however often it is tried, and the music
// goes on; when it can be written again a new segment begins, and that is said.
func TestJournal_CannotBeWritten(t *testing.T) {
	if os.Getuid() == 0 && runtime.GOOS == "windows" {
		t.Fatal("no such system")
	}
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(dir, nil, 0o600); err != nil { // a file where the folder should be
			t.Fatal(err)
		}
		d, st := onAir(t, station.Options{Journal: dir}, shop, 10*time.Second, nil)
		if st.JournalError == "" || d.frames < 10*48000 {
			t.Errorf("%v, %+v", d, st)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "log")
		var said strings.Builder
		log := slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))
		d, st := onAir(t, station.Options{Journal: dir, JournalOptions: journal.Options{SegmentAge: 3 * time.Second}, Log: log}, shop, 150*time.Second, func(*station.Station) {
			sleep(5 * time.Second)
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(dir, nil, 0o600); err != nil {
				t.Error(err)
			}
			sleep(70 * time.Second)
			os.Remove(dir)
			os.Mkdir(dir, 0o700)
		})
		if text := said.String(); strings.Count(text, "cannot be written") != 1 || strings.Count(text, "the log is written again, after 1m") != 1 {
			t.Errorf("it says\n%s", text)
		}
		paths, err := journal.LastRun(dir)
		if err != nil || len(paths) < 5 || st.JournalError != "" || d.frames < 150*48000 {
			t.Fatalf("%d segments, %v, %+v", len(paths), err, st)
		}
		rendered(t, dir) // from the middle on
	})
}

// That a source is not well is a warning, and that it is well again too, so that who
// looks for what went wrong sees how long it did; what did not happen is not counted.
func TestReport_OfASourceThatBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		onAir(t, station.Options{Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelWarn}))}, shop, 30*time.Second, nil)
		failed, live := strings.Count(said.String(), `msg="source shop is failed" station=piece.toml error="`), strings.Count(said.String(), `msg="source shop is live" station=`)
		if failed == 0 || live == 0 || failed-live > 1 || strings.Contains(said.String(), "=0") {
			t.Errorf("it failed %d times and was well again %d times:\n%s", failed, live, said.String())
		}
	})
}

// tick is an output that keeps nothing.
type tick struct{ plays int }

func (o *tick) Begin(*sonify.Header) error   { return nil }
func (o *tick) Change(*sonify.Header) error  { return nil }
func (o *tick) Play(sonify.Cue) error        { o.plays++; return nil }
func (o *tick) Finish(*sonify.Summary) error { return nil }
func (o *tick) Close() error                 { return nil }

// More than an hour with listeners coming and going, sources failing and returning, and
// an edit every ten minutes: memory and goroutines stay what they are.
func TestHour_NothingGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 70*time.Minute)
		defer cancel()
		dir := t.TempDir()
		texts := []string{shop + "[source.b]\ntype = \"orders\"\nbreaks = 3\nsilent = \"40s\"\ngap = \"3s\"\n", shop + "[source.b]\ntype = \"orders\"\ngap = \"5s\"\n[voice.bell]\nduty = 0\n"}
		s := open(t, station.Options{Journal: dir, JournalOptions: journal.Options{SegmentAge: 7 * time.Minute, KeepBytes: 400 << 10}}, texts[0])
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		type usage struct {
			heap       uint64
			goroutines int
		}
		var first, last usage
		var attached []*station.Attachment
		for minute := range 68 {
			for range 6 {
				attached = append(attached, s.Attach(&tick{}))
				if len(attached) > 20 {
					attached[0].Detach()
					attached = attached[1:]
				}
				sleep(10 * time.Second)
			}
			if minute%10 == 9 {
				if ps := s.Edit([]byte(texts[minute/10%2])); ps.Err() != nil {
					t.Error(ps)
				}
			}
			if minute == 20 || minute == 64 {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				first, last = last, usage{m.HeapAlloc, runtime.NumGoroutine()}
			}
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		// Hundreds of listeners and of broken connections: a goroutine for each would
		// be seen. One or two may be on their way out.
		if last.goroutines > first.goroutines+2 || last.heap > first.heap+first.heap/5+1<<20 {
			t.Errorf("after twenty minutes %+v, at the end %+v", first, last)
		}
		t.Logf("after twenty minutes %+v, at the end %+v; %d events", first, last, s.Status().Heard)
		var size int64
		filepath.WalkDir(dir, func(_ string, e fs.DirEntry, _ error) error {
			if info, err := e.Info(); err == nil && !e.IsDir() {
				size += info.Size()
			}
			return nil
		})
		if size > 600<<10 {
			t.Errorf("the log has %d bytes", size)
		}
		if st := s.Status(); st.Heard < 9000 || st.Outputs != 0 || st.State != station.Stopped {
			t.Errorf("%+v", st)
		}
	})
}

// Several stations play side by side and know nothing of each other.
func TestStations_SideBySide(t *testing.T) {
	alone := func(text string) (d *digest) {
		synctest.Test(t, func(t *testing.T) { d, _ = onAir(t, station.Options{}, text, 10050*time.Millisecond, nil) })
		return d
	}
	a, b := alone(steady), alone(walk)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10050*time.Millisecond)
		defer cancel()
		done := make(chan error)
		var ds [2]*digest
		for i, text := range []string{steady, walk} {
			s := open(t, station.Options{}, text)
			ds[i] = &digest{}
			s.Attach(sound.New([]pcm.Sink{ds[i]}, sound.Options{}))
			go func() { done <- s.Run(ctx) }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if ds[0].String() != a.String() || ds[1].String() != b.String() {
			t.Errorf("side by side %v and %v, alone %v and %v", ds[0], ds[1], a, b)
		}
	})
}

// The piece's file and the files it names are watched, through every way in which
// editors write. Files change in the world's own time, so this test does too.
func TestWatch_TakesEdits(t *testing.T) {
	dir := t.TempDir()
	file, under := filepath.Join(dir, "piece.toml"), filepath.Join(dir, "under.toml")
	text := strings.Replace(shop, `"base"`, `"./under.toml"`, 1)
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(file, text)
	put(under, base)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := open(t, station.Options{File: file, Watch: true, Read: func() ([]byte, error) { return os.ReadFile(file) }}, "")
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	// until writes again and again, as somebody would who sees that nothing
	// happened, until the station has taken it.
	until := func(what string, write func(i int), taken func(station.Status) bool) {
		t.Helper()
		for i := range 200 {
			write(i)
			sleep(150 * time.Millisecond)
			if taken(s.Status()) {
				return
			}
		}
		t.Fatalf("%s: %+v", what, s.Status())
	}
	title := func(name string) func(station.Status) bool {
		return func(st station.Status) bool { return st.Title == name && !st.Broken }
	}
	once := func(f func()) func(int) {
		return func(i int) {
			if i%20 == 0 {
				f()
			}
		}
	}
	until("written over", once(func() { put(file, strings.Replace(text, "Shop", "One", 1)) }), title("One"))
	until("broken", once(func() { put(file, "title = ") }), func(st station.Status) bool { return st.Broken && st.Title == "One" && st.Problems[0].Line == 1 })
	until("gone", once(func() { os.Remove(file) }), func(st station.Status) bool {
		return st.Broken && st.Title == "One" && strings.Contains(st.Problems.Error(), "the piece cannot be read any more: ")
	})
	until("back", once(func() { put(file, strings.Replace(text, "Shop", "Back", 1)) }), title("Back"))
	until("renamed over", once(func() {
		put(file+".new", strings.Replace(text, "Shop", "Two", 1))
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}), title("Two"))
	until("removed and written", once(func() { os.Remove(file); put(file, strings.Replace(text, "Shop", "Three", 1)) }), title("Three"))
	until("the mapping", once(func() { put(under, base+"[voice.later]\n") }), func(station.Status) bool {
		return slices.ContainsFunc(s.Header().Voices, func(v sonify.Voice) bool { return v.Name == "later" })
	})
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
