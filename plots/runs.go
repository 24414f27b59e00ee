package plots

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Run is a record whose evaluations are read when first asked for.
type Run struct {
	record.Run
	ctx   context.Context // of the drawing: reading is what takes long
	shelf *shelf
	ends  map[string]float64 // of evaluations that the shelf had no room for: the last of each column that has one
	read  bool
	evals []record.Evaluation
	err   error
	flat  map[string]string // settings, once asked for

	written map[string]string // keys that are what was written: see poolWritten

	has       func() record.Need // of a planned run: see Plan
	tentative bool

	axes Axes // of its experiment
}

func wrap(ctx context.Context, runs []record.Run) []*Run {
	out := make([]*Run, len(runs))
	room := &shelf{}
	for i := range runs {
		out[i] = &Run{Run: runs[i], ctx: ctx, shelf: room}
	}
	poolWritten(out)
	return out
}

// poolWritten finds keys that were written alike and became different numbers, as "0.5/L" does
// where L depends on the seed. Such runs are seeds of one setting: the key is then what was
// written.
func poolWritten(runs []*Run) {
	became := map[[2]string]string{} // path and text, and what it became
	differing := map[string]bool{}   // paths
	each := func(do func(r *Run, path, text string)) {
		for _, r := range runs {
			w, _ := r.Config["written"].(map[string]any)
			for path, v := range w {
				if text, ok := v.(string); ok {
					do(r, path, text)
				}
			}
		}
	}
	each(func(r *Run, path, text string) {
		v, _ := r.Value(path)
		key := [2]string{path, text}
		if old, ok := became[key]; ok && old != write(v) {
			differing[path] = true
		}
		became[key] = write(v)
	})
	each(func(r *Run, path, text string) {
		if differing[path] {
			if r.written == nil {
				r.written = map[string]string{}
			}
			r.written[path] = text
		}
	})
}

// A shelf holds the evaluations of the runs of a drawing, as many as memory has room for: what a
// thousand long runs evaluated would take gigabytes, and is read again instead.
type shelf struct{ rows int }

// shelfRows are so many evaluations; of them 1,000,000 take 140 MB.
const shelfRows = 1_000_000

// takes says whether there is room for n more.
func (s *shelf) takes(n int) bool {
	if s == nil || s.rows+n > shelfRows {
		return false
	}
	s.rows += n
	return true
}

// endsOf are the numbers of the last evaluation.
func endsOf(rows []record.Evaluation) map[string]float64 {
	ends := map[string]float64{}
	if n := len(rows); n > 0 {
		for _, c := range record.EvaluationColumns() {
			if x, ok := rows[n-1].Value(c.Name); ok && !math.IsNaN(x) {
				ends[c.Name] = x
			}
		}
	}
	return ends
}

// Evals are the rows of eval.csv.
func (r *Run) Evals() ([]record.Evaluation, error) {
	if err := r.stopped(); err != nil {
		return nil, err
	}
	if !r.read {
		rows, err := r.Run.Evals()
		if err == nil && !r.shelf.takes(len(rows)) {
			r.ends = endsOf(rows)
			return rows, nil
		}
		r.evals, r.err, r.read = rows, err, true
	}
	return r.evals, r.err
}

// Updates are the rows of updates.csv.
func (r *Run) Updates() ([]record.Row, error) {
	if err := r.stopped(); err != nil {
		return nil, err
	}
	return r.Run.Updates()
}

// stopped is the error of a drawing that is to end.
func (r *Run) stopped() error {
	if r.ctx == nil {
		return nil
	}
	return r.ctx.Err()
}

// Diverged says how the run ended.
func (r *Run) Diverged() bool { return r.Summary.Status == record.Diverged }

// Text is what a key is in this run, in words: the label on an axis of that name, "seed", "status",
// or a key of the configuration ("strategy.window"; a table stands for its kind or law).
func (r *Run) Text(key string) (string, bool) {
	if s, ok := r.Labels[key]; ok {
		return s, true
	}
	switch key {
	case "seed":
		return strconv.FormatUint(r.Summary.Seed, 10), true
	case "status":
		return r.Summary.Status, true
	}
	if s, ok := r.written[key]; ok {
		return s, true
	}
	v, ok := r.Value(key)
	if !ok {
		return "", false
	}
	return write(v), true
}

func write(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"kind", "law"} {
			if s, ok := v[k].(string); ok {
				return s
			}
		}
		return params.Literal(v)
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return params.Literal(v)
}

// Number is what a key is in this run, as a number; a duration counts in seconds.
func (r *Run) Number(key string) (float64, bool) {
	s, ok := r.Text(key)
	if !ok {
		return 0, false
	}
	return parse(s)
}

// settings are all keys of the configuration that can change a result, but for seeds, with their
// values.
func (r *Run) settings() map[string]string {
	if r.flat != nil {
		return r.flat
	}
	m := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		t, ok := v.(map[string]any)
		if !ok {
			m[path] = write(v)
			return
		}
		for _, k := range slices.Sorted(maps.Keys(t)) {
			switch {
			case k == "seed", k == "seeds":
			case path != "":
				walk(path+"."+k, t[k])
			case !slices.Contains([]string{"name", "labels", "written", "repeat", "sweep", "axis", "tune", "figure", "table"}, k):
				walk(k, t[k])
			}
		}
	}
	walk("", r.Config)
	for path, text := range r.written {
		m[path] = text
	}
	r.flat = m
	return m
}

