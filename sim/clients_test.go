package sim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/optimizers"
	"staleness/sim/record"
)

// assigned is a run of m jobs at a time in dimension d, of so many clients of equal speed.
func assigned(s optimizers.Strategy[float64], m, population, d int, how Assignment) Config[float64] {
	c := config(s, m, d)
	c.Population, c.Assignment = population, how
	c.Cluster.Compute = each(population, constant(10*ms))
	c.Record.Updates = true
	return c
}

var assignments = []Assignment{Idle, Randomly, Shuffled}

// With as many clients as jobs, the only one without a job is whoever has just ended one: idle is
// own, to the bit, of any method, with any links and queues. In rounds several are free at once.
func TestIdleIsOwn(t *testing.T) {
	n := 0
	for seed := range uint64(400) {
		c := randomConfig(t, seed)
		takes, err := c.Strategy.Resolve(c.Consistency, c.Workers)
		if err != nil || takes.Hold != optimizers.HoldNever {
			continue
		}
		c.Population, c.Assignment, c.Cluster.Faults, c.Record.Trace = 0, OwnJobs, nil, false
		c.Cluster.Compute = c.Cluster.Compute[:c.Workers]
		if c.Cluster.Up != nil {
			c.Cluster.Up, c.Cluster.Down = c.Cluster.Up[:c.Workers], c.Cluster.Down[:c.Workers]
		}
		own := c
		if c.Assignment = Idle; c.checkClients() != nil {
			continue
		}
		n++
		want, rows := must(t, own, options{})
		got, same := must(t, c, options{})
		if got.Clients == nil || want.Clients != nil {
			t.Error("who contributed is told where it is not asked, or the other way round")
		}
		for k := range min(len(same.push), len(rows.push)) {
			if !(same.push[k].WaitS == 0) || !math.IsNaN(rows.push[k].WaitS) {
				t.Fatalf("seed %d: nobody waits at a client: %+v, %+v", seed, same.push[k], rows.push[k])
			}
			same.push[k].WaitS = rows.push[k].WaitS
		}
		if got.Clients = nil; digest(got, same) != digest(want, rows) {
			t.Fatalf("seed %d: %s\n%s\n%+v", seed, digest(got, same), digest(want, rows), c)
		}
	}
	if n < 40 {
		t.Errorf("only %d runs were compared", n)
	}
}

// Jobs that are always M age by M-1 on the mean, queues included, whoever does them.
func TestMeanStalenessOfAssignments(t *testing.T) {
	const m, population, n = 8, 20, 8000
	for _, how := range assignments {
		c := assigned(asgd(t), m, population, 0, how)
		c.Stop.Updates, c.Record.Updates = n, false
		for i := range c.Cluster.Compute { // some are ten times slower than others
			c.Cluster.Compute[i] = exponential(time.Duration(1+i%10) * time.Second)
		}
		r, _ := must(t, c, options{})
		if mean := r.Staleness[0].Mean; math.Abs(mean-(m-1)) > .1 {
			t.Errorf("%d: mean staleness %.3f, want %d", how, mean, m-1)
		}
		if s := r.Clients; s.Served != population || !(s.Share.Min > 0 && s.Share.Max < .2) {
			t.Errorf("%d: %+v %+v", how, s, s.Share)
		}
	}
}

// The queue at a client, worked out from the rows alone: a job comes with the update at which it
// was read, waits until those before it are done, and then takes its time.
func TestQueueAtClient(t *testing.T) {
	for _, how := range []Assignment{Randomly, Shuffled} {
		c := assigned(asgd(t), 4, 5, 0, how)
		c.Stop.Updates = 2000
		for i := range c.Cluster.Compute {
			c.Cluster.Compute[i] = constant(time.Duration(3+7*i) * ms)
		}
		_, rec := must(t, c, options{})
		free := make([]time.Duration, 5) // when each has done its last job
		longest := time.Duration(0)
		for k, row := range rec.push {
			came := time.Duration(0)
			if row.VersionRead > 0 {
				came = ns(rec.push[row.VersionRead-1].TimeS)
			}
			begins := max(came, free[row.Worker])
			free[row.Worker] = begins + time.Duration(3+7*row.Worker)*ms
			if ns(row.TimeS) != free[row.Worker] || ns(row.WaitS) != begins-came {
				t.Fatalf("%d: row %d: %+v, want a wait of %v and its end at %v", how, k, row, begins-came, free[row.Worker])
			}
			longest = max(longest, begins-came)
		}
		if longest < 50*ms {
			t.Errorf("%d: nobody waits longer than %v", how, longest)
		}
	}
}

