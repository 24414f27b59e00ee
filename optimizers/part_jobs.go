package optimizers

// Jobs says whether what a worker does from a reply to its next push stands by itself: whether each
// of its requests is an Exchange, and its server takes pushes and makes replies alike for all, but
// for what it notes of a read for the push that rests on it. Then there can be more workers than
// jobs at a time: the reply to a push, the next job, may go to another worker.
type Jobs uint8

const (
	// Tied: a worker's requests and replies are one conversation
	Tied Jobs = iota
	// Roaming: jobs may go to others, and a half keeps something of its own from one to the next,
	// such as the memory of its optimizer
	Roaming
	// Fresh: likewise, and a half is at every reply as at its first, and does not go by its Env's
	// ID, Speed and Workers: one may do the jobs of many
	Fresh
)

// jobsOf are those of workers that take steps of an optimizer from what they are sent, and keep
// nothing but its memory.
func jobsOf(local RuleConfig) Jobs {
	if local != nil && len(NewRule[float64](local, 0).Memory()) == 0 {
		return Fresh
	}
	return Roaming
}
