package slurm

import "time"

// Shards parts runs, of which run i takes about costs[i], into lists of numbers: in order, each of
// at least the cost least, at most so many. Starting an element of an array costs the scheduler as
// much as a short run takes, and a scheduler serves a whole site.
func Shards(costs []time.Duration, least time.Duration, most int) [][]int {
	var total time.Duration
	for _, c := range costs {
		total += c
	}
	size := max(least, (total+time.Duration(most)-1)/time.Duration(most))
	var out [][]int
	var shard []int
	var sum time.Duration
	for i, c := range costs {
		shard = append(shard, i)
		if sum += c; sum >= size && (len(out)+1 < most || i == len(costs)-1) {
			out = append(out, shard)
			shard, sum = nil, 0
		}
	}
	switch {
	case len(shard) == 0:
	case len(out) == 0 || sum >= least && len(out) < most:
		out = append(out, shard)
	default: // too little for an element of its own
		out[len(out)-1] = append(out[len(out)-1], shard...)
	}
	return out
}
