package optimizers

import (
	"math"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Schedule is a factor on the rates of a method over a run.
type Schedule interface {
	Clock() Clock
	At(progress float64) float64 // progress is read off the clock; its unit is the clock's
}

// A Clock says what a schedule's progress counts. It is read at a gradient's worker, for both
// halves: see Progress.
type Clock uint8

const (
	SampleClock Clock = iota // epochs: samples of the worker's gradients, times M, over N
	LocalClock               // gradients of the worker
	UpdateClock              // versions of the center, as last received
	TimeClock                // seconds of model time
)

var schedules = params.Serve[Schedule](params.New("schedule", "kind"))

// Schedules lists what is registered.
func Schedules() *params.Registry { return schedules }

// RegisterSchedule adds a schedule: a plain struct that computes the factor itself. Panics and
// timing are Register's; optimizertest.Schedule tests it.
func RegisterSchedule(name, doc, source string, defaults Schedule) {
	schedules.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults})
}

// ByClock names the clock of a schedule; schedules embed it.
type ByClock struct {
	By string `key:"clock" doc:"what progress counts before a gradient: sample (epochs: its worker's gradients times M), local (its worker's gradients), update (versions, as last received), time (seconds, when it ends)" in:"sample|local|update|time"`
}

// Clock is the clock named; sample if none is.
func (c ByClock) Clock() Clock {
	switch c.By {
	case "local":
		return LocalClock
	case "update":
		return UpdateClock
	case "time":
		return TimeClock
	}
	return SampleClock
}

// ConstantRate leaves the rates as they are.
type ConstantRate struct{}

func (ConstantRate) Clock() Clock       { return SampleClock }
func (ConstantRate) At(float64) float64 { return 1 }

// StepDecay multiplies by Factor at each of Points and, if Every is given, each Every.
type StepDecay struct {
	ByClock
	Factor float64   `doc:"multiplies the rates at each step" in:"(0,1e30]"`
	Points []float64 `key:"at" doc:"progress at which it steps" in:"[0,1e30]" len:"[0,1000000]"`
	Every  float64   `doc:"progress from step to step; 0: only those of at" in:"[0,1e30]"`
}

var _ params.Validator = StepDecay{}

// Validate wants a step.
func (s StepDecay) Validate() error {
	if len(s.Points) == 0 && s.Every == 0 {
		return params.Errorf("at", "there is no step: give at, every or both")
	}
	return nil
}

// At is factor^(steps so far).
func (s StepDecay) At(t float64) float64 {
	steps := 0.
	for _, p := range s.Points {
		if t >= p {
			steps++
		}
	}
	if s.Every > 0 {
		steps += math.Floor(t / s.Every)
	}
	return vec.Pow(s.Factor, steps)
}

// InverseDecay is 1/(1 + d t)^p, as the EASGD experiments decay their rate (mpiT: p = 1 for
// Downpour).
type InverseDecay struct {
	ByClock
	Decay float64 `doc:"d of 1/(1 + d t)^p" in:"[0,1e30]" required:""`
	Power float64 `doc:"p of 1/(1 + d t)^p" in:"[0,1000]" when:"decay"`
}

// At is 1/(1 + d t)^p.
func (s InverseDecay) At(t float64) float64 {
	base := 1 + float64(s.Decay*t)
	if s.Power == 1 {
		return 1 / base
	}
	return 1 / vec.Pow(base, s.Power)
}

// CosineDecay falls from 1 to Floor over Length along half a cosine and stays there (Loshchilov &
// Hutter 2017, arXiv 1608.03983, without restarts).
type CosineDecay struct {
	ByClock
	Length float64 `doc:"progress at which the floor is reached" in:"(0,1e30]"`
	Floor  float64 `doc:"the last factor" in:"[0,1]"`
}

// At is floor + (1 - floor) (1 + cos(pi t/length))/2.
func (s CosineDecay) At(t float64) float64 {
	return s.Floor + float64((1-s.Floor)*(1+cosPi(min(t/s.Length, 1)))/2)
}

// Warmup rises in a straight line from From to 1 over Length, times whatever Then says.
type Warmup struct {
	ByClock
	Length float64  `doc:"progress at which it ends" in:"(0,1e30]"`
	From   float64  `doc:"the first factor" in:"[0,1]"`
	Then   Schedule `doc:"another schedule on the same clock, its progress counted from the start; absent: constant"`
}

// At is (from + (1 - from) min(t/length, 1)) then(t).
func (s Warmup) At(t float64) float64 {
	f := s.From + float64((1-s.From)*min(t/s.Length, 1))
	if s.Then != nil {
		f *= s.Then.At(t)
	}
	return f
}

var _ params.Validator = Warmup{}

// Validate refuses two clocks in one schedule.
func (s Warmup) Validate() error {
	if _, constant := s.Then.(ConstantRate); s.Then == nil || constant || s.Then.Clock() == s.Clock() {
		return nil
	}
	return params.Errorf("then.clock", "must be %q, the clock of the warm-up", s.By)
}

// cosPi is cos(pi x) for x in [0, 1], the same on every machine: sin(pi (1/2 - x)) by its series,
// within 5e-16.
func cosPi(x float64) float64 {
	a := math.Pi * (.5 - x)
	a2 := a * a
	s := 0.
	for k := 25.; k >= 3; k -= 2 { // 1 - a2/(2*3) (1 - a2/(4*5) (1 - ...))
		s = float64(-a2 / (k * (k - 1)) * (1 + s))
	}
	return float64(a * (1 + s))
}

func init() {
	RegisterSchedule("constant", "the rates as they are", "", ConstantRate{})
	RegisterSchedule("step", "a factor at given points", "", StepDecay{ByClock: ByClock{"sample"}, Factor: .1})
	RegisterSchedule("inverse", "1/(1 + d t)^p", "mpiT, the code of arXiv 1412.6651", InverseDecay{ByClock{"sample"}, 0, 1})
	RegisterSchedule("cosine", "half a cosine down to a floor", "Loshchilov & Hutter 2017, arXiv 1608.03983", CosineDecay{ByClock{"sample"}, 10, 0})
	RegisterSchedule("warmup", "a straight rise, then another schedule", "", Warmup{ByClock: ByClock{"sample"}, Length: 5})
}
