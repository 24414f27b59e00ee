package data

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/vec"
)

// A Partition shares the training samples out to workers.
type Partition interface {
	// Split is called with the number of samples, their classes (nil for targets) and a key to draw
	// from.
	Split(n, workers int, labels []int, classes int, key stream.Key) (Shares, error)
}

var partitions = params.Serve[Partition](params.New("partition", "kind"))

// Partitions is the registry of partitions, for lists and the manual.
func Partitions() *params.Registry { return partitions }

// RegisterPartition adds a partition under its name; its fields are its keys. Panics and timing are
// Register's; netstest.Partition tests it.
func RegisterPartition(name, doc, origin string, defaults Partition) {
	partitions.Add(params.Entry{Name: name, Doc: doc, Source: origin, Defaults: defaults})
}

// Shares says which samples each worker sees: at least one. They are disjoint unless all see all.
type Shares struct {
	workers int
	n       int     // samples of all
	order   []int32 // worker i sees order[bounds[i]:bounds[i+1]]; nil: every worker sees all
	bounds  []int
}

// Everything lets each of the workers see all n samples.
func Everything(n, workers int) Shares { return Shares{workers: workers, n: n} }

// Workers is their number.
func (s Shares) Workers() int { return s.workers }

// Len is the number of samples that a worker sees.
func (s Shares) Len(worker int) int {
	if s.order == nil {
		return s.n
	}
	return s.bounds[worker+1] - s.bounds[worker]
}

// At is the index of a worker's i-th sample.
func (s Shares) At(worker, i int) int {
	if s.order == nil {
		return i
	}
	return int(s.order[s.bounds[worker]+i])
}

// Key names a family of random streams and Rand reads one, for partitions that live in another
// module: r := key.At(stage, i).
type (
	Key  = stream.Key
	Rand = stream.Rand
)

// SharesOf shares n samples out: lists[w] are those of worker w, in whatever order. A worker
// without a sample takes the last one of whoever has most. The lists are used up.
func SharesOf(n int, lists [][]int32) Shares { return shares(n, lists) }

// shares joins the workers' lists, each sorted.
func shares(n int, lists [][]int32) Shares {
	for i := range lists {
		slices.Sort(lists[i])
	}
	s := Shares{workers: len(lists), n: n, order: make([]int32, 0, n), bounds: []int{0}}
	for i := range lists {
		if len(lists[i]) == 0 {
			most := 0
			for j := range lists {
				if len(lists[j]) > len(lists[most]) {
					most = j
				}
			}
			last := len(lists[most]) - 1
			lists[i] = []int32{lists[most][last]}
			lists[most] = lists[most][:last]
		}
	}
	for _, l := range lists {
		s.order = append(s.order, l...)
		s.bounds = append(s.bounds, len(s.order))
	}
	return s
}

// Split shares the samples of a problem out; seed draws what is random in it.
func Split(p Partition, n, workers int, labels []int, classes int, seed uint64) (Shares, error) {
	switch _, all := p.(Shared); {
	case workers < 1:
		return Shares{}, errors.New("there must be at least one worker")
	case !all && n < workers:
		return Shares{}, fmt.Errorf("%d samples for %d workers: some would have none", n, workers)
	case !all && n > math.MaxInt32:
		return Shares{}, fmt.Errorf(`%d samples are too many to share out; use partition = "shared"`, n)
	}
	return p.Split(n, workers, labels, classes, stream.NewKey(seed, "data: partition"))
}

// Shared lets every worker see all samples, each in an order of its own.
type Shared struct{}

// Shards cuts a random order of the samples into contiguous pieces whose sizes differ by one at
// most.
type Shards struct{}

// Dirichlet divides each class over the workers in proportions drawn from a symmetric Dirichlet
// distribution: the smaller alpha, the fewer workers hold a class.
type Dirichlet struct {
	Alpha float64 `doc:"concentration: 100 is nearly even, 0.1 gives most of a class to few workers" in:"[0.001,1e6]" required:""`
}

// Labels sorts the samples by class and cuts them into contiguous pieces, so that a worker sees few
// classes.
type Labels struct {
	Pieces int `doc:"pieces a worker gets, dealt at random where there are several (McMahan et al. 2017: 2)" in:"[1,2147483647]"`
}

