package fit

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/optimize"

	"staleness/internal/params"
	"staleness/sim/delay"
)

// A Law is a delay law with the parameters of greatest likelihood.
type Law struct {
	Name       string
	Parameters []Parameter // the mean first
	LogLik     float64     // of times in seconds
	AIC        float64
	Law        delay.Distribution // in ns
}

// A Parameter is a key of a law.
type Parameter struct {
	Key   string
	Value float64 // the mean in seconds
	// standard error, were the times independent; NaN of one that is read off the least or the
	// largest time
	Error float64
}

// Table is the law as a configuration has it.
func (l *Law) Table() map[string]any {
	t := map[string]any{"law": l.Name}
	for _, p := range l.Parameters {
		t[p.Key] = p.value()
	}
	return t
}

func (p Parameter) value() any {
	if p.Key == "mean" {
		return Seconds(p.Value)
	}
	return Round(p.Value)
}

// Seconds is a duration as a configuration has it, of five digits.
func Seconds(x float64) string {
	for _, u := range []struct {
		name string
		of   float64
	}{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}} {
		if x >= u.of {
			return strconv.FormatFloat(Round(x/u.of), 'f', -1, 64) + u.name
		}
	}
	return strconv.FormatFloat(max(1, math.Round(x*1e9)), 'f', -1, 64) + "ns"
}

// Round keeps five digits.
func Round(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 5, 64), 64)
	return y
}

// A Refusal says why a law was not fitted.
type Refusal struct{ Name, Why string }

// A pile is a time and how often it was measured.
type pile struct{ t, n float64 }

// Rank fits every registered law that has a density, the best first.
func Rank(times []float64) (laws []Law, refused []Refusal) {
	d := newData(times)
	for _, name := range delay.Laws().Names() {
		l, err := d.fit(name)
		if err != nil {
			refused = append(refused, Refusal{name, err.Error()})
			continue
		}
		laws = append(laws, l)
	}
	slices.SortStableFunc(laws, func(a, b Law) int { return cmp.Compare(a.AIC, b.AIC) })
	return laws, refused
}

// Fit fits the law of a name.
func Fit(name string, times []float64) (Law, error) { return newData(times).fit(name) }

// data are times as likelihoods need them, in units of their mean: laws are made of whole ns.
type data struct {
	piles          []pile
	n, mean, unit  float64 // mean: 1; unit: seconds
	least, largest float64
}

func newData(times []float64) *data {
	d := &data{n: float64(len(times))}
	for _, t := range slices.Sorted(slices.Values(times)) {
		if k := len(d.piles); k > 0 && d.piles[k-1].t == t {
			d.piles[k-1].n++
		} else {
			d.piles = append(d.piles, pile{t, 1})
		}
	}
	d.unit = d.average(func(t float64) float64 { return t })
	if d.mean = 1; d.unit > 0 {
		for i := range d.piles {
			d.piles[i].t /= d.unit
		}
	}
	if len(d.piles) > 0 {
		d.least, d.largest = d.piles[0].t, d.piles[len(d.piles)-1].t
	}
	return d
}

func (d *data) average(f func(t float64) float64) float64 {
	sum := 0.0
	for _, p := range d.piles {
		sum += p.n * f(p.t)
	}
	return sum / d.n
}

// fit is the law of a name with the greatest likelihood.
func (d *data) fit(name string) (Law, error) {
	switch {
	case d.n < 2:
		return Law{}, errors.New("there are not two times")
	case d.least == d.largest:
		return Law{}, fmt.Errorf("all times are %s: the law is constant", Seconds(d.least*d.unit))
	}
	_, ok := delay.Laws().Lookup(name)
	if !ok {
		return Law{}, errors.New("there is no such law")
	}
	keys, bounds := exactly[name], false
	var values []float64
	if keys != nil {
		var err error
		if values, bounds, err = keys(d); err != nil {
			return Law{}, err
		}
	}
	m, err := d.model(name)
	if e := (*params.Error)(nil); errors.As(err, &e) {
		return Law{}, errors.New("it wants more than numbers")
	} else if err != nil {
		return Law{}, err
	}
	if values == nil {
		if values, err = m.search(); err != nil {
			return Law{}, err
		}
	}
	l := Law{Name: name, LogLik: m.logLik(values)}
	if l.Law, err = m.law(values); err != nil || math.IsInf(l.LogLik, 0) || math.IsNaN(l.LogLik) {
		return Law{}, fmt.Errorf("it is impossible for some of the times, such as %s", Seconds(d.least*d.unit))
	}
	l.LogLik -= d.n * math.Log(d.unit)
	k := float64(len(values))
	l.AIC = 2*k - 2*l.LogLik
	errs := slices.Repeat([]float64{math.NaN()}, len(values))
	if !bounds {
		errs = m.errors(values)
	}
	for i, key := range m.keys {
		p := Parameter{key, values[i], errs[i]}
		if key == "mean" {
			p.Value, p.Error = p.Value*d.unit, p.Error*d.unit
		}
		l.Parameters = append(l.Parameters, p)
	}
	values[0] *= d.unit
	l.Law, err = m.law(values)
	return l, err
}

