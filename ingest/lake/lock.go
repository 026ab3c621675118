package lake

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrLocked tells that another process, or another batch of this one, is
// writing to the lake.
var ErrLocked = errors.New("the lake is being written to")

// lock is the right to write. The file stays; only the hold on it matters. It
// names the holder for the person who is refused.
type lock struct{ file *os.File }

const maxLockText = 64

func (lk *Lake) acquire() (*lock, error) { return acquire(filepath.Join(lk.dir, "lock")) }

func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, err
	}
	ok, err := tryLock(f)
	if err == nil && !ok {
		held, _ := io.ReadAll(io.LimitReader(f, maxLockText)) // only for the message
		pid, bad := strconv.Atoi(strings.TrimSpace(string(held)))
		err = fmt.Errorf("%s: %w", path, ErrLocked)
		if bad == nil {
			err = fmt.Errorf("%s: %w by process %d", path, ErrLocked, pid)
		}
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &lock{f}, nil
}

func (l *lock) release() error { return l.file.Close() }
