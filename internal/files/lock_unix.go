//go:build !windows

package files

import (
	"errors"
	"os"
	"syscall"
)

// renamesOpen says whether a file can be renamed while it is open, so that its lock ends after it
// has its new name.
const renamesOpen = true

// noFollow opens a file and no link to one.
const noFollow = syscall.O_NOFOLLOW

// TryLock takes an advisory lock of the whole file; the kernel frees it when the process ends,
// however that happens.
func TryLock(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrHeld
		default:
			return err
		}
	}
}
