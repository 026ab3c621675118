package source

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

func gz(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zst(text string) string {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zipped(members ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		m, _ := w.Create(members[i])
		io.WriteString(m, members[i+1])
	}
	w.Close()
	return b.String()
}

func put(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// streams reads a file and tells every stream in a line: "name: text (error)".
func streams(t *testing.T, f File) (lines []string, err error) {
	t.Helper()
	dir := filepath.Dir(f.URI) + string(filepath.Separator)
	stored, err := f.Read(t.Context(), func(uri string, r io.Reader) error {
		text, err := io.ReadAll(r)
		line := strings.TrimPrefix(uri, dir) + ": " + string(text)
		if err != nil {
			line += " (" + err.Error() + ")"
		}
		lines = append(lines, line)
		return nil
	})
	if content, rerr := os.ReadFile(f.URI); rerr == nil && err == nil {
		sum := sha256.Sum256(content)
		if stored.SHA256 != hex.EncodeToString(sum[:]) || stored.Size != int64(len(content)) {
			t.Errorf("size %d and hash %s are not those of what is stored", stored.Size, stored.SHA256)
		}
		if again, err := f.Hash(t.Context()); err != nil || again != stored {
			t.Errorf("Hash says %+v, %v, Read says %+v", again, err, stored)
		}
	}
	return lines, err
}

func one(t *testing.T, path string) File {
	t.Helper()
	files, _, err := List(t.Context(), path, nil)
	if err != nil || len(files) != 1 {
		t.Fatalf("List: %d files, %v", len(files), err)
	}
	return files[0]
}

func TestRead(t *testing.T) {
	half := gz(strings.Repeat("one line of a log, and no two are alike: 17 93 20\n", 4000))
	for _, c := range []struct{ name, content, want string }{
		{"a.jsonl", "one\ntwo\n", "a.jsonl: one\ntwo\n"},
		{"empty", "", "empty: "},
		{"a.gz", gz("one\n"), "a.gz: one\n"},
		{"two members.gz", gz("one\n") + gz("two\n"), "two members.gz: one\ntwo\n"},
		{"named wrongly.txt", gz("one\n"), "named wrongly.txt: one\n"},
		{"a.zst", zst("one\n"), "a.zst: one\n"},
		{"twice.gz", gz(gz("one\n")), "twice.gz: one\n"},
		{"thrice.gz", gz(gz(gz("one\n"))), "thrice.gz:  (compressed more than 2 times over)"},
		{"a.zip", zipped("b.log", "bee", "a.log", "ay", ".DS_Store", "x", "__MACOSX/a.log", "x"), "a.zip!a.log: ay|a.zip!b.log: bee"},
		{"deep.zip", zipped("logs/a.gz", gz("one\n")), "deep.zip!logs/a.gz: one\n"},
		{"zip in.zip", zipped("in.zip", zipped("a", "b")), "zip in.zip!in.zip:  (zip: an archive inside another compression is not read)"},
		{"cut header.gz", gz("one\n")[:6], "cut header.gz:  (gzip breaks off before its end: unexpected EOF)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := streams(t, one(t, put(t, c.name, c.content)))
			if err != nil || strings.Join(got, "|") != c.want {
				t.Errorf("got %q, %v\nwant %q", got, err, c.want)
			}
		})
	}
	t.Run("a truncated gzip gives what lies before the break", func(t *testing.T) {
		got, err := streams(t, one(t, put(t, "cut.gz", half[:len(half)-9])))
		if err != nil || len(got) != 1 || !strings.HasSuffix(got[0], "(gzip breaks off before its end: unexpected EOF)") || !strings.HasPrefix(got[0], "cut.gz: one line") {
			t.Errorf("got %.60q, %v", got, err)
		}
	})
	t.Run("a damaged zip member leaves the others", func(t *testing.T) {
		content := strings.Replace(zipped("a.log", strings.Repeat("ab", 99), "b.log", "bee"), "bee", "bex", 1)
		got, err := streams(t, one(t, put(t, "bad.zip", content)))
		if err != nil || len(got) != 2 {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("a zip archive cut short", func(t *testing.T) {
		content := zipped("a.log", "one")
		if _, err := streams(t, one(t, put(t, "cut.zip", content[:len(content)-30]))); err == nil || !strings.HasPrefix(err.Error(), "zip archive: ") {
			t.Errorf("error is %v", err)
		}
	})
}

func TestBombStopsEarly(t *testing.T) {
	var b bytes.Buffer
	w, _ := zstd.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 256 {
		w.Write(zeros)
	}
	w.Close()
	for _, path := range []string{put(t, "bomb.zst", b.String()), put(t, "bomb.zip", zipped("bomb.zst", b.String()))} {
		_, err := one(t, path).Read(t.Context(), func(_ string, r io.Reader) error {
			n, err := io.Copy(io.Discard, r)
			if err == nil || !strings.Contains(err.Error(), "expands to more than 500 times") {
				t.Errorf("%s: error is %v", path, err)
			}
			if n > freeExpansion+1<<20 {
				t.Errorf("%s: %d bytes were read", path, n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestVisitErrorEndsTheReading(t *testing.T) {
	stop := errors.New("stop")
	f := one(t, put(t, "a.zip", zipped("a", "1", "b", "2")))
	n := 0
	if _, err := f.Read(t.Context(), func(string, io.Reader) error { n++; return stop }); err != stop || n != 1 {
		t.Errorf("error %v after %d visits", err, n)
	}
}

func TestStdin(t *testing.T) {
	files, _, err := List(t.Context(), Stdin, strings.NewReader(gz("one\n")))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	got, err := streams(t, files[0])
	if err != nil || fmt.Sprint(got) != "[-: one\n]" {
		t.Errorf("got %q, %v", got, err)
	}
	files, _, _ = List(t.Context(), Stdin, strings.NewReader(zipped("a", "b")))
	if _, err := streams(t, files[0]); err == nil {
		t.Error("a zip archive on standard input is said to be read")
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.log", "a/2.log", "a/10.log", ".git/config", "a/.DS_Store"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"file link": "b.log", "loop": ".", "dangling": "nowhere", "self": "self"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	files, left, err := List(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, f := range files {
		fmt.Fprintf(&got, "%s %d\n", strings.TrimPrefix(f.URI, dir+"/"), f.Size)
	}
	for _, l := range left {
		fmt.Fprintf(&got, "%s: %s (failed %v)\n", strings.TrimPrefix(l.URI, dir+"/"), l.Reason, l.Failed)
	}
	const want = `a/10.log 8
a/2.log 7
b.log 5
file link 5
.git: hidden (failed false)
a/.DS_Store: hidden (failed false)
dangling: no such file or directory (failed true)
loop: a link to a folder, not followed (failed false)
self: too many levels of symbolic links (failed true)
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
	for _, arg := range []string{filepath.Join(dir, "missing"), "s3://bucket/logs"} {
		if _, _, err := List(t.Context(), arg, nil); err == nil {
			t.Errorf("%s can be listed", arg)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := List(ctx, dir, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled walk gives %v", err)
	}
}
