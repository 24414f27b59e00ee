//go:build race

package testspeed

// Slower is how many times shorter long runs are where everything is slower: under the race
// detector.
const Slower = 10
