package sweep

import (
	"fmt"
	"strings"
	"testing"

	"staleness/experiments/internal/document"
)

// document makes one of TOML text.
func documentOf(t *testing.T, src string, settings ...string) *document.Document {
	t.Helper()
	d := document.New()
	if err := d.Add("exp.toml", src); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if err := d.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func variants(t *testing.T, src string, settings ...string) []Variant {
	t.Helper()
	e, err := Open(documentOf(t, src, settings...), "exp")
	if err != nil {
		t.Fatal(err)
	}
	var vs []Variant
	if err := e.Expand(func(v Variant) error { vs = append(vs, v); return nil }); err != nil {
		t.Fatal(err)
	}
	return vs
}

// points shows runs as text, one a line.
func points(vs []Variant) string {
	var b strings.Builder
	for _, v := range vs {
		fmt.Fprintln(&b, strings.Join(v.Point, " "))
	}
	return b.String()
}

func TestExpandProduct(t *testing.T) {
	vs := variants(t, `
seed = 3
repeat = 2
[[axis.method]]
label = "A"
set = {strategy = {kind = "agn", window = 10}}
[[axis.method]]
label = "B"
set = {strategy.kind = "asgd", "problem.l2" = 0.5}
[sweep]
"strategy.window" = [1, 4]
cluster.workers = {from = 4, to = 12, step = 8}
[strategy]
rate = 0.1
window = 7
`)
	want := `method=A strategy.window=1 cluster.workers=4 seed=3
method=A strategy.window=1 cluster.workers=4 seed=4
method=A strategy.window=1 cluster.workers=12 seed=3
method=A strategy.window=1 cluster.workers=12 seed=4
method=A strategy.window=4 cluster.workers=4 seed=3
method=A strategy.window=4 cluster.workers=4 seed=4
method=A strategy.window=4 cluster.workers=12 seed=3
method=A strategy.window=4 cluster.workers=12 seed=4
method=B strategy.window=1 cluster.workers=4 seed=3
method=B strategy.window=1 cluster.workers=4 seed=4
method=B strategy.window=1 cluster.workers=12 seed=3
method=B strategy.window=1 cluster.workers=12 seed=4
method=B strategy.window=4 cluster.workers=4 seed=3
method=B strategy.window=4 cluster.workers=4 seed=4
method=B strategy.window=4 cluster.workers=12 seed=3
method=B strategy.window=4 cluster.workers=12 seed=4
`
	if got := points(vs); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	// A table replaces the table: rate is gone. A dotted key changes one key: rate stays.
	if got := fmt.Sprint(vs[0].Doc.Table["strategy"]); got != "map[kind:agn window:1]" {
		t.Errorf("A has strategy %s", got)
	}
	if got := fmt.Sprint(vs[15].Doc.Table["strategy"], vs[15].Doc.Table["problem"], vs[15].Doc.Table["cluster"], vs[15].Doc.Table["seed"]); got != "map[kind:asgd rate:0.1 window:4] map[l2:0.5] map[workers:12] 4" {
		t.Errorf("B has %s", got)
	}
	if vs[0].Labels["method"] != "A" || vs[15].Labels["method"] != "B" {
		t.Error("labels are lost")
	}
	// Places lead to where a value was written, not to where it was put.
	for path, line := range map[string]int{"strategy.window": 11, "strategy.kind": 6, "cluster.workers": 12} {
		if at := vs[0].Doc.Place(path); at.Line != line {
			t.Errorf("%s is from %v, not line %d", path, at, line)
		}
	}
	if at := vs[15].Doc.Place("strategy.rate"); at.Line != 14 {
		t.Errorf("strategy.rate is from %v", at)
	}
}

func TestExpandZipLogAndRandom(t *testing.T) {
	vs := variants(t, `
[sweep]
"problem.l2" = {log = [1e-3, 1e-1], n = 3}
[[sweep.zip]]
"problem.batch" = [32, 64]
"strategy.rate" = [0.05, 0.1]
`)
	want := `problem.l2=0.001 problem.batch=32, strategy.rate=0.05
problem.l2=0.001 problem.batch=64, strategy.rate=0.1
problem.l2=0.01 problem.batch=32, strategy.rate=0.05
problem.l2=0.01 problem.batch=64, strategy.rate=0.1
problem.l2=0.1 problem.batch=32, strategy.rate=0.05
problem.l2=0.1 problem.batch=64, strategy.rate=0.1
`
	if got := points(vs); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	random := `
[sweep]
"problem.l2" = {random = "log-uniform", low = 1e-4, high = 1.0, n = 20}
"strategy.rate" = {random = "uniform", low = 0.0, high = 1.0, n = 20}
`
	vs = variants(t, random)
	if len(vs) != 20 {
		t.Errorf("%d runs, not 20: random keys are drawn together", len(vs))
	}
	if points(vs) != points(variants(t, random)) || points(vs) == points(variants(t, "seed = 2\n"+random)) {
		t.Error("random values are a function of the seed")
	}
	if vs := variants(t, "[sweep]\na = {linear = [0.0, 1.0], n = 5}\n"); points(vs) != "a=0\na=0.25\na=0.5\na=0.75\na=1\n" {
		t.Errorf("linear gives %s", points(vs))
	}
}

// Whole numbers for keys that count.
func TestExpandWhole(t *testing.T) {
	for grid, want := range map[string]string{
		"{log = [1, 64], n = 7, whole = true}":                               "[1 2 4 8 16 32 64]",
		"{linear = [1, 3], n = 5, whole = true}":                             "[1 2 3]",
		"{from = 4, to = 17, step = 4}":                                      "[4 8 12 16]",
		"{random = \"uniform\", low = 0.6, high = 1.4, n = 3, whole = true}": "[1 1 1]",
	} {
		var got []any
		for _, v := range variants(t, "[sweep]\na = "+grid+"\n") {
			got = append(got, v.Doc.Table["a"])
			if _, ok := v.Doc.Table["a"].(int64); !ok {
				t.Errorf("%s: %T", grid, v.Doc.Table["a"])
			}
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", grid, got, want)
		}
	}
}

// Later files and settings win; a table that names its kind replaces one of another kind.
func TestLaterWins(t *testing.T) {
	d := documentOf(t, "[problem]\nkind = \"mlp\"\nl2 = 1.0\n[strategy]\nkind = \"agn\"\nwindow = 4\n[[cluster.group]]\ncount = 1\n")
	if err := d.Add("later.toml", "[problem]\nl2 = 2.0\n[strategy]\nkind = \"asgd\"\n"); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"problem.hidden=[3, 4]", "strategy.local.kind=adam", "cluster.group[0].count=7", `data="x y"`, "stop={updates = 3}"} {
		if err := d.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	want := "map[cluster:map[group:[map[count:7]]] data:x y problem:map[hidden:[3 4] kind:mlp l2:2] stop:map[updates:3] strategy:map[kind:asgd local:map[kind:adam]]]"
	if got := fmt.Sprint(d.Table); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for path, place := range map[string]string{
		"problem.kind": "exp.toml:2", "problem.l2": "later.toml:2", "strategy.kind": "later.toml:4", "problem.hidden[1]": "-set problem.hidden=[3, 4]",
		"stop.updates": "-set stop={updates = 3}", "cluster.group[0].count": "-set cluster.group[0].count=7", "strategy.window": "later.toml:3",
	} {
		if got := d.Place(path).String(); got != place {
			t.Errorf("%s is from %s, not %s", path, got, place)
		}
	}
}

// Mistakes in what makes an experiment out of runs, each with its place.
func TestExpandErrors(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"x = ", `exp.toml:1: this is not TOML: `},
		{"a = 1\na = 2", `exp.toml:2: this is not TOML: Key 'a' has already been defined: a key stands once; several values of a swept key are one list`},
		{"repeat = 0", `exp.toml:1: repeat = 0: is outside [1,100000]; runs of each configuration`},
		{"name = \"../x\"", `exp.toml:1: name = "../x": a name is a folder`},
		{"\nseed = -1", `exp.toml:2: seed = -1: is outside [0,9000000000000000000]`},
		{"sweep = 3", `exp.toml:1: sweep: want a table of keys and their values`},
		{"[sweep]\na = []", `exp.toml:2: sweep.a: is an empty list: an axis needs a value`},
		{"[sweep]\na = 3", `exp.toml:2: sweep.a = 3: want a list of values`},
		{"[sweep]\na = {log = [0.0, 1.0], n = 3}", `exp.toml:2: sweep.a.log[0] = 0.0: is outside (0,1e30]; the two ends`},
		{"[sweep]\na = {log = [0.1, 1.0], n = 3, step = 1}", `exp.toml:2: sweep.a.step = 1: means nothing here: it applies only with from`},
		{"[sweep]\na = {from = 1, to = 3, stpe = 1}", `exp.toml:2: sweep.a.stpe: unknown key; did you mean "step"?`},
		{"[sweep]\na = {from = 1, to = 1e9, step = 1}", `exp.toml:2: sweep.a = {from = 1, step = 1, to = 1e+09}: the range has more than 100000 values: take a larger step`},
		{"[sweep]\n\"a..b\" = [1]", `exp.toml:2: sweep."a..b": "a..b" is no key: a name is missing`},
		{"[sweep]\nrepeat = [1, 2]", `exp.toml:2: sweep.repeat: repeat belongs to the experiment, not to a run`},
		{"repeat = 2\n[sweep]\nseed = [1, 2]", `exp.toml:3: sweep.seed: sweeps the seed, and repeat = 2 does too`},
		{"[[sweep.zip]]\na = [1, 2]\nb = [1]", `exp.toml:3: sweep.zip[0].b: has 1 values, a 2: zipped keys go together`},
		{"[sweep]\na = [1]\n[[sweep.zip]]\na = [1]", `changes a, and so does `},
		{"[sweep]\na = {random = \"uniform\", low = 0, high = 1, n = 3}\nb = {random = \"uniform\", low = 0, high = 1, n = 4}", `exp.toml:3: sweep.b: draws 4 values, sweep.a 3`},
		{"[axis]\nm = []", `exp.toml:2: axis.m: is an empty list: an axis needs an entry`},
		{"[[axis.m]]\nset = {a = 1}", `exp.toml:1: axis.m[0].label: is missing or empty`},
		{"[[axis.m]]\nlabel = \"x\"", `exp.toml:1: axis.m[0].set: is missing`},
		{"[[axis.m]]\nlabel = \"x\"\nsett = {}", `exp.toml:3: axis.m[0].sett: unknown key; an entry of an axis has label, set, tune, color and dash`},
		{"x = 1\n[[axis.m]]\nlabel = \"x\"\nset = {\"x.y\" = 1}", `exp.toml:4: axis.m[0].set."x.y": x is no table: it can have no key "y"`},
	} {
		d := document.New()
		err := d.Add("exp.toml", c.src)
		if err == nil {
			var e *Plan
			if e, err = Open(d, "exp"); err == nil {
				err = e.Expand(func(Variant) error { return nil })
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q\ngives %v\nwant  %s", c.src, err, c.want)
		}
	}
}

