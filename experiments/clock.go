package experiments

import "time"

// now is the only clock of this package. Nothing is done with its times but to subtract them, for which they carry a monotone reading:
// a clock on the wall that is set, by minutes or years, changes nothing. Times of files are never asked for.
var now = time.Now

// since is how long ago that was.
func since(t time.Time) time.Duration { return now().Sub(t) }
