package experiments

import (
	"fmt"
	"slices"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/plots"
	"staleness/sim/delay"
)

// A Model is a problem of some runs with its parameters: what -parameters of experiments/list
// shows.
type Model struct {
	Problem    map[string]any // its table, with nothing left to defaults
	Parameters []nets.Parameter
	Dim        int
	Runs       int // of the experiment that are on it
}

// Models are the problems of the runs that differ in their parameters, in the order in which they
// come. A problem that does not tell what its vector is made of has one parameter, x.
func (x *Experiment) Models() (models []Model, err error) {
	at := map[string]int{}
	for _, r := range x.all() {
		c := r.config
		if c.Problem == nil {
			continue
		}
		ps, dim, err := x.problems.Parameters(c)
		if err != nil {
			return nil, c.Doc.Fault("", err)
		}
		key := fmt.Sprint(ps)
		i, known := at[key]
		if !known {
			i = len(models)
			at[key] = i
			models = append(models, Model{Problem: nets.Kinds().EncodeApplying(c.Problem), Parameters: ps, Dim: dim})
		}
		models[i].Runs++
	}
	return models, nil
}

// A Registry is one of parts, as experiments/list shows it and the manual describes it.
type Registry struct {
	Name  string // plural
	Where string // the table that names its kinds
	Key   string // kind or law
	Parts []params.Description
}

// Registries are all of them, in the order of the manual.
func Registries() []Registry {
	of := func(name, where string, r *params.Registry) Registry {
		return Registry{name, where, r.Key(), r.Describe()}
	}
	strategies := of("strategies", "[strategy]", optimizers.Strategies())
	strategies.Parts = slices.Insert(strategies.Parts, 0, params.Description{
		Name: "every strategy", Doc: "beside the keys of its own, each takes these; rate = 0.1 is short for local = {kind = \"sgd\", rate = 0.1} where it takes local steps",
		Keys: params.DescribeStruct(optimizers.Parts{}),
	})
	times := of("laws", "compute, latency, service", delay.Laws())
	times.Parts = slices.Insert(times.Parts, 0, params.Description{
		Name: "every law", Doc: "beside the keys of its own, each takes these, but those of which it has one of the same name; they act in the order draw (with correlation, common), noise, worker, scale, shift, min and max",
		Keys: delay.Laws().Common(),
	})
	return []Registry{
		strategies,
		of("local optimizers", "[strategy.local]", optimizers.Rules()),
		of("schedules", "[strategy.schedule]", optimizers.Schedules()),
		of("graphs", "strategy.graph", optimizers.Graphs()),
		of("weights", "[strategy.weight]", optimizers.Weights()),
		of("consistencies", "[consistency]", optimizers.Consistencies()),
		times,
		of("staleness laws", "[staleness]", delay.CountLaws()),
		of("nets", "[problem]", nets.Kinds()),
		of("layers", "problem.layers, of conv", nets.LayerKinds()),
		of("data sets", "problem.data", data.Kinds()),
		of("partitions", "problem.partition", data.Partitions()),
		{"figures", "[[figure]]", "kind", plots.Kinds()},
	}
}
