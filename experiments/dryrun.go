package experiments

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/cost"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	"staleness/sim/record"
)

// A forecast is how long the runs take that are not finished yet.
type forecast struct {
	costs      *cost.Costs
	runs       int
	core, wall time.Duration
	from       map[cost.Basis]bool
}

// list says what would be run, and about how long it would take: trials, then the runs with what
// these choose.
func (s *Session) list(x *Experiment) error {
	costs := cost.New()
	all := &forecast{costs: costs}
	for _, t := range x.tunings {
		there, err := s.listRuns(all, t.trials.Name, t.trials.Runs, x.problems)
		if err != nil {
			return err
		}
		if runs := s.chosen(t, there); runs != nil {
			if _, err := s.listRuns(all, filepath.Base(t.home), runs, x.problems); err != nil {
				return err
			}
			continue
		}
		f := &forecast{costs: costs}
		for _, r := range t.tentative {
			if _, err := f.add(r, x.problems); err != nil {
				return err
			}
		}
		fmt.Fprintf(s.Stdout, "%s: %s with the values that these choose: %d settings, %s each on %s\n", filepath.Base(t.home),
			prose.Count(len(t.tentative), "run"), len(t.Settings), prose.Count(len(t.Settings[0].Trials), "trial"), prose.Count(len(t.Seeds), "seed"))
		s.sum(all, f)
	}
	if len(x.Runs) > 0 {
		if _, err := s.listRuns(all, x.Name, x.Runs, x.problems); err != nil {
			return err
		}
	}
	if len(x.tunings) > 0 && all.runs > 0 {
		fmt.Fprintf(s.Stdout, "all together: about %s of one core, %s with %s at once\n", inTime(all.core), inTime(all.wall), prose.Count(s.jobs(all.runs), "run"))
	}
	return nil
}

// add counts a run that is not finished, and says how long it takes.
func (f *forecast) add(r *PlannedRun, ps *config.Problems) (time.Duration, error) {
	d, from, err := f.costs.Of(r.config, ps)
	if err != nil {
		return 0, r.config.Doc.Fault("", err)
	}
	if f.from == nil {
		f.from = map[cost.Basis]bool{}
	}
	f.from[from] = true
	f.runs++
	f.core += d
	return d, nil
}

// sum says how long runs take that are computed together, and adds them to all others.
func (s *Session) sum(all, f *forecast) {
	if f.runs == 0 {
		return
	}
	jobs := s.jobs(f.runs)
	f.wall = f.core / time.Duration(jobs)
	fmt.Fprintf(s.Stdout, "about %s of one core, %s with %s at once (%s)\n", inTime(f.core), inTime(f.wall), prose.Count(jobs, "run"), cost.BasesOf(f.from))
	all.runs += f.runs
	all.core += f.core
	all.wall += f.wall
}

// listRuns lists runs of one folder. It returns the records that are there and stand; nil: none.
func (s *Session) listRuns(all *forecast, name string, runs []*PlannedRun, ps *config.Problems) ([]*record.Summary, error) {
	there := make([]*record.Summary, len(runs))
	crew.Each(len(runs), func(i int) {
		if sum, err := record.ReadSummary(runs[i].Dir); err == nil && sum.Done() && !s.Fresh {
			there[i] = sum
		}
	})
	f := &forecast{costs: all.costs}
	for i, r := range runs {
		if there[i] != nil {
			f.costs.Measure(r.config, r.Dir)
		}
	}
	finished := 0
	for i, r := range runs {
		state := "to do"
		if hasCheckpoint(r.Dir) {
			state = "begun"
		}
		if sum := there[i]; sum != nil && s.current(r, sum) {
			fmt.Fprintf(s.Stdout, "%s  %-16s  %8s  %s\n", r.ID, sum.Status, "", r.Point)
			finished++
			continue
		} else if sum != nil {
			state, there[i] = "of other sources", nil
		}
		d, err := f.add(r, ps)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(s.Stdout, "%s  %-16s  %8s  %s\n", r.ID, state, inTime(d), r.Point)
	}
	fmt.Fprintf(s.Stdout, "%s: %s, %d finished, in %s\n", name, prose.Count(len(runs), "run"), finished, runs[0].home())
	s.sum(all, f)
	return there, nil
}

// chosen are the runs to be reported, where all trials are there to choose by; nil: they are not.
func (s *Session) chosen(t *tuning, there []*record.Summary) []*PlannedRun {
	outcomes := make([]Outcome, len(there))
	for i, sum := range there {
		if sum == nil {
			return nil
		}
		outcomes[i].Summary = sum
	}
	if t.score(outcomes) != nil {
		return nil // the session itself says what is wrong with them
	}
	for _, g := range t.Settings {
		if g.Best < 0 {
			return nil
		}
	}
	runs, err := t.report()
	if err != nil {
		return nil
	}
	return runs
}

// inTime is a duration for people: two digits, for an estimate has no more.
func inTime(d time.Duration) string {
	if d < time.Millisecond {
		return "<1ms"
	}
	step := time.Millisecond
	for _, s := range []struct{ from, step time.Duration }{
		{time.Second, 100 * time.Millisecond}, {10 * time.Second, time.Second}, {time.Minute, 10 * time.Second},
		{10 * time.Minute, time.Minute}, {time.Hour, 10 * time.Minute}, {10 * time.Hour, time.Hour},
	} {
		if d >= s.from {
			step = s.step
		}
	}
	said := d.Round(step).String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(said, nothing) {
			said = said[:len(said)-2]
		}
	}
	return said
}
