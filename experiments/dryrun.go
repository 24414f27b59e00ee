package experiments

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"staleness/experiments/internal/cost"
	"staleness/experiments/internal/prose"
	"staleness/internal/crew"
	"staleness/sim/record"
)

// list says what would be run, and about how long it would take.
func (s *Session) list(x *Experiment) error {
	for _, t := range x.tunings {
		if err := s.list(t.trials); err != nil {
			return err
		}
		fmt.Fprintf(s.Stdout, "%s: %s with the values that these choose: %d settings, %s each on %s\n", filepath.Base(t.home),
			prose.Count(len(t.tentative), "run"), len(t.Settings), prose.Count(len(t.Settings[0].Trials), "trial"), prose.Count(len(t.Seeds), "seed"))
	}
	if len(x.Runs) == 0 {
		return nil
	}
	there := make([]*record.Summary, len(x.Runs))
	crew.Each(len(x.Runs), func(i int) {
		if sum, err := record.ReadSummary(x.Runs[i].Dir); err == nil && sum.Done() && !s.Fresh {
			there[i] = sum
		}
	})
	c := cost.New()
	for i, r := range x.Runs {
		if there[i] != nil {
			c.Measure(r.config, r.Dir)
		}
	}
	finished, how := 0, map[cost.Basis]bool{}
	var total time.Duration
	for i, r := range x.Runs {
		state := "to do"
		if hasCheckpoint(r.Dir) {
			state = "begun"
		}
		if sum := there[i]; sum != nil && s.current(r, sum) {
			fmt.Fprintf(s.Stdout, "%s  %-16s  %8s  %s\n", r.ID, sum.Status, "", r.Point)
			finished++
			continue
		} else if sum != nil {
			state = "of other sources"
		}
		cost, from, err := c.Of(r.config, x.problems)
		if err != nil {
			return r.config.Doc.Fault("", err)
		}
		how[from] = true
		total += cost
		fmt.Fprintf(s.Stdout, "%s  %-16s  %8s  %s\n", r.ID, state, inTime(cost), r.Point)
	}
	fmt.Fprintf(s.Stdout, "%s: %s, %d finished, in %s\n", x.Name, prose.Count(len(x.Runs), "run"), finished, x.Runs[0].home())
	if finished < len(x.Runs) {
		fmt.Fprintf(s.Stdout, "about %s of one core, %s with %s at once (%s)\n", inTime(total), inTime(total/time.Duration(s.jobs(len(x.Runs)-finished))), prose.Count(s.jobs(len(x.Runs)-finished), "run"), cost.BasesOf(how))
	}
	return nil
}

// inTime is a duration for people: two digits, for an estimate has no more.
func inTime(d time.Duration) string {
	if d < time.Millisecond {
		return "<1ms"
	}
	step := time.Millisecond
	for _, s := range []struct{ from, step time.Duration }{
		{time.Second, 100 * time.Millisecond}, {10 * time.Second, time.Second}, {time.Minute, 10 * time.Second},
		{10 * time.Minute, time.Minute}, {time.Hour, 10 * time.Minute}, {10 * time.Hour, time.Hour},
	} {
		if d >= s.from {
			step = s.step
		}
	}
	said := d.Round(step).String()
	for _, nothing := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(said, nothing) {
			said = said[:len(said)-2]
		}
	}
	return said
}
