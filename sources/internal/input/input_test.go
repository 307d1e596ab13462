package input

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"proscenium/sonify"
)

func TestText_ReadsTheUsualEncodings(t *testing.T) {
	const want = "Größe;5 €\n𝄞\n"
	utf16 := func(big, mark bool) []byte {
		var b []byte
		put := func(u uint16) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		if mark {
			put(0xfeff)
		}
		for _, r := range want {
			if r > 0xffff {
				r -= 0x10000
				put(uint16(0xd800 + r>>10))
				put(uint16(0xdc00 + r&0x3ff))
				continue
			}
			put(uint16(r))
		}
		return b
	}
	for name, data := range map[string][]byte{
		"utf-8": []byte(want), "with a mark": []byte("\xef\xbb\xbf" + want),
		"utf-16 le": utf16(false, true), "utf-16 be": utf16(true, true),
	} {
		for _, r := range []io.Reader{bytes.NewReader(data), iotest.OneByteReader(bytes.NewReader(data))} {
			b, err := Text(r, Auto, 0)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := io.ReadAll(b)
			if err != nil || string(got) != want {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	for _, big := range []bool{true, false} { // without a mark, told or guessed
		for _, enc := range []string{UTF16, Auto} {
			b, err := Text(bytes.NewReader(utf16(big, false)), enc, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(b); string(got) != want {
				t.Errorf("%s without a mark: %q", enc, got)
			}
		}
	}
	broken := append(utf16(false, true), 0x00, 0xd8, 0x41) // half a pair, half a letter
	b, _ := Text(bytes.NewReader(broken), Auto, 0)
	if got, _ := io.ReadAll(b); string(got) != want+"\ufffd" {
		t.Errorf("broken UTF-16: %q", got)
	}
}

func TestText_RefusesWhatIsNoText(t *testing.T) {
	for name, data := range map[string]string{
		"gzip": "\x1f\x8b\x08", "zip": "PK\x03\x04xx", "zeros": "abc\x00def", "utf-32": "\xff\xfe\x00\x00a\x00\x00\x00", "pdf": "%PDF-1.7",
	} {
		_, err := Text(strings.NewReader(data), Auto, 0)
		var gone *sonify.Permanent
		if !errors.As(err, &gone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Text(strings.NewReader(""), Auto, 0); err != nil {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestFromLatin1(t *testing.T) {
	if got := string(FromLatin1(nil, []byte("Gr\xf6\xdfe \x80\x93\x81"))); got != "Größe €“\u0081" {
		t.Errorf("%q", got)
	}
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, "readings.csv"), []byte("a\n"), 0o644)
	env := sonify.SourceEnv{Dir: dir}
	for path, want := range map[string]string{
		"readinsg.csv": `did you mean "readings.csv"?`, ".": "folder", "-": "standard input", "no/such": "nor a folder",
	} {
		_, err := Open(t.Context(), env, path)
		var gone *sonify.Permanent
		if !errors.As(err, &gone) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, want := range map[string]bool{"readings.csv": false, "-": true} {
		if once, err := Once(env, path); err != nil || once != want {
			t.Errorf("%s is read once: %v, %v", path, once, err)
		}
	}
	for _, path := range []string{".", "nowhere.csv"} {
		if _, err := Once(env, path); err == nil {
			t.Errorf("%s may be read", path)
		}
	}
}

func TestOpen_ReadsAreGivenUpWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, stop := context.WithCancelCause(t.Context())
		in, err := Open(ctx, sonify.SourceEnv{Stdin: r}, "-")
		if err != nil {
			t.Fatal(err)
		}
		go w.Write([]byte("hello"))
		buf := make([]byte, 3)
		if n, err := io.ReadFull(in, buf); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		enough := errors.New("enough")
		go func() {
			synctest.Wait()
			stop(enough)
		}()
		rest, err := io.ReadAll(in)
		if string(rest) != "lo" || err != enough {
			t.Errorf("%q, %v", rest, err)
		}
		in.Close()
		w.Close() // the goroutine that reads ends with its reading
	})
}

func TestOpen_PumpsEverything(t *testing.T) {
	want := bytes.Repeat([]byte("0123456789"), 100_000)
	for _, r := range []io.Reader{bytes.NewReader(want), iotest.HalfReader(bytes.NewReader(want)), iotest.DataErrReader(bytes.NewReader(want))} {
		in, err := Open(t.Context(), sonify.SourceEnv{Stdin: r}, "-")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		in.Close()
	}
}

func TestFail_KeepsTheCauseAndTheFate(t *testing.T) {
	cause := errors.New("asked to stop")
	ctx, stop := context.WithCancelCause(t.Context())
	broken := errors.New("disk on fire")
	var gone *sonify.Permanent
	if err := Fail(ctx, "csv", "a.csv", 3, broken); errors.As(err, &gone) || err.Error() != "csv: a.csv:3: disk on fire" {
		t.Errorf("%v", err)
	}
	if err := Fail(ctx, "csv", "-", 0, broken); !errors.As(err, &gone) {
		t.Errorf("%v: standard input cannot be read again", err)
	}
	stop(cause)
	if err := Fail(ctx, "csv", "a.csv", 3, broken); err != cause {
		t.Errorf("%v", err)
	}
}
