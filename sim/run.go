package sim

import (
	"context"
	"time"

	"staleness/nets/vec"
)

// Run simulates one run and hands its record to rec (nil: nobody). An error is wrong input, a Recorder that failed, or a cluster
// that only talks to itself; how a run ended otherwise is Result.Status. Cancelling ctx ends the run as Interrupted within a
// fraction of a second, with a Result of what was done until then.
func Run[F vec.Float](ctx context.Context, c Config[F], rec Recorder[F]) (Result, error) {
	return run(ctx, c, rec, options{})
}

func run[F vec.Float](ctx context.Context, c Config[F], rec Recorder[F], o options) (Result, error) {
	if err := c.Check(); err != nil {
		return Result{}, err
	}
	if c.Inject != nil {
		return runInjected(ctx, &c, rec, o)
	}
	start := time.Now()
	s, err := newEngine(&c, rec, o)
	if err != nil {
		return Result{}, err
	}
	interrupted, done := s.begin(ctx)
	s.open()
	s.loop(interrupted)
	s.finish()
	done()
	if s.end.err != nil {
		return Result{}, s.end.err
	}
	r := s.result()
	r.Wall = time.Since(start)
	return r, nil
}
