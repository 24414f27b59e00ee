package delay

import (
	"time"

	"staleness/internal/stream"
)

func init() {
	Register("cvb", "gamma around a machine mean that is itself gamma: a heterogeneous cluster", "Ali, Siegel, Maheswaran, Hensgen & Ali 2000; as in DANA, arXiv 1907.11612", CVB{MachineCV: 0.6, CV: 0.1})
}

// CVB is the coefficient-of-variation based model of S. Ali et al., Representing task and machine
// heterogeneities for heterogeneous computing systems, Tamkang J. Sci. Eng. 3 (2000): each
// machine's mean is drawn once from a gamma law of mean m and cv V_m, and its times from a gamma
// law around that with cv V_t. DANA: V_t = 0.1, V_m = 0.1 for a homogeneous cluster and 0.6 for a
// heterogeneous one.
type CVB struct {
	Mean      time.Duration `doc:"the mean m over machines" in:"(0,)" required:""`
	MachineCV float64       `doc:"cv between machines, V_m" in:"0|[1e-6,100]"`
	CV        float64       `doc:"cv of one machine's times, V_t" in:"0|[1e-6,100]"`
}

// ForWorker draws the machine's mean, at least a nanosecond, from key.At(worker, 0).
func (c CVB) ForWorker(worker int, key stream.Key) Law {
	mean := float64(c.Mean)
	if g, ok := newGamma(mean, c.MachineCV).(gamma); ok {
		r := key.At(uint64(worker), 0)
		mean = min(max(g.ns(&r), 1), 1<<62)
	}
	return newGamma(mean, c.CV)
}
