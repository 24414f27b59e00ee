package data

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// A numberError says why a field is no number.
type numberError struct{ text string }

func (e *numberError) Error() string { return e.text }

// number reads a decimal number, as data files write it. What Go alone takes for a number, 2018_01
// and 0x1p3, is none: in a table it is an identifier or a date, and its value would be a surprise.
func number(field []byte) (float64, error) {
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, &numberError{fmt.Sprintf("%.40q is too large for a float64", field)}
	case err != nil || bytes.ContainsAny(field, "_xX"):
		return 0, &numberError{fmt.Sprintf("%.40q is no number", field)}
	}
	return v, nil
}

// numeric says whether a field is meant as a number, in whatever notation: no name of a column is.
func numeric(field []byte) bool {
	_, err := strconv.ParseFloat(string(field), 64)
	return err == nil || errors.Is(err, strconv.ErrRange)
}
