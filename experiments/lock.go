package experiments

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// locksDir is the folder beside the runs of an experiment that holds a file for each run that is being computed.
const locksDir = ".locks"

// errHeld is what a lock says that another process (or another session in this one) holds.
var errHeld = errors.New("another session computes this run")

// A runLock says that a run is being computed here. A process that is killed loses it at once.
type runLock struct{ f *os.File }

// lockRun takes the lock of the run in a folder. The error is errHeld if another session has it; any other means that there are no
// locks here (a folder that cannot be written, a file system without them).
func lockRun(dir string) (*runLock, error) {
	locks := filepath.Join(filepath.Dir(dir), locksDir)
	name := filepath.Join(locks, filepath.Base(dir))
	for {
		if err := os.MkdirAll(locks, 0o777); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
		if errors.Is(err, fs.ErrNotExist) {
			continue // whoever was last removed the folder between these two lines
		}
		if err != nil {
			return nil, err
		}
		if err := tryLock(f); err != nil {
			f.Close()
			return nil, err
		}
		if is(f, name) {
			return &runLock{f}, nil
		}
		f.Close() // its owner removed the file while we waited to look at it: what we hold is nobody's lock
	}
}

// unlock gives the lock back; nil is no lock. The file goes first: whoever opens it from now on makes a new one.
func (l *runLock) unlock() {
	if l != nil {
		os.Remove(l.f.Name())
		l.f.Close()
	}
}

// sweepLocks removes the lock files of sessions that were killed, and the folder if it is empty.
func sweepLocks(experiment string) {
	locks := filepath.Join(experiment, locksDir)
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
