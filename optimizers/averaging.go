package optimizers

import (
	"staleness/internal/params"
	"staleness/nets/vec"
)

// Averaging averages models once per epoch: workers train on their own for an epoch, with an
// optimizer that starts anew, and all go on from the mean. It is local-sgd with a window of one
// epoch and state = "reset".
//
// variant = "dist-keras" has the accumulator of the class AveragingTrainer, which is never cleared:
// with M workers
//
//	x_e = (x_{e-1} + sum_i x_i)/M, and x_1 = 1/M sum_i x_i,
//
// which for models that stay where they are tends to M/(M-1) times their mean. But workers go on
// from x_e, so that with small steps the weights grow by 1 + 1/M each round: the class can only
// have worked for one epoch.
//
// Zinkevich, Weimer, Li & Smola 2010, Parallelized Stochastic Gradient Descent, NIPS; class
// AveragingTrainer of Distributed Keras.
type Averaging struct {
	Window  int        `doc:"local steps in a round; 0: one epoch, N/(M batch) steps" in:"[0,1000000]"`
	Variant string     `doc:"paper: the mean; dist-keras: the class AveragingTrainer, whose sum also holds the mean before" in:"paper|dist-keras"`
	Local   RuleConfig `doc:"the worker's own optimizer"`
	Reduction
}

var _ params.Validator = Averaging{}

// Validate wants a local optimizer.
func (c Averaging) Validate() error { return needLocal(c.Local) }

// uncleared is the server of the variant.
type uncleared[F vec.Float] struct {
	broadcast[F]
	started bool
}

var _ Uniform = (*uncleared[float32])(nil)

func (s *uncleared[F]) Apply(m Message[F]) Verdict {
	if !s.started {
		vec.Fill(s.x, 0)
		s.started = true
	}
	n := F(m.N)
	for i, mean := range m.Vec {
		s.x[i] = s.x[i]/n + mean // x_e = (x_{e-1} + sum_i x_i)/M
	}
	return Applied
}

// epoch is how many gradients a worker computes while all of them together see the data once: N/(M
// batch), at least one.
func epoch[F vec.Float](e Env[F]) int { return max(1, e.Samples/max(1, e.Workers*e.Batch)) }

func averaging[F vec.Float](c Averaging) Strategy[F] {
	s := localSGD[F](LocalSGD{Window: 1, State: "reset", Local: c.Local, Reduction: c.Reduction})
	s.Worker = func(e Env[F]) Worker[F] {
		window := c.Window
		if window == 0 {
			window = epoch(e)
		}
		return &averageWorker[F]{newLocalSteps(e, c.Local, window), "reset"}
	}
	if c.Variant == "dist-keras" {
		s.Server = func(e Env[F]) Server[F] { return &uncleared[F]{broadcast: newBroadcast(e)} }
	}
	return s
}

// Facts implements Factual.
func (Averaging) Facts() Facts {
	return Facts{Up: "x_i, once a round", Down: "x"}
}

func init() {
	Register("averaging", "models averaged once per epoch (class AveragingTrainer of Distributed Keras)", "Zinkevich et al. 2010, NIPS",
		Averaging{Variant: "paper", Local: PlainSGD{Rate: .1}, Reduction: ByServer()}, averaging[float32], averaging[float64])
}
