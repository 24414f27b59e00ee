//go:build unix

package record

import (
	"errors"
	"syscall"
)

// isFull tells a disk or quota that is used up.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// isReadOnly tells a file system that nobody can write to.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
