package experiments

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// registry changes every key of every kind of a registry that stands at a path. needs are keys that
// a kind requires, or is nothing without; required are values for whatever kind requires such a
// key.
func (p *prober) registry(r *params.Registry, base tree, at string, needs map[string]tree, required tree, special map[string][]any) {
	p.t.Helper()
	for _, d := range r.Describe() {
		if slices.Contains(ofTests, d.Name) {
			continue
		}
		t := tree(r.Example(d.Name))
		for _, k := range d.Keys {
			if v, ok := required[k.Key]; ok && k.Required {
				t[k.Key] = v
			}
		}
		maps.Copy(t, needs[d.Name])
		p.table(r.What()+" "+d.Name, with(base, at, t), at, d.Keys, special)
	}
}

// Every key of the parts of methods.
func TestEveryKeyOfEveryPart(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	base := probeBase()
	p.registry(optimizers.Rules(), with(base, "strategy.kind", "agn"), "strategy.local", nil, nil, nil)
	p.registry(optimizers.Schedules(), base, "strategy.schedule", scheduleNeeds, nil, map[string][]any{
		"every": {2.}, "at": {[]any{1., 3.}, []any{.1, .3}}, "length": {3.}, "decay": {.1, 2.},
		"then": {tree{"kind": "inverse", "decay": .1}, tree{"kind": "step", "every": 3.}},
	})
	p.registry(optimizers.Weights(), base, "strategy.weight", weightNeeds, nil, map[string][]any{"b": {int64(2), int64(0)}})
	for name, need := range map[string]tree{"k-sync": {"extra": int64(1)}} {
		p.table("consistency "+name, with(with(base, "strategy.kind", "sync"), "consistency", tree{"kind": name, "extra": need["extra"]}), "consistency",
			described(optimizers.Consistencies(), name), map[string][]any{"k": {int64(2)}, "extra": {int64(2)}})
	}
	for _, d := range optimizers.Consistencies().Describe() {
		b := base
		if d.Name == "k-sync" || d.Name == "backup" {
			b = with(base, "strategy.kind", "sync")
		}
		c := tree{"kind": d.Name}
		maps.Copy(c, consistencies[d.Name])
		p.table("consistency "+d.Name, with(b, "consistency", c), "consistency", d.Keys, map[string][]any{"limit": {int64(1), int64(2)}})
	}
	p.end()
}

