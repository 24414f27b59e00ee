// Package fault says where a mistake was made: the line of a file or the argument of a command, and
// what is wrong with what stands there.
package fault

import (
	"errors"
	"fmt"

	"staleness/internal/files"
	"staleness/internal/params"
)

// A Place is where something was written: a line of a file, or an argument of the command.
type Place struct {
	File string
	Line int    // from 1; 0: the file as a whole
	Arg  string // instead of a file: "-set strategy.rate=0.1"
}

func (p Place) String() string {
	switch {
	case p.Arg != "":
		return p.Arg
	case p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return p.File
}

// A Error is a mistake in a configuration: the place, and what is wrong with what stands there.
type Error struct {
	Place Place
	Err   error // often a *params.Error: key, value, remedy
}

func (e *Error) Error() string { return e.Place.String() + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Bad is an error about the value of a key.
func Bad(path string, value any, format string, args ...any) error {
	return &params.Error{Path: path, Value: params.Literal(value), Problem: fmt.Sprintf(format, args...)}
}

// Refusal says whether an error is what the user gave, and would be the same again: a
// configuration, or something that stands where a file of the program belongs.
func Refusal(err error) bool {
	var c *Error
	return errors.As(err, &c) || Foreign(err)
}

// Foreign says whether an error is about something that stands where a file of the program belongs.
func Foreign(err error) bool {
	var f *files.Foreign
	return errors.As(err, &f)
}
