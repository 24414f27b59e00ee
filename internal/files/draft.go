package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Write puts a text into a file, and makes the folders above it: whole or not at all. Two processes
// may do so at once.
func Write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return Replace(name, func(f *os.File) error {
		_, err := f.WriteString(text)
		return err
	})
}

// Replace writes a file whole or not at all: beside its place, then renamed. What is there is
// replaced only if it is a regular file that may be written; it keeps its permissions. A new file
// has those that the umask leaves.
func Replace(name string, write func(f *os.File) error) error {
	if err := Replaceable(name); err != nil {
		return err
	}
	f, err := draft(name)
	if err != nil {
		return err
	}
	return putInPlace(f, name, write(f))
}

// draftOf is the name of what is written to become a file. It is always the same, so that the next
// writer sweeps up what a killed one left.
func draftOf(name string) string {
	dir, base := filepath.Split(name)
	return filepath.Join(dir, "."+base+draftSuffix)
}

const draftSuffix = ".tmp"

// draft makes an empty file beside the place of another, to become that by putInPlace: one that no
// one else has open. A lock keeps writers apart, and who finds it held waits. Where there are no
// locks names differ.
func draft(file string) (*os.File, error) {
	name := draftOf(file)
	for {
		switch err := sweep(name); {
		case errors.Is(err, ErrHeld):
			time.Sleep(time.Millisecond)
			continue
		case err != nil:
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue // another writer was faster
		}
		if err != nil {
			return nil, err
		}
		switch err := TryLock(f); {
		case errors.Is(err, ErrHeld): // who sweeps looked at it just now
			f.Close()
			continue
		case err != nil:
			f.Close()
			os.Remove(name)
			return lockless(name)
		}
		if Is(f, name) {
			return f, nil
		}
		f.Close() // swept up between these lines
	}
}

// sweep removes a draft that nobody writes any more; ErrHeld: somebody does. What is no regular
// file is refused.
func sweep(name string) error {
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := ours(name, info); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_RDWR|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = TryLock(f)
	if errors.Is(err, ErrHeld) {
		f.Close()
		return err
	}
	if err == nil && !Is(f, name) {
		f.Close()
		return ErrHeld // whoever held it has put it in its place; another may be there by now
	}
	if renamesOpen { // while the lock is held
		err = os.Remove(name)
		f.Close()
	} else {
		f.Close()
		err = os.Remove(name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Sweep removes the drafts in a folder that killed processes left.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if n := e.Name(); e.Type().IsRegular() && strings.HasPrefix(n, ".") && strings.HasSuffix(n, draftSuffix) {
			sweep(filepath.Join(dir, n))
		}
	}
}

// lockless makes a draft whose name nobody else has.
func lockless(name string) (*os.File, error) {
	for i := 0; ; i++ {
		f, err := os.OpenFile(fmt.Sprintf("%s.%d-%d", name, os.Getpid(), i), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// Is says whether an open file is still the one of that name.
func Is(f *os.File, name string) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(here, there)
}

// putInPlace closes a draft and gives it its name, or, if err says that writing failed, removes it:
// both while its lock is held, where the system allows that.
func putInPlace(f *os.File, file string, err error) error {
	if old, there := os.Lstat(file); err == nil && there == nil && old.Mode().IsRegular() {
		err = f.Chmod(old.Mode().Perm())
	}
	end := func() {
		if err == nil {
			err = os.Rename(f.Name(), file)
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}
	if renamesOpen {
		end()
		return errors.Join(err, f.Close())
	}
	err = errors.Join(err, f.Close())
	end()
	return err
}
