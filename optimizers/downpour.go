package optimizers

import (
	"slices"

	"staleness/internal/params"
	"staleness/nets/vec"
)

// Downpour SGD (Dean et al. 2012), in two forms.
//
// easgd (default), as the EASGD paper (Zhang, Choromanska & LeCun 2015, arXiv 1412.6651) compares
// with it: every window steps, if v_i is the sum of the worker's own steps since the last exchange,
//
//	x <- x + v_i;  x_i <- x;  v_i <- 0.
//
// The reply contains the own push; with overlap it is read just before, as may happen in mpiT,
// which issues both at once. Displacement per gradient: rate.
//
// distbelief, as published: before step s the worker starts to fetch parameters if n_fetch divides
// s, and does not wait for them; after it, it starts to push the sum of its gradients if n_push
// divides s. The first push holds one gradient. What travels is gradients: the server owns the
// rate, rate * server_rate, of
//
//	add:     x <- x - rate server_rate a
//	adagrad: G <- G + a^2;  x <- x - rate server_rate a/(sqrt(G) + epsilon), per parameter
//
// (published: Adagrad, n_push = n_fetch = 1). A fetch that has not come back is not started again.
// The fetch of step 0 is the free read every worker begins with. With warm_start, worker 0 makes so
// many updates before the others begin.
type Downpour struct {
	Form      string     `doc:"easgd: windows of steps, then an exchange; distbelief: gradients pushed and parameters fetched in the background" in:"easgd|distbelief"`
	Window    int        `doc:"local steps between exchanges (w)" in:"[1,1000000]" when:"form=easgd"`
	NPush     int        `doc:"steps between pushes" in:"[1,1000000]" when:"form=distbelief"`
	NFetch    int        `doc:"steps between fetches" in:"[1,1000000]" when:"form=distbelief"`
	Overlap   bool       `doc:"a reply is read just before the own push is applied, not just after"`
	Server    string     `doc:"what the server does with a push" in:"add|adagrad" when:"form=distbelief"`
	Epsilon   float64    `doc:"added to the root of Adagrad" in:"(0,1e30]" when:"form=distbelief,server=adagrad"`
	Local     RuleConfig `doc:"the worker's own optimizer; form distbelief: sgd"`
	WarmStart int        `doc:"updates that worker 0 makes alone before the others begin" in:"[0,1000000000]" when:"form=distbelief"`
	Variant   string     `doc:"paper: every push holds w steps; dist-keras: the first holds w-1, as in Distributed Keras" in:"paper|dist-keras" when:"form=easgd"`
	Serving
}

var (
	_ params.Validator = Downpour{}
	_ params.Idler     = Downpour{}
)

// Validate refuses what only the other form can do.
func (c Downpour) Validate() error {
	if err := needLocal(c.Local); err != nil {
		return err
	}
	if c.Form == "easgd" {
		if c.Server == "adagrad" {
			return params.Errorf("server", "adagrad wants gradients, and form easgd pushes steps: take form = \"distbelief\"")
		}
		if c.WarmStart > 0 {
			return params.Errorf("warm_start", "belongs to DistBelief: take form = \"distbelief\"")
		}
		return nil
	}
	if c.Variant == "dist-keras" {
		return params.Errorf("variant", "Distributed Keras has no distbelief form: take form = \"easgd\"")
	}
	switch local, ok := c.Local.(PlainSGD); {
	case !ok:
		return params.Errorf("local", "form distbelief steps along plain gradients: take sgd")
	case local.Decay.Decay != 0:
		return params.Errorf("local.decay", "the server owns the steps, and shrinks nothing: take problem.l2")
	}
	return nil
}

// Idle says that a first window of one step less would be none.
func (c Downpour) Idle() map[string]string {
	if c.Form == "easgd" && c.Window == 1 {
		return map[string]string{"variant": "with window = 1 both are the same"}
	}
	return nil
}

// after is the exchange of the form.
func (c Downpour) after(a Action) Action {
	if c.Overlap {
		return a | ReadOld
	}
	return a
}

// downpourWorker is the worker of form easgd.
type downpourWorker[F vec.Float] struct {
	localSteps[F]
	after Action
}

var (
	_ Borrower[float32] = (*downpourWorker[float32])(nil)
	_ Mover[float32]    = (*downpourWorker[float32])(nil)
	_ Planner           = (*downpourWorker[float32])(nil)
)

func (w *downpourWorker[F]) Step(g []F, sched float64) Action {
	if !w.step(g, sched) { // x_i <- x_i - eta g(x_i)
		return Compute
	}
	vec.Sub(g, w.x, w.start()) // v_i
	return w.after
}

// Move implements Mover.
func (w *downpourWorker[F]) Move(room []F, sched float64) (Move[F], bool) {
	return w.moveOff(room, sched)
}

// Moved implements Mover.
func (w *downpourWorker[F]) Moved([]F, float64) Action {
	if !w.stepped() {
		return Compute
	}
	return w.after
}

