//go:build !windows

package experiments

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes an advisory lock of the whole file; the kernel frees it when the process ends, however that happens.
func tryLock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errHeld
		default:
			return err
		}
	}
}
