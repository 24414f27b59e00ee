package optimizers

import (
	"fmt"
	"maps"
	"reflect"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// A Method is a plain struct that is registered as a strategy: its exported fields are its
// hyperparameters and, in snake case, their keys. Start from Default: the zero value of a
// hyperparameter is rarely what its paper says.
type Method = any

// A Spec is a method with the parts that compose with every method: what a [strategy] table says.
type Spec struct {
	Method Method
	Parts
}

// Parts go with every method.
type Parts struct {
	Schedule Schedule `doc:"a factor on the rates over the run"`
	Clip     Clip     `doc:"bounds on Euclidean norms"`
}

var strategies = params.New("strategy", "kind")

// maker is what a registered method is made by.
type maker struct {
	f32 func(any) Strategy[float32]
	f64 func(any) Strategy[float64]
}

// Register adds a method: its name, what it is in one line, its paper, its defaults and its
// constructor at both precisions. It is called before the first run, by an init function or a main
// of one's own, and panics on what is wrong with it.
func Register[C any](name, doc, source string, defaults C, f32 func(C) Strategy[float32], f64 func(C) Strategy[float64]) {
	t := reflect.TypeFor[C]()
	for _, k := range params.DescribeStruct(Parts{}) {
		// zero: other parts may not be registered yet
		for _, own := range params.DescribeStruct(reflect.Zero(t).Interface()) {
			if own.Key == k.Key {
				panic(fmt.Sprintf("optimizers: %s: key %s belongs to every method", t, k.Key))
			}
		}
	}
	strategies.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults, Value: maker{
		func(c any) Strategy[float32] { return f32(c.(C)) },
		func(c any) Strategy[float64] { return f64(c.(C)) },
	}})
}

// A Particular method cannot be had with every part. Refuses says why, and what to do instead.
type Particular interface{ Refuses(Parts) error }

// Strategies lists what is registered.
func Strategies() *params.Registry { return strategies }

// Default is a registered method with its documented defaults.
func Default[C any]() C {
	var c C
	e, ok := strategies.Of(c)
	if !ok {
		panic(fmt.Sprintf("optimizers: %T is not registered", c))
	}
	return e.Defaults.(C)
}

// DefaultSpec is the method of that name with its documented defaults and no other parts.
func DefaultSpec(name string) (Spec, error) { return Decode("strategy", map[string]any{"kind": name}) }

// Decode reads a [strategy] table: kind, the method's keys, schedule and clip. Errors are
// *params.Error with paths below path.
func Decode(path string, table map[string]any) (Spec, error) {
	own, common := map[string]any{}, map[string]any{}
	parts := map[string]bool{}
	for _, k := range params.DescribeStruct(Parts{}) {
		parts[k.Key] = true
	}
	for k, v := range table {
		if parts[k] {
			common[k] = v
		} else {
			own[k] = v
		}
	}
	var s Spec
	if err := abbreviations(path, own); err != nil {
		return s, err
	}
	var err error
	if s.Method, err = strategies.Decode(path, own); err != nil {
		return s, err
	}
	if err = params.Decode(path, common, &s.Parts); err != nil {
		return s, err
	}
	return s, params.At(path, s.refused())
}

// refused is why the method cannot be had with the other parts.
func (s Spec) refused() error {
	if p, ok := s.Method.(Particular); ok {
		return p.Refuses(s.Parts)
	}
	return nil
}

// abbreviations spells out what a table may say in short: rate for a plain local optimizer of that
// rate, alpha in place of beta.
func abbreviations(path string, table map[string]any) error {
	name, _ := table["kind"].(string)
	e, ok := strategies.Lookup(name)
	if !ok {
		return nil // Decode will say so
	}
	keys := map[string]bool{}
	for _, k := range params.DescribeStruct(e.Defaults) {
		keys[k.Key] = true
	}
	if rate, ok := table["rate"]; ok && keys["local"] && !keys["rate"] {
		if _, both := table["local"]; both {
			return params.Errorf(path+".rate", "is short for local = {kind = \"sgd\", rate = ...}, and local is given: leave one out")
		}
		if err := params.Decode(path, map[string]any{"rate": rate}, &struct {
			Rate float64 `doc:"step size of the local optimizer sgd" in:"(0,1e30]"`
		}{Rate: 1}); err != nil {
			return err
		}
		table["local"] = map[string]any{"kind": "sgd", "rate": rate}
		delete(table, "rate")
	}
	if _, ok := table["alpha"]; ok && keys["alpha"] && keys["beta"] {
		if _, both := table["beta"]; !both {
			table["beta"] = 0.0
		}
	}
	return nil
}

// Encode is the table that Decode turns into s, with nothing left to defaults.
func (s Spec) Encode() map[string]any {
	t := strategies.Encode(s.Method)
	maps.Copy(t, params.Encode(s.Parts))
	return t
}

// EncodeApplying is Encode without the keys that mean nothing, which Decode would refuse.
func (s Spec) EncodeApplying() map[string]any {
	t := strategies.EncodeApplying(s.Method)
	maps.Copy(t, params.EncodeApplying(s.Parts))
	return t
}

// Name is the registered name of the method; "" if it has none.
func (s Spec) Name() string {
	if e, ok := strategies.Of(s.Method); ok {
		return e.Name
	}
	return ""
}

// Build makes the strategy of a specification, at either precision.
func Build[F vec.Float](s Spec) (Strategy[F], error) {
	e, ok := strategies.Of(s.Method)
	if !ok {
		return Strategy[F]{}, fmt.Errorf("optimizers: %T is not a registered method", s.Method)
	}
	if err := params.Check("strategy", s.Method); err != nil {
		return Strategy[F]{}, err
	}
	if err := params.Check("strategy", s.Parts); err != nil {
		return Strategy[F]{}, err
	}
	if err := params.At("strategy", s.refused()); err != nil {
		return Strategy[F]{}, err
	}
	st := pick[F, Strategy[F]](e.Value.(maker).f32, e.Value.(maker).f64)(s.Method)
	st.Schedule, st.Clip = s.Schedule, s.Clip
	if s.Clip != (Clip{}) {
		st.Serial = nil // the serial rule does not clip
	}
	return st, nil
}

// New is Build for a method without other parts.
func New[F vec.Float](m Method) (Strategy[F], error) { return Build[F](Spec{Method: m}) }

// pick is whichever of two constructors makes things of precision F.
func pick[F vec.Float, T, T32, T64 any](f32 func(any) T32, f64 func(any) T64) func(any) T {
	if f, ok := any(f32).(func(any) T); ok && reflect.TypeFor[F]().Kind() == reflect.Float32 {
		return f
	}
	return any(f64).(func(any) T)
}
