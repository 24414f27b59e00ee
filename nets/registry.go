package nets

import (
	"fmt"

	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Common are the keys of a [problem] table that every kind has. A configuration embeds it.
type Common struct {
	Batch     data.BatchSize `doc:"samples of a minibatch, or \"full\""`
	Sampling  string         `doc:"reshuffle: a new random order per worker and epoch; replacement: every sample drawn anew" in:"reshuffle|replacement"`
	Precision string         `doc:"element type of all vectors" in:"float32|float64"`
}

// Settings are the common keys of a configuration.
func (c Common) Settings() Common { return c }

// A Config is a decoded [problem] table: a struct that embeds Common.
type Config interface{ Settings() Common }

// OnData is a Config with the keys of data.Options, which it embeds.
type OnData interface {
	Config
	DataOptions() data.Options
}

// WithData are the keys of problems on data; their configurations embed it.
type WithData struct {
	data.Options
	Common
}

// DataOptions are the keys that say which data.
func (w WithData) DataOptions() data.Options { return w.Options }

// onData are the defaults of a kind of problem on data.
func onData(precision string) WithData {
	return WithData{data.Defaults(), Common{Batch: 32, Sampling: "reshuffle", Precision: precision}}
}

// Env is what a problem is built from beside its configuration. A problem depends on nothing else.
type Env struct {
	Dir  string // what relative paths are relative to
	Seed uint64 // of held-out parts, synthetic data, noise, dropout
	// Test takes the place of the test part of problems on data: samples to try a trained model on;
	// nil: it is what the configuration says. Its relative paths are relative to Dir too.
	Test data.Source
	// Cache, if not nil, lets problems share the data that they have in common. It changes nothing
	// else.
	Cache *data.Cache
	// Paths is what helps where a file of the configuration is not there; "": that paths are
	// relative to its file.
	Paths string
	// Content, if not nil, is what the data were found to be by DataContent: others are an error
	// that names the file.
	Content *data.Content
	// Memory is how many bytes the data may take; 0: any number.
	Memory int64
}

func (e Env) where() data.Where {
	return data.Where{Dir: e.Dir, Seed: e.Seed, Test: e.Test, Cache: e.Cache, Paths: e.Paths, Content: e.Content, Memory: e.Memory}
}

var kinds = params.Serve[Config](params.New("problem", "kind"))

// Kinds is the registry of problems, for lists and the manual.
func Kinds() *params.Registry { return kinds }

// builders are the constructors of a kind, one per precision.
type builders[C Config] struct {
	single func(C, Env) (Problem[float32], error)
	double func(C, Env) (Problem[float64], error)
}

func (b builders[C]) build32(c Config, e Env) (Problem[float32], error) { return b.single(c.(C), e) }
func (b builders[C]) build64(c Config, e Env) (Problem[float64], error) { return b.double(c.(C), e) }

type builder interface {
	build32(Config, Env) (Problem[float32], error)
	build64(Config, Env) (Problem[float64], error)
}

// Register adds a kind of problem: its name, one line about it, its source, its configuration with
// all defaults, and its constructor in both precisions. It is called from init functions, or by a
// main of one's own before the first run.
func Register[C Config](name, doc, source string, defaults C, single func(C, Env) (Problem[float32], error), double func(C, Env) (Problem[float64], error)) {
	kinds.Add(params.Entry{Name: name, Doc: doc, Source: source, Defaults: defaults, Value: builder(builders[C]{single, double})})
}

// Decode reads a [problem] table; path, "problem", begins the path of every error.
func Decode(path string, table map[string]any) (Config, error) {
	c, err := kinds.Decode(path, table)
	if err != nil {
		return nil, err
	}
	return c.(Config), nil
}

// Build makes the problem of a configuration. The problem is immutable and may be shared by any
// number of runs. Errors have paths below the table.
func Build[F vec.Float](c Config, e Env) (Problem[F], error) {
	entry, ok := kinds.Of(c)
	if !ok {
		return nil, fmt.Errorf("nets: %T is no registered problem", c)
	}
	b := entry.Value.(builder)
	var p any
	var err error
	switch any(F(0)).(type) {
	case float32:
		p, err = b.build32(c, e)
	default:
		p, err = b.build64(c, e)
	}
	if err != nil {
		return nil, err
	}
	return p.(Problem[F]), nil
}

// NewSampler chooses the minibatches of p for so many workers: samples are shared out by the seed
// of e, batches drawn by batchSeed.
func NewSampler[F vec.Float](c Config, p Problem[F], workers int, e Env, batchSeed uint64) (*data.Sampler, error) {
	shares := data.Everything(p.Len(), workers)
	if d, ok := c.(OnData); ok {
		labels, classes := []int(nil), 0
		if l, ok := p.(labelled); ok {
			labels, classes = l.trainLabels()
		}
		var err error
		if shares, err = data.Split(d.DataOptions().Partition, p.Len(), workers, labels, classes, e.Seed); err != nil {
			return nil, params.At("partition", err)
		}
	}
	s := c.Settings()
	return data.NewSampler(shares, s.Batch, s.Sampling, batchSeed)
}

// Labels are the classes of the training samples of p, from 0, and how many classes there are; not
// ok for a problem without. They are lent.
func Labels[F vec.Float](p Problem[F]) (labels []int, classes int, ok bool) {
	l, ok := p.(labelled)
	if !ok {
		return nil, 0, false
	}
	labels, classes = l.trainLabels()
	return labels, classes, classes > 0 && len(labels) == p.Len()
}

// labelled problems know the class of each training sample.
type labelled interface{ trainLabels() ([]int, int) }

// DataContent identifies the content of the data of c, whatever the seed; nil for a problem
// without.
func DataContent(c Config, e Env) (*data.Content, error) {
	d, ok := c.(OnData)
	if !ok {
		return nil, nil
	}
	e.Seed = 0
	return data.Identify(d.DataOptions(), taskOf(c), e.where())
}

// IdleKeys names keys below a problem's own that mean nothing to it, each with the reason:
// data.classes of a regression.
func IdleKeys(c Config) map[string]string {
	d, ok := c.(OnData)
	if !ok {
		return nil
	}
	out := map[string]string{}
	for key, source := range map[string]data.Source{"data": d.DataOptions().Data, "test": d.DataOptions().Test.Source} {
		if s, ok := source.(data.TaskIdler); ok {
			for k, why := range s.IdleFor(taskOf(c)) {
				out[key+"."+k] = why
			}
		}
	}
	return out
}

// regresses is implemented by configurations whose data have targets.
type regresses interface{ Regresses() bool }

func taskOf(c Config) data.Task {
	if t, ok := c.(interface{ Task() data.Task }); ok {
		return t.Task()
	}
	if r, ok := c.(regresses); ok && r.Regresses() {
		return data.Regress
	}
	return data.Classify
}
