package experiments

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/netstest"
	"staleness/optimizers"
)

// ofTests is what only tests register.
var ofTests = []string{"touchy", "clockwork"}

// everyMethod is a sweep of all methods, and of what else has state that a checkpoint must hold:
// every rule of the published variants, local optimizer, schedule, weight and consistency, shards,
// queues, groups of workers, both precisions, dropout, running averages, and injected staleness.
func everyMethod(t *testing.T, gradients int) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `
name = "all"
[problem]
kind = "mlp"
data = "digits"
test = 0.2
hidden = [8]
[cluster]
workers = 4
compute = {law = "exponential", mean = "10ms"}
up = {latency = "1ms", bandwidth = "10MB/s"}
down = {latency = {law = "exponential", mean = "1ms"}}
server = {service = "100us"}
[stop]
gradients = %d
[eval]
gradients = 200
train_samples = 100
[record]
updates = true
`, gradients)
	entry := func(label, set string) {
		// it chooses the samples itself
		if !strings.Contains(set, `"sandblaster"`) && !strings.Contains(set, `"saga"`) && !strings.Contains(set, "problem = {") {
			set += `, "problem.batch" = 8`
		}
		if !strings.Contains(set, "staleness = {") { // there is time
			set += `, "record.trace" = true`
		}
		fmt.Fprintf(&b, "[[axis.method]]\nlabel = %q\nset = {%s}\n", label, set)
	}
	for _, name := range optimizers.Strategies().Names() {
		if slices.Contains(ofTests, name) {
			continue
		}
		spec, err := optimizers.DefaultSpec(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := optimizers.Build[float32](spec)
		if err != nil {
			t.Fatal(err)
		}
		workers := 4
		if s.MaxWorkers > 0 {
			workers = s.MaxWorkers
		}
		entry(name, fmt.Sprintf(`strategy = {kind = %q}, "cluster.workers" = %d`, name, workers))
	}
	for _, rule := range optimizers.Rules().Names() {
		entry("agn with "+rule, fmt.Sprintf(`strategy = {kind = "agn", window = 3, local = {kind = %q}}`, rule))
	}
	for _, form := range methodForms {
		entry(form, "strategy = {"+form+"}")
	}
	for _, rest := range combinations {
		entry(rest, rest)
	}
	for _, faults := range []string{
		`{crash = {law = "exponential", mean = "400ms"}, repair = "30ms", detect = "20ms", loss = 0.05, timeout = "4ms"}`,
		`{crash = "300ms", repair = "20ms", state = "kept", event = [{at = "50ms", worker = 3, do = "join"}, {at = "90ms", server = true, do = "pause", for = "9ms"}]}`,
	} {
		entry(faults, `strategy = {kind = "agn", window = 3}, "cluster.faults" = `+faults)
	}
	otherKinds(t, &b, entry)
	return b.String()
}

// otherKinds adds an entry for every kind that is not among those in b, with what it requires.
func otherKinds(t *testing.T, b *strings.Builder, entry func(label, set string)) {
	t.Helper()
	for _, rest := range []struct {
		r    *params.Registry
		form string
	}{
		{optimizers.Schedules(), `strategy = {kind = "asgd", schedule = %s}`},
		{optimizers.Weights(), `strategy = {kind = "asgd", weight = %s}`},
		{optimizers.Consistencies(), `strategy = {kind = "asgd"}, consistency = %s`},
		{nets.LayerKinds(), `strategy = {kind = "agn"}, problem = {kind = "conv", data = "digits", test = 0.2, batch = 4, layers = [%s]}`},
		{nets.Kinds(), `strategy = {kind = "asgd"}, problem = %s`},
	} {
		for _, name := range rest.r.Names() {
			if name == "lenet" || slices.Contains(ofTests, name) || strings.Contains(b.String(), fmt.Sprintf("kind = %q", name)) || strings.Contains(b.String(), fmt.Sprintf("= %q", name)) {
				continue
			}
			table := rest.r.Example(name)
			if rest.r == nets.Kinds() {
				var err error
				if table, err = netstest.Example(name); err != nil {
					t.Fatal(err)
				}
			}
			entry(name, fmt.Sprintf(rest.form, params.Literal(table)))
		}
	}
}

