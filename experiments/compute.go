package experiments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"staleness/experiments/internal/clock"
	"staleness/experiments/internal/config"
	"staleness/experiments/internal/origin"
	"staleness/internal/files"
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim"
	"staleness/sim/record"
)

// A task is one run to be computed.
type task struct {
	text     string // run.toml
	dir      string // its folder
	id       string
	problems *config.Problems
	parallel int           // goroutines, on
	cores    *sim.Cores    // shared with other runs
	share    *gauge        // is told how much is done
	every    time.Duration // wall time between checkpoints
	fresh    bool          // from the beginning, whatever is there
	// its state stays when the run is finished, so that it can be continued to a later stop
	keep bool
	from *keptRun // a finished run to continue; nil: none
	say  func(format string, args ...any)
}

// A completion is what came of a task.
type completion struct {
	*record.Summary
	resumed bool // it went on where an earlier session, or a run with an earlier stop, had come to
}

// computeRun makes the run and writes its files: all of them, or, if it cannot be finished now, a
// checkpoint to go on from, or nothing.
func computeRun(ctx context.Context, c *config.Config, t task) (completion, error) {
	if c.Precision() == "float64" {
		return compute[float64](ctx, c, t)
	}
	return compute[float32](ctx, c, t)
}

func compute[F vec.Float](ctx context.Context, c *config.Config, t task) (completion, error) {
	sc, facts, err := config.Simulation[F](c, t.problems)
	if err != nil {
		return completion{}, c.Doc.Fault("", err)
	}
	if err := t.ready(ctx, sc.Problem); err != nil {
		return completion{}, err
	}
	sc.Parallel, sc.Cores = t.parallel, t.cores
	omitEval, omitUpdates := record.Omitted(config.Has(c, sc.Problem, facts))
	plan := record.Plan{Dir: t.dir, Config: []byte(t.text), OmitEval: omitEval, Updates: c.Record.Updates, OmitUpdates: omitUpdates, Trace: c.Record.Trace, Keep: t.keep}
	if c.Record.Center {
		plan.Center = sc.Problem.Dim()
	}
	train := 1.
	if sc.Problem != nil {
		train = float64(sc.Problem.Len())
	}
	seen := func(e *record.Evaluation) { t.share.set(c.Stop.Share(e, train)) }
	for {
		s, err := t.begin(plan)
		if err != nil {
			return completion{}, err
		}
		r, err := execute(ctx, sc, &recorder[F]{w: s.w, seen: seen, of: modelOf(c, t.id)}, s)
		if s.state != nil && errors.Is(err, sim.ErrCheckpoint) {
			t.say("%v; starting afresh", err)
			t.fresh = true
			continue
		}
		// seen only when the method was set to work
		if m := (*sim.Mistake)(nil); errors.As(err, &m) {
			return completion{}, c.Doc.Fault("", config.Placed(m))
		}
		if err != nil {
			return completion{}, err
		}
		sum := r.Summary()
		sum.Seed, sum.Build = uint64(c.Seed), origin.Build()
		wall := clock.Since(s.keeper.sessions) + s.keeper.of.Wall
		if err := s.w.Finish(sum, []byte(environment(&r, wall, s.keeper.of.Sessions, t.parallel)+madeOf(c))); err != nil {
			return completion{}, err
		}
		if sum.Status == record.Failed {
			return completion{Summary: sum}, errors.New(sum.Reason)
		}
		return completion{sum, s.state != nil}, nil
	}
}

// longPreparation is how many operations take so long that they are told of.
const longPreparation = 1e10

// ready computes what the run asks of its problem before the first event, which may take long.
func (t *task) ready(ctx context.Context, problem any) error {
	p, ok := problem.(nets.Preparer)
	if !ok {
		return nil
	}
	if what, operations := p.Preparation(); operations > longPreparation {
		t.say("computing %s first", what)
	}
	return p.Prepare(ctx)
}

// An attempt is one session's work at a run.
type attempt struct {
	w      *record.Writer
	keeper *keeper
	state  []byte // to go on from; nil: from the beginning
}

// begin opens the files of the run, where it stopped or afresh.
func (t *task) begin(plan record.Plan) (*attempt, error) {
	h := history{Build: origin.Build(), ID: t.id, Sessions: 1}
	var s attempt
	if !t.fresh {
		if t.from != nil && !hasCheckpoint(t.dir) {
			if err := t.from.leaveState(t.dir); err != nil {
				t.say("%s cannot be continued: %v; starting afresh", t.from.dir, err)
			}
		}
		kept := ""
		if t.from != nil {
			kept = t.from.id
		}
		w, old, state, warning := goOn(plan, h, kept)
		if warning != "" {
			t.say("%s", warning)
		}
		if w != nil {
			s.w, h, s.state = w, old, state
			if there, err := files.Read(filepath.Join(t.dir, record.ConfigFile)); err != nil || string(there) != t.text {
				if err := record.WriteConfig(t.dir, plan.Config); err != nil {
					w.Close()
					return nil, err
				}
			}
		}
	}
	if s.w == nil {
		var err error
		if s.w, err = record.Create(plan); err != nil {
			return nil, err
		}
	}
	s.keeper = newKeeper(s.w, h, t.every, t.keep)
	s.keeper.dir = t.dir
	return &s, nil
}

// execute simulates. Unless it comes to an end of its own, the writer is closed with what is worth
// keeping.
func execute[F vec.Float](ctx context.Context, sc sim.Config[F], rec *recorder[F], s *attempt) (r sim.Result, err error) {
	ended := false
	defer func() { // also when a method panics
		if ended {
			return
		}
		if undone := s.keeper.leave(); undone != nil && !errors.Is(err, undone) {
			err = fmt.Errorf("%w; and what it had written could not be left in order: %v", err, undone)
		}
	}()
	sc.Checkpoint = &sim.Checkpointing{Due: s.keeper.due, Keep: s.keeper.keep}
	if s.state != nil {
		r, err = sim.Resume(ctx, sc, rec, bytes.NewReader(s.state))
	} else {
		r, err = sim.Run(ctx, sc, rec)
	}
	if err == nil && r.Status == sim.Interrupted {
		err = context.Canceled
	}
	ended = err == nil
	return r, err
}

// environment is env.txt: what may differ between two runs of the same bits.
func environment(r *sim.Result, wall time.Duration, sessions, parallel int) string {
	s := wall.Seconds()
	return fmt.Sprintf("go: %s\nplatform: %s/%s\nkernels: %s\ncores: %d\ngoroutines per run: %d\nsessions: %d\nwall time: %.6f s\ngradients per second: %.4g\nupdates per second: %.4g\ntime in gradients (last session): %.3f s\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, vec.Path(), runtime.NumCPU(), parallel, sessions, s, float64(r.Gradients)/s, float64(r.Updates)/s, r.Busy.Seconds())
}
