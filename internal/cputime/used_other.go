//go:build !linux

package cputime

import "time"

var start = time.Now()

// Used is time on the wall: what a process has had on processors is not asked for on this system.
func Used() time.Duration { return time.Since(start) }