// methodForms are variants of methods, with their parts.
var methodForms = []string{
	`kind = "downpour", variant = "dist-keras", window = 4`,
	`kind = "aeasgd", variant = "dist-keras", window = 4`,
	`kind = "eamsgd", variant = "dist-keras", window = 4`,
	`kind = "averaging", variant = "dist-keras", window = 5`,
	`kind = "aeasgd", exchange = "atomic", window = 4`,
	`kind = "asgd", order = "pull-commit"`,
	`kind = "downpour", form = "distbelief", n_push = 2, n_fetch = 3, server = "adagrad", warm_start = 20`,
	`kind = "downpour", overlap = true, window = 3`,
	`kind = "dc-asgd", form = "adaptive"`,
	`kind = "dana", form = "slim"`,
	`kind = "dana", form = "dc"`,
	`kind = "gap-aware", shared = true`,
	`kind = "fedasync", delta = true, weight = "hinge"`,
	`kind = "fedbuff", buffer = 3, window = 4, max_staleness = 4`,
	`kind = "local-sgd", window = 4, state = "average", local = {kind = "momentum", rate = 0.05}`,
	`kind = "rennala", late = "abort"`,
	`kind = "delay-adaptive", rule = "koloskova", threshold = 2`,
	`kind = "delay-adaptive", rule = "wu-1", order = "pull-commit"`,
	`kind = "delay-adaptive", rule = "wu-2"`,
	`kind = "ormo", form = "da"`,
	`kind = "smega2", cycle = 3`,
	`kind = "ringmaster", stops = true`,
	`kind = "sandblaster", samples = 400, late = "finish"`,
	`kind = "ensemble", combine = "vote"`,
	`kind = "sync", reduce = "sum"`,
	`kind = "asgd", schedule = {kind = "warmup", length = 0.5, then = {kind = "inverse", decay = 0.1}}, clip = {push = 0.5}`,
	`kind = "agn", window = 3, schedule = {kind = "cosine", clock = "time", length = 5.0}`,
	`kind = "asgd", schedule = {kind = "step", clock = "update", at = [50.0, 100.0]}, clip = {gradient = 1.0}`,
	`kind = "asgd", schedule = "constant", weight = "none"`,
	`kind = "asgd", weight = "inverse", schedule = {kind = "inverse", decay = 0.1}`,
	`kind = "asgd", weight = "inverse-plus-one"`,
	`kind = "agn", window = 2, weight = {kind = "exponential", a = 0.1}`,
	`kind = "asgd", weight = {kind = "table", values = [1.0, 0.5, 0.25]}`,
}

// combinations are sections that go with a method.
var combinations = []string{
	`strategy = {kind = "asgd"}, consistency = {kind = "ssp", slack = 2}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "softsync", gather = 2}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "bsp"}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "async"}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "bounded", limit = 3, stops = true}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "k-async", k = 2}`,
	`strategy = {kind = "asgd"}, consistency = {kind = "k-batch-sync", k = 3, late = "abort"}`,
	`strategy = {kind = "sync"}, consistency = {kind = "k-sync", k = 3, late = "abort"}`,
	`strategy = {kind = "sync"}, consistency = {kind = "backup", extra = 1}`,
	`strategy = {kind = "agn", window = 3}, consistency = {kind = "softsync", gather = 3}`,
	`strategy = {kind = "downpour", local = {kind = "adam", rate = 0.001}}, "cluster.server.shards" = 3`,
	`strategy = {kind = "asgd"}, "cluster.server" = {service = {law = "exponential", mean = "3ms"}, queue = "random", nic = "1MB/s"}`,
	`strategy = {kind = "asgd"}, "cluster.server" = {service = "1ms", per_byte = "200ns", queue = "fair", nic = "1MB/s", nic_queue = "fifo", shards = 2, torn = true}`,
	`strategy = {kind = "hogwild"}, "cluster.server" = {service = "1ms", shards = 3, torn = true}`,
	`strategy = {kind = "asgd"}, "cluster.population" = 9, "cluster.assignment" = "random"`,
	`strategy = {kind = "asgd"}, "cluster.population" = 9, "cluster.assignment" = "shuffled", "problem.partition" = "shards"`,
	`strategy = {kind = "fedbuff", window = 2}, "cluster.population" = 12, "cluster.assignment" = "idle"`,
	`strategy = {kind = "local-sgd", reduce_cost = "ring"}`,
	`strategy = {kind = "asgd"}, "cluster.group" = [{count = 1, scale = 4}]`,
	`strategy = {kind = "asgd"}, "problem.partition" = {kind = "dirichlet", alpha = 0.1}, "problem.sampling" = "replacement"`,
	`strategy = {kind = "agn"}, "eval.of" = "average", "record.model" = true`,
	`strategy = {kind = "aeasgd"}, "eval.of" = "workers-mean"`,
	`strategy = {kind = "agn"}, eval = {every = "300ms", train_samples = 100, grad_norm = true}`,
	`strategy = {kind = "agn"}, "problem.precision" = "float64", "problem.l2" = 1e-4`,
	`strategy = {kind = "agn"}, "problem.validation" = 0.1`,
	`strategy = {kind = "agn"}, problem = {kind = "conv", data = "digits", test = 0.2, batch = 4, layers = [{kind = "conv", size = 3, channels = 2}, {kind = "pool"}, {kind = "average"}, {kind = "dropout", rate = 0.3}, {kind = "dense", width = 8}]}`,
	`strategy = {kind = "downpour"}, problem = {kind = "quadratic", noise = 0.1}, "record.center" = true`,
	`strategy = {kind = "asgd"}, problem = {kind = "softmax", data = "digits", test = 0.2, batch = 8, precision = "float64"}`,
	`strategy = {kind = "asgd"}, problem = {kind = "logistic", data = {kind = "gaussian", samples = 200}}`,
	`strategy = {kind = "asgd"}, problem = {kind = "least-squares", data = {kind = "uniform", samples = 200}}`,
	`strategy = {kind = "asgd"}, cluster = {workers = 4}, staleness = {law = "constant", tau = 3}`,
	`strategy = {kind = "downpour", window = 3}, "cluster.compute" = {law = "lognormal", mean = "10ms", correlation = 0.8, common = 0.3, noise = "exponential"}`,
	`strategy = {kind = "asgd"}, "cluster.compute" = {law = "markov", of = "5ms", states = [{scale = 1, stay = "90ms"}, {scale = 6, stay = "30ms"}]}, "cluster.server" = {service = {law = "gamma", mean = "1ms", correlation = 0.5}}`,
	`strategy = {kind = "easgd"}, "cluster.compute" = {law = "speed", of = {law = "exponential", mean = "9ms"}, pieces = [["0s", 1], ["40ms", 0], ["50ms", 2]], period = "80ms"}`,
	`strategy = {kind = "asgd"}, "cluster.compute" = {law = "empirical", times = [1, 2, 3, 9], unit = "ms", draw = "blocks", block = 3}`,
	`strategy = {kind = "asgd"}, "cluster.compute" = {law = "gamma", mean = "10ms", by_class = [1, 1, 1, 1, 1, 1, 1, 1, 1, 5]}`,
	`strategy = {kind = "agn", window = 4}, cluster = {workers = 4}, staleness = {law = "geometric", p = 0.3}, eval = {updates = 50}`,
	`strategy = {kind = "downpour", window = 2, local = {kind = "adam", rate = 0.001}}, cluster = {workers = 4}, staleness = {law = "geometric", p = 0.5}`,
	`strategy = {kind = "dc-asgd", form = "adaptive"}, "problem.precision" = "float64", cluster = {workers = 4}, staleness = {law = "constant", tau = 2}`,
}

