package config

import (
	"staleness/nets"
	"staleness/nets/vec"
	"staleness/sim/record"
)

// Has is what the run has of what columns of its record need.
func Has[F vec.Float](c *Config, p nets.Problem[F], s Facts) (n record.Need) {
	e, evaluates := p.(nets.Evaluator[F])
	_, solved := p.(nets.Solved[F])
	speaking, speaks := p.(nets.Speaking)
	for _, x := range []struct {
		need record.Need
		has  bool
	}{
		{record.ModelTime, s.Timed}, {record.Replicas, s.Replicas},
		{record.Faults, c.Cluster.Faults != nil}, {record.Assigned, c.Cluster.Assigned()},
		{record.Gaps, c.Record.Gap}, {record.FullGradient, c.Eval.GradNorm},
		{record.Problem, p != nil}, {record.Minimum, solved}, {record.Loss, evaluates},
		{record.TestPart, evaluates && e.PartLen(nets.Test) > 0},
		{record.HeldOut, evaluates && e.PartLen(nets.Validation) > 0},
		{record.Classes, evaluates && e.Classifies()},
		{record.Tokens, speaks}, {record.TextBytes, speaks && speaking.ByBytes()},
	} {
		if x.has {
			n |= x.need
		}
	}
	return n
}

// WillHave is the same before the run, as far as it is known then; what is not known is assumed.
func (c *Config) WillHave(problems *Problems) record.Need {
	n := ^record.Need(0)
	lack := func(need record.Need, is bool) {
		if is {
			n &^= need
		}
	}
	lack(record.ModelTime, c.Staleness != nil)
	lack(record.Faults, c.Cluster.Faults == nil)
	lack(record.Assigned, !c.Cluster.Assigned())
	lack(record.Gaps, !c.Record.Gap)
	lack(record.FullGradient, !c.Eval.GradNorm)
	if c.Problem == nil {
		return n &^ record.Learning
	}
	size, err := problems.Size(c)
	if err != nil {
		return n // said elsewhere
	}
	lack(record.Loss, !size.evaluator)
	lack(record.TestPart, size.test == 0)
	lack(record.HeldOut, size.validation == 0)
	lack(record.Classes, !size.classifies)
	lack(record.Minimum, !size.solved)
	lack(record.Tokens, !size.speaks)
	lack(record.TextBytes, !size.bytes)
	return n
}
