package nets

import (
	"context"
	"sync"
)

// A Preparer has constants that take long to compute, such as an exact minimum. Whoever asks for
// them waits; who may be interrupted calls Prepare before.
type Preparer interface {
	// Prepare computes them. If ctx ends before, its error is returned within a fraction of a
	// second and nothing is kept.
	Prepare(ctx context.Context) error
	// Preparation says what they are, and about how many operations they take; 0: none.
	Preparation() (what string, operations float64)
}

// lazy is a value that is computed when it is first asked for. A computation that was interrupted
// is made again.
type lazy[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

func (l *lazy[T]) get(ctx context.Context, compute func(context.Context) (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known {
		return l.value, nil
	}
	v, err := compute(ctx)
	if err == nil {
		l.value, l.known = v, true
	}
	return v, err
}
