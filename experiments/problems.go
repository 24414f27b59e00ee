package experiments

import (
	"fmt"
	"slices"
	"sync"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// problems shares built problems and hashes of data between runs. Problems are immutable, so runs side by side may use
// one; only the last few are kept, for a data set is large.
type problems struct {
	mu     sync.Mutex
	built  []*shared
	hashes map[string]*shared
	sizes  map[string]*shared
	tried  map[string]bool
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
	size    size
	err     error
}

// newProblems lets the data of one problem take so many bytes.
func newProblems(memory int64) *problems {
	return &problems{memory: memory, hashes: map[string]*shared{}, sizes: map[string]*shared{}, tried: map[string]bool{}}
}

func (c *config) env() nets.Env { return nets.Env{Dir: c.dir, Seed: c.seedOf(c.Seeds.Split)} }

// problemKey is the same for runs on one problem.
func (c *config) problemKey() string {
	return fmt.Sprintf("%s %d %s %s", c.precision(), c.env().Seed, c.dir, params.Literal(nets.Kinds().Encode(c.Problem)))
}

// problemOf builds the problem of a run, or finds it built.
func problemOf[F vec.Float](ps *problems, c *config) (nets.Problem[F], error) {
	s := ps.find(c.problemKey())
	s.once.Do(func() {
		env := c.env()
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
func (ps *problems) find(key string) *shared {
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

// drop lets a problem go: whoever is on it keeps it until then.
func (ps *problems) drop(key string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.built = slices.DeleteFunc(ps.built, func(s *shared) bool { return s.key == key })
}

// try says whether something was tried before.
func (ps *problems) try(key string) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	before := ps.tried[key]
	ps.tried[key] = true
	return before
}

// content identifies that of a run's data, as they were first read; nil: there are none.
func (ps *problems) content(c *config) (*data.Content, error) {
	onData, ok := c.Problem.(nets.OnData)
	if !ok {
		return nil, nil
	}
	o := params.Encode(onData.DataOptions())
	key := fmt.Sprintf("%T %s %s", c.Problem, c.dir, params.Literal(map[string]any{"data": o["data"], "test": o["test"]}))
	s := ps.entry(ps.hashes, key)
	s.once.Do(func() { s.content, s.err = nets.DataContent(c.Problem, nets.Env{Dir: c.dir, Memory: ps.memory}) })
	return s.content, s.err
}

// entry finds what is kept under a key, making it if need be.
func (ps *problems) entry(in map[string]*shared, key string) *shared {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	s := in[key]
	if s == nil {
		s = &shared{}
		in[key] = s
	}
	return s
}

// A size says how large a problem is.
type size struct {
	dim, samples     int   // coordinates; of the training part
	evaluated, other int   // samples that an evaluation looks at: of the training part, and of the others
	held             int64 // bytes of the problem, its data above all
	batch, piece     int64 // bytes that a gradient of a batch takes beside vectors, and one piece of an evaluation
	whole            int64 // likewise, a gradient of all samples

	test, validation              int  // samples of these parts
	evaluator, classifies, solved bool // there is a loss; an accuracy; a least loss that is known
}

// size is that of a run's problem; without one there is one sample. Seeds do not change it, so that of many runs one problem is built.
func (ps *problems) size(c *config) (size, error) {
	if c.Problem == nil {
		return size{samples: 1}, nil
	}
	s := ps.entry(ps.sizes, c.precision()+" "+c.dir+" "+params.Literal(nets.Kinds().Encode(c.Problem)))
	s.once.Do(func() {
		if c.precision() == "float64" {
			s.size, s.err = sizeOf[float64](ps, c)
		} else {
			s.size, s.err = sizeOf[float32](ps, c)
		}
	})
	return s.size, s.err
}

func sizeOf[F vec.Float](ps *problems, c *config) (size, error) {
	p, err := problemOf[F](ps, c)
	if err != nil {
		return size{}, err
	}
	s := size{dim: p.Dim(), samples: p.Len()}
	if e, ok := p.(nets.Evaluator[F]); ok {
		s.test, s.validation = e.PartLen(nets.Test), e.PartLen(nets.Validation)
		s.evaluated, s.other = e.PartLen(nets.Train), s.validation+s.test
		s.evaluator, s.classifies = true, e.Classifies()
	}
	_, s.solved = p.(nets.Solved[F])
	if z, ok := p.(nets.Sized); ok {
		s.held, s.batch, s.piece, s.whole = z.Held(), z.Scratch(c.batch(s.samples)), z.Scratch(evaluatedTogether), z.Scratch(s.samples)
	}
	return s, nil
}

// smoothness is L of a run's problem.
func (ps *problems) smoothness(c *config) (float64, error) {
	if c.Problem == nil {
		return 0, errNoL
	}
	if c.precision() == "float64" {
		return smoothness[float64](ps, c)
	}
	return smoothness[float32](ps, c)
}

func smoothness[F vec.Float](ps *problems, c *config) (float64, error) {
	p, err := problemOf[F](ps, c)
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
