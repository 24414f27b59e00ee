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
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim/record"
)

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

// tune computes the trials of an experiment and chooses. It returns the runs to be reported and an exit status; what went wrong
// has been said.
func (s *Session) tune(ctx context.Context, t *tuning) ([]*Run, int) {
	outcomes, status := s.Compute(ctx, t.trials)
	if status == Stopped || status == Usage {
		return nil, status
	}
	if err := t.score(outcomes); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, max(status, Failed)
	}
	t.table(s.Stdout)
	if err := t.write(filepath.Join(t.home, cmp.Or(t.file, tuningFile))); err != nil {
		fmt.Fprintf(s.Stderr, "tune: %v\n", err)
		return nil, max(status, Failed)
	}
	bad := false
	for _, g := range t.settings {
		switch {
		case g.best < 0:
			fmt.Fprintf(s.Stderr, "tune: %s: no trial can be used: all diverged or failed; try other values\n", g.title())
			bad = true
		case len(g.edges) > 0 && s.Strict:
			fmt.Fprintf(s.Stderr, "tune: %s: the best, %s, is at the edge of its grid: widen the grid (an error because of -strict)\n", g.title(), strings.Join(g.edges, ", "))
			bad = true
		case len(g.edges) > 0:
			fmt.Fprintf(s.Stderr, "warning: tune: %s: the best, %s, is at the edge of its grid: a better one may lie beyond it\n", g.title(), strings.Join(g.edges, ", "))
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
	for _, s := range t.settings {
		s.best, s.edges = -1, nil
		for i, tr := range s.trials {
			sum := 0.
			tr.diverged, tr.failed = 0, 0
			for _, r := range tr.runs {
				o := outcomes[r]
				switch {
				case o.Err != nil || o.Summary == nil:
					tr.failed++
				case o.diverged():
					tr.diverged++
					sum = math.Inf(1)
				default:
					x, err := t.criterion(t.trials.Runs[r])
					if err != nil {
						return err
					}
					sum += x
				}
			}
			tr.score = sum / float64(len(tr.runs))
			if tr.failed > 0 || math.IsNaN(tr.score) {
				tr.score = math.Inf(1)
			}
			if tr.failed > 0 {
				return fmt.Errorf("%s, %s: %s failed, and a choice among what is left would not be fair; see above, and run again", s.title(), tr.point, prose.Count(tr.failed, "run"))
			}
			if !math.IsInf(tr.score, 1) && (s.best < 0 || tr.score < s.trials[s.best].score) {
				s.best = i
			}
		}
		if s.best >= 0 {
			s.findEdges()
		}
	}
	return nil
}

// criterion is the last evaluation of a run.
func (t *tuning) criterion(r *Run) (float64, error) {
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

// findEdges lists the tuned keys whose best value is the smallest or the largest that was tried.
func (s *setting) findEdges() {
	for _, c := range s.trials[s.best].changes {
		x, ok := toFloat(c.value)
		if !ok {
			continue
		}
		lo, hi, n := math.Inf(1), math.Inf(-1), map[float64]bool{}
		for _, t := range s.trials {
			for _, d := range t.changes {
				if y, ok := toFloat(d.value); ok && document.PathString(d.path) == document.PathString(c.path) {
					lo, hi, n[y] = min(lo, y), max(hi, y), true
				}
			}
		}
		if len(n) > 1 && (x == lo || x == hi) {
			s.edges = append(s.edges, document.PathString(c.path)+" = "+short(c.value))
		}
	}
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
