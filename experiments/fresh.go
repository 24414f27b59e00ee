package experiments

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"staleness/results"
)

// freshFile lists, in the folder of an experiment, the runs that -fresh is to compute again, one a line. It is written whole before the
// first of their records is removed, and removed after the last: whatever session comes after one that was killed in between
// removes the rest first, so that no record of before is taken for a new one.
const freshFile = ".fresh"

// anyRun stands in a freshFile for runs that are not known yet: those that a tuning will report.
const anyRun = "*"

// freshen removes the records of runs that -fresh is to compute again: those of this session, and what an earlier one did not
// come to. From then on they are missing like any others.
func (s *Session) freshen(x *Experiment) error {
	homes := map[string][]*Run{}
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
		if err := clearFresh(home, runs); err != nil {
			return err
		}
	}
	return nil
}

// markFresh notes what is to be computed again in a folder; without runs, whatever will be asked for. Where there is no folder there
// is nothing to be removed.
func markFresh(home string, runs []*Run) error {
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
	if err := writeWhole(filepath.Join(home, freshFile), b.String()); err != nil {
		return fmt.Errorf("-fresh: what is there cannot be removed: %w; choose a folder that can be written with -out", err)
	}
	return nil
}

// clearFresh removes what is noted in a folder; runs are those that anyRun stands for.
func clearFresh(home string, runs []*Run) error {
	file := filepath.Join(home, freshFile)
	for {
		if _, err := os.Stat(file); err != nil {
			return nil
		}
		lock, err := lockRun(file)
		if errors.Is(err, errHeld) { // another session is at it, and not for long
			time.Sleep(heldPause)
			continue
		}
		defer lock.unlock()
		break
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	ids := strings.Fields(string(text))
	if slices.Contains(ids, anyRun) {
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
	}
	errs := make([]error, len(ids))
	each(len(ids), func(i int) {
		if id := ids[i]; id != anyRun && filepath.Base(id) == id {
			errs[i] = results.Forget(filepath.Join(home, id))
		}
	})
	if err := cmp.Or(err, errors.Join(errs...)); err != nil {
		return fmt.Errorf("-fresh: what is there cannot be removed: %w", err)
	}
	return os.Remove(file)
}