func init() {
	RegisterPartition("shared", "every worker sees all samples, each in its own order", "", Shared{})
	RegisterPartition("shards", "a random cut into equal pieces", "", Shards{})
	RegisterPartition("dirichlet", "each class divided in random proportions", "Hsu, Qi and Brown 2019, arXiv 1909.06335 (there per worker, here per class, as in Li et al. 2022, arXiv 2102.02079)", Dirichlet{Alpha: .1})
	RegisterPartition("labels", "sorted by class, then cut: few classes a worker", "McMahan et al. 2017, arXiv 1602.05629", Labels{Pieces: 1})
}

// Split implements Partition.
func (Shared) Split(n, workers int, _ []int, _ int, _ stream.Key) (Shares, error) {
	return Everything(n, workers), nil
}

// Split implements Partition.
func (Shards) Split(n, workers int, _ []int, _ int, key stream.Key) (Shares, error) {
	p := NewPermutation(n, key, 0, 0)
	lists := make([][]int32, workers)
	for w := range lists {
		for i := n * w / workers; i < n*(w+1)/workers; i++ {
			lists[w] = append(lists[w], int32(p.At(i)))
		}
	}
	return shares(n, lists), nil
}

var errNoClasses = errors.New("the data set has targets, not classes; shared and shards do without")

// Split implements Partition.
func (d Dirichlet) Split(n, workers int, labels []int, classes int, key stream.Key) (Shares, error) {
	if labels == nil {
		return Shares{}, errNoClasses
	}
	lists := make([][]int32, workers)
	for c, members := range byClass(labels, classes) {
		if len(members) == 0 {
			continue
		}
		r := key.At(0, uint64(c))
		p := dirichlet(&r, workers, d.Alpha)
		order := NewPermutation(len(members), key, 1, uint64(c))
		from, sum := 0, 0.
		for w := range lists {
			sum += p[w]
			to := min(len(members), int(float64(sum*float64(len(members)))+.5))
			if w == workers-1 {
				to = len(members)
			}
			for i := from; i < to; i++ {
				lists[w] = append(lists[w], members[order.At(i)])
			}
			from = max(from, to)
		}
	}
	return shares(n, lists), nil
}

// Split implements Partition.
func (l Labels) Split(n, workers int, labels []int, classes int, key stream.Key) (Shares, error) {
	if labels == nil {
		return Shares{}, errNoClasses
	}
	if l.Pieces > n/workers { // before the product, which may not be an int
		return Shares{}, fmt.Errorf("%d samples make no %d pieces for each of %d workers: %d is the most", n, l.Pieces, workers, n/workers)
	}
	pieces := workers * l.Pieces
	var sorted []int32
	for _, members := range byClass(labels, classes) {
		sorted = append(sorted, members...)
	}
	deal := NewPermutation(pieces, key, 0, 0)
	lists := make([][]int32, workers)
	for p := range pieces {
		w := p
		if l.Pieces > 1 {
			w = deal.At(p) / l.Pieces
		}
		lists[w] = append(lists[w], sorted[n*p/pieces:n*(p+1)/pieces]...)
	}
	return shares(n, lists), nil
}

// byClass lists the samples of each class in their order.
func byClass(labels []int, classes int) [][]int32 {
	lists := make([][]int32, classes)
	for i, l := range labels {
		lists[l] = append(lists[l], int32(i))
	}
	return lists
}

// dirichlet draws proportions of k parts: gamma variates, normalised, in logarithms so that a small
// alpha does not underflow.
func dirichlet(r *stream.Rand, k int, alpha float64) []float64 {
	p := make([]float64, k)
	most := math.Inf(-1)
	for i := range p {
		p[i] = logGamma(r, alpha)
		most = max(most, p[i])
	}
	sum := 0.
	for i := range p {
		p[i] = vec.Exp(p[i] - most)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// logGamma is the logarithm of a draw from Gamma(alpha, 1): Marsaglia and Tsang 2000 for alpha + 1,
// then their boost u^(1/alpha).
func logGamma(r *stream.Rand, alpha float64) float64 {
	d := alpha + 2./3
	c := 1 / math.Sqrt(9*d)
	for {
		z := vec.NormQuantile(r.Float64())
		v := 1 + float64(c*z)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if vec.Log(r.Float64()) < float64(.5*z*z)+d-float64(d*v)+float64(d*vec.Log(v)) {
			return vec.Log(d) + vec.Log(v) + vec.Log(r.Float64())/alpha
		}
	}
}
