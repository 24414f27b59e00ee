package experiments

import (
	"slices"

	"staleness/experiments/internal/config"
)

// inputFiles are the files that an experiment is made of, with those of its data.
func (x *Experiment) inputFiles() []string {
	var names []string
	for _, part := range x.parts {
		for _, s := range part {
			names = append(names, s.Name)
		}
	}
	for _, r := range x.all() {
		t := r.config.Tables()
		config.Absolute(t["problem"], r.config.Dir)
		names = append(names, config.DataPaths(t["problem"])...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
