package sim

import (
	"fmt"
	"math"

	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim/record"
)

// evaluations measures the center, or what else the plan says, beside the run: a tick takes a
// snapshot, the pool measures it in pieces, the row is written when its turn comes. Rows come in
// the order of ticks.
type evaluations[F vec.Float] struct {
	plan    *EvalPlan[F]
	points  bool // workers' points are looked at
	target  bool // each row is needed at its tick
	pieces  []piece
	trains  bool              // there is a train loss
	initial float64           // train loss at x0; NaN if unknown
	asked   record.Evaluation // the last one asked for: its counts
	askedAt int64             // and when
	count   int64
	version int               // of all hubs together, at that one
	due     bool              // by the number of gradients: evaluated once the worker has stepped
	final   record.Evaluation // the last one written
	written int64
	pending []*evaluation[F]
	spare   []*evaluation[F]
	average []F
	model   []vectorHandle // what the last row measured, under Record.Model
}

// An evaluation is one under way.
type evaluation[F vec.Float] struct {
	row    record.Evaluation
	at     int64          // deadline
	models []vectorHandle // vectors: one, or members of an ensemble
	xs     [][]F
	tasks  []measure[F]
}

// A piece is what one task measures.
type piece struct {
	what   measured
	part   nets.Part
	lo, hi int
}

type measured uint8

const (
	ofPart     measured = iota // loss and hits on samples lo to hi
	ofValue                    // f(x)
	ofGradient                 // |grad f(x)|
)

// measure is the task of one piece.
type measure[F vec.Float] struct {
	task[F]
	s     *core[F]
	e     *evaluation[F]
	piece piece
	sums  nets.Sums
	value float64
}

const (
	pieceSamples = 512 // fixed: sums do not depend on who adds what
	maxPending   = 4   // evaluations that wait for their row; each holds a snapshot
)

func (v *evaluations[F]) init(c *Config[F]) {
	v.plan = &c.Eval
	v.initial = math.NaN()
	v.target = c.Stop.TrainLoss != nil || c.Stop.TestAccuracy != nil
	v.points = c.Eval.Of == OfMean || c.Eval.Of == OfEnsemble || c.Eval.Of == OfStrategy && c.Strategy.Models != nil
	v.points = v.points && c.Problem != nil
	if e, ok := problemAs[nets.Evaluator[F]](c.Problem); ok {
		for _, part := range []nets.Part{nets.Train, nets.Validation, nets.Test} {
			n := e.PartLen(part)
			if t := c.Eval.TrainSamples; part == nets.Train && t > 0 {
				n = min(n, t)
			}
			for lo := 0; lo < n; lo += pieceSamples {
				v.pieces = append(v.pieces, piece{ofPart, part, lo, min(n, lo+pieceSamples)})
			}
		}
	}
	if _, ok := problemAs[nets.Solved[F]](c.Problem); ok {
		v.pieces = append(v.pieces, piece{what: ofValue})
	}
	v.trains = len(v.pieces) > 0 && v.pieces[0].part == nets.Train
	if c.Eval.GradNorm && c.Problem != nil {
		v.pieces = append(v.pieces, piece{what: ofGradient})
	}
	if c.Eval.Of == OfAverage {
		v.average = vec.Clone(c.X0)
	}
}

// follow moves the average after an update; t is the number of updates.
func (v *evaluations[F]) follow(t int64, center func() []F) {
	if v.average == nil {
		return
	}
	a := v.plan.AverageRate
	if a == 0 {
		a = 1 / float64(t+1)
	}
	vec.Lerp(v.average, F(a), center())
}

// evaluate takes a snapshot of what is to be measured now, unless that was done at this very state.
// It is wanted by the next tick, taken to be as far away as the last one.
func (s *core[F]) evaluate() {
	v := &s.eval
	deadline := later(s.now, s.now-v.askedAt)
	if s.c.Problem == nil {
		return
	}
	row := s.evaluationRow()
	if v.count > 0 && s.now == v.askedAt && row.Updates == v.asked.Updates && row.Gradients == v.asked.Gradients && row.Pushes == v.asked.Pushes {
		return
	}
	v.count++
	e := &evaluation[F]{tasks: make([]measure[F], 0, len(v.pieces))}
	if n := len(v.spare); n > 0 {
		e, v.spare = v.spare[n-1], v.spare[:n-1]
	}
	e.row = row
	if version := s.versionsMade(); v.count > 1 && !v.points && version == v.version && row.Updates == v.asked.Updates {
		// nothing that is looked at has changed
		e.models, e.xs, e.tasks = e.models[:0], e.xs[:0], e.tasks[:0]
	} else {
		v.version = version
		s.choose(e)
	}
	v.askedAt, v.asked.Updates, v.asked.Gradients, v.asked.Pushes = s.now, row.Updates, row.Gradients, row.Pushes
	v.pending = append(v.pending, e)
	if len(e.models) > 0 {
		s.submitEvaluation(e, deadline)
	}
}

