package experiments

import (
	"slices"

	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/plots"
	"staleness/sim/delay"
)

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