// tunedSweep is an experiment that tunes, beside those of everyMethod and of the same name.
func tunedSweep(gradients int) string {
	return fmt.Sprintf(`
name = "all"
seed = 5
[problem]
kind = "mlp"
data = "digits"
validation = 0.2
hidden = [8]
batch = 8
[cluster]
workers = 4
compute = {law = "exponential", mean = "10ms"}
[stop]
gradients = %d
[eval]
gradients = 500
[record]
updates = true
[[axis.method]]
label = "tuned asgd"
set = {strategy = {kind = "asgd"}}
tune = {"strategy.rate" = [0.01, 0.1]}
[[axis.method]]
label = "tuned agn"
set = {strategy = {kind = "agn", window = 4}}
tune = {"strategy.local.rate" = [0.01, 0.1]}
[tune]
by = "validation_loss"
seeds = [101, 102]
at = {gradients = %d}
`, gradients, gradients/2)
}

// The sweep, which is killed, has all that is registered.
func TestEveryMethod(t *testing.T) {
	x, err := Load([]File{{"all.toml", everyMethod(t, 100)}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	var walk func(section string, v any)
	walk = func(section string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, k := range []string{"kind", "variant", "form", "precision"} {
				if name, ok := v[k].(string); ok {
					found[section+" "+name] = true
				}
			}
			for k, v := range v {
				walk(k, v)
			}
		case []any:
			for _, v := range v {
				walk(section, v)
			}
		}
	}
	injected := 0
	for _, r := range x.Runs {
		tables := r.config.Tables()
		for _, name := range prose.SortedKeys(tables) {
			walk(name, tables[name])
		}
		if r.config.Staleness != nil {
			injected++
		}
	}
	for section, names := range map[string][]string{
		"strategy": slices.Concat(optimizers.Strategies().Names(), []string{"dist-keras", "distbelief"}), "local": optimizers.Rules().Names(),
		"schedule": optimizers.Schedules().Names(), "weight": optimizers.Weights().Names(), "consistency": optimizers.Consistencies().Names(),
		// a conv
		"problem": slices.DeleteFunc(nets.Kinds().Names(), func(n string) bool { return n == "lenet" }),
		"layers":  nets.LayerKinds().Names(),
	} {
		for _, name := range names {
			if !slices.Contains(ofTests, name) && !found[section+" "+name] {
				t.Errorf("no run has %s %s: give it one in everyMethod", section, name)
			}
		}
	}
	for _, name := range []string{"problem float32", "problem float64"} {
		if !found[name] {
			t.Errorf("no run has %s", name)
		}
	}
	if injected < 4 {
		t.Errorf("%d runs with injected staleness", injected)
	}
}
