package main

import (
	"syscall"
	"time"
)

// used is the time that this thread has had on a processor: what others took of a shared machine does not count.
func used() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_THREAD, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
