package files

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// renamesOpen says whether a file can be renamed while it is open.
const renamesOpen = false

// noFollow has no meaning here: links are looked for by name.
const noFollow = 0

// TryLock takes a lock of the file; the system frees it when the process ends, however that
// happens.
func TryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrHeld
	}
	return err
}
