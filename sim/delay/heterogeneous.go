package delay

import (
	"time"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

func init() {
	Register("heterogeneous", "worker i, counted from 1, always takes mean * i^power", "Tyurin & Richtarik 2023, arXiv 2305.12387", Heterogeneous{Power: 0.5})
}

// Heterogeneous is the fixed heterogeneous cluster T_i = m i^p, i = 1 ... M: p = 0 equal speeds,
// 1/2 and 1 those of the experiments of A. Tyurin and P. Richtárik, Optimal time complexities of
// parallel stochastic optimization methods, 2023. Its mean is that of the fastest worker.
type Heterogeneous struct {
	Mean  time.Duration `doc:"the time m of the first and fastest worker" in:"(0,)" required:""`
	Power float64       `doc:"the power p" in:"[0,8]"`
}

func (h Heterogeneous) ForWorker(worker int, _ stream.Key) Law {
	return constant(nearest(float64(h.Mean) * vec.Pow(float64(worker+1), h.Power)))
}