// Borrow implements Borrower.
func (w *downpourWorker[F]) Borrow(v []F) { w.borrow(v) }

// distBeliefWorker is the worker of form distbelief.
type distBeliefWorker[F vec.Float] struct {
	dim           int
	x             []F  // x_i, if not as fetched; nil until then
	lent          []F  `state:"-"` // what was borrowed
	fresh         bool // x_i is what was borrowed
	accrued       []F
	empty         bool // accrued is 0
	step          int
	nPush, nFetch int
	overlap       bool
	rule          Rule[F]
}

var (
	_ Borrower[float32] = (*distBeliefWorker[float32])(nil)
	_ Planner           = (*distBeliefWorker[float32])(nil)
)

func (w *distBeliefWorker[F]) Point() []F {
	if w.fresh {
		return w.lent
	}
	return w.x
}

func (w *distBeliefWorker[F]) Step(g []F, sched float64) Action {
	if w.fresh { // x_i <- x_i - alpha g
		w.x = slices.Grow(w.x[:0], w.dim)[:w.dim]
		stepTo(w.rule, w.x, w.lent, g, sched)
		w.fresh = false
	} else {
		w.rule.Step(w.x, g, sched)
	}
	push := w.step%w.nPush == 0
	w.step++
	a := Compute
	if push {
		vec.Add(g, w.accrued, g) // a = accrued + g; accrued <- 0
		if !w.empty {
			clear(w.accrued)
			w.empty = true
		}
		a |= Push
	} else {
		vec.Add(w.accrued, w.accrued, g) // accrued <- accrued + g
		w.empty = false
	}
	if w.step%w.nFetch == 0 { // the fetch that comes before the next step
		a |= Pull
		if push && w.overlap {
			a |= ReadOld
		}
	}
	return a
}

func (w *distBeliefWorker[F]) Receive(v []F) Action {
	w.x, w.fresh = append(w.x[:0], v...), false
	return Compute
}

// Borrow implements Borrower.
func (w *distBeliefWorker[F]) Borrow(v []F) { w.lent, w.fresh = v, true }

// Horizon: the next step at which something is pushed or fetched.
func (w *distBeliefWorker[F]) Horizon() int {
	untilPush := (w.nPush-w.step%w.nPush)%w.nPush + 1
	untilFetch := w.nFetch - w.step%w.nFetch
	return min(untilPush, untilFetch)
}

func downpour[F vec.Float](c Downpour) Strategy[F] {
	if c.Form == "distbelief" {
		return distBelief[F](c)
	}
	jobs := jobsOf(c.Local)
	if c.Variant == "dist-keras" { // a half's first window is another
		jobs = Roaming
	}
	return Strategy[F]{
		Jobs: jobs,
		Worker: func(e Env[F]) Worker[F] {
			w := downpourWorker[F]{newLocalSteps(e, c.Local, c.Window), c.after(Exchange)}
			if c.Variant == "dist-keras" {
				return &distKerasDownpour[F]{downpourWorker: w}
			}
			return &w
		},
		Server:      newAdder[F], // x <- x + v_i
		Combine:     Mean,
		Weight:      c.weigh(),
		Elementwise: true,
		Trails:      c.Overlap,
	}
}

func distBelief[F vec.Float](c Downpour) Strategy[F] {
	local := c.Local.(PlainSGD)
	server := RuleConfig(PlainSGD{Rate: local.Rate * c.rate()})
	if c.Server == "adagrad" {
		server = Adagrad{Rate: local.Rate * c.rate(), Epsilon: c.Epsilon}
	}
	weight := c.Serving
	weight.ServerRate = 0 // it is in the server's rule
	return Strategy[F]{
		Worker: func(e Env[F]) Worker[F] {
			d := len(e.X0)
			return &distBeliefWorker[F]{dim: d, accrued: make([]F, d), empty: true, nPush: c.NPush, nFetch: c.NFetch, overlap: c.Overlap, rule: NewRule[F](local, d)}
		},
		// x <- x - rate server_rate a, or Adagrad's
		Server:      newWarmStart(c.WarmStart, newDescent[F](server)),
		Combine:     Mean,
		Weight:      weight.weigh(),
		Elementwise: true,
		Overlaps:    true,
		Trails:      true,
	}
}

// Facts implements Factual.
func (Downpour) Facts() Facts {
	return Facts{Staleness: "by `weight`, if given", Up: "the sum of a window's steps", Down: "x"}
}

func init() {
	Register("downpour", "local steps, pushed and replaced every window; or DistBelief's own overlapped form", "Dean et al. 2012, NIPS; arXiv 1412.6651",
		Downpour{Form: "easgd", Window: 1, NPush: 1, NFetch: 1, Server: "add", Epsilon: 1e-7, Local: PlainSGD{Rate: .1}, Variant: "paper", Serving: plainServing},
		downpour[float32], downpour[float64])
}
