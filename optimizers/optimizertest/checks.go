package optimizertest

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"staleness/nets/vec"
	o "staleness/optimizers"
	"staleness/optimizers/hub"
)

// dim is long enough for 7 shards of unequal length and for the tails of wide kernels.
const dim = 23

var curvature = []float64{1, .5, .25}

func start[F vec.Float]() []F {
	x := make([]F, dim)
	for i := range x {
		x[i] = F(1 - float64(i%5)/2)
	}
	return x
}

// uneven durations: the workers differ, and each varies.
func uneven(worker, k int) int64 {
	z := uint64(worker)*0x9e3779b97f4a7c15 + uint64(k)*0xbf58476d1ce4e5b9
	z = (z ^ z>>29) * 0x94d049bb133111eb
	return 500 + 300*int64(worker%3) + int64(z>>32%1000)
}

func workersOf[F vec.Float](s o.Strategy[F]) int {
	if s.MaxWorkers > 0 {
		return min(s.MaxWorkers, 4)
	}
	return 4
}

// setup has links and uneven workers.
func setup[F vec.Float](s o.Strategy[F]) Setup[F] {
	return Setup[F]{Strategy: s, Workers: workersOf(s), X0: start[F](), Compute: uneven, Up: 40, Down: 30, Grad: Quadratic[F](curvature...)}
}

// loss of the models a method is judged by.
func loss[F vec.Float](s o.Strategy[F], r *Run[F]) (f float64) {
	models := [][]F{r.Center()}
	if s.Models != nil {
		models = s.Models(models[0], r.Points())
	}
	g := make([]F, dim)
	for _, x := range models {
		f += Quadratic[F](curvature...)(g, x, 0, 0, 0, 0) / float64(len(models))
	}
	return f
}

var errStalled = errors.New("nothing happens any more: every worker waits")

// advance handles so many events, and checks after each.
func advance[F vec.Float](r *Run[F], events int) error {
	for i := range events {
		if !r.Step() {
			return fmt.Errorf("after %d events: %w", i, errStalled)
		}
		if err := r.Check(); err != nil {
			return fmt.Errorf("event %d, time %d: %w", i, r.Now, err)
		}
	}
	return nil
}

// after is a run that so many events have gone through.
func after[F vec.Float](s Setup[F], events int) (*Run[F], error) {
	r, err := New(s)
	if err != nil {
		return nil, err
	}
	return r, advance(r, events)
}

// digest is the state of a run as a checkpoint has it.
func digest[F vec.Float](r *Run[F]) ([]byte, error) {
	var b bytes.Buffer
	err := r.Save(&b)
	return b.Bytes(), err
}

// converges: with the rates as they are, or ten or a hundred times smaller, since published
// defaults are for other problems.
func converges[F vec.Float](s o.Strategy[F]) error {
	const most = 60_000
	var report []string
	for _, factor := range []float64{1, .1, .01} {
		c := setup(s)
		c.Sched = func(int) float64 { return factor }
		r, err := New(c)
		if err != nil {
			return err
		}
		first, last := loss(s, r), 0.
		for i := 0; i < most; i += 2000 {
			for range 2000 {
				if !r.Step() {
					return errStalled
				}
			}
			if last = loss(s, r); last < first/1000 {
				return nil
			}
		}
		report = append(report, fmt.Sprintf("from %.3g to %.3g with rates times %g", first, last, factor))
	}
	return fmt.Errorf("in %d events the loss did not fall a thousandfold: %s", most, strings.Join(report, ", "))
}

func pure[F vec.Float](s o.Strategy[F]) error {
	a, err := after(setup(s), 400) // a runs ahead: what they share, b would see
	if err != nil {
		return err
	}
	b, err := after(setup(s), 400)
	if err != nil {
		return err
	}
	da, err := digest(a)
	if err != nil {
		return err
	}
	db, err := digest(b)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(da, db):
		return errors.New("two instances that were fed alike differ: they share memory, or draw from somewhere")
	case !vec.Finite(a.Center()):
		return errors.New("the center is not finite: a half kept what it was lent, or did not overwrite what it was to write")
	}
	return nil
}

