package experiments

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"staleness/experiments/internal/files"
	"staleness/experiments/internal/origin"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	disk "staleness/internal/files"
	"staleness/sim/record"
)

// A finding is what is known of a run before anything is computed.
type finding struct {
	sum *record.Summary // nil: it is not finished
	was string          // the build that computed it, where it is another than this one's
	old bool            // which had other sources, so that it has to be computed again
	bad error           // a file of it is damaged or gone, so that it has to be computed again
	err error           // it can be neither found nor computed
}

// survey finds what is finished and lists the rest.
func (s *Session) survey(b *batch) (todo []int) {
	runs := b.experiment.Runs
	found := make([]finding, len(runs))
	crew.Each(len(runs), func(i int) { found[i] = s.find(runs[i]) })
	other, kept, bad := 0, 0, 0
	for i, r := range runs {
		switch f := found[i]; {
		case f.err != nil:
			b.end(i, Outcome{Err: f.err})
		case f.bad != nil:
			if bad++; bad <= fewDamaged {
				b.progress.say("%s: computing it again: %s", r.name(), damaged(f.bad))
			}
			todo = append(todo, i)
		case f.sum == nil:
			todo = append(todo, i)
		case f.old:
			if other++; other == 1 {
				b.progress.say("%s: was computed by other sources (build %s, now %s): computing it again; -reuse takes it as it is", r.name(), f.was, origin.Build())
			}
			todo = append(todo, i)
		default:
			if f.was != "" {
				kept++
			}
			b.end(i, Outcome{Reused: true, Summary: f.sum})
		}
	}
	if bad > fewDamaged {
		b.progress.say("%s: likewise damaged: %s more", b.experiment.Name, prose.Count(bad-fewDamaged, "run"))
	}
	if other > 1 {
		b.progress.say("%s: likewise %s more", b.experiment.Name, prose.Count(other-1, "run"))
	}
	if kept > 0 && !s.Reuse {
		b.progress.say("%s: %s kept: sources were edited, but none that went into them", b.experiment.Name, prose.Count(kept, "run"))
	}
	return todo
}

// find looks for the record of a finished run. Its labels, which are no part of the run, become
// those of today.
func (s *Session) find(r *PlannedRun) (f finding) {
	if f.err = record.Ours(r.Dir); f.err != nil || s.Fresh {
		return f
	}
	sum, err := record.ReadSummary(r.Dir)
	if err != nil || !sum.Done() {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			f.bad = err
		}
		return f
	}
	if f.bad = s.check(r, sum); f.bad != nil {
		return f
	}
	f.sum = sum
	if sum.Build != origin.Build() {
		f.was = sum.Build
		if f.old = !s.current(r, sum); f.old {
			return f
		}
		if !s.Reuse {
			r.adopt(sum)
		}
	}
	text := r.config.TOML(r.Experiment, r.Labels)
	if old, err := disk.Read(filepath.Join(r.Dir, record.ConfigFile)); err != nil || string(old) != text {
		if f.err = record.WriteConfig(r.Dir, []byte(text)); f.err != nil {
			return f
		}
	}
	if record.Untidy(r.Dir) {
		if lock, err := files.LockRun(r.Dir); err == nil { // else somebody is at work there
			record.Tidy(r.Dir)
			lock.Unlock()
		}
	}
	return f
}

// fewDamaged is how many damaged runs are named one by one.
const fewDamaged = 5

// damaged is an error about the record of a run, in one line, without what to do: that is done.
func damaged(err error) string {
	text := strings.TrimPrefix(err.Error(), "record: ")
	return strings.ReplaceAll(strings.ReplaceAll(text, "; "+record.Remedy, ""), "\n", ", ")
}

// check looks whether the record of a finished run is whole. Sizes always, the content of small
// files too; of large ones only under -verify, for whoever reads them finds out.
func (s *Session) check(r *PlannedRun, sum *record.Summary) error {
	if s.Verify {
		return record.Check(r.Dir, sum, -1)
	}
	return record.Check(r.Dir, sum, record.Cheap)
}

// finished reads the record of a finished run that counts as such here; nil: there is none.
func (s *Session) finished(r *PlannedRun) *record.Summary {
	sum, err := record.ReadSummary(r.Dir)
	if err != nil || !sum.Done() || !s.current(r, sum) || s.check(r, sum) != nil {
		return nil
	}
	return sum
}
