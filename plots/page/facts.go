package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"staleness/internal/params"
	"staleness/sim/record"
)

// facts are the keys of all runs with their values.
type facts struct {
	runs  []record.Run
	flat  []map[string]string       // by run
	order []string                  // of all keys
	of    map[string]map[string]int // how many runs have a value of a key
}

// apart are keys of run.toml that are no settings.
var apart = []string{"name", "seed", "labels", "written"}

// factsOf reads the configurations.
func factsOf(runs []record.Run) *facts {
	f := &facts{runs: runs}
	for i := range runs {
		flat := map[string]string{}
		for _, k := range slices.Sorted(maps.Keys(runs[i].Config)) {
			if !slices.Contains(apart, k) {
				flatten(flat, k, runs[i].Config[k])
			}
		}
		if w, ok := runs[i].Config["written"].(map[string]any); ok {
			for path, v := range w {
				if text, ok := v.(string); ok {
					flat[path] = text
				}
			}
		}
		f.flat = append(f.flat, flat)
	}
	f.tally()
	return f
}

// tally counts the values of each key.
func (f *facts) tally() {
	f.of = map[string]map[string]int{}
	for _, flat := range f.flat {
		for k, v := range flat {
			if f.of[k] == nil {
				f.of[k] = map[string]int{}
			}
			f.of[k][v]++
		}
	}
	f.order = slices.SortedFunc(maps.Keys(f.of), inOrder)
}

// only are the facts of some runs.
func (f *facts) only(which func(flat map[string]string) bool) *facts {
	own := &facts{}
	for i, flat := range f.flat {
		if which(flat) {
			own.runs, own.flat = append(own.runs, f.runs[i]), append(own.flat, flat)
		}
	}
	own.tally()
	return own
}

// sections are the tables of run.toml, in its order.
var sections = []string{"problem", "strategy", "consistency", "cluster", "staleness", "stop", "eval", "record", "seeds"}

func inOrder(a, b string) int {
	rank := func(k string) int {
		s, _, _ := strings.Cut(k, ".")
		if i := slices.Index(sections, s); i >= 0 {
			return i
		}
		return len(sections)
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// flatten writes a tree as dotted keys and values in words. A law is one value.
func flatten(flat map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, law := v["law"]; law || len(v) == 1 && v["kind"] != nil {
			flat[path] = inWords(v)
			return
		}
		for k, below := range v {
			flatten(flat, path+"."+k, below)
		}
	case []any, []map[string]any:
		flat[path] = inWords(v)
	default:
		flat[path] = inWords(v)
	}
}

// inWords writes a value for people: a law as "gamma (cv 0.2, mean 10ms)".
func inWords(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []map[string]any:
		var parts []string
		for _, x := range v {
			parts = append(parts, inWords(x))
		}
		return strings.Join(parts, "; ")
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, inWords(x))
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		name := ""
		for _, k := range []string{"law", "kind"} {
			if s, ok := v[k].(string); ok {
				name = s
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if k == "law" || k == "kind" {
				continue
			}
			parts = append(parts, strings.ReplaceAll(k, "_", " ")+" "+inWords(v[k]))
		}
		switch text := strings.Join(parts, ", "); {
		case name == "":
			return text
		case text == "":
			return name
		default:
			return name + " (" + text + ")"
		}
	}
	return params.Literal(v)
}

// values are those of a key over all runs, in the order of the runs; have is how many have it.
func (f *facts) values(key string) (vs []string, have int) {
	if f.of[key] == nil {
		return nil, 0
	}
	for _, flat := range f.flat {
		if v, ok := flat[key]; ok {
			have++
			if len(vs) < len(f.of[key]) && !slices.Contains(vs, v) {
				vs = append(vs, v)
			}
		}
	}
	return vs, have
}

// timed are the facts of runs in which time passes, injected of those whose staleness is drawn.
func (f *facts) timed() *facts {
	return f.only(func(flat map[string]string) bool { return !isInjected(flat) })
}
func (f *facts) injected() *facts { return f.only(isInjected) }

func isInjected(flat map[string]string) bool {
	for k := range flat {
		if k == "staleness" || strings.HasPrefix(k, "staleness.") {
			return true
		}
	}
	return false
}

// few is how many values of a key stand in a sentence.
const few = 8

// say writes all values of a key: "2, 4 or 8"; "" if no run has it.
func (f *facts) say(key string) string {
	vs, have := f.values(key)
	sortNumbers(vs)
	if have > 0 && have < len(f.runs) {
		vs = append(vs, "none")
	}
	return either(vs)
}

// sortNumbers sorts values by size if all are numbers.
func sortNumbers(vs []string) {
	size := map[string]float64{}
	for _, v := range vs {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return
		}
		size[v] = x
	}
	slices.SortStableFunc(vs, func(v, w string) int { return cmp.Compare(size[v], size[w]) })
}

// either joins what may be.
func either(vs []string) string {
	if len(vs) > few {
		vs = append(slices.Clone(vs[:few-1]), fmt.Sprintf("%d more values", len(vs)-few+1))
	}
	n := len(vs)
	switch n {
	case 0:
		return ""
	case 1:
		return vs[0]
	}
	return strings.Join(vs[:n-1], ", ") + " or " + vs[n-1]
}

// A setting is a key with its value.
type setting struct{ Key, Value string }

// common are the settings that all runs share.
func (f *facts) common() (out []setting) {
	for _, k := range f.order {
		if vs, have := f.values(k); len(vs) == 1 && have == len(f.runs) {
			out = append(out, setting{k, vs[0]})
		}
	}
	return out
}

// varying are the keys in which runs differ, or that not all have.
func (f *facts) varying() (keys []string) {
	for _, k := range f.order {
		if vs, have := f.values(k); len(vs) > 1 || have < len(f.runs) {
			keys = append(keys, k)
		}
	}
	return keys
}
