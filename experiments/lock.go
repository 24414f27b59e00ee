package experiments

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"staleness/internal/files"
)

// locksDir is the folder beside the runs of an experiment that holds a file for each run that is being computed.
const locksDir = ".locks"

// errHeld is what a lock says that another process (or another session in this one) holds.
var errHeld = errors.New("another session computes this run")

// A runLock says that a run is being computed here. A process that is killed loses it at once.
type runLock struct{ f *os.File }

// lockRun takes the lock of the run in a folder. The error is errHeld if another session has it, and a *files.Foreign if something stands in
// the lock's place that is none; any other means that there are no locks here (a folder that cannot be written, a file system
// without them).
func lockRun(dir string) (*runLock, error) {
	locks := filepath.Join(filepath.Dir(dir), locksDir)
	name := filepath.Join(locks, filepath.Base(dir))
	for {
		if err := lockFolder(locks); err != nil {
			return nil, err
		}
		if err := os.MkdirAll(locks, 0o777); err != nil {
			return nil, err
		}
		f, err := files.Lock(name)
		switch {
		case errors.Is(err, fs.ErrNotExist): // whoever was last removed the folder between these two lines
			continue
		case errors.Is(err, files.ErrHeld):
			return nil, errHeld
		case err != nil:
			return nil, err
		}
		return &runLock{f}, nil
	}
}

// lockFolder refuses what stands in the place of the folder of locks and is none: what is in it would be taken for locks.
func lockFolder(locks string) error {
	if info, err := os.Lstat(locks); err == nil && !info.IsDir() {
		return &files.Foreign{Name: locks, What: "is no folder of its own", Do: "the locks of the program belong there; move it away"}
	}
	return nil
}

// unlock gives the lock back; nil is no lock. The file goes first: whoever opens it from now on makes a new one.
func (l *runLock) unlock() {
	if l != nil {
		os.Remove(l.f.Name())
		l.f.Close()
	}
}

// noLocks is why a sweep goes on without locks.
func noLocks(home string, err error) string {
	return fmt.Sprintf("note: %s has no locks (%v): two sweeps at once on it would repeat each other's work", home, err)
}

// sweepHome removes what sessions that were killed left beside the runs of an experiment: locks, and files that they had not
// finished.
func sweepHome(experiment string) {
	files.Sweep(experiment)
	locks := filepath.Join(experiment, locksDir)
	if lockFolder(locks) != nil {
		return
	}
	entries, err := os.ReadDir(locks)
	if err != nil {
		return
	}
	for _, e := range entries {
		if l, err := lockRun(filepath.Join(experiment, e.Name())); err == nil {
			l.unlock()
		}
	}
	os.Remove(locks) // stays if a lock is held
}