// The order of an experiment's axes is read from what was written of it.
func TestOrdersAreKept(t *testing.T) {
	e, err := Open(documentOf(t, `
[[axis."odd name"]]
label = "B \\ \"quoted\""
color = "blue"
set = {a = 1}
[[axis."odd name"]]
label = "A"
set = {a = 2}
[sweep]
"strategy.kind" = ["z", "a"]
b = {random = "uniform", low = 0.0, high = 1.0, n = 5}
long = {linear = [0.0, 1.0], n = 101}
[[sweep.zip]]
c = ["10ms", "1ms"]
d = [{kind = "x"}, {kind = "w"}]
`), "exp")
	if err != nil {
		t.Fatal(err)
	}
	var first, again strings.Builder
	WriteOrders(&first, e.Orders())
	read, err := ReadOrders(documentOf(t, first.String()))
	if err != nil {
		t.Fatal(err)
	}
	WriteOrders(&again, read)
	if want := `
[[axis."odd name"]]
color = "blue"
label = "B \\ \"quoted\""

[[axis."odd name"]]
label = "A"

[sweep]
c = ["10ms", "1ms"]
d = [{kind = "x"}, {kind = "w"}]
"strategy.kind" = ["z", "a"]
`; first.String() != want || again.String() != want {
		t.Errorf("%s\n%s", first.String(), again.String())
	}
	joined := Join(e.Orders(), []Order{{Name: "strategy.kind", Entries: []OrderEntry{{Value: "m"}, {Value: "a"}}}, {Name: "new"}})
	if o := joined[1]; o.Name != "strategy.kind" || len(o.Entries) != 3 || o.Entries[2].Value != "m" || joined[len(joined)-1].Name != "new" {
		t.Errorf("%+v", joined)
	}
}
