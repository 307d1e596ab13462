package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Name())
	}
	return out
}

func TestCreate_NothingIsThereUntilFinish(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	os.WriteFile(path, []byte("old"), 0o640)
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "newer")
	if _, err := f.WriteAt([]byte("N"), 0); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("before Finish the file says %q", got)
	}
	ns := names(t, dir)
	if len(ns) != 2 || !strings.HasPrefix(ns[0], ".a.txt.") || !strings.HasSuffix(ns[0], ".partial") {
		t.Errorf("files while writing: %q", ns)
	}
	if err := f.Finish(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "Newer" {
		t.Errorf("after Finish the file says %q", got)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if ns := names(t, dir); len(ns) != 1 {
		t.Errorf("files afterwards: %q", ns)
	}
	if info, _ := os.Stat(path); runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("the file's permissions became %v", info.Mode())
	}
	if _, err := f.Write([]byte("x")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Write after Finish: %v", err)
	}
}

func TestClose_RemovesWhatIsHalfWrittenAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	stale := filepath.Join(dir, ".a.txt.0123.partial")
	os.WriteFile(path, []byte("old"), 0o644)
	os.WriteFile(stale, []byte("of an earlier crash"), 0o644)
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "half")
	for range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Finish(); err == nil {
		t.Error("Finish after Close worked")
	}
	if got := names(t, dir); len(got) != 2 || got[0] != filepath.Base(stale) || got[1] != "a.txt" {
		t.Errorf("files: %q", got)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("the old file says %q", got)
	}
}

func TestCreate_FollowsLinks(t *testing.T) {
	dir := t.TempDir()
	os.Mkdir(filepath.Join(dir, "sub"), 0o755)
	for _, target := range []string{"sub/there.txt", "sub/new.txt"} {
		link := filepath.Join(dir, "link")
		os.Remove(link)
		if target == "sub/there.txt" {
			os.WriteFile(filepath.Join(dir, target), []byte("old"), 0o644)
		}
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
		f, err := Create(link)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, "new")
		if err := f.Finish(); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(dir, target)); string(got) != "new" {
			t.Errorf("%s says %q", target, got)
		}
		if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
			t.Error("the link was replaced")
		}
	}
}

func TestCreate_SaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "file"), nil, 0o644)
	for path, want := range map[string]string{
		"":                                "needs a name",
		dir:                               "it is a folder",
		filepath.Join(dir, "no", "a.wav"): "there is no folder " + filepath.Join(dir, "no"),
		filepath.Join(dir, "file", "a"):   "write " + filepath.Join(dir, "file", "a"),
	} {
		f, err := Create(path)
		if err == nil {
			f.Close()
			t.Errorf("%q: no error", path)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", path, err, want)
		}
	}
	if len(names(t, dir)) != 1 {
		t.Errorf("left behind: %q", names(t, dir))
	}
}

func TestWrite_ErrorsNameTheFileAndStay(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Logf("no /dev/full here: %v", err)
		return
	}
	f, err := Create("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	if f.CanSeek() {
		t.Error("a device can seek")
	}
	_, err = f.Write([]byte("x"))
	if err == nil || !strings.Contains(err.Error(), "write /dev/full: no space left") {
		t.Errorf("Write: %v", err)
	}
	if err2 := f.Finish(); err2 != err {
		t.Errorf("Finish: %v", err2)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Error("the device is gone")
	}
}

func TestCreate_DevicesAreWrittenDirectly(t *testing.T) {
	f, err := Create(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "x")
	if _, err := f.WriteAt([]byte("x"), 0); runtime.GOOS != "windows" && !errors.Is(err, ErrNoSeek) {
		t.Errorf("WriteAt: %v", err)
	}
	if err := f.Finish(); err != nil {
		t.Error(err)
	}
	s, err := Create("/dev/stdout")
	if err != nil {
		t.Fatal(err)
	}
	s.Finish()
	if _, err := os.Stdout.Stat(); err != nil {
		t.Errorf("standard output was closed: %v", err)
	}
}

func TestScratch_StandsBesideAndGoes(t *testing.T) {
	dir := t.TempDir()
	f, err := Scratch(filepath.Join(dir, "a.mid"))
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, "hello")
	if len(names(t, dir)) != 1 {
		t.Errorf("files: %q", names(t, dir))
	}
	b := make([]byte, 4)
	if _, err := f.ReadAt(b, 1); err != nil || string(b) != "ello" {
		t.Errorf("read %q, %v", b, err)
	}
	if err := f.Finish(); err == nil {
		t.Error("a scratch file was finished")
	}
	f.Close()
	if len(names(t, dir)) != 0 {
		t.Errorf("left behind: %q", names(t, dir))
	}
	for _, p := range []string{"/dev/stdout", os.DevNull} {
		f, err := Scratch(p)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

func TestScratch_ErrorsNameTheResult(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "a.mid")
	f, err := Scratch(path)
	if err == nil {
		f.Close()
		t.Fatal("a scratch file in a folder that is not there")
	}
	if !strings.Contains(err.Error(), "write "+path+": ") || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A file that failed may be kept as far as it was written; what was there before stays.
func TestSalvage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "take.wav")
	if Free(path) != path {
		t.Errorf("%s is not free", path)
	}
	var want []string
	for i, name := range []string{"take.wav", "take-2.wav", "take-3.wav"} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, "head and rest")
		f.err = errors.New("no space left on device")
		if _, err := f.Write([]byte("more")); err == nil {
			t.Error("it goes on after an error")
		}
		size, err := f.Salvage()
		if err != nil || size != 13 {
			t.Fatalf("%d bytes, %v", size, err)
		}
		if err := f.Truncate(4); err != nil {
			t.Error(err)
		}
		if _, err := f.WriteAt([]byte{'0' + byte(i)}, 0); err != nil {
			t.Error(err)
		}
		f.err = errors.New("no space for that either")
		want = append(want, name)
		if got, err := f.FinishBeside(); err != nil || got != filepath.Join(dir, name) {
			t.Errorf("it is called %s, %v", got, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, name)); string(b) != string(rune('0'+i))+"ead" {
			t.Errorf("%s holds %q", name, b)
		}
	}
	slices.Sort(want)
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("there are %q", got)
	}
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := f.Salvage(); err == nil {
		t.Error("a file that was closed is kept")
	}
}

// What a killed program leaves is found, by the name that was asked for, and nothing else.
func TestPartials(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"take.wav", strings.Repeat("long", 60) + ".wav"} {
		path := filepath.Join(dir, name)
		if got := Partials(path); got != nil {
			t.Errorf("of nothing %q is left", got)
		}
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := Partials(path); len(got) != 1 || got[0] != f.temp {
			t.Errorf("of %s %q is left, not %q", name, got, f.temp)
		}
		if got := Partials(filepath.Join(dir, "other.wav")); got != nil {
			t.Errorf("of another name %q is left", got)
		}
		if err := f.Finish(); err != nil {
			t.Fatal(err)
		}
		if got := Partials(path); got != nil {
			t.Errorf("of a finished file %q is left", got)
		}
	}
	for _, name := range []string{".take.wav.partial", ".take.wav.12.partial", ".take.wav.zzzzzzzzzzzz.partial", ".take.wav.0123456789ab", "take.wav.0123456789ab.partial"} {
		os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	if got := Partials(filepath.Join(dir, "take.wav")); got != nil {
		t.Errorf("%q are none", got)
	}
}
