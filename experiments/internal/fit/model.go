package fit

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"staleness/nets/vec"
	"staleness/sim/delay"
)

// A Model is a law of the times of one worker, and what makes workers differ and hang together: the
// keys of cluster.compute.
type Model struct {
	Law         Law       // of a worker whose mean is that of all
	Laws        []Law     // all that were fitted, the best first
	Refused     []Refusal // and those that were not
	Correlation float64   // in normal scores; 0: none
	Common      float64   // share in common; 0: none
	Worker      float64   // cv of the workers' factors; 0: all alike
	WorkerLaw   string
	Once        bool // each worker was measured once: the law is that of the workers
}

// Of fits a model. Workers are brought to one mean, the law fitted to the times of all of them,
// and, where there are enough of each, its shape is that of the middle worker: a few that vary more
// would make all of them vary.
func Of(s Sample) (*Model, error) {
	var means []float64
	var level Sample // with all means 1
	for _, w := range s.Workers {
		if len(w.Times) == 0 {
			continue
		}
		m := stat.Mean(w.Times, nil)
		if m <= 0 {
			return nil, errors.New("all times of worker " + w.Name + " are 0: there is nothing to fit; leave it out")
		}
		means = append(means, m)
		scaled := make([]float64, len(w.Times))
		for i, t := range w.Times {
			scaled[i] = t / m
		}
		level.Workers = append(level.Workers, Series{w.Name, scaled})
	}
	if len(means) == 0 {
		return nil, errors.New("there are no times to fit")
	}
	mean := stat.Mean(means, nil)
	// one worker, or one time of each: as they are
	if len(means) == 1 || level.Len() == len(means) {
		m := &Model{Once: len(means) > 1}
		m.rank(s.All())
		if len(m.Laws) == 0 {
			m.Law = constant(mean)
			return m, nil
		}
		if m.Law = m.Laws[0]; !m.Once {
			m.serial(s)
		}
		return m, nil
	}
	m := &Model{}
	all := level.All()
	for i := range all {
		all[i] *= mean
	}
	m.rank(all)
	if m.Law = constant(mean); len(m.Laws) > 0 {
		m.Law = m.Laws[0].typical(level)
		m.serial(level)
	}
	m.between(means, level)
	return m, nil
}

func (m *Model) rank(times []float64) { m.Laws, m.Refused = Rank(times) }

func constant(mean float64) Law {
	return Law{Name: "constant", Parameters: []Parameter{{"mean", mean, 0}}}
}

// enough is how many durations a worker must have for a shape of its own, and how many workers
// there must be for a middle one.
const (
	enough  = 100
	several = 4
)

// typical is the law with the shape of the middle worker, if there are enough times of enough
// workers.
func (l Law) typical(level Sample) Law {
	shapes := make([][]float64, len(l.Parameters))
	for _, w := range level.Workers {
		if len(w.Times) < enough {
			continue
		}
		own, err := Fit(l.Name, w.Times)
		if err != nil {
			continue
		}
		for i, p := range own.Parameters {
			shapes[i] = append(shapes[i], p.Value)
		}
	}
	if len(shapes[0]) < several || len(l.Parameters) < 2 {
		return l
	}
	l.Parameters = slices.Clone(l.Parameters)
	for i := range l.Parameters[1:] {
		_, l.Parameters[i+1].Value, _ = middle(shapes[i+1])
	}
	if law, err := l.build(); err == nil {
		l.Law = law
	}
	return l
}

// build is the law of the parameters.
func (l *Law) build() (delay.Distribution, error) {
	s, err := delay.Laws().Decode("law", l.Table())
	if err != nil {
		return nil, err
	}
	d, ok := s.(delay.Spec).ForWorker(0, 0).(delay.Distribution)
	if !ok {
		return nil, errors.New("it has no density in closed form")
	}
	return d, nil
}

