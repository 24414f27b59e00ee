package experiments

import (
	"strings"

	"staleness/experiments/internal/fault"
	"staleness/sim"
)

// again says whether a run that failed is to be tried again (-retries), when all others have been.
// A configuration does not get better, nor does what follows from it and the seed: a run that came
// to its end and failed its checks among it.
func (l *local) again(i int, o Outcome) bool {
	if o.Err == nil || o.interrupted() || fault.Refusal(o.Err) || sim.Lasting(o.Err) || o.Summary != nil ||
		l.tries[i] >= l.b.session.Retries {
		return false
	}
	l.tries[i]++
	l.b.progress.put(i)
	l.b.progress.say("%s: %v; it will be tried again", l.b.experiment.Runs[i].name(), firstLine(o.Err))
	return true
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