// versionsMade is how often a hub has changed its part of the center.
func (s *core[F]) versionsMade() (n int) {
	for _, h := range s.hubs {
		n += h.Version()
	}
	return n
}

// repeat is a row with what the one before it measured.
func (e *evaluation[F]) repeat(last *record.Evaluation) {
	r := *last
	now := &e.row
	r.TimeS, r.Updates, r.Pushes, r.Gradients, r.Samples, r.Epoch, r.Bytes = now.TimeS, now.Updates, now.Pushes, now.Gradients, now.Samples, now.Epoch, now.Bytes
	r.Tokens = now.Tokens
	e.row = r
}

// evaluateDue evaluates if the gradients that completed ask for it.
func (s *core[F]) evaluateDue() {
	if s.eval.due {
		s.eval.due = false
		s.evaluate()
	}
}

// await waits for evaluations whose row is needed before anything else happens: the first, which
// tells the initial loss, every one if there is a target, and the oldest of too many. An interrupt
// cuts it short; then they are still pending.
func (s *core[F]) await() {
	v := &s.eval
	for len(v.pending) > maxPending || len(v.pending) > 0 && (v.target || v.written == 0) {
		if !s.finishEvaluation() {
			return
		}
	}
}

// evaluationRow is a row of which nothing is measured yet.
func (s *core[F]) evaluationRow() record.Evaluation {
	t, nan := &s.totals, math.NaN()
	time, bytes, train := seconds(s.now), t.Up+t.Down, 1.
	if s.c.Inject != nil { // no time, and nothing is sent
		time, bytes = nan, -1
	}
	if s.c.Problem != nil {
		train = float64(s.c.Problem.Len())
	}
	return record.Evaluation{TimeS: time, Updates: t.Updates, Pushes: t.Pushes, Gradients: t.Gradients, Samples: t.Samples, Epoch: float64(t.Samples) / train, Bytes: bytes,
		Point: "center", TrainLoss: nan, TestLoss: nan, TestAccuracy: nan, ValidationLoss: nan, ValidationAccuracy: nan,
		GradNorm: nan, Suboptimality: nan, Consensus: nan, Tokens: s.tokens(t.Samples), Perplexity: nan, BitsPerByte: nan}
}

// tokens are those of so many samples; -1 where samples are not made of tokens.
func (s *core[F]) tokens(samples int64) int64 {
	if p, ok := problemAs[nets.Speaking](s.c.Problem); ok {
		return samples * int64(p.Context())
	}
	return -1
}

// say fills in what a language model's test loss says in other units.
func (s *core[F]) say(r *record.Evaluation) {
	if p, ok := problemAs[nets.Speaking](s.c.Problem); ok {
		r.Perplexity = vec.Exp(r.TestLoss)
		if p.ByBytes() {
			r.BitsPerByte = r.TestLoss / math.Ln2
		}
	}
}

func (s *core[F]) submitEvaluation(e *evaluation[F], deadline int64) {
	e.tasks, e.at = e.tasks[:0], deadline
	for _, p := range s.eval.pieces {
		e.tasks = append(e.tasks, measure[F]{s: s, e: e, piece: p})
	}
	for i := range e.tasks {
		t := &e.tasks[i]
		t.at, t.rank, t.short = deadline, s.workers+i, true
		t.run = t.measure
		s.pool.add(&t.task)
	}
}

func (t *measure[F]) measure(d *workspace[F]) bool {
	p := t.piece
	switch x := t.e.xs[0]; p.what {
	case ofPart:
		if len(t.e.xs) > 1 {
			pr, _ := problemAs[nets.Predictor[F]](t.s.c.Problem)
			t.sums = ensembleSums(&d.ws, pr, t.e.xs, t.s.votes(), p)
		} else {
			e, _ := problemAs[nets.Evaluator[F]](t.s.c.Problem)
			t.sums = e.Evaluate(&d.ws, x, p.part, p.lo, p.hi)
		}
	case ofValue:
		solved, _ := problemAs[nets.Solved[F]](t.s.c.Problem)
		t.value = solved.Value(&d.ws, x)
	case ofGradient:
		t.value = t.s.gradientNorm(d, x)
	}
	return true
}

// gradientNorm is that of the gradient of f over all samples, added in pieces.
func (s *core[F]) gradientNorm(d *workspace[F], x []F) float64 {
	n := s.c.Problem.Len()
	if d.full == nil {
		d.full, d.piece = make([]F, s.dim), make([]F, s.dim)
	}
	vec.Fill(d.full, 0)
	for lo := 0; lo < n; lo += pieceSamples {
		hi := min(n, lo+pieceSamples)
		d.batch = d.batch[:0]
		for i := lo; i < hi; i++ {
			d.batch = append(d.batch, i)
		}
		s.c.Problem.Grad(&d.ws, d.piece, x, d.batch)
		vec.Axpy(d.full, F(float64(hi-lo)/float64(n)), d.piece)
	}
	return math.Sqrt(vec.SumSq(d.full))
}

