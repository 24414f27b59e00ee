//go:build !race && !purego

package testspeed

// Slower is how many times shorter long runs are where everything is slower, and what is drawn or
// tried by the dozen is tried once: under the race detector, and without assembly.
const Slower = 1

// Race says whether this is the race detector, under which pools forget what they hold at random.
const Race = false