// exactly are the laws whose likelihood is greatest at what can be written down: the mean in
// seconds, then the other keys. bounds: it ends at the least or the largest time.
var exactly = map[string]func(d *data) (values []float64, bounds bool, err error){
	"exponential": func(d *data) ([]float64, bool, error) { return []float64{d.mean}, false, nil },
	"gamma": func(d *data) ([]float64, bool, error) {
		if d.least <= 0 {
			return nil, false, errors.New("some times are 0")
		}
		// ln k - digamma(k) falls from infinity to 0
		lack := math.Log(d.mean) - d.average(math.Log)
		k := root(func(k float64) float64 { return math.Log(k) - mathext.Digamma(k) - lack })
		return []float64{d.mean, 1 / math.Sqrt(k)}, false, nil
	},
	"weibull": func(d *data) ([]float64, bool, error) {
		if d.least <= 0 {
			return nil, false, errors.New("some times are 0")
		}
		logs := make([]float64, len(d.piles)) // over the largest, so that no power overflows
		mean := 0.0
		for i, p := range d.piles {
			logs[i] = math.Log(p.t / d.largest)
			mean += p.n * logs[i] / d.n
		}
		var power float64 // mean of the k-th powers
		k := root(func(k float64) float64 {
			sum, weighted := 0.0, 0.0
			for i, p := range d.piles {
				x := p.n * math.Exp(k*logs[i])
				sum, weighted = sum+x, weighted+x*logs[i]
			}
			power = sum / d.n
			return 1/k - weighted/sum + mean
		})
		return []float64{d.largest * math.Pow(power, 1/k) * math.Gamma(1+1/k), k}, false, nil
	},
	"half-normal": func(d *data) ([]float64, bool, error) {
		s := math.Sqrt(d.average(func(t float64) float64 { return t * t }))
		return []float64{s * math.Sqrt(2/math.Pi)}, false, nil
	},
	"lognormal": func(d *data) ([]float64, bool, error) {
		if d.least <= 0 {
			return nil, false, errors.New("some times are 0")
		}
		mu := d.average(math.Log)
		s2 := d.average(func(t float64) float64 { return (math.Log(t) - mu) * (math.Log(t) - mu) })
		return []float64{math.Exp(mu + s2/2), math.Sqrt(math.Expm1(s2))}, false, nil
	},
	"pareto": func(d *data) ([]float64, bool, error) {
		if d.least <= 0 {
			return nil, false, errors.New("some times are 0")
		}
		a := 1 / d.average(func(t float64) float64 { return math.Log(t / d.least) })
		if a <= 1 {
			return nil, false, fmt.Errorf("alpha would be %.3g, where there is no mean", a)
		}
		return []float64{d.least * a / (a - 1), a}, true, nil
	},
	"shifted-exponential": func(d *data) ([]float64, bool, error) {
		return []float64{d.mean, (d.mean - d.least) / d.mean}, true, nil
	},
	"uniform": func(d *data) ([]float64, bool, error) {
		m := (d.least + d.largest) / 2
		return []float64{m, (d.largest - d.least) / 2 / m}, true, nil
	},
}

