// Package files opens files for reading and puts new ones in the place of old ones. It reads from
// regular files and replaces regular files alone: a device, a named pipe, a link or a folder in
// their place is somebody else's, and stays as it is.
package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A Foreign error says that something stands where a file of the program belongs, and that it was
// left alone.
type Foreign struct {
	Name string
	What string // "is a named pipe"; "" where Do says it all
	Do   string // the remedy
}

func (e *Foreign) Error() string { return e.Name + ": " + e.Said() }

// Said is the error without the name.
func (e *Foreign) Said() string {
	if e.What == "" {
		return e.Do
	}
	return e.What + ": " + e.Do
}

// kind is what a file is, in words; "" for a regular one.
func kind(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// Open opens a regular file for reading, perhaps through links. Anything else is refused before it
// is opened: to open a named pipe would wait for its other end.
func Open(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if what := kind(info.Mode()); what != "" {
		return nil, &Foreign{name, "is " + what, "name a regular file"}
	}
	return os.Open(name)
}

// Read is os.ReadFile of regular files.
func Read(name string) ([]byte, error) {
	if info, err := os.Stat(name); err == nil {
		if what := kind(info.Mode()); what != "" {
			return nil, &Foreign{name, "is " + what, "name a regular file"}
		}
	}
	return os.ReadFile(name)
}

// Ours refuses a place where a file of the program's own belongs and something else stands. Nothing
// there is as good as a regular file.
func Ours(name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return nil // whoever opens it finds out
	}
	return ours(name, info)
}

func ours(name string, info fs.FileInfo) error {
	if what := kind(info.Mode()); what != "" {
		return &Foreign{name, "is " + what, "a file of the program belongs there; move it away"}
	}
	return nil
}

// Replaceable says whether a file that the user named may be written: it is not there yet, in a
// folder that is, or it is a regular file that may be written.
func Replaceable(name string) error {
	dir := filepath.Dir(name)
	switch at, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return &Foreign{name, "", "its folder is not there: make it, or give another file"}
	case err != nil:
		return err
	case !at.IsDir():
		return &Foreign{name, "", "its folder is not there, " + dir + " is " + orFile(kind(at.Mode())) + ": give another file"}
	}
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	switch what := kind(info.Mode()); {
	case info.Mode()&fs.ModeSymlink != 0:
		return &Foreign{name, "is a symbolic link", "a file that is written takes the place of what was there; name a regular file, or a new one"}
	case what != "":
		return &Foreign{name, "is " + what, "name a regular file, or a new one"}
	case info.Mode().Perm()&0o200 == 0:
		return &Foreign{name, "is read-only", "make it writable, or give another file"}
	}
	return nil
}

func orFile(what string) string {
	if what == "" {
		return "a file"
	}
	return what
}

// Create makes an empty file that was not there. A regular file of that name is what a killed
// process left, and removed: the name is one that the program alone uses. Anything else is refused.
func Create(name string) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
		if err := Ours(name); err != nil {
			return nil, err
		}
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}
