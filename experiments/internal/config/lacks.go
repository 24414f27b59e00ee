package config

import (
	"strings"
)

// Lacks says why a run will have no column of that name in eval.csv; "" if it will, or if that is not known before.
func (c *Config) Lacks(column string, problems *Problems) string {
	switch column {
	case "time_s", "bytes":
		if c.Staleness != nil {
			return "where staleness is injected there is no model time"
		}
		return ""
	case "grad_norm":
		if !c.Eval.GradNorm {
			return "eval.grad_norm = true writes it"
		}
		return ""
	}
	if c.Problem == nil {
		return "there is no problem"
	}
	size, err := problems.Size(c)
	if err != nil {
		return "" // said elsewhere
	}
	part, about, _ := strings.Cut(column, "_")
	samples := map[string]int{"test": size.test, "validation": size.validation}
	switch n, ok := samples[part]; {
	case column == "train_loss" && !size.evaluator:
		return "the problem has no loss"
	case column == "suboptimality" && !size.solved:
		return "the least loss of this problem is not known"
	case ok && n == 0:
		return "the problem has no " + part + " part"
	case ok && about == "accuracy" && !size.classifies:
		return "the problem has no classes"
	}
	return ""
}
