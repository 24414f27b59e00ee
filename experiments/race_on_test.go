//go:build race

package experiments

// slow is how much shorter long runs are where everything is slower.
const slow = 10