// finishEvaluation writes the row of the oldest evaluation, unless an interrupt comes first.
func (s *core[F]) finishEvaluation() bool {
	v := &s.eval
	e := v.pending[0]
	for i := range e.tasks {
		if s.interrupted.Load() {
			return false
		}
		s.pool.join(&e.tasks[i].task)
	}
	v.pending = append(v.pending[:0], v.pending[1:]...)
	if len(e.models) == 0 {
		e.repeat(&v.final)
		s.evaluated(e)
		return true
	}
	var parts [3]nets.Sums
	for i := range e.tasks {
		t := &e.tasks[i]
		switch t.piece.what {
		case ofPart:
			a := &parts[t.piece.part]
			a.Samples += t.sums.Samples
			a.Loss += t.sums.Loss
			a.Correct += t.sums.Correct
		case ofValue:
			solved, _ := problemAs[nets.Solved[F]](s.c.Problem)
			_, least := solved.Minimum()
			e.row.Suboptimality = t.value - least
			e.row.TrainLoss = t.value
		case ofGradient:
			e.row.GradNorm = t.value
		}
	}
	classifies := false
	if ev, ok := problemAs[nets.Evaluator[F]](s.c.Problem); ok {
		classifies = ev.Classifies()
	}
	set := func(a nets.Sums, loss, accuracy *float64) {
		if a.Samples == 0 {
			return
		}
		*loss = a.Loss / float64(a.Samples)
		if classifies && accuracy != nil {
			*accuracy = float64(a.Correct) / float64(a.Samples)
		}
	}
	r := &e.row
	if parts[nets.Train].Samples > 0 {
		set(parts[nets.Train], &r.TrainLoss, nil)
		if reg, ok := problemAs[nets.Regularized[F]](s.c.Problem); ok {
			penalty := 0.
			for _, x := range e.xs {
				penalty += reg.Penalty(x)
			}
			r.TrainLoss += penalty / float64(len(e.xs))
		}
	}
	set(parts[nets.Validation], &r.ValidationLoss, &r.ValidationAccuracy)
	set(parts[nets.Test], &r.TestLoss, &r.TestAccuracy)
	s.say(r)
	s.evaluated(e)
	return true
}

// evaluated records a row and stops the run if it reaches a target.
func (s *core[F]) evaluated(e *evaluation[F]) {
	v := &s.eval
	r := &e.row
	switch {
	case len(e.models) == 0: // of what the one before was
	case s.c.Record.Model: // held until the next one
		s.dropModel()
		v.model = append(v.model[:0], e.models...)
	default:
		for _, h := range e.models {
			s.store.drop(h)
		}
	}
	if v.written == 0 {
		v.initial = r.TrainLoss
	}
	v.written++
	v.final = *r
	if s.record.rec != nil {
		if err := s.record.rec.Eval(r); err != nil {
			s.fail(fmt.Errorf("recording an evaluation: %w", err))
		}
	}
	stop := &s.c.Stop
	switch {
	case stop.TrainLoss != nil && r.TrainLoss <= *stop.TrainLoss:
		s.stop(Target, fmt.Sprintf("train loss %.6g reached %.6g", r.TrainLoss, *stop.TrainLoss))
	case stop.TestAccuracy != nil && r.TestAccuracy >= *stop.TestAccuracy:
		s.stop(Target, fmt.Sprintf("test accuracy %.4f reached %.4f", r.TestAccuracy, *stop.TestAccuracy))
	}
	v.spare = append(v.spare, e)
}

// votes says whether the members of what is evaluated vote.
func (s *core[F]) votes() bool { return s.eval.plan.Of == OfStrategy && s.c.Strategy.Vote }

func (s *core[F]) dropModel() {
	for _, h := range s.eval.model {
		s.store.drop(h)
	}
	s.eval.model = s.eval.model[:0]
}

// handModel hands over what the last evaluation looked at.
func (s *core[F]) handModel() {
	if rec, ok := s.record.rec.(ModelRecorder[F]); ok && len(s.eval.model) > 0 {
		var xs [][]F
		for _, h := range s.eval.model {
			xs = append(xs, s.store.at(h)[:s.dim])
		}
		if err := rec.Model(s.eval.final.Point, s.votes(), xs); err != nil {
			s.fail(fmt.Errorf("recording the model: %w", err))
		}
	}
	s.dropModel()
}

// atEnd measures the last state and waits for all rows; interrupted then, it leaves a checkpoint of
// a run that is over.
func (s *core[F]) atEnd(engine snapshotter) {
	if s.end.err != nil || s.end.status == Interrupted {
		return
	}
	s.evaluate()
	for len(s.eval.pending) > 0 {
		if !s.finishEvaluation() {
			s.keep(engine, true)
			s.end.status, s.end.reason = Interrupted, "during the last evaluation"
			return
		}
	}
	if l := s.eval.final.TrainLoss; s.eval.trains && !(l <= s.divergence()) && s.end.status != Diverged {
		s.end.status, s.end.reason = Diverged, fmt.Sprintf("the last train loss is %g", l)
	}
	s.handModel()
}
