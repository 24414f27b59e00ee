package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/files"
	"staleness/internal/crew"
	disk "staleness/internal/files"
	"staleness/sim/record"
)

// freshFile lists, in the folder of an experiment, the runs that -fresh is to compute again, one a
// line. It is written whole before the first of their records is removed, and removed after the
// last: whatever session comes after one that was killed in between removes the rest first, so that
// no record of before is taken for a new one.
const freshFile = ".fresh"

// anyRun stands in a freshFile for runs that are not known yet: those that a tuning will report.
const anyRun = "*"

// freshen removes the records of runs that -fresh is to compute again: those of this session, and
// what an earlier one did not come to. From then on they are missing like any others.
func (s *Session) freshen(ctx context.Context, p *progress, x *Experiment) error {
	homes := map[string][]*PlannedRun{}
	for _, r := range x.Runs {
		homes[r.home()] = append(homes[r.home()], r)
	}
	if s.Fresh {
		for home, runs := range homes {
			if err := markFresh(home, runs); err != nil {
				return err
			}
		}
		later := map[string]bool{}
		for _, r := range x.then {
			later[r.home()] = homes[r.home()] == nil
		}
		for home, unmarked := range later {
			if !unmarked {
				continue
			}
			if err := markFresh(home, nil); err != nil {
				return err
			}
		}
	}
	for home, runs := range homes {
		if err := clearFresh(ctx, p, home, runs); err != nil {
			return err
		}
	}
	return nil
}

// markFresh notes what is to be computed again in a folder; without runs, whatever will be asked
// for. Where there is no folder there is nothing to be removed.
func markFresh(home string, runs []*PlannedRun) error {
	if _, err := os.Stat(home); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var b strings.Builder
	for _, r := range runs {
		b.WriteString(r.ID + "\n")
	}
	if len(runs) == 0 {
		b.WriteString(anyRun + "\n")
	}
	if err := disk.Write(filepath.Join(home, freshFile), b.String()); err != nil {
		return fmt.Errorf("-fresh: what is there cannot be removed: %w; choose a folder that can be written with -out", err)
	}
	return nil
}

// clearFresh removes what is noted in a folder; runs are those that anyRun stands for. Each run is
// locked meanwhile: the record of one that another session computes right now is removed when that
// has ended.
func clearFresh(ctx context.Context, p *progress, home string, runs []*PlannedRun) error {
	file := filepath.Join(home, freshFile)
	noted := func() bool { _, err := os.Stat(file); return err == nil }
	if !noted() {
		return nil
	}
	lock, err := waitLock(ctx, file, noted, nil)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	text, err := disk.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	ids := strings.Fields(string(text))
	if slices.Contains(ids, anyRun) {
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
	}
	var once sync.Once
	wait := func() {
		once.Do(func() {
			p.say("-fresh: waiting for another session that computes some of these runs, whose records would be removed under it")
		})
	}
	errs := make([]error, len(ids))
	crew.Each(len(ids), func(i int) {
		if id := ids[i]; id != anyRun && filepath.Base(id) == id {
			errs[i] = forget(ctx, filepath.Join(home, id), wait)
		}
	})
	if err := cmp.Or(err, errors.Join(errs...)); errors.Is(err, context.Canceled) || fault.Foreign(err) {
		return err
	} else if err != nil {
		return fmt.Errorf("-fresh: what is there cannot be removed: %w", err)
	}
	return os.Remove(file)
}

// forget removes the record of a run that nobody computes.
func forget(ctx context.Context, dir string, wait func()) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := record.Ours(dir); err != nil {
		return err
	}
	lock, err := waitLock(ctx, dir, func() bool { return true }, wait)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	return record.Forget(dir)
}

// waitLock takes the lock of a run, as soon as there is no other session that has it, while there
// is reason to; wait is called before waiting. The lock is nil where there are none.
func waitLock(ctx context.Context, dir string, reason func() bool, wait func()) (*files.RunLock, error) {
	for reason() {
		lock, err := files.LockRun(dir)
		switch {
		case fault.Foreign(err):
			return nil, err
		case !errors.Is(err, files.ErrHeld):
			return lock, nil
		}
		if wait != nil {
			wait()
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(heldPause):
		}
	}
	return nil, nil
}