// root is where a falling function of a positive number is 0.
func root(f func(x float64) float64) float64 {
	lo, hi := -30., 30. // logarithms
	for range 80 {
		if mid := (lo + hi) / 2; f(math.Exp(mid)) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Exp((lo + hi) / 2)
}

// A model is a family of laws of one name.
type model struct {
	d    *data
	name string
	keys []string // the mean first
	from []float64
}

// model finds the keys of a law that are numbers: those have to be found.
func (d *data) model(name string) (*model, error) {
	e, _ := delay.Laws().Lookup(name)
	m := &model{d: d, name: name, keys: []string{"mean"}, from: []float64{d.mean}}
	if name == "shifted-exponential" { // where the number has no default
		m.keys, m.from = append(m.keys, "cv"), append(m.from, .5)
	}
	for _, k := range params.DescribeStruct(e.Defaults) {
		if x, err := strconv.ParseFloat(k.Default, 64); err == nil && k.Type == "a number" && x > 0 {
			m.keys, m.from = append(m.keys, k.Key), append(m.from, x)
		}
	}
	if _, err := m.law(m.from); err != nil {
		return nil, err
	}
	return m, nil
}

// law is that of some values.
func (m *model) law(values []float64) (delay.Distribution, error) {
	t := map[string]any{"law": m.name}
	for i, k := range m.keys {
		t[k] = values[i]
	}
	t["mean"] = strconv.FormatInt(int64(math.Round(values[0]*1e9)), 10) + "ns"
	s, err := delay.Laws().Decode("law", t)
	if err != nil {
		return nil, err
	}
	if l, ok := s.(delay.Spec).ForWorker(0, 0).(delay.Distribution); ok {
		if !reflect.DeepEqual(s.(delay.Spec).ForWorker(1, 0), l) {
			return nil, errors.New("it differs from worker to worker")
		}
		return l, nil
	}
	return nil, errors.New("it has no density in closed form")
}

// logLik is the log-likelihood of values.
func (m *model) logLik(values []float64) float64 {
	l, err := m.law(values)
	if err != nil {
		return math.Inf(-1)
	}
	sum := 0.0
	for i, p := range m.d.piles {
		t := p.t * 1e9
		// the least and the largest time may be bounds of the law, which is made of whole ns
		x := l.LogDensity(t)
		if math.IsInf(x, -1) && (i == 0 || i == len(m.d.piles)-1) {
			x = max(l.LogDensity(t+2*math.Copysign(1+t*1e-12, float64(len(m.d.piles)/2-i))), x)
		}
		sum += p.n * x
	}
	return sum + m.d.n*math.Log(1e9)
}

// search finds the values of greatest likelihood, over their logarithms.
func (m *model) search() ([]float64, error) {
	values := make([]float64, len(m.keys))
	at := func(x []float64) []float64 {
		for i := range x {
			values[i] = math.Exp(x[i])
		}
		return values
	}
	from := make([]float64, len(m.from))
	for i, v := range m.from {
		from[i] = math.Log(v)
	}
	if i := slices.Index(m.keys, "cv"); i >= 0 {
		cv := math.Sqrt(m.d.average(func(t float64) float64 { return (t - m.d.mean) * (t - m.d.mean) })) / m.d.mean
		from[i] = math.Log(cv)
	}
	p := optimize.Problem{Func: func(x []float64) float64 {
		if f := -m.logLik(at(x)) / m.d.n; !math.IsNaN(f) {
			return f
		}
		return math.Inf(1)
	}}
	settings := &optimize.Settings{Converger: &optimize.FunctionConverge{Absolute: 1e-13, Iterations: 60}, MajorIterations: 2000}
	for range 2 { // once more from there: the simplex may have collapsed
		r, err := optimize.Minimize(p, from, settings, &optimize.NelderMead{})
		if r == nil || math.IsInf(r.F, 0) {
			return nil, fmt.Errorf("it is impossible for some of the times, such as %s (%v)", Seconds(m.d.least*m.d.unit), err)
		}
		from = r.X
	}
	return slices.Clone(at(from)), nil
}

// errors are the standard errors by the observed information, in the logarithms of the values.
func (m *model) errors(values []float64) []float64 {
	k := len(values)
	out := slices.Repeat([]float64{math.NaN()}, k)
	h := slices.Repeat([]float64{min(.02, 1/math.Sqrt(m.d.n))}, k)
	at := func(i, j int, si, sj float64) float64 {
		v := slices.Clone(values)
		v[i] *= math.Exp(si * h[i])
		if j >= 0 {
			v[j] *= math.Exp(sj * h[j])
		}
		return m.logLik(v)
	}
	info := mat.NewSymDense(k, nil)
	mid := m.logLik(values)
	for i := range k {
		info.SetSym(i, i, -(at(i, -1, 1, 0)-2*mid+at(i, -1, -1, 0))/(h[i]*h[i]))
		for j := range i {
			info.SetSym(i, j, -(at(i, j, 1, 1)-at(i, j, 1, -1)-at(i, j, -1, 1)+at(i, j, -1, -1))/(4*h[i]*h[j]))
		}
	}
	var c mat.Cholesky
	if !c.Factorize(info) {
		return out
	}
	var inverse mat.SymDense
	if c.InverseTo(&inverse) != nil {
		return out
	}
	for i := range out {
		out[i] = values[i] * math.Sqrt(inverse.At(i, i))
	}
	return out
}
