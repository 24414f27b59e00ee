package experiments

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/guard"
	"staleness/internal/crew"
	"staleness/internal/params"
	"staleness/sim"
	"staleness/sim/record"
)

// local computes runs in this process. As many runs go side by side as there are cores, each on
// one, for runs never wait for each other. The last ones share all cores: whichever has gradients
// to compute takes those that the others leave.
type local struct {
	b      *batch
	ctx    context.Context
	memory *budget
	cores  *sim.Cores
	kept   map[string]*keptRun
	tries  []int // by run: how often it failed

	lockless sync.Once
}

// heldPause is how long to wait before looking again at runs that other sessions compute.
const heldPause = 100 * time.Millisecond

func (l *local) compute(ctx context.Context, b *batch) error {
	l.b, l.ctx = b, ctx
	l.tries = make([]int, len(b.experiment.Runs))
	l.memory = newBudget(b.session.usable(), b.experiment.problems.Drop)
	l.cores = sim.NewCores(runtime.GOMAXPROCS(0))
	l.kept = findKept(b.experiment)
	todo := b.todo
	for len(todo) > 0 && ctx.Err() == nil {
		later, held := l.round(todo)
		b.progress.wait(len(held))
		if len(held) == len(todo) {
			select {
			case <-ctx.Done():
			case <-time.After(heldPause):
			}
		}
		todo = append(later, held...)
	}
	files.SweepHome(b.experiment.Runs[0].home())
	return nil
}

// round computes each run of todo once. later are those that failed and may be tried again, held
// those that another session computes.
func (l *local) round(todo []int) (later, held []int) {
	jobs := l.b.session.jobs(len(todo))
	var mu sync.Mutex
	var workers crew.Crew
	next := 0
	for range jobs {
		workers.Go(func() {
			for {
				mu.Lock()
				if next == len(todo) || l.ctx.Err() != nil {
					mu.Unlock()
					return
				}
				i, left := todo[next], len(todo)-next
				next++
				mu.Unlock()
				parallel := runtime.GOMAXPROCS(0)
				if left > jobs {
					parallel = max(1, parallel/jobs)
				}
				o := l.one(i, parallel)
				mu.Lock()
				switch {
				case errors.Is(o.Err, files.ErrHeld):
					held = append(held, i)
				case l.again(i, o):
					later = append(later, i)
				default:
					l.b.end(i, o)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return later, held
}

// one computes a run, unless another session does or has done.
func (l *local) one(i, parallel int) (o Outcome) {
	defer func() { // the others go on
		if bug := recover(); bug != nil {
			b := crew.Caught(bug)
			if o = (Outcome{Err: fmt.Errorf("a bug in the program: %w", b)}); guard.Unreadable(b) != nil {
				o.Err = l.b.experiment.Runs[i].config.Doc.Fault("problem", params.At("problem.data", guard.Unreadable(b)))
			}
		}
	}()
	s, x := l.b.session, l.b.experiment
	r := x.Runs[i]
	need, err := memoryOf(r.config, x.problems, parallel)
	if err == nil && parallel > 1 && !l.memory.holds(need) {
		parallel = 1
		need, err = memoryOf(r.config, x.problems, parallel)
	}
	if err != nil {
		return Outcome{Err: r.config.Doc.Fault("", err)}
	}
	if err := l.memory.take(l.ctx, need); err != nil {
		return Outcome{Err: r.config.Doc.Fault("", err)}
	}
	defer l.memory.give(need)
	lock, err := files.LockRun(r.Dir)
	if errors.Is(err, files.ErrHeld) || fault.Foreign(err) {
		return Outcome{Err: err}
	}
	if none := err; none != nil { // if the folder cannot be written either, that is said below
		defer func() {
			if o.Err == nil {
				l.lockless.Do(func() { l.b.progress.say("%s", files.NoLocks(r.home(), none)) })
			}
		}()
	}
	defer lock.Unlock()
	if sum := s.finished(r); sum != nil {
		// whoever finished it was killed in the next moment
		if lock != nil && record.Untidy(r.Dir) {
			record.Tidy(r.Dir)
		}
		return Outcome{Reused: true, Summary: sum}
	}
	var g gauge
	l.b.progress.begin(i, g.get)
	text := r.config.TOML(r.Experiment, r.Labels)
	done, err := computeRun(l.ctx, r.config, task{
		text: text, dir: r.Dir, id: r.ID, problems: x.problems, parallel: parallel, cores: l.cores, share: &g,
		every: s.Checkpoint, fresh: s.Fresh, keep: s.Keep, from: l.kept[withoutStop(text)].before(r),
		say: func(format string, args ...any) { l.b.progress.say(r.name()+": "+format, args...) },
	})
	return Outcome{Summary: done.Summary, Resumed: done.resumed, Err: err}
}
