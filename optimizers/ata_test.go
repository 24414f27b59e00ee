package optimizers

import (
	"math"
	"slices"
	"testing"
)

// The greedy split of a batch is as good as the best of all splits, and shares the whole batch out.
func TestLeastMax(t *testing.T) {
	worst := func(b []int, cost []float64) (m float64) {
		for i := range b {
			m = max(m, cost[i]*float64(b[i]))
		}
		return m
	}
	for _, cost := range [][]float64{{1, 1, 1}, {1, 2, 5}, {.3, 7, .31}, {0, 1, 2}, {math.Sqrt2, math.Pi, math.E}} {
		for batch := 1; batch < 14; batch++ {
			best := math.Inf(1)
			for i := range batch + 1 {
				for j := range batch - i + 1 {
					best = min(best, worst([]int{i, j, batch - i - j}, cost))
				}
			}
			b := make([]int, 3)
			if leastMax(b, cost, batch); b[0]+b[1]+b[2] != batch || worst(b, cost) != best {
				t.Errorf("of %d at %v: %v takes %v, the best split %v", batch, cost, b, worst(b, cost), best)
			}
		}
	}
	b := make([]int, 4)
	if leastMax(b, []float64{1e-9, -1, math.Inf(1), -1}, 5); !slices.Equal(b, []int{0, 3, 0, 2}) {
		t.Errorf("who is unknown comes first and is thought fast, and who is away never has any: %v", b)
	}
}

// s_i is the lower bound of its equation.
func TestATABounds(t *testing.T) {
	for _, c := range []struct {
		m    ATA
		want float64
	}{
		{ATA{Rate: 1, Batch: 2, Spread: "given", Alpha: 0}, 2},
		{ATA{Rate: 1, Batch: 2, Spread: "given", Alpha: .01}, 2 - .04*math.E*(math.Sqrt(math.Log(18)/5)+math.Log(18)/5)},
		{ATA{Rate: 1, Batch: 2, Spread: "empirical"}, 0},
	} {
		s := ata[float64](c.m).Server(Env[float64]{Workers: 2, X0: []float64{0}}).(*ataServer[float64])
		for range 5 {
			s.times.note(0, 2)
		}
		s.round = 3
		if b := s.bounds(); math.Abs(b[0]-c.want) > 1e-12 || b[1] != -1 {
			t.Errorf("%+v: bounds %v, want %v and -1", c.m, b, c.want)
		}
	}
}
