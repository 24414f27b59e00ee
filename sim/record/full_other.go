//go:build !unix

package record

import (
	"errors"
	"syscall"
)

// isFull tells a disk that is used up.
func isFull(err error) bool {
	const diskFull = syscall.Errno(112) // ERROR_DISK_FULL of Windows
	return errors.Is(err, diskFull)
}

// isReadOnly tells a file system that nobody can write to; Windows says of it what it says of a
// lack of permission.
func isReadOnly(error) bool { return false }
