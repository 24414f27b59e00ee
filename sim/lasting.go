package sim

import "errors"

// Lasting says whether an error of Run follows from configuration and seed alone, so that the same
// run would end by it again; what is not may come from the machine, such as a disk that is full.
func Lasting(err error) bool {
	var m *Mistake
	var l *lastingError
	return errors.As(err, &m) || errors.As(err, &l)
}

type lastingError struct{ error }

func (e *lastingError) Unwrap() error { return e.error }

// lasting marks an error as Lasting.
func lasting(err error) error { return &lastingError{err} }
