package sim

import "staleness/optimizers"

// checkClients says what does not go with jobs that are assigned to clients.
func (c *Config[F]) checkClients() error {
	const key = "cluster.assignment"
	switch {
	case c.Assignment > Shuffled:
		return mistake(key, "%d is no assignment", c.Assignment)
	case c.Population < 0 || c.Population >= maxWorkers:
		return mistake("cluster.population", "population = %d: 1 to %d clients can be simulated", c.Population, maxWorkers-1)
	case c.Inject != nil && (c.Population != 0 || c.Assignment != OwnJobs):
		return mistake(key, "means nothing where staleness is injected: there is no time in which anybody has a job")
	case c.Population != 0 && c.Population < c.Workers:
		return mistake("cluster.population", "population = %d: %d jobs at a time (cluster.workers) need as many clients at least; give a larger population or fewer workers", c.Population, c.Workers)
	case c.Assignment == OwnJobs && c.clients() != c.Workers:
		return mistake(key, "with own, whoever ends a job begins the next, and of %d clients only %d (cluster.workers) would ever have one: take idle, random or shuffled, or population = %d", c.clients(), c.Workers, c.Workers)
	case c.Assignment == OwnJobs:
		return nil
	case c.Strategy.Jobs == optimizers.Tied:
		return mistake(key, "with this method (as it is set) a worker's next job is its own: it keeps a variable between its pushes, computes on while it waits, or its server keeps something for each worker; leave population and assignment out, or take another method")
	case c.Strategy.Ring:
		return mistake(key, "a ring of workers has no room for others: leave strategy.reduce_cost out, or assignment")
	case c.Cluster.Faults != nil:
		return mistake(key, "clients cannot crash or lose messages: what becomes of a job whose client is gone is not laid down; leave cluster.faults out, or assignment")
	case c.Cluster.replayed:
		return mistake(key, "recorded durations are those of workers that do their own jobs, and here other clients get other jobs: leave cluster.replay out, or assignment; the law empirical draws from what was recorded")
	case c.Eval.Of == OfMean || c.Eval.Of == OfEnsemble:
		return mistake("eval.of", "the points of clients are where each left off, however long ago: evaluate the center or its average")
	}
	takes, err := c.Strategy.Resolve(c.Consistency, c.Workers)
	switch {
	case err != nil:
		return nil // said elsewhere
	case takes.Stop:
		return mistake(key, "%v interrupts workers that compute in vain, and a job that waits at its client cannot be: let it finish in vain, or take own", takes)
	case takes.Hold == optimizers.HoldClock && takes.Gather != optimizers.All:
		return mistake(key, "%v counts the pushes of each worker, and a job that goes from client to client has no clock: take another consistency, or own", takes)
	}
	return nil
}
