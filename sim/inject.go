package sim

import (
	"context"
	"errors"

	"staleness/nets/vec"
)

func runInjected[F vec.Float](ctx context.Context, c *Config[F], rec Recorder[F], o options) (Result, error) {
	return Result{}, errors.New("injection")
}

func (c *Config[F]) checkInjection() error { return nil }
