package data

import (
	"math"
	"slices"
	"testing"

	"staleness/internal/stream"
)

func TestPermutation(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 100, 1000, 4097} {
		p := NewPermutation(n, stream.NewKey(1, "test"), 2, 3)
		seen := make([]bool, n)
		for i := range n {
			j := p.At(i)
			if j < 0 || j >= n || seen[j] {
				t.Fatalf("n = %d: %d goes to %d, a second time or outside", n, i, j)
			}
			seen[j] = true
		}
	}
	p := NewPermutation(1<<40, stream.NewKey(1, "test"), 0, 0)
	if a, b := p.At(1), p.At(2); a == b || a < 0 || a >= 1<<40 {
		t.Errorf("of 2^40: %d, %d", a, b)
	}
}

// The words of the permutation never change: records depend on them.
func TestPermutationGolden(t *testing.T) {
	var got []int
	for _, n := range []int{2, 3, 10, 1797, 60000} {
		p := NewPermutation(n, stream.NewKey(42, "golden"), 5, 6)
		for i := range min(n, 5) {
			got = append(got, p.At(i))
		}
	}
	want := []int{1, 0, 1, 2, 0, 1, 4, 3, 5, 9, 1527, 311, 267, 1169, 681, 5363, 37747, 58004, 38644, 49467}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// chiSquare compares counts with a uniform law, in standard deviations from its mean.
func chiSquare(counts []int, expected float64) float64 {
	sum := 0.
	for _, c := range counts {
		sum += (float64(c) - expected) * (float64(c) - expected) / expected
	}
	free := float64(len(counts) - 1)
	return (sum - free) / math.Sqrt(2*free)
}

// Where a sample goes is uniform, and so is the pair of places of two neighbours.
func TestPermutationIsUniform(t *testing.T) {
	key := stream.NewKey(9, "uniform")
	for _, n := range []int{2, 3, 5, 6, 12, 32, 33, 50, 65, 100} {
		const draws = 40000
		places := make([]int, n)
		pairs := make([]int, n*n)
		for k := range draws {
			p := NewPermutation(n, key, uint64(n), uint64(k))
			a, b := p.At(0), p.At(1)
			places[a]++
			pairs[a*n+b]++
		}
		if z := chiSquare(places, draws/float64(n)); math.Abs(z) > 5 {
			t.Errorf("n = %d: places are %.1f standard deviations from uniform", n, z)
		}
		var apart []int
		for i, c := range pairs {
			if i/n != i%n {
				apart = append(apart, c)
			}
		}
		if z := chiSquare(apart, draws/float64(n*(n-1))); n > 2 && z > 5 {
			t.Errorf("n = %d: pairs are %.1f standard deviations from uniform", n, z)
		}
	}
}

// Every sample of a worker occurs exactly once per epoch, across batches that straddle its end.
func TestReshuffle(t *testing.T) {
	labels := make([]int, 103)
	for i := range labels {
		labels[i] = i % 5
	}
	for _, part := range []Partition{Shared{}, Shards{}, Dirichlet{.3}, Labels{2}} {
		shares, err := Split(part, len(labels), 4, labels, 5, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []BatchSize{1, 8, 200} {
			s, err := NewSampler(shares, size, "reshuffle", 3)
			if err != nil {
				t.Fatal(err)
			}
			for w := range 4 {
				var sequence []int
				for k := 0; len(sequence) < 4*shares.Len(w); k++ {
					b := s.Batch(nil, w, k)
					if len(b) != int(size) || len(b) > s.Size() {
						t.Fatalf("%T: a batch of %d, want %d", part, len(b), size)
					}
					sequence = append(sequence, b...)
				}
				n := shares.Len(w)
				mine := make([]int, n)
				for i := range mine {
					mine[i] = shares.At(w, i)
				}
				slices.Sort(mine)
				for e := range 4 {
					epoch := slices.Sorted(slices.Values(sequence[e*n : (e+1)*n]))
					if !slices.Equal(epoch, mine) {
						t.Fatalf("%T, worker %d, batch %d: epoch %d is %v, want each of %v once", part, w, size, e, epoch, mine)
					}
				}
				if n > 10 && slices.Equal(sequence[:n], sequence[n:2*n]) {
					t.Errorf("%T, worker %d: two epochs in one order", part, w)
				}
			}
		}
	}
}

// Batches are a function of seed, worker and index alone: any order, any buffer.
func TestBatchesArePure(t *testing.T) {
	for _, sampling := range []string{"reshuffle", "replacement"} {
		for _, size := range []BatchSize{0, 3, 32} {
			s, err := NewSampler(Everything(50, 3), size, sampling, 8)
			if err != nil {
				t.Fatal(err)
			}
			same, _ := NewSampler(Everything(50, 3), size, sampling, 8)
			other, _ := NewSampler(Everything(50, 3), size, sampling, 9)
			buffer := make([]int, 0, 64)
			differs := false
			for k := 20; k >= 0; k-- {
				for w := range 3 {
					b := slices.Clone(s.Batch(buffer, w, k))
					if !slices.Equal(b, same.Batch(nil, w, k)) || !slices.Equal(b, s.Batch(nil, w, k)) {
						t.Fatalf("%s: batch %d of worker %d depends on what was asked before", sampling, k, w)
					}
					differs = differs || !slices.Equal(b, other.Batch(nil, w, k))
				}
			}
			if differs == (size == 0) {
				t.Errorf("%s, %d: another seed gives other batches: %v", sampling, size, differs)
			}
			if size > 0 && slices.Equal(s.Batch(nil, 0, 0), s.Batch(nil, 1, 0)) {
				t.Errorf("%s: two workers share a batch", sampling)
			}
			if n := testing.AllocsPerRun(100, func() { buffer = s.Batch(buffer, 1, 7) }); n != 0 {
				t.Errorf("%s: %v allocations per batch", sampling, n)
			}
		}
	}
}

func TestReplacementIsUniform(t *testing.T) {
	s, err := NewSampler(Everything(20, 1), 10, "replacement", 1)
	if err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 20)
	for k := range 10000 {
		for _, i := range s.Batch(nil, 0, k) {
			counts[i]++
		}
	}
	if z := chiSquare(counts, 5000); math.Abs(z) > 5 {
		t.Errorf("%.1f standard deviations from uniform: %v", z, counts)
	}
}

func TestFullBatch(t *testing.T) {
	shares, err := Split(Shards{}, 11, 2, nil, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSampler(shares, 0, "reshuffle", 1)
	if err != nil {
		t.Fatal(err)
	}
	all := append(s.Batch(nil, 0, 0), s.Batch(nil, 1, 5)...)
	slices.Sort(all)
	if s.Size() != 6 || len(all) != 11 || all[0] != 0 || all[10] != 10 || !slices.IsSorted(s.Batch(nil, 0, 3)) {
		t.Errorf("size %d, both together %v", s.Size(), all)
	}
	if _, err := NewSampler(shares, 1, "reshufle", 1); err == nil {
		t.Error("an unknown sampling passes")
	}
}

func BenchmarkBatch(b *testing.B) {
	s, err := NewSampler(Everything(60000, 16), 32, "reshuffle", 1)
	if err != nil {
		b.Fatal(err)
	}
	dst := make([]int, 0, 32)
	for i := 0; b.Loop(); i++ {
		dst = s.Batch(dst, i%16, i)
	}
}
