package experiments

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// writeWhole writes a file, and the folders above it, whole or not at all. Two sessions may do so at once.
func writeWhole(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := draft(file)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return putInPlace(f, file, err)
}

// draft opens an empty file beside the place of another, to become that by putInPlace. Its name is always the same, so that the next writer
// takes over what a killed one left; a lock keeps writers apart, and who finds it held waits. Where there are no locks names
// differ.
func draft(file string) (*os.File, error) {
	dir, base := filepath.Split(file)
	name := filepath.Join(dir, "."+base+".tmp")
	for {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		switch err := tryLock(f); {
		case errors.Is(err, errHeld):
			f.Close()
			time.Sleep(time.Millisecond)
			continue
		case err != nil:
			f.Close()
			os.Remove(name)
			return os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
		}
		if is(f, name) {
			return f, f.Truncate(0)
		}
		f.Close() // whoever held it has put it in its place
	}
}

// is says whether an open file is still the one of that name.
func is(f *os.File, name string) bool {
	here, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(here, there)
}

// putInPlace closes a draft and gives it its name, or, if err says that writing failed, removes it: both while its lock is held, where
// the system allows that.
func putInPlace(f *os.File, file string, err error) error {
	if err == nil {
		err = f.Chmod(0o644)
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
