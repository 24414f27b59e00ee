package experiments

import (
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/config"
	"staleness/internal/params"
	"staleness/optimizers"
)

// Every number and part of every method where nothing is computed: it says who sends what when, and
// changes the record, or it is refused. Words and switches say which of its forms a method has:
// that two of them take the same time is a result.
func TestEveryKeyOfEveryMethodForTimingAlone(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	base := with(with(with(probeBase(), "problem", tree{"kind": config.NoProblem}), "record.center", nil), "eval", nil)
	special := map[string][]any{
		"local": append(kindsOf(optimizers.Rules(), nil), tree{"kind": "sgd", "rate": .03}), "weight": kindsOf(optimizers.Weights(), weightNeeds),
		"schedule": kindsOf(optimizers.Schedules(), scheduleNeeds), "clip": {tree{"push": .1}}, "max_staleness": {int64(1), int64(2)},
		"outer": {tree{"kind": "sgd", "rate": .5}}, "early": {.1},
	}
	further := map[string]tree{"downpour": {"window": int64(3)}, "fedbuff": {"buffer": int64(2), "window": int64(2)}}
	var refused []string
	for _, d := range optimizers.Strategies().Describe() {
		if slices.Contains(ofTests, d.Name) {
			continue
		}
		b := with(base, "strategy", tree{"kind": d.Name})
		s, err := optimizers.Build[float64](mustSpec(t, d.Name))
		if err != nil {
			t.Fatal(err)
		}
		if s.MaxWorkers > 0 {
			b = with(b, "cluster.workers", int64(s.MaxWorkers))
		}
		if p.run(b).err != nil { // such as one that computes on portions of the samples
			continue
		}
		keys := slices.DeleteFunc(slices.Concat(d.Keys, params.DescribeStruct(optimizers.Parts{})), func(k params.KeyDoc) bool {
			return k.Type == "true or false" || k.Of == "" && k.In != "" && !strings.ContainsAny(k.In, "[(")
		})
		p.table("strategy "+d.Name, b, "strategy", keys, special)
		if f := further[d.Name]; f != nil {
			f["kind"] = d.Name
			p.table("strategy "+d.Name, with(b, "strategy", f), "strategy", keys, special)
		}
		for _, k := range keys {
			if id := "strategy " + d.Name + " " + k.Key; !p.used[id] {
				refused = append(refused, id)
			}
		}
	}
	p.table("seeds of nothing", base, "seeds", params.DescribeStruct(config.Seeds{}), map[string][]any{"split": {int64(9)}, "start": {int64(9)}, "batches": {int64(9)}, "delays": {int64(9)}})
	p.end(append(refused, "seeds of nothing split", "seeds of nothing start", "seeds of nothing batches")...)
	if !slices.Contains(refused, "strategy asgd rate") || slices.Contains(refused, "strategy downpour window") {
		t.Errorf("refused are %q", refused)
	}
}
