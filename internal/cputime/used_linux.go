package cputime

import (
	"time"

	"golang.org/x/sys/unix"
)

// Used is the time that this process has had on processors: what others took of a shared machine
// does not count.
func Used() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err) // every Linux has that clock
	}
	return time.Duration(t.Nano())
}
