//go:build !linux

package main

import "time"

var start = time.Now()

// used is time on the wall: what a process has had on processors is not asked for on this system.
func used() time.Duration { return time.Since(start) }
