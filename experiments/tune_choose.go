package experiments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim/record"
)

// tunedSuffix is what the folder of the trials of an experiment ends in.
const tunedSuffix = "-tune"

// tuningFile holds the whole sensitivity curve of an experiment, one row a trial, beside its runs.
const tuningFile = "tuning.csv"

// A tuning is what is to be tuned before the runs that are reported.
type tuning struct {
	*sweep.Tuning
	trials *Experiment
	// the runs with the values found, on the experiment's own seeds
	report func() ([]*PlannedRun, error)
	// these runs with the first of all values, before any are found
	tentative []*PlannedRun
	home      string // folder of these runs
	file      string // in it: the whole sensitivity curve
}

// checkCriterion refuses a criterion that a run does not measure.
func (t *tuning) checkCriterion(c *config.Config, ps *config.Problems) error {
	if c.Problem == nil {
		return params.Errorf("tune", "a run without a problem has no loss to tune by")
	}
	if t.By != "validation_loss" {
		return nil
	}
	has := hasValidation[float32]
	if c.Precision() == "float64" {
		has = hasValidation[float64]
	}
	if ok, err := has(c, ps); err != nil || !ok {
		return errors.Join(err, fault.Bad("tune.by", t.By, "there is no validation part: give problem.validation, such as 0.1, or tune by train_loss"))
	}
	return nil
}

func hasValidation[F vec.Float](c *config.Config, ps *config.Problems) (bool, error) {
	p, err := config.ProblemOf[F](ps, c)
	if err != nil {
		return false, err
	}
	e, ok := p.(nets.Evaluator[F])
	return ok && e.PartLen(nets.Validation) > 0, nil
}

// tune computes the trials of an experiment and chooses. It returns the runs to be reported and an
// exit status; what went wrong has been said.
func (s *Session) tune(ctx context.Context, t *tuning) ([]*PlannedRun, int) {
	outcomes, status := s.Compute(ctx, t.trials)
	if status == Stopped || status == Usage {
		return nil, status
	}
	if err := t.score(outcomes); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, max(status, Failed)
	}
	t.Table(s.Stdout)
	if err := t.Write(filepath.Join(t.home, cmp.Or(t.file, tuningFile))); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, max(status, Failed)
	}
	bad := false
	for _, g := range t.Settings {
		switch {
		case g.Best < 0:
			fmt.Fprintf(s.Stderr, "tune: %s: no trial can be used: all diverged or failed; try other values\n", g.Title())
			bad = true
		case len(g.Edges) > 0 && s.Strict:
			fmt.Fprintf(s.Stderr, "tune: %s: the best, %s, is at the edge of its grid: widen the grid (an error because of -strict)\n", g.Title(), strings.Join(g.Edges, ", "))
			bad = true
		case len(g.Edges) > 0:
			fmt.Fprintf(s.Stderr, "warning: tune: %s: the best, %s, is at the edge of its grid: a better one may lie beyond it\n", g.Title(), strings.Join(g.Edges, ", "))
		}
	}
	if bad {
		return nil, max(status, Failed)
	}
	runs, err := t.report()
	if err != nil {
		return nil, s.refuse("tune", err)
	}
	return runs, Done
}

// score reads the criterion of every trial and finds the best of each setting, the first of equals.
func (t *tuning) score(outcomes []Outcome) error {
	for _, s := range t.Settings {
		s.Best, s.Edges = -1, nil
		for i, tr := range s.Trials {
			sum := 0.
			tr.Diverged, tr.Failed = 0, 0
			tr.Low, tr.High = math.Inf(1), math.Inf(-1)
			for _, r := range tr.Runs {
				o := outcomes[r]
				switch {
				case o.Err != nil || o.Summary == nil:
					tr.Failed++
				case o.diverged():
					tr.Diverged++
					sum, tr.High = math.Inf(1), math.Inf(1)
				default:
					x, err := t.criterion(t.trials.Runs[r])
					if err != nil {
						return err
					}
					sum += x
					tr.Low, tr.High = min(tr.Low, x), max(tr.High, x)
				}
			}
			tr.Score = sum / float64(len(tr.Runs))
			if tr.Failed > 0 || math.IsNaN(tr.Score) {
				tr.Score = math.Inf(1)
			}
			if tr.Failed > 0 {
				return fmt.Errorf("%s, %s: %s failed, and a choice among what is left would not be fair; see above, and run again", s.Title(), tr.Point, prose.Count(tr.Failed, "run"))
			}
			if !math.IsInf(tr.Score, 1) && (s.Best < 0 || tr.Score < s.Trials[s.Best].Score) {
				s.Best = i
			}
		}
		if s.Best >= 0 {
			s.FindEdges()
		}
	}
	return nil
}

// criterion is the last evaluation of a run.
func (t *tuning) criterion(r *PlannedRun) (float64, error) {
	run := record.Run{Dir: r.Dir}
	rows, err := run.Evals()
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, fmt.Errorf("%s: eval.csv has no row", r.Dir)
	}
	last := rows[len(rows)-1]
	if t.By == "validation_loss" {
		return last.ValidationLoss, nil
	}
	return last.TrainLoss, nil
}
