package config

import (
	"fmt"
	"slices"
	"sync"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Problems shares built problems and hashes of data between runs. Problems are immutable, so runs
// side by side may use one; only the last few are kept, for a data set is large.
type Problems struct {
	mu     sync.Mutex
	built  []*shared
	hashes map[string]*shared
	sizes  map[string]*shared
	tried  map[string]bool
	laws   map[string]*shared // of delay, with their files
	data   data.Cache
	memory int64 // bytes that the data of one problem may take; 0: unknown
}

// keptProblems is how many problems stay in memory that no run uses any more.
const keptProblems = 4

// shared is something that is made once, by whoever asks first.
type shared struct {
	key     string
	once    sync.Once
	p       any
	content *data.Content
	size    Size
	err     error
}

// NewProblems lets the data of one problem take so many bytes.
func NewProblems(memory int64) *Problems {
	return &Problems{memory: memory, hashes: map[string]*shared{}, sizes: map[string]*shared{}, tried: map[string]bool{}, laws: map[string]*shared{}}
}

func (c *Config) Env() nets.Env { return nets.Env{Dir: c.Dir, Seed: c.seedOf(c.Seeds.Split)} }

// ProblemKey is the same for runs on one problem.
func (c *Config) ProblemKey() string {
	return fmt.Sprintf("%s %d %s %s", c.Precision(), c.Env().Seed, c.Dir, params.Literal(nets.Kinds().Encode(c.Problem)))
}

// ProblemOf builds the problem of a run, or finds it built.
func ProblemOf[F vec.Float](ps *Problems, c *Config) (nets.Problem[F], error) {
	s := ps.find(c.ProblemKey())
	s.once.Do(func() {
		env := c.Env()
		env.Cache, env.Memory = &ps.data, ps.memory
		if env.Content, s.err = ps.content(c); s.err != nil {
			return
		}
		s.p, s.err = nets.Build[F](c.Problem, env)
	})
	if s.err != nil {
		return nil, params.At("problem", s.err)
	}
	return s.p.(nets.Problem[F]), nil
}

// find moves the entry to the end of the list, making it if need be.
func (ps *Problems) find(key string) *shared {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	s := &shared{key: key}
	for i, b := range ps.built {
		if b.key == key {
			s = b
			ps.built = slices.Delete(ps.built, i, i+1)
			break
		}
	}
	ps.built = append(ps.built, s)
	if len(ps.built) > keptProblems {
		ps.built = slices.Delete(ps.built, 0, 1) // and forgets it: a shorter slice would hold it
	}
	return s
}

// Drop lets a problem go: whoever is on it keeps it until then.
func (ps *Problems) Drop(key string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.built = slices.DeleteFunc(ps.built, func(s *shared) bool { return s.key == key })
}

// try says whether something was tried before.
func (ps *Problems) try(key string) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	before := ps.tried[key]
	ps.tried[key] = true
	return before
}

// content identifies that of a run's data, as they were first read; nil: there are none.
func (ps *Problems) content(c *Config) (*data.Content, error) {
	onData, ok := c.Problem.(nets.OnData)
	if !ok {
		return nil, nil
	}
	o := params.Encode(onData.DataOptions())
	key := fmt.Sprintf("%T %s %s", c.Problem, c.Dir, params.Literal(map[string]any{"data": o["data"], "test": o["test"]}))
	s := ps.entry(ps.hashes, key)
	s.once.Do(func() { s.content, s.err = nets.DataContent(c.Problem, nets.Env{Dir: c.Dir, Memory: ps.memory}) })
	return s.content, s.err
}

// entry finds what is kept under a key, making it if need be.
func (ps *Problems) entry(in map[string]*shared, key string) *shared {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	s := in[key]
	if s == nil {
		s = &shared{}
		in[key] = s
	}
	return s
}

