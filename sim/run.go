package sim

import (
	"context"
	"io"
	"time"

	"staleness/nets/vec"
)

// Run simulates one run and hands its record to rec (nil: nobody). An error is wrong input, a
// Recorder that failed, a cluster that only talks to itself, or one whose times are beyond the 292
// years of model time; Lasting tells which of them would come again. How a run ended otherwise is
// Result.Status. Cancelling ctx ends the run as Interrupted within a fraction of a second, with a
// Result of what was done until then.
func Run[F vec.Float](ctx context.Context, c Config[F], rec Recorder[F]) (Result, error) {
	return run(ctx, c, rec, nil, options{})
}

// Resume goes on from a checkpoint that a run of the same configuration has left; from is read to
// the end of what that run's save wrote, and not beyond. What rec is given together with what the
// earlier session had been given by the time of the checkpoint is what one uninterrupted run gives,
// to the bit; so is the Result, but for times on the wall. Goroutines may differ in number.
func Resume[F vec.Float](ctx context.Context, c Config[F], rec Recorder[F], from io.Reader) (Result, error) {
	return run(ctx, c, rec, from, options{})
}

func run[F vec.Float](ctx context.Context, c Config[F], rec Recorder[F], from io.Reader, o options) (Result, error) {
	if err := c.Check(); err != nil {
		return Result{}, err
	}
	if c.Inject != nil {
		return runInjected(ctx, &c, rec, from, o)
	}
	start := time.Now()
	s, err := newEngine(&c, rec, o)
	if err != nil {
		return Result{}, err
	}
	done := s.begin(ctx)
	defer done() // when a method panics
	if from == nil {
		s.open()
	} else if err := load(s, from); err != nil {
		done()
		return Result{}, err
	}
	s.loop()
	s.finish()
	done()
	if s.end.err != nil {
		return Result{}, s.end.err
	}
	r := s.result()
	r.Wall = time.Since(start)
	return r, nil
}