func checkpoint[F vec.Float](s o.Strategy[F]) error {
	straight, err := New(setup(s))
	if err != nil {
		return err
	}
	for _, events := range []int{0, 1, 7, 100, 333} {
		if err := advance(straight, events); err != nil {
			return err
		}
		saved, err := digest(straight)
		if err != nil {
			return err
		}
		if err := advance(straight, 90); err != nil {
			return err
		}
		dirty, err := after(setup(s), 137)
		if err != nil {
			return err
		}
		if err := dirty.Load(bytes.NewReader(saved)); err != nil {
			return err
		}
		if err := advance(dirty, 90); err != nil {
			return fmt.Errorf("resumed: %w", err)
		}
		a, err := digest(straight)
		if err != nil {
			return err
		}
		if b, err := digest(dirty); err != nil || !bytes.Equal(a, b) {
			return fmt.Errorf("resumed after %d more events, it goes another way (%v)", events, err)
		}
	}
	return nil
}

// shards: when no time passes between them, it does not matter how many there are.
func shards[F vec.Float](s o.Strategy[F]) error {
	c, err := s.Resolve(o.Consistency{}, workersOf(s))
	if err != nil || s.Shardable(c) != nil {
		return err // one server acts, whatever the number of shards
	}
	trace := func(n int) (centers [][]F, err error) {
		c := setup(s)
		c.Shards = n
		r, err := New(c)
		if err != nil {
			return nil, err
		}
		for range 60 {
			for u := r.Updates; u == r.Updates; {
				if !r.Step() || r.Now > 10_000_000 {
					return centers, nil // it makes no updates
				}
			}
			for now := r.Now; len(r.queue) > 0 && r.queue[0].at == now; { // the other shards
				r.Step()
			}
			centers = append(centers, r.Center())
		}
		return centers, r.Check()
	}
	one, err := trace(1)
	if err != nil {
		return err
	}
	seven, err := trace(7)
	if err != nil {
		return fmt.Errorf("7 shards: %w", err)
	}
	if !reflect.DeepEqual(one, seven) {
		return errors.New("1 and 7 shards give different centers: it is not elementwise")
	}
	return nil
}

// frozen: rates of 0 move nothing.
func frozen[F vec.Float](s o.Strategy[F]) error {
	if s.Rateless {
		return nil
	}
	c := setup(s)
	c.Sched = func(int) float64 { return 0 }
	r, err := after(c, 500)
	if err != nil {
		return err
	}
	if x := r.Center(); !slices.Equal(x, c.X0) {
		return fmt.Errorf("the schedule is 0, yet the center went from %v to %v", c.X0[:3], x[:3])
	}
	return nil
}

func everyConsistency[F vec.Float](s o.Strategy[F]) (err error) {
	taken := 0
	for _, c := range []o.Consistency{
		o.Async(), o.BSP(), o.SSP(0), o.SSP(2), o.Softsync(3), o.KAsync(2), o.KSync(2, false), o.KSync(2, true), o.KBatchSync(3, false),
		o.KBatchSync(3, true), o.Bounded(1, false), o.Bounded(2, true), o.Bounded(6, true),
	} {
		own, refused := s.Resolve(c, workersOf(s))
		if refused != nil {
			if !strings.Contains(refused.Error(), "take") && !strings.Contains(refused.Error(), "leave") {
				err = errors.Join(err, fmt.Errorf("%v is refused without a remedy: %w", c, refused))
			}
			continue
		}
		taken++
		if e := promises(s, c, own); e != nil {
			err = errors.Join(err, fmt.Errorf("%v: %w", own, e))
		}
	}
	if taken == 0 {
		err = errors.New("it takes no consistency at all")
	}
	return err
}

