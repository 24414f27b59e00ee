package optimizers_test

import (
	"testing"

	o "staleness/optimizers"
)

// TestJobs: whose jobs may go to other workers. That what is declared is true, TestEveryMethod
// says.
func TestJobs(t *testing.T) {
	momentum := map[string]any{"kind": "momentum"}
	for _, c := range []struct {
		table map[string]any
		want  o.Jobs
	}{
		{map[string]any{"kind": "asgd"}, o.Fresh},
		{map[string]any{"kind": "asgd", "order": "pull-commit"}, o.Fresh},
		{map[string]any{"kind": "fedbuff"}, o.Fresh},
		{map[string]any{"kind": "fedbuff", "local": momentum}, o.Roaming},
		{map[string]any{"kind": "local-sgd", "local": momentum}, o.Roaming},
		{map[string]any{"kind": "local-sgd", "local": momentum, "state": "reset"}, o.Fresh},
		{map[string]any{"kind": "downpour", "window": int64(4), "variant": "dist-keras"}, o.Roaming},
		{map[string]any{"kind": "downpour", "form": "distbelief"}, o.Tied},
		{map[string]any{"kind": "dc-asgd"}, o.Fresh},
		{map[string]any{"kind": "dc-asgd", "form": "adaptive"}, o.Tied},
		{map[string]any{"kind": "gap-aware"}, o.Tied},
		{map[string]any{"kind": "gap-aware", "shared": true}, o.Fresh},
		{map[string]any{"kind": "dana"}, o.Tied},
		{map[string]any{"kind": "dana", "form": "slim"}, o.Roaming},
		{map[string]any{"kind": "aeasgd"}, o.Tied},
		{map[string]any{"kind": "sandblaster"}, o.Tied},
		{map[string]any{"kind": "one-shot"}, o.Tied},
	} {
		spec, err := o.Decode("strategy", c.table)
		if err != nil {
			t.Error(err)
			continue
		}
		s, err := o.Build[float32](spec)
		if err != nil || s.Jobs != c.want {
			t.Errorf("%v: Jobs = %d, want %d (%v)", c.table, s.Jobs, c.want, err)
		}
	}
}
