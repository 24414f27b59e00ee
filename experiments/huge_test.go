package experiments

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/data"
)

// hugeValues are what a slip of the pen makes of a number.
var hugeValues = map[bool][]string{
	true:  {"1000000", "2147483647", "4611686018427387904", "9223372036854775807"},
	false: {"1e9", "1e18", "1e308"},
}

// huge calls f with the settings of a table that make its keys huge, one at a time: numbers, lists
// of them, and the tables within.
func huge(path string, table map[string]any, f func(set string)) {
	for _, k := range prose.SortedKeys(table) {
		at := path + "." + k
		switch v := table[k].(type) {
		case int64:
			for _, x := range hugeValues[true] {
				f(at + "=" + x)
			}
		case float64:
			for _, x := range hugeValues[false] {
				f(at + "=" + x)
			}
		case map[string]any:
			huge(at, v, f)
		case []any:
			for i, e := range v {
				list := append([]any{}, v...)
				_, isWhole := e.(int64)
				_, isNumber := e.(float64)
				if !isWhole && !isNumber {
					continue
				}
				for _, x := range hugeValues[isWhole] {
					text := make([]string, len(list))
					for j := range list {
						text[j] = params.Literal(list[j])
					}
					text[i] = x
					f(at + "=[" + strings.Join(text, ", ") + "]")
				}
			}
		}
	}
}

// Whatever number of a problem, a data set or a partition is huge, the run is refused, or made
// within the memory: never a panic, and never gigabytes asked for.
func TestHugeNumbers(t *testing.T) {
	if testing.Short() || testspeed.Slower > 1 {
		t.Skip("hundreds of runs, which take long under -race")
	}
	base := func(problem string) string {
		return "[problem]\n" + problem + "[strategy]\nkind = \"asgd\"\nrate = 0.001\n[cluster]\nworkers = 3\ncompute = \"10ms\"\n[stop]\nupdates = 2\n"
	}
	try := func(text, set string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		status, stdout, stderr, _ := command(t, text, "-memory", "60MB", "-set", set)
		runtime.ReadMemStats(&after)
		said := stdout + stderr
		if status != Done && status != Usage || strings.Contains(said, "panic") || strings.Contains(said, "bug") {
			t.Errorf("%s: exit status %d: %.2000s\n%s", set, status, said, text)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<30 {
			t.Errorf("%s: %s were asked for: %.300s\n%s", set, inBytes(int64(got)), said, text)
		}
	}
	kinds := map[string]string{"conv": "data = \"patches\"\n", "lenet": "data = \"patches\"\n", "quadratic": "", "least-squares": "data = \"gaussian\"\n"}
	for _, kind := range nets.Kinds().Names() {
		if slices.Contains(ofTests, kind) {
			continue
		}
		e, _ := nets.Kinds().Lookup(kind)
		on, known := kinds[kind]
		if !known && slices.ContainsFunc(params.DescribeStruct(e.Defaults), func(k params.KeyDoc) bool { return k.Key == "data" }) {
			on = "data = \"gaussian\"\n"
		}
		text := base(fmt.Sprintf("kind = %q\n%s", kind, on))
		huge("problem", nets.Kinds().Encode(e.Defaults), func(set string) { try(text, set) })
		try(text, "problem.batch=1073741824")
		try(text, "problem.batch=\"full\"")
		for _, p := range data.Partitions().Names() {
			if on == "" {
				continue
			}
			e, _ := data.Partitions().Lookup(p)
			text := base(fmt.Sprintf("kind = %q\n%spartition = {kind = %q}\n", kind, on, p))
			huge("problem.partition", data.Partitions().Encode(e.Defaults), func(set string) { try(text, set) })
		}
	}
	for _, source := range data.Kinds().Names() {
		e, _ := data.Kinds().Lookup(source)
		kind := "softmax"
		if source == "tridiagonal" {
			kind = "least-squares"
		}
		text := base(fmt.Sprintf("kind = %q\ndata = {kind = %q}\n", kind, source))
		huge("problem.data", data.Kinds().Encode(e.Defaults), func(set string) { try(text, set) })
	}
	for _, law := range []string{"equal", "linear", "geometric", "power", "tridiagonal"} {
		text := base(fmt.Sprintf("kind = \"quadratic\"\ncurvature = {kind = %q, dim = 4}\n", law))
		for _, x := range hugeValues[true] {
			try(text, "problem.curvature.dim="+x)
		}
	}
	text := strings.Replace(base("kind = \"softmax\"\ndata = \"digits\"\n"), "kind = \"asgd\"\nrate = 0.001", "kind = \"sandblaster\"", 1)
	for _, key := range []string{"portions", "samples", "history", "search"} {
		for _, x := range hugeValues[true] {
			try(text, "strategy."+key+"="+x)
		}
	}
	for _, layer := range []string{`{kind = "conv", channels = %s}`, `{kind = "conv", channels = 2, size = %s}`, `{kind = "conv", channels = 2, pad = %s}`, `{kind = "pool", size = %s}`, `{kind = "dense", width = %s}`} {
		for _, x := range append(hugeValues[true], "512", "4096", "65536") {
			try(base("kind = \"conv\"\ndata = \"patches\"\n"), "problem.layers=["+fmt.Sprintf(layer, x)+"]")
		}
	}
}