// promises checks what a consistency says of staleness and of the lead of the fastest.
func promises[F vec.Float](s o.Strategy[F], run, c o.Consistency) error {
	return promised(s, run, c, workersOf(s))
}

// promised is promises among so many workers.
func promised[F vec.Float](s o.Strategy[F], run, c o.Consistency, workers int) error {
	set := setup(s)
	set.Consistency, set.Workers = run, workers
	var r *Run[F]
	var broken error
	set.OnPush = func(from int, out hub.Outcome, _ []F) {
		_, ages := r.Hub(0).Server().(o.Ager)
		lead := r.Hub(0).Lead(from)
		switch {
		case broken != nil || out.Verdict == o.Dropped:
		case !ages && c.Limit > 0 && out.Tau >= c.Limit:
			broken = fmt.Errorf("a push of staleness %d was taken, the limit is %d", out.Tau, c.Limit)
		case !ages && c.Gather == o.All && (out.Tau > 1 || out.Tau == 1 && !s.Trails):
			broken = fmt.Errorf("staleness %d in a round of all workers", out.Tau)
		case c.Hold == o.HoldClock && lead > c.Slack+1:
			broken = fmt.Errorf("worker %d is %d pushes ahead of the slowest, the slack is %d", from, lead, c.Slack)
		}
	}
	r, err := New(set)
	if err != nil {
		return err
	}
	if err := errors.Join(advance(r, 800), broken); err != nil {
		return err
	}
	switch {
	case !s.Silent && r.Updates == 0:
		return errors.New("no update in 800 events; Silent says so if there is never one")
	case s.Silent && r.Updates > 0:
		return errors.New("it pushes, but is said to be Silent")
	}
	return nil
}

// borrow: a worker that borrows what it was sent goes the same way as one that copies it.
func borrow[F vec.Float](s o.Strategy[F]) error {
	return alike(s, func(c *Setup[F]) { c.NoBorrow = true },
		"a worker that borrows ends elsewhere than one that copies: its Borrow and Receive differ")
}

// move: a worker whose plain steps are taken for it goes the same way as one that takes them
// itself, whether it borrows or not.
func move[F vec.Float](s o.Strategy[F]) error {
	const differs = "a worker whose plain steps are taken for it ends elsewhere: its Move and Moved differ from Step"
	return errors.Join(
		alike(s, func(c *Setup[F]) { c.Move = true }, differs),
		alike(s, func(c *Setup[F]) { c.Move, c.NoRoom = true, true }, differs),
		alike(s, func(c *Setup[F]) { c.Move, c.NoBorrow = true, true }, differs))
}

// versions: a server that writes each version into a vector of its own goes the same way as one
// that keeps to its place, whether pushes are merged or not.
func versions[F vec.Float](s o.Strategy[F]) (err error) {
	for _, c := range []o.Consistency{o.Async(), o.Softsync(2), o.BSP()} {
		if _, refused := s.Resolve(c, workersOf(s)); refused == nil {
			err = errors.Join(err, alike(s, func(setup *Setup[F]) { setup.Into = true },
				"a server that writes its versions elsewhere ends elsewhere: its ApplyTo and Apply differ", c))
		}
	}
	return err
}

// alike: with or without a change of the driver's ways, the center is the same after every push, to
// the bit.
func alike[F vec.Float](s o.Strategy[F], change func(*Setup[F]), differs string, run ...o.Consistency) error {
	trace := func(c Setup[F]) (centers [][]F, err error) {
		c.OnPush = func(_ int, _ hub.Outcome, center []F) { centers = append(centers, vec.Clone(center)) }
		_, err = after(c, 300)
		return centers, err
	}
	plain := setup(s)
	if len(run) > 0 {
		plain.Consistency = run[0]
	}
	other := plain
	change(&other)
	want, err := trace(plain)
	if err != nil {
		return err
	}
	got, err := trace(other)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(got, want, identical[F]) {
		return errors.New(differs)
	}
	return nil
}