// A Size says how large a problem is.
type Size struct {
	Dim, Samples int // coordinates; of the training part
	// samples that an evaluation looks at: of the training part, and of the others
	Evaluated, Other int
	Held             int64 // bytes of the problem, its data above all
	// bytes that a gradient of a batch takes beside vectors, and one piece of an evaluation
	Batch, Piece int64
	Whole        int64 // likewise, a gradient of all samples

	test, validation              int  // samples of these parts
	evaluator, classifies, solved bool // there is a loss; an accuracy; a least loss that is known
	speaks, bytes                 bool // samples are made of tokens; these are bytes
}

// Size is that of a run's problem; without one there is one sample. Seeds do not change it, so that
// of many runs one problem is built.
func (ps *Problems) Size(c *Config) (Size, error) {
	if c.Problem == nil {
		return Size{Samples: 1}, nil
	}
	s := ps.entry(ps.sizes, c.Precision()+" "+c.Dir+" "+params.Literal(nets.Kinds().Encode(c.Problem)))
	s.once.Do(func() {
		if c.Precision() == "float64" {
			s.size, s.err = sizeOf[float64](ps, c)
		} else {
			s.size, s.err = sizeOf[float32](ps, c)
		}
	})
	return s.size, s.err
}

func sizeOf[F vec.Float](ps *Problems, c *Config) (Size, error) {
	p, err := ProblemOf[F](ps, c)
	if err != nil {
		return Size{}, err
	}
	s := Size{Dim: p.Dim(), Samples: p.Len()}
	if e, ok := p.(nets.Evaluator[F]); ok {
		s.test, s.validation = e.PartLen(nets.Test), e.PartLen(nets.Validation)
		s.Evaluated, s.Other = e.PartLen(nets.Train), s.validation+s.test
		s.evaluator, s.classifies = true, e.Classifies()
	}
	_, s.solved = p.(nets.Solved[F])
	if l, ok := p.(nets.Speaking); ok {
		s.speaks, s.bytes = true, l.ByBytes()
	}
	if z, ok := p.(nets.Sized); ok {
		s.Held, s.Batch, s.Piece, s.Whole = z.Held(), z.Scratch(c.Batch(s.Samples)), z.Scratch(evaluatedTogether), z.Scratch(s.Samples)
	}
	return s, nil
}

// Parameters are those of a run's problem, and how many numbers they are.
func (ps *Problems) Parameters(c *Config) (list []nets.Parameter, dim int, err error) {
	if c.Precision() == "float64" {
		return parameters[float64](ps, c)
	}
	return parameters[float32](ps, c)
}

func parameters[F vec.Float](ps *Problems, c *Config) (list []nets.Parameter, dim int, err error) {
	p, err := ProblemOf[F](ps, c)
	if err != nil {
		return nil, 0, err
	}
	if s, ok := p.(nets.Shaped); ok {
		return s.Parameters(), p.Dim(), nil
	}
	return []nets.Parameter{{Name: "x", Shape: []int{p.Dim()}}}, p.Dim(), nil
}

// smoothness is L of a run's problem.
func (ps *Problems) smoothness(c *Config) (float64, error) {
	if c.Problem == nil {
		return 0, errNoL
	}
	if c.Precision() == "float64" {
		return smoothness[float64](ps, c)
	}
	return smoothness[float32](ps, c)
}

func smoothness[F vec.Float](ps *Problems, c *Config) (float64, error) {
	p, err := ProblemOf[F](ps, c)
	if err != nil {
		return 0, err
	}
	s, ok := p.(nets.Smooth)
	if !ok {
		return 0, errNoL
	}
	_, l := s.Curvature()
	if !(l > 0) {
		return 0, fmt.Errorf("the smoothness L is %v here; give a number", l)
	}
	return l, nil
}

// evaluatedTogether is how many samples of an evaluation are looked at in one piece.
const evaluatedTogether = 512

// Batch is how many samples a gradient is taken over, at most.
func (c *Config) Batch(samples int) int {
	if batch := int(c.Problem.Settings().Batch); batch > 0 {
		return batch
	}
	return samples
}