// shuffled takes all in turn, random each as often as any other, idle those without a job.
func TestDraws(t *testing.T) {
	const n = 7
	c := clients{on: true, key: stream.NewKey(1, "draws"), Of: make([]client, n)}
	c.rule = Shuffled
	orders := map[string]bool{}
	for range 200 {
		var got []int
		for range n {
			got = append(got, c.draw())
		}
		orders[fmt.Sprint(got)] = true
		if slices.Sort(got); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6}) {
			t.Fatalf("a round of all: %v", got)
		}
	}
	if len(orders) < 190 { // of 5,040
		t.Errorf("%d different orders of 200", len(orders))
	}
	for _, rule := range []Assignment{Randomly, Idle} {
		c := clients{on: true, rule: rule, key: stream.NewKey(1, "draws"), Of: make([]client, n)}
		for i := range c.Of {
			c.free(i)
		}
		counts := make([]float64, n)
		for k := range 7000 {
			i := c.draw()
			counts[i]++
			if rule == Idle { // six of seven are busy, then one: another after each draw
				for j := range c.Of {
					if busy := c.Of[j].Place == none; (j+k)%n == 0 && !busy {
						c.engage(j)
					} else if (j+k)%n != 0 && busy {
						c.free(j)
					}
				}
				if c.Of[(n-k%n)%n].Place != none {
					t.Fatal("the test is wrong")
				}
			}
		}
		chi2 := 0.
		for _, x := range counts {
			chi2 += (x - 1000) * (x - 1000) / 1000
		}
		if chi2 > 22.5 { // 6 degrees of freedom: one in a thousand
			t.Errorf("%d: %v, chi2 %.1f", rule, counts, chi2)
		}
	}
	// of many busy ones, that which is not
	one := clients{on: true, rule: Idle, key: stream.NewKey(1, "draws"), Of: make([]client, 1000)}
	for i := range one.Of {
		one.Of[i].Place = none
	}
	one.free(412)
	if i := one.draw(); i != 412 {
		t.Errorf("client %d is busy", i)
	}
}

// The memory of a client's optimizer waits for its next job, worked out by hand.
func TestStateOfClients(t *testing.T) {
	const rate, gamma, h = .1, .5, .5
	m := optimizers.Default[optimizers.DANA]()
	m.Rate, m.Momentum, m.Form = rate, gamma, "slim"
	c := assigned(strategy(t, m), 1, 3, 1, Shuffled)
	c.Problem = bowl{1, h, 0}
	c.Stop.Updates, c.Record.Center = 30, true
	_, rec := must(t, c, options{})
	v, x := make([]float64, 3), 1.
	for k, row := range rec.push {
		g := h * x
		i := row.Worker
		v[i] = gamma*v[i] + g
		x -= rate * (gamma*v[i] + g)
		if math.Abs(rec.centers[k][0]-x) > 1e-14 {
			t.Fatalf("update %d, by client %d: %v, want %v", k, i, rec.centers[k][0], x)
		}
	}
}

// Under bsp a round is M clients drawn anew, each one at most once under idle, and delays do not
// change what is learnt.
func TestRoundsOfClients(t *testing.T) {
	const m, population = 4, 10
	c := assigned(strategy(t, optimizers.Default[optimizers.Sync]()), m, population, 2, Idle)
	c.Stop.Updates, c.Record.Center = 40, true
	c.Problem = bowl{2, .5, .1}
	_, rec := must(t, c, options{})
	for i := range c.Cluster.Compute {
		c.Cluster.Compute[i] = exponential(time.Second)
	}
	_, other := must(t, c, options{})
	all := map[int64]bool{}
	for k := 0; k < len(rec.push); k += m {
		round := map[int64]bool{}
		for j := k; j < k+m; j++ {
			round[rec.push[j].Worker], all[rec.push[j].Worker] = true, true
			if rec.push[j].Worker != other.push[j].Worker || rec.centers[j][0] != other.centers[j][0] {
				t.Fatalf("row %d: %+v, with other delays %+v", j, rec.push[j], other.push[j])
			}
		}
		if len(round) != m {
			t.Fatalf("round %d is of %d clients", k/m, len(round))
		}
	}
	if len(all) != population {
		t.Errorf("%d of %d clients took part", len(all), population)
	}
}

// One half serves all the jobs of a slot where none keeps anything: a hundred thousand clients need
// no more of them than there are jobs.
func TestHalvesOfClients(t *testing.T) {
	made := 0
	s := asgd(t)
	worker := s.Worker
	s.Worker = func(e optimizers.Env[float64]) optimizers.Worker[float64] { made++; return worker(e) }
	c := assigned(s, 10, 100_000, 0, Idle)
	c.Stop.Updates = 100
	r, _ := must(t, c, options{})
	if made != 10 {
		t.Errorf("%d halves for 10 jobs at a time", made)
	}
	if r.Clients.Served < 90 || r.Clients.Served > 100 || r.Clients.Share.Median != 0 {
		t.Errorf("%+v %+v", r.Clients, r.Clients.Share)
	}
}

