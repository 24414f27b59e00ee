// Package clock is the only clock of a session.
package clock

import "time"

// Now is the time. Nothing is done with its times but to subtract them, for which they carry a
// monotone reading: a clock on the wall that is set, by minutes or years, changes nothing. Times of
// files are never asked for.
var Now = time.Now

// Since is how long ago that was.
func Since(t time.Time) time.Duration { return Now().Sub(t) }