// known lists the keys that tell these runs apart: labels first, then settings that differ, then
// seed and status.
func known(runs []*Run) (keys []string) {
	seen := map[string]map[string]bool{}
	have := map[string]int{} // how many runs
	note := func(k, v string) {
		if seen[k] == nil {
			seen[k] = map[string]bool{}
		}
		seen[k][v] = true
		have[k]++
	}
	labels := map[string]bool{}
	for _, r := range runs {
		for k, v := range r.Labels {
			note(k, v)
			labels[k] = true
		}
		for k, v := range r.settings() {
			note(k, v)
		}
	}
	differ := func(k string) bool {
		if have[k] < len(runs) { // the others may have it as a table
			for _, r := range runs {
				if _, ok := r.Text(k); !ok {
					return true
				}
			}
		}
		return len(seen[k]) > 1
	}
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if differ(k) {
			keys = append(keys, k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		if !labels[k] && differ(k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// unknownKey is the error for a key that no run has.
func unknownKey(field, key string, runs []*Run) error {
	ks := append(known(runs), "seed", "status")
	e := params.Errorf(field, "no run has a key %q", key)
	e.Value = strconv.Quote(key)
	e.Allowed = "these runs differ in " + strings.Join(ks, ", ") + "; any key of run.toml will do"
	if n, ok := params.Nearest(key, ks); ok {
		e.Allowed = fmt.Sprintf("did you mean %q? ", n) + e.Allowed
	}
	return e
}

// columnsOf lists the columns of eval.csv in which any of the runs has a number.
func columnsOf(runs []*Run) (names []string) {
	for _, c := range record.EvaluationColumns() {
		name := c.Name
		if slices.ContainsFunc(runs, func(r *Run) bool {
			rows, _ := r.Evals()
			return slices.ContainsFunc(rows, func(e record.Evaluation) bool { x, ok := e.Value(name); return ok && draw.Finite(x) })
		}) {
			names = append(names, name)
		}
	}
	if names == nil {
		return []string{"none"}
	}
	return names
}

// Keys is one key or a list of them.
type Keys []string

// FromParam takes a string or a list of strings.
func (k *Keys) FromParam(value any) error {
	s, ok := stringsOf(value)
	if !ok || slices.Contains(s, "") {
		return fmt.Errorf(`want a key or a list of keys, such as "method" or ["method", "strategy.window"]`)
	}
	*k = s
	return nil
}

// ToParam is the inverse.
func (k Keys) ToParam() any {
	switch len(k) {
	case 0:
		return nil
	case 1:
		return k[0]
	}
	return anys(k)
}

// Wants says how keys are written.
func (Keys) Wants() string { return "a key or a list of keys" }

// Where selects runs: of each key one of the values, compared as text or, if both are numbers, as
// numbers.
type Where map[string][]string

// FromParam takes a table of values or lists of values.
func (w *Where) FromParam(value any) error {
	t, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf(`want a table, such as {method = "AGN", "strategy.window" = [1, 16]}`)
	}
	*w = Where{}
	for k, v := range t {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		for _, x := range list {
			(*w)[k] = append((*w)[k], write(x))
		}
	}
	return nil
}

// ToParam is the inverse, up to numbers becoming text.
func (w Where) ToParam() any {
	if len(w) == 0 {
		return nil
	}
	t := map[string]any{}
	for k, v := range w {
		t[k] = Keys(v).ToParam()
	}
	return t
}

// Wants says how it is written.
func (Where) Wants() string { return "a table of keys and values" }

func (w Where) pick(runs []*Run) (out []*Run, err error) {
	for _, k := range slices.Sorted(maps.Keys(w)) {
		if len(runs) > 0 && !slices.ContainsFunc(runs, func(r *Run) bool { _, ok := r.Text(k); return ok }) {
			return nil, unknownKey("where", k, runs)
		}
	}
	for _, r := range runs {
		fits := true
		for k, values := range w {
			s, ok := r.Text(k)
			fits = fits && ok && slices.ContainsFunc(values, func(v string) bool { return same(s, v) })
		}
		if fits {
			out = append(out, r)
		}
	}
	return out, nil
}

func same(a, b string) bool {
	x, okx := parse(a)
	y, oky := parse(b)
	return a == b || okx && oky && x == y
}

func stringsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []string:
		return v, true
	case []any:
		var out []string
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, false
			}
			out = append(out, s)
		}
		return out, true
	}
	return nil, false
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

// natural orders texts: numbers by size and before words.
func natural(a, b string) int {
	x, okx := parse(strings.TrimSuffix(a, "/L"))
	y, oky := parse(strings.TrimSuffix(b, "/L"))
	switch {
	case okx && oky:
		return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
	case okx:
		return -1
	case oky:
		return 1
	}
	return cmp.Or(cmp.Compare(strings.ToLower(a), strings.ToLower(b)), cmp.Compare(a, b))
}