// Every key of everything that takes time, and of injected staleness.
func TestEveryKeyOfTheCluster(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	base := with(probeBase(), "cluster.server.service", "3ms")
	duration := map[string][]any{"mean": {"7ms"}, "shift": {"2ms"}, "times": {[]any{1., 5.}}, "cv": {.7}, "alpha": {3.5},
		"of": {tree{"law": "exponential", "mean": "3ms"}, []any{"5ms", "9ms"}}, "weights": {[]any{1., 1.}},
		"states": {[]any{tree{"scale": 2., "stay": "40ms"}, tree{"scale": 3., "stay": "9ms"}}},
		"pieces": {[]any{[]any{"0s", 2.}}}, "period": {"95ms"},
		"noise": {tree{"law": "lognormal", "cv": .3}, 1.5}, "worker": {tree{"law": "uniform", "spread": .8}}, "scale": {2.5}, "min": {"9ms"}, "max": {"8ms"},
		"correlation": {.9}, "common": {.5}, "draw": {"blocks", "cyclic"},
		"file": {"times.csv"}, "column": {"time_s"}, "worker_column": {"worker"}} // refused beside what these have
	csv := filepath.Join(t.TempDir(), "times.csv")
	if err := os.WriteFile(csv, []byte("worker,time_s,speed\na,0,1\nb,0,3\na,.02,.5\na,.03,2\nb,.02,4\na,.05,7\na,.07,1\nb,.03,8\na,.08,2\nb,.06,5\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	laws := kindsOf(delay.Laws(), nil)
	for i := range laws {
		for _, k := range described(delay.Laws(), laws[i].(tree)["law"].(string)) {
			if v, ok := lawNeeds[k.Key]; ok && k.Required {
				laws[i].(tree)[k.Key] = v
			}
		}
	}
	laws = append(laws, tree{"law": "exponential", "mean": "9ms", "by_class": []any{1., 1., 4.}}, tree{"law": "exponential", "mean": "9ms", "per": "sample"})
	p.registry(delay.Laws(), base, "cluster.compute", map[string]tree{"straggler": {"probability": .5, "slowdown": 3.}}, lawNeeds, duration)
	p.table("every law", with(base, "cluster.compute", tree{"law": "gamma", "mean": "10ms"}), "cluster.compute", delay.Laws().Common(), duration)
	logged := tree{"law": "empirical", "file": csv, "column": "time_s", "worker_column": "worker", "mean": "10ms"}
	fromFile := map[string][]any{"column": {"speed"}, "worker_column": {nil}, "draw": {"blocks", "cyclic"}, "block": {int64(3)}, "pooled": {true}, "unit": {"ms", "s"}, "file": {csv}, "mean": {"7ms"}}
	for _, b := range []tree{with(logged, "draw", "blocks"), with(with(logged, "mean", nil), "unit", "s")} {
		for _, k := range described(delay.Laws(), "empirical") {
			if vs, ok := fromFile[k.Key]; ok && k.Key != "file" {
				p.key("delay law empirical", with(base, "cluster.compute", b), "cluster.compute", k, vs)
			}
		}
	}
	injected := with(with(base, "cluster", tree{"workers": int64(4)}), "strategy.kind", "asgd")
	byWorker := []any{tree{"law": "uniform", "hi": int64(4)}, tree{"law": "constant", "tau": int64(1)}, tree{"law": "uniform", "hi": int64(2)}, tree{"law": "constant", "tau": int64(3)}}
	otherwise := slices.Clone(byWorker)
	slices.Reverse(otherwise)
	p.registry(delay.CountLaws(), injected, "staleness", map[string]tree{"by-worker": {"worker": byWorker}}, tauNeeds, map[string][]any{
		"worker": {otherwise}, "stages": {int64(2)},
		"tau": {int64(1)}, "mean": {.5}, "weights": {[]any{1., 1.}}, "hi": {int64(7)}, "p": {.6}, "lo": {int64(1)}})
	layers := with(with(injected, "problem", tree{"kind": "mlp", "hidden": []any{int64(5)}, "data": tree{"kind": "gaussian", "samples": int64(48), "features": int64(2)}}), "staleness", tree{"law": "stages", "stages": int64(2)})
	p.table("staleness law stages", layers, "staleness", described(delay.CountLaws(), "stages"), map[string][]any{"stages": {int64(1)}})
	special := map[string][]any{
		"replay":  {filepath.Join(t.TempDir(), "took.csv")},
		"compute": laws, "latency": laws, "service": {"5ms"},
		"bandwidth": {"10kB/s"}, "nic": {"20kB/s"}, "message": {"1kB"}, "population": {int64(7)},
		"group": {[]any{tree{"count": int64(1), "scale": 4.}}}, "faults": {tree{"loss": .3, "timeout": "5ms"}}, // and see keys_faults_test.go
	}
	took := special["replay"][0].(string)
	if err := os.WriteFile(took, []byte("worker,seconds\n0,.01\n1,.02\n2,.03\n3,.01\n0,.03\n1,.02\n2,.01\n3,.04\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	keys := params.DescribeStruct(config.DefaultCluster())
	p.network(base, keys)
	for _, k := range keys { // the others tell nominal times then
		switch k.Key {
		case "replay":
			p.key("cluster", base, "cluster", k, []any{took})
		case "replay_end":
			p.key("cluster", with(base, "cluster.replay", took), "cluster", k, []any{"cycle", "fit"})
		}
	}
	keys = slices.DeleteFunc(keys, func(k params.KeyDoc) bool { return k.Key == "regions" })
	p.table("cluster", base, "cluster", keys, special)
	p.table("cluster", with(base, "cluster.server", tree{"service": "4ms"}), "cluster", keys, special)
	for _, g := range []tree{
		{"count": int64(1), "scale": 4.}, {"share": .5, "scale": 4.}, {"share": .5, "compute": tree{"law": "exponential", "mean": "40ms"}},
		{"count": int64(1), "up": tree{"latency": "9ms"}, "down": tree{"latency": "9ms"}},
	} {
		for _, k := range keysOf(keys, "group") {
			at := "cluster.group[0]"
			b := with(base, "cluster.group", []any{g})
			vs := map[string][]any{"share": {.75}, "count": {int64(2)}, "scale": {2.}, "compute": {"50ms"}, "up": {tree{"latency": "5ms"}}, "down": {tree{"latency": "5ms"}}}[k.Key]
			p.key("group", b, at, k, vs)
		}
	}
	p.end("staleness law constant fifo", "delay law empirical file", "delay law speed file") // another source: TestLawsFromFiles
}

// keysOf are the keys of a table among keys.
func keysOf(keys []params.KeyDoc, table string) []params.KeyDoc {
	i := slices.IndexFunc(keys, func(k params.KeyDoc) bool { return k.Key == table })
	return keys[i].Keys
}

// network changes every key of a server at which messages meet, and of regions.
func (p *prober) network(base tree, keys []params.KeyDoc) {
	busy := with(base, "cluster.server", tree{"shards": int64(2), "service": "6ms", "nic": "80kB/s"})
	p.table("cluster server", busy, "cluster.server", keysOf(keys, "server"), map[string][]any{"service": {"5ms"}, "nic": {"40kB/s"}})
	p.regions(with(base, "cluster.up", nil), keysOf(keys, "regions"))
}

// regions changes every key of [cluster.regions].
func (p *prober) regions(base tree, keys []params.KeyDoc) {
	all := func(x any) any { return []any{[]any{x, x}, []any{x, x}} }
	for _, people := range []tree{{"workers": []any{int64(1), int64(3)}}, {"share": []any{.25, .75}}} {
		r := tree{"names": []any{"eu", "us"}, "server": "eu", "bandwidth": all("1MB/s"), "latency": []any{[]any{"1ms", "30ms"}, []any{"20ms", "1ms"}}}
		maps.Copy(r, people)
		for _, k := range keys {
			vs := map[string][]any{
				"names": {[]any{"us", "eu"}}, "server": {"us"}, "workers": {[]any{int64(2), int64(2)}}, "share": {[]any{.5, .5}},
				"bandwidth": {all("2kB/s")}, "latency": {all("7ms")},
			}[k.Key]
			p.key("cluster regions", with(base, "cluster.regions", r), "cluster.regions", k, vs)
		}
	}
}

// described are the keys of one kind.
func described(r *params.Registry, name string) []params.KeyDoc {
	ds := r.Describe()
	return ds[slices.IndexFunc(ds, func(d params.Description) bool { return d.Name == name })].Keys
}

// Every key of the sections that are no part's.
func TestEveryKeyOfARun(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	base := probeBase()
	p.like = []string{"eval of"} // the paper of asgd evaluates the center
	p.table("stop", base, "stop", params.DescribeStruct(config.DefaultStop()), map[string][]any{
		"updates": {int64(20)}, "pushes": {int64(20)}, "gradients": {int64(20)}, "epochs": {2.}, "time": {"50ms"}, "train_loss": {.9, 1.05}, "test_accuracy": {.1},
		"diverged": {1e-3},
	})
	p.table("eval", base, "eval", params.DescribeStruct(config.DefaultEval()), nil)
	p.table("eval", with(base, "eval.gradients", nil), "eval", params.DescribeStruct(config.DefaultEval()), map[string][]any{"every": {"100ms"}})
	p.table("record", base, "record", params.DescribeStruct(config.DefaultRecord()), nil)
	p.table("record", with(base, "record", nil), "record", params.DescribeStruct(config.DefaultRecord()), nil)
	seeds := with(with(base, "problem", tree{"kind": "mlp", "hidden": []any{int64(2)}, "data": "gaussian", "test": .3, "batch": int64(4)}), "record.center", nil)
	p.table("seeds", seeds, "seeds", params.DescribeStruct(config.Seeds{}), map[string][]any{"split": {int64(9)}, "start": {int64(9)}, "batches": {int64(9)}, "delays": {int64(9)}})
	timed := with(with(with(base, "problem", tree{"kind": config.NoProblem}), "record.center", nil), "eval", nil)
	p.table("eval of nothing", timed, "eval", params.DescribeStruct(config.DefaultEval()), map[string][]any{"every": {"100ms"}})
	p.table("record of nothing", timed, "record", params.DescribeStruct(config.DefaultRecord()), nil)
	var nothing []string // is measured of nothing: these are refused
	for _, k := range params.DescribeStruct(config.DefaultEval()) {
		nothing = append(nothing, "eval of nothing "+k.Key)
	}
	p.end(append(nothing, "record of nothing gap", "record of nothing center", "record of nothing model")...)
}

// Every key of every problem, data set, layer and partition that needs no file.
func TestEveryKeyOfEveryProblem(t *testing.T) {
	t.Parallel()
	p := newProber(t)
	base := with(with(probeBase(), "record.center", nil), "stop.gradients", int64(60))
	gaussian := tree{"kind": "gaussian", "samples": int64(60), "features": int64(3), "classes": int64(3)}
	patches := tree{"kind": "patches", "samples": int64(30), "rows": int64(8), "cols": int64(8), "classes": int64(2)}
	large := with(with(patches, "rows", int64(16)), "cols", int64(16))
	layers := []any{tree{"kind": "conv", "size": int64(3), "channels": int64(2)}, tree{"kind": "pool"}, tree{"kind": "dense", "width": int64(3)}}
	common := map[string][]any{
		"data": {"uniform", "gaussian", with(patches, "noise", .5), with(large, "noise", .5)}, "test": {.3}, "validation": {.3}, "batch": {int64(3), "full"}, "hidden": {[]any{int64(3)}},
		"partition": {"labels", "shards", tree{"kind": "dirichlet", "alpha": .3}}, "scale": {"minmax", "standard", "none"},
		"depth": {int64(14)}, "l2": {.3}, "curvature": {[]any{2., 1.}, tree{"kind": "linear", "dim": int64(3)}}, "start": {[]any{2.}}, "noise": {.5}, "samples": {int64(50), int64(2)},
		"layers": {[]any{tree{"kind": "conv", "size": int64(3), "channels": int64(3)}}, int64(2)},
	}
	markov := tree{"kind": "markov", "tokens": int64(60), "vocabulary": int64(4)}
	common["data"] = append(common["data"], with(markov, "order", int64(2)))
	small := tree{"data": markov, "layers": int64(1), "width": int64(4), "context": int64(5)}
	needs := map[string]tree{"mlp": {"hidden": []any{int64(4)}}, "conv": {"data": patches, "layers": layers}, "lenet": {"data": large}, "resnet": {"data": patches, "width": int64(2), "groups": int64(1)}, "logistic": {"data": with(gaussian, "classes", nil)}, "least-squares": {"data": with(gaussian, "classes", nil)}, "nonconvex-logistic": {"data": with(gaussian, "classes", nil)},
		"transformer": with(small, "heads", int64(2)), "lstm": small}
	p.like = []string{" scale"} // these data declare no range
	p.registry(nets.Kinds(), base, "problem", needs, tree{"data": gaussian}, common)
	p.table("problem quadratic", with(base, "problem", tree{"kind": "quadratic", "noise": 1., "batch": int64(2), "start": []any{1.}}), "problem", described(nets.Kinds(), "quadratic"), common)
	for _, part := range data.Partitions().Names() {
		c := tree(data.Partitions().Example(part))
		if part == "dirichlet" {
			c["alpha"] = .3
		}
		b := with(base, "problem", tree{"kind": "softmax", "data": gaussian, "partition": c})
		p.table("partition "+part, b, "problem.partition", described(data.Partitions(), part), map[string][]any{"pieces": {int64(2), int64(3)}})
	}
	for kind, sets := range map[string][]string{"softmax": {"gaussian", "uniform", "patches"}, "least-squares": {"gaussian", "uniform", "linear-regression"}, "logistic": {"gaussian"}} {
		for _, set := range sets {
			s := tree{"kind": set, "samples": int64(60)}
			if set == "patches" {
				s = patches
			} else {
				s["features"] = int64(3)
			}
			p.table(kind+" on "+set, with(base, "problem", tree{"kind": kind, "data": s}), "problem.data", described(data.Kinds(), set), nil)
		}
	}
	p.table("lstm on markov", with(base, "problem", with(small, "kind", "lstm")), "problem.data", described(data.Kinds(), "markov"), nil)
	p.others(base)
	own := map[string]tree{"conv": {"size": int64(3), "channels": int64(2)}, "dense": {"width": int64(3)}, "dropout": {"rate": .3}}
	for _, name := range nets.LayerKinds().Names() {
		l := tree(nets.LayerKinds().Example(name))
		maps.Copy(l, own[name])
		b := with(base, "problem", tree{"kind": "conv", "data": patches, "batch": int64(4), "layers": []any{tree{"kind": "conv", "size": int64(3), "channels": int64(2)}, l}})
		for _, k := range described(nets.LayerKinds(), name) {
			tried := values(k)
			if k.Key == "layers" {
				tried = []any{[]any{tree{"kind": "conv", "size": int64(3), "channels": int64(3), "pad": int64(1)}}}
			}
			p.key("layer "+name, b, "problem.layers[1]", k, tried)
		}
	}
	p.end("problem quadratic sampling", "problem transformer scale", "problem lstm scale", "logistic on gaussian classes", "least-squares on gaussian classes", "least-squares on uniform classes")
}

// others changes the keys of data sets that no test names, if softmax takes them as they are: those
// of files it does not.
func (p *prober) others(base tree) {
	for _, d := range data.Kinds().Describe() {
		id := "softmax on " + d.Name + " "
		if len(d.Keys) == 0 || slices.ContainsFunc(prose.SortedKeys(p.seen), func(s string) bool { return strings.HasPrefix(s, id) }) {
			continue
		}
		b := with(base, "problem", tree{"kind": "softmax", "data": data.Kinds().Example(d.Name)})
		if p.run(b).err == nil {
			p.table("softmax on "+d.Name, b, "problem.data", d.Keys, nil)
		}
	}
}
