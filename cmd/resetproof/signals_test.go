//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignalsLeaveNothing sends a signal to a scan that waits for its input:
// the temporary lake goes, no report comes, an older one stays.
func TestSignalsLeaveNothing(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			temp, home := t.TempDir(), t.TempDir()
			t.Setenv("TMPDIR", temp)
			in, feed := io.Pipe()
			defer feed.Close()
			ended := make(chan int)
			var errs bytes.Buffer
			go func() {
				ended <- run([]string{"scan", "-", "--out", filepath.Join(home, "out")}, in, io.Discard, &errs)
			}()
			if _, err := feed.Write([]byte("time,kind,account,actor\n")); err != nil { // returns once the scan reads
				t.Fatal(err)
			}
			if err := syscall.Kill(os.Getpid(), c.signal); err != nil {
				t.Fatal(err)
			}
			select {
			case code := <-ended:
				if code != c.code {
					t.Errorf("exit code %d, want %d", code, c.code)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("the scan goes on")
			}
			if !strings.Contains(errs.String(), "resetproof: "+c.signal.String()+": stopped, no report was written\n") {
				t.Errorf("it says %q", errs.String())
			}
			for _, dir := range []string{temp, home} {
				if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
					t.Errorf("left behind: %v %v", left, err)
				}
			}
		})
	}
}
