package record

import (
	"errors"
	"io"
	"os"
	"runtime"

	"staleness/internal/crew"
	"staleness/internal/files"
)

// disk is what a Writer does to a file system, so that a test can let any single step fail.
type disk interface {
	mkdirAll(dir string) error
	open(name string, flag int) (file, error)
	rename(from, to string) error
	remove(name string) error
	syncFiles(names ...string) error
	syncDir(dir string) error
}

// file is an open file.
type file interface {
	io.Writer
	Truncate(size int64) error
	Close() error
}

// osDisk is the disk of the machine.
type osDisk struct{}

func (osDisk) mkdirAll(dir string) error { return os.MkdirAll(dir, 0o777) }

// open with os.O_TRUNC makes a new file: what a crash left under that name goes, and no link is
// followed.
func (osDisk) open(name string, flag int) (file, error) {
	if flag&os.O_TRUNC != 0 {
		return files.Create(name)
	}
	return os.OpenFile(name, flag, 0o666)
}

func (osDisk) rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) remove(name string) error { return os.Remove(name) }

// syncFiles makes what is in files durable, all of them at once: a journal commits once for many
// that wait.
func (osDisk) syncFiles(names ...string) error {
	errs := make([]error, len(names))
	var wg crew.Crew
	for i, name := range names {
		wg.Go(func() {
			f, err := os.OpenFile(name, os.O_WRONLY, 0)
			if err != nil {
				errs[i] = err
				return
			}
			errs[i] = errors.Join(f.Sync(), f.Close())
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// syncDir makes the names in a folder durable. Windows has no such call and needs none.
func (osDisk) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
