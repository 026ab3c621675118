//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lake

import (
	"os"
	"syscall"
)

// tryLock takes the file for this process or tells that another has it. The
// kernel lets go when the process ends, however it ends, so no lock is stale.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return false, nil
	}
	return err == nil, err
}
