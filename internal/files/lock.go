package files

import (
	"errors"
	"io/fs"
	"os"
)

// ErrHeld is what a lock says that another process, or another opener in this one, holds.
var ErrHeld = errors.New("held by another process")

// Lock makes an empty file and takes its lock, or takes that of one that is there: ErrHeld if
// somebody has it. A file that is no regular one, or that has content, is not a lock, and refused.
// It is fs.ErrNotExist if there is no folder.
func Lock(name string) (*os.File, error) {
	for {
		info, err := os.Lstat(name)
		flags := os.O_RDWR | noFollow
		switch {
		case errors.Is(err, fs.ErrNotExist):
			flags |= os.O_CREATE | os.O_EXCL
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular():
			return nil, &Foreign{name, "is " + kind(info.Mode()), "a lock of the program belongs there; move it away"}
		case info.Size() > 0:
			return nil, &Foreign{name, "has content", "a lock of the program, which is empty, belongs there; move it away"}
		}
		f, err := os.OpenFile(name, flags, 0o666)
		if err != nil && flags&os.O_EXCL == 0 && errors.Is(err, fs.ErrNotExist) || flags&os.O_EXCL != 0 && errors.Is(err, fs.ErrExist) {
			continue // it came or went between these lines
		}
		if err != nil {
			return nil, err
		}
		if err := TryLock(f); err != nil {
			f.Close()
			return nil, err
		}
		if Is(f, name) {
			return f, nil
		}
		// its owner removed the file while we waited to look at it: what we hold is nobody's lock
		f.Close()
	}
}