// A trace has what waits at a client in `queue` of no shard, as long as the rows say.
func TestTraceOfClients(t *testing.T) {
	c := assigned(asgd(t), 4, 5, 0, Randomly)
	c.Stop.Updates, c.Record.Trace = 300, true
	_, rec := must(t, c, options{})
	waited, queued, rows := map[[2]int64]float64{}, 0, map[int64]int64{}
	for _, i := range rec.trace {
		if i.Kind == record.Queued {
			if i.Shard != -1 {
				t.Fatalf("%+v", i)
			}
			waited[[2]int64{i.Worker, i.Job}] = i.EndS - i.StartS
			queued++
		}
	}
	for _, row := range rec.push {
		job := [2]int64{row.Worker, rows[row.Worker]}
		rows[row.Worker]++
		if math.Abs(waited[job]-row.WaitS) > 1e-12 {
			t.Fatalf("job %v waited %v, traced %v", job, row.WaitS, waited[job])
		}
	}
	if queued < 50 {
		t.Errorf("%d jobs waited", queued)
	}
}

// Samples are the client's: those offered and trained on by class are those of its batches.
func TestClassesOfClients(t *testing.T) {
	c := byClass(2, asgd(t), optimizers.Async())
	c.Population, c.Assignment = 5, Randomly
	c.Cluster.Compute = each(5, constant(time.Millisecond))
	c.Cluster.Classes.Factors = each(5, []float64{1, 1, 4})
	c.Stop = Stop{Updates: 80}
	r, rec := must(t, c, options{})
	var want [3]int64
	begun := map[int64]int{}
	for _, row := range rec.push {
		sum := 0.
		for _, j := range c.Batches.Batch(nil, int(row.Worker), begun[row.Worker]) {
			want[j%3]++
			sum += []float64{1, 1, 4}[j%3]
		}
		if begun[row.Worker]++; ns(row.ComputeS) != time.Duration(sum/4*1e6) {
			t.Fatalf("%+v took %v", row, time.Duration(sum/4*1e6))
		}
	}
	if !slices.Equal(r.Classes.Trained, want[:]) {
		t.Errorf("trained on %v, want %v", r.Classes.Trained, want)
	}
}

// What does not go with clients is refused, with the key and the way out.
func TestClientsRefused(t *testing.T) {
	idle := func(m optimizers.Method, change func(*Config[float64])) Config[float64] {
		c := assigned(strategy(t, m), 4, 6, 3, Idle)
		if change != nil {
			change(&c)
		}
		return c
	}
	plain := optimizers.Default[optimizers.ASGD]()
	for name, c := range map[string]struct {
		config    Config[float64]
		key, says string
	}{
		"few":       {idle(plain, func(c *Config[float64]) { c.Population = 3 }), "cluster.population", "need as many clients"},
		"own":       {idle(plain, func(c *Config[float64]) { c.Assignment = OwnJobs }), "cluster.assignment", "population = 4"},
		"tied":      {idle(optimizers.Default[optimizers.AEASGD](), nil), "cluster.assignment", "between its pushes"},
		"ssp":       {idle(plain, func(c *Config[float64]) { c.Consistency = optimizers.SSP(2) }), "cluster.assignment", "has no clock"},
		"stop":      {idle(plain, func(c *Config[float64]) { c.Consistency = optimizers.Bounded(2, true) }), "cluster.assignment", "finish in vain"},
		"faults":    {idle(plain, func(c *Config[float64]) { c.Cluster.Faults = &Faults{Loss: .1, Timeout: ms} }), "cluster.assignment", "leave cluster.faults out"},
		"replay":    {idle(plain, func(c *Config[float64]) { c.Cluster.replayed = true }), "cluster.assignment", "empirical"},
		"mean":      {idle(plain, func(c *Config[float64]) { c.Eval.Of = OfMean }), "eval.of", "left off"},
		"injection": {idle(plain, func(c *Config[float64]) { c.Inject = &Injection{} }), "cluster.assignment", "injected"},
		"laws":      {idle(plain, func(c *Config[float64]) { c.Cluster.Compute = c.Cluster.Compute[:4] }), "cluster", "4 compute laws for 6"},
	} {
		err := c.config.Check()
		if m := (*Mistake)(nil); !errors.As(err, &m) || m.Key != c.key || !strings.Contains(m.Problem, c.says) {
			t.Errorf("%s: %v, want %s: ... %s", name, err, c.key, c.says)
		}
	}
}
