package optimizers

import "staleness/nets/vec"

// Ringleader is asynchronous SGD for workers that have data of their own: every update is along the
// mean of a table of all workers' gradients, and none is thrown away. A round has two phases.
//
//	1  gradients of whomever are added to the table, G_i <- G_i + g, b_i <- b_i + 1, and nothing
//	   moves, until there is one of everybody
//	2  n updates x <- x - gamma 1/n sum_i G_i/b_i: one at once for the worker that came last, and one
//	   for each of the others when its next gradient comes and has been added. A worker that has had
//	   its update and comes again is written into the table of the next round.
//
// Whoever comes is sent the newest x. Between two gradients of a worker in use there are at most 2n
// - 1 updates: no delay is above 2n - 2. Displacement per gradient: rate/(n b_i) in each update it
// is used in.
//
// Maranjyan & Richtarik 2025, Ringleader ASGD, arXiv 2509.22860.
type Ringleader struct {
	Rate float64 `doc:"step size (gamma; theory: min(1/(8 n L), ...))" in:"(0,1e30]"`
}

type ringleaderServer[F vec.Float] struct {
	Ringleader
	broadcast[F]
	present
	table, next gradientTable[F]
	updating    bool   // phase 2
	served      []bool // who has had an update in this round
}

var (
	_ Uniform = (*ringleaderServer[float32])(nil)
	_ Roster  = (*ringleaderServer[float32])(nil)
)

func (s *ringleaderServer[F]) Apply(m Message[F]) Verdict {
	s.turn() // those it waited for may have left
	i := m.From
	if s.updating && s.served[i] {
		s.next.add(i, m.Vec)
		return Buffered
	}
	s.table.add(i, m.Vec) // G_i <- G_i + g, b_i <- b_i + 1
	if !s.updating {
		if !s.table.full(&s.present) {
			return Buffered
		}
		s.updating = true
	}
	s.table.step(s.x, s.Rate*m.Sched, &s.present) // x <- x - gamma 1/n sum_i G_i/b_i
	s.served[i] = true
	s.turn()
	return Applied
}

// turn begins the next round when everybody has been served.
func (s *ringleaderServer[F]) turn() {
	if !s.updating {
		return
	}
	for i, served := range s.served {
		if !served && !s.away[i] {
			return
		}
	}
	s.table, s.next = s.next, s.table
	s.next.clear()
	clear(s.served)
	s.updating = false
}

// Leave implements Roster: nobody waits for a worker that is gone, and its gradients do not count.
func (s *ringleaderServer[F]) Leave(worker int) { s.leave(worker) }

// Join implements Roster: one that is born anew has no gradients in the tables.
func (s *ringleaderServer[F]) Join(worker int, anew bool) {
	s.join(worker)
	if anew {
		s.table.empty(worker)
		s.next.empty(worker)
	}
}

func ringleader[F vec.Float](c Ringleader) Strategy[F] {
	return Strategy[F]{
		Worker: newGradients[F](Exchange),
		Server: func(e Env[F]) Server[F] {
			return &ringleaderServer[F]{Ringleader: c, broadcast: newBroadcast(e), present: newPresent(e.Workers),
				table: newGradientTable(e), next: newGradientTable(e), served: make([]bool, e.Workers)}
		},
		Elementwise: true,
	}
}

// Facts implements Factual.
func (Ringleader) Facts() Facts {
	return Facts{Staleness: "bounds it by 2n - 2, and refuses nothing", Up: "a gradient", Down: "x"}
}

func init() {
	Register("ringleader", "steps along a table of everybody's gradients, of delay at most 2n - 2", "Maranjyan & Richtarik 2025, arXiv 2509.22860",
		Ringleader{.1}, ringleader[float32], ringleader[float64])
}