// serial finds what hangs together: the correlation of scores with which the law has the lag-1
// correlation that the middle worker has, and the share in common.
func (m *Model) serial(level Sample) {
	inverse, ok := delay.AsInverse(m.Law.Law)
	if !ok {
		return
	}
	var lags []float64
	for _, w := range level.Workers {
		if len(w.Times) < few {
			continue
		}
		x := w.Times
		if math.IsInf(m.Law.Law.CV(), 0) { // the times have none
			x = Scores(x)
		}
		if r := lag(x); !math.IsNaN(r) {
			lags = append(lags, unbiased(r, len(x)))
		}
	}
	if len(lags) == 0 {
		return
	}
	_, r, _ := middle(lags)
	if math.Abs(r) < 4/math.Sqrt(float64(level.Len())) {
		r = 0 // it may well be none
	}
	if r != 0 && !math.IsInf(m.Law.Law.CV(), 0) {
		r = scoreCorrelation(inverse, r)
	}
	m.Correlation = min(max(r, -.99), .99)
	if c := common(level); c > .05 {
		m.Common = min(c, 1)
	}
}

// scoreCorrelation is the correlation of normal scores at which draws of a law, successive ones of
// one worker, have the correlation rho: by the expansion of the quantile function in Hermite
// polynomials, whose j-th term has the correlation r^j.
func scoreCorrelation(l delay.Inverse, rho float64) float64 {
	const terms, steps, reach = 24, 4000, 8.
	var c [terms + 1]float64
	for i := range steps {
		z := reach * (2*(float64(i)+.5)/steps - 1)
		q := l.Tail(vec.NormCDF(-z)) * math.Exp(-z*z/2)
		h, before := 1., 0. // normed: H_j/sqrt(j!)
		for j := range c {
			c[j] += q * h
			h, before = (z*h-math.Sqrt(float64(j))*before)/math.Sqrt(float64(j+1)), h
		}
	}
	total := 0.0
	for j := 1; j <= terms; j++ {
		total += c[j] * c[j]
	}
	at := func(r float64) (sum float64) {
		for j := terms; j >= 1; j-- {
			sum = (sum + c[j]*c[j]/total) * r
		}
		return sum
	}
	lo, hi := -1., 1.
	for range 60 {
		if mid := (lo + hi) / 2; at(mid) < rho {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// between finds how much workers differ beyond what their means would by chance.
func (m *Model) between(means []float64, level Sample) {
	if len(means) < 3 {
		return
	}
	n := float64(len(means))
	cv := spread(means) * math.Sqrt(n/(n-1))
	chance := 0.0 // of the mean of a series that is correlated
	r := m.Correlation
	for _, w := range level.Workers {
		s := spread(w.Times)
		chance += s * s / float64(len(w.Times)) * (1 + r) / (1 - r) / n
	}
	if cv*cv <= 2*chance {
		return
	}
	m.Worker = math.Sqrt(cv*cv - chance)
	best := math.Inf(-1)
	for _, name := range []string{"gamma", "lognormal"} {
		l := Law{Name: name, Parameters: []Parameter{{"mean", 1, 0}, {"cv", m.Worker, 0}}}
		d, err := l.build()
		if err != nil {
			continue
		}
		sum, mean := 0.0, stat.Mean(means, nil)
		for _, x := range means {
			sum += d.LogDensity(x / mean * 1e9)
		}
		if sum > best {
			best, m.WorkerLaw = sum, name
		}
	}
}

// Table is the model as cluster.compute of a configuration.
func (m *Model) Table() map[string]any {
	if m.Once && m.Law.Name != "constant" {
		worker := m.Law.Table()
		worker["mean"] = 1.0
		return map[string]any{"law": "constant", "mean": Seconds(m.Law.Parameters[0].Value), "worker": worker}
	}
	t := m.Law.Table()
	if m.Correlation != 0 {
		t["correlation"] = Round(m.Correlation)
	}
	if m.Common != 0 {
		t["common"] = Round(m.Common)
	}
	if m.Worker != 0 {
		t["worker"] = map[string]any{"law": m.WorkerLaw, "mean": 1.0, "cv": Round(m.Worker)}
	}
	return t
}
