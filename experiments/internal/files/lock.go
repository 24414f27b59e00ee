// Package files keeps sessions off each other's runs, by locks, and off the files of others: a
// table that is asked for is written over nothing but an earlier one of its kind. How a file is
// read or written as a whole is in the module's own internal/files.
package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	disk "staleness/internal/files"
)

// LocksDir is the folder beside the runs of an experiment that holds a file for each run that is
// being computed.
const LocksDir = ".locks"

// ErrHeld is what a lock says that another process (or another session in this one) holds.
var ErrHeld = errors.New("another session computes this run")

// A RunLock says that a run is being computed here. A process that is killed loses it at once.
type RunLock struct{ f *os.File }

// LockRun takes the lock of the run in a folder. The error is ErrHeld if another session has it,
// and a *disk.Foreign if something stands in the lock's place that is none; any other means that
// there are no locks here (a folder that cannot be written, a file system without them).
func LockRun(dir string) (*RunLock, error) {
	locks := filepath.Join(filepath.Dir(dir), LocksDir)
	name := filepath.Join(locks, filepath.Base(dir))
	for {
		if err := lockFolder(locks); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(locks, 0o777); err != nil {
			return nil, err
		}
		f, err := disk.Lock(name)
		switch {
		// whoever was last removed the folder between these two lines
		case errors.Is(err, fs.ErrNotExist):
			continue
		case errors.Is(err, disk.ErrHeld):
			return nil, ErrHeld
		case err != nil:
			return nil, err
		}
		return &RunLock{f}, nil
	}
}

// lockFolder refuses what stands in the place of the folder of locks and is none: what is in it
// would be taken for locks.
func lockFolder(locks string) error {
	if info, err := os.Lstat(locks); err == nil && !info.IsDir() {
		return &disk.Foreign{Name: locks, What: "is no folder of its own", Do: "the locks of the program belong there; move it away"}
	}
	return nil
}

// Unlock gives the lock back; nil is no lock. The file goes first: whoever opens it from now on
// makes a new one.
func (l *RunLock) Unlock() {
	if l != nil {
		os.Remove(l.f.Name())
		l.f.Close()
	}
}

// NoLocks is why a sweep goes on without locks.
func NoLocks(home string, err error) string {
	return fmt.Sprintf("note: %s has no locks (%v): two sweeps at once on it would repeat each other's work", home, err)
}

// SweepHome removes what sessions that were killed left beside the runs of an experiment: locks,
// and files that they had not finished.
func SweepHome(experiment string) {
	disk.Sweep(experiment)
	locks := filepath.Join(experiment, LocksDir)
	if lockFolder(locks) != nil {
		return
	}
	entries, err := os.ReadDir(locks)
	if err != nil {
		return
	}
	for _, e := range entries {
		if l, err := LockRun(filepath.Join(experiment, e.Name())); err == nil {
			l.Unlock()
		}
	}
	os.Remove(locks) // stays if a lock is held
}
