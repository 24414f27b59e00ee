package plots

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Table says which runs to tabulate and how: a decoded [[table]] of a file, or [DefaultTable].
type Table struct {
	Name    string   `doc:"name of the files; the experiment numbers tables without one"`
	Where   Where    `doc:"the runs to tabulate: {key = value, key = [value, value]}, keys as in rows"`
	Rows    Keys     `doc:"what tells rows apart: names of axes or keys of the configuration; left out: whatever the runs differ in beside the seed and the keys in columns; group, as in figures, says the same"`
	Order   []string `doc:"values of the first key of the rows in their order; the others follow as on their axis"`
	Columns []string `doc:"what stands across: numbers, such as train_loss, test_accuracy, suboptimality, staleness_mean, time, idle_fraction; seeds, diverged and reached, which count runs; and keys, such as cluster.workers, of which each value then has columns of its own, inside those of what stands before it; left out: seeds, diverged, loss, accuracy (or test loss, or suboptimality), staleness and time, as far as the runs have them"`
	Head    Names    `doc:"other heads for columns and keys: {train_loss = \"loss\", \"cluster.workers\" = \"$M$\"}; \\n parts two lines"`
	Band    string   `doc:"what stands in brackets: min-max and quartiles beside the median of the seeds, t the 95 % interval of Student's t beside their mean (on the logarithm, where a number is seen there); auto: t with against, else min-max" in:"auto|min-max|quartiles|t|none"`
	Bold    string   `doc:"where the best value is bold, if a paired test tells it from all others (docs/tables.md): in each column, in each row, or nowhere" in:"column|row|none"`
	Against string   `doc:"a row, by its name or the value of its first key: the numbers of the others are then relative to it, paired by seed"`
	Compare string   `doc:"how: by ratio or by difference; auto: ratio where a number is seen on a logarithm (losses, costs until a target), else difference" in:"auto|ratio|difference" when:"against"`
	Target  *float64 `doc:"adds the cost until a target is reached, in the unit of the record"`
	Metric  string   `doc:"what has the target: a column of eval.csv" when:"target"`
	Cost    string   `doc:"what is counted until the target: time, updates, pushes, gradients, samples, epoch, bytes" when:"target"`
	Caption string   `doc:"in LaTeX; left out: what is shown, of how many seeds, and what is in brackets"`
	Label   string   `doc:"in LaTeX; left out: tab: and the name"`
	group   bool     // Rows were written as group
	Width   string   `doc:"what the table has to fit in LaTeX: a column of two, or the page; one that does not is set smaller, then in parts" in:"column|page"`
}

// DefaultTable tabulates all runs: final loss, accuracy, staleness and model time of each setting.
func DefaultTable() Table {
	return Table{Band: "auto", Bold: "column", Compare: "auto", Metric: "train_loss", Cost: "time", Width: "column"}
}

// DecodeTable makes a Table from a table of a file. Errors begin with path, such as "table[0]".
func DecodeTable(path string, table map[string]any) (Table, error) {
	t := DefaultTable()
	if group, ok := table["group"]; ok {
		if _, both := table["rows"]; both {
			return t, params.At(path, params.Errorf("group", "says the same as rows, which is given too: leave one out"))
		}
		table = maps.Clone(table)
		table["rows"] = group
		delete(table, "group")
		t.group = true
	}
	err := params.Decode(path, table, &t)
	if t.group {
		err = keyIs(path+".rows", path+".group", err)
	}
	return t, err
}

// Names are other names of columns and keys.
type Names map[string]string

// FromParam takes a table of strings.
func (n *Names) FromParam(value any) error {
	t, ok := value.(map[string]any)
	*n = Names{}
	for k, v := range t {
		s, text := v.(string)
		ok = ok && text && strings.TrimSpace(s) != ""
		(*n)[k] = s
	}
	if !ok {
		return fmt.Errorf(`want a table of names, such as {train_loss = "loss", "cluster.workers" = "workers"}`)
	}
	return nil
}

// ToParam is the inverse.
func (n Names) ToParam() any {
	if len(n) == 0 {
		return nil
	}
	t := map[string]any{}
	for k, v := range n {
		t[k] = v
	}
	return t
}

// Wants says how it is written.
func (Names) Wants() string { return "a table of names" }

// Validate implements params.Validator.
func (t Table) Validate() error {
	for i, name := range t.Columns {
		if slices.Contains(t.Columns[:i], name) {
			e := params.Errorf(fmt.Sprintf("columns[%d]", i), "stands here twice")
			e.Value = fmt.Sprintf("%q", name)
			return e
		}
	}
	if t.Target == nil {
		if slices.Contains(t.Columns, "reached") {
			return params.Errorf("columns", "reached counts runs that reach a target: give target too")
		}
		return nil
	}
	return Goal{t.Metric, *t.Target, t.Cost}.Validate()
}

// Check is [Check] for a table.
func (t Table) Check(p Plan) error {
	runs, err := p.runs(t.Where)
	if err != nil {
		return err
	}
	across, quantities, err := t.across(runs)
	if err != nil {
		return err
	}
	for i, name := range t.Columns {
		if q, err := lookup("", name, summarised); err == nil {
			if err := recorded(fmt.Sprintf("columns[%d]", i), q.name, runs); err != nil {
				return err
			}
		}
	}
	g := Grouping{Group: t.Rows, Facet: across, Order: t.Order}
	s, err := g.split(runs)
	if err != nil {
		return t.rename(err)
	}
	if err := t.checkHead(s.keys, across, quantities); err != nil {
		return err
	}
	if err := g.Check(runs); err != nil {
		return t.rename(err)
	}
	if t.Against != "" && !p.Tentative {
		if _, err := t.baseline(s); err != nil {
			return err
		}
	}
	if t.Target == nil {
		return nil
	}
	return Goal{t.Metric, *t.Target, t.Cost}.check(runs)
}

// rename gives an error about the keys of rows and columns the names that these have here.
func (t Table) rename(err error) error {
	if e := (*params.Error)(nil); !errors.As(err, &e) {
		return errors.New(strings.Replace(err.Error(), "to group or facet", "to rows or columns", 1))
	}
	if !t.group {
		err = keyIs("group", "rows", err)
	}
	return keyIs("facet", "columns", err)
}

// counts are the columns that count runs.
var counts = []string{"seeds", "diverged", "reached"}

// across sorts what stands in columns into keys of the runs and names of numbers.
func (t Table) across(runs []*Run) (keys Keys, numbers []string, err error) {
	for i, name := range t.Columns {
		q, unknown := lookup(fmt.Sprintf("columns[%d]", i), name, summarised)
		switch {
		case slices.Contains(counts, name):
			numbers = append(numbers, name)
		case unknown == nil:
			numbers = append(numbers, q.name)
		case slices.ContainsFunc(runs, func(r *Run) bool { _, ok := r.Text(name); return ok }):
			keys = append(keys, name)
			if slices.Contains(t.Rows, name) {
				e := params.Errorf(fmt.Sprintf("columns[%d]", i), "is a key of the rows already")
				e.Value = fmt.Sprintf("%q", name)
				return nil, nil, e
			}
		default:
			return nil, nil, unknown
		}
	}
	return keys, numbers, nil
}

// checkHead refuses names for what has no head here.
func (t Table) checkHead(rows, across Keys, numbers []string) error {
	known := slices.Concat(rows, across, numbers)
	if len(numbers) == 0 {
		known = append(known, "seeds", "diverged", "train_loss", "test_accuracy", "test_loss", "suboptimality", "staleness_mean", "time_s")
	}
	if t.Target != nil {
		known = append(known, t.targetName())
	}
	for k := range t.Head {
		name := k
		if q, err := lookup("", k, summarised); err == nil {
			name = q.name
		}
		if slices.Contains(known, name) {
			continue
		}
		e := params.Errorf("head", "there is no column or key of that name in the table")
		e.Value, e.Allowed = fmt.Sprintf("{%q = ...}", k), "there are "+strings.Join(known, ", ")
		if near, ok := params.Nearest(k, known); ok {
			e.Allowed = fmt.Sprintf("did you mean %q? ", near) + e.Allowed
		}
		return e
	}
	return nil
}

// targetName is the column of the cost until the target.
func (t Table) targetName() string {
	q, _ := lookup("cost", t.Cost, evaluated)
	return q.name + "_to_target"
}

// baseline is the group that the others are compared with.
func (t Table) baseline(s *split) (int, error) {
	var firsts []string
	for i, name := range s.groups {
		first, _, _ := strings.Cut(name, ", ")
		if name == t.Against || first == t.Against {
			return i, nil
		}
		firsts = append(firsts, name)
	}
	e := params.Errorf("against", "is no row")
	e.Value, e.Allowed = fmt.Sprintf("%q", t.Against), "there are "+some(firsts, ", ")
	if near, ok := params.Nearest(t.Against, firsts); ok {
		e.Allowed = fmt.Sprintf("did you mean %q? ", near) + e.Allowed
	}
	return 0, e
}

// DescribeTable lists the keys of a [[table]].
func DescribeTable() []params.KeyDoc { return params.DescribeStruct(DefaultTable()) }

// usual are the numbers of a table that names none; a terminal is narrow.
func usual(runs []*Run) (names []string) {
	instead := map[string][]string{"test_loss": {"test_accuracy"}, "suboptimality": {"test_accuracy", "test_loss"}}
	for _, name := range []string{"train_loss", "test_accuracy", "test_loss", "suboptimality", "staleness_mean", "time_s"} {
		q, _ := lookup("", name, summarised)
		better := func(n string) bool { return slices.Contains(instead[name], n) }
		if !slices.ContainsFunc(names, better) && slices.ContainsFunc(runs, func(r *Run) bool { return draw.Finite(r.last(q)) }) {
			names = append(names, name)
		}
	}
	return names
}

// Make tabulates. The runs are not modified.
func (t Table) Make(runs []record.Run) (*Sheet, error) {
	return Scheme{}.makeTable(context.Background(), t, runs)
}

func (s Scheme) makeTable(ctx context.Context, t Table, runs []record.Run) (*Sheet, error) {
	return t.make(s.wrap(ctx, runs))
}

// WriteTable is [WriteTable] in this scheme.
func (s Scheme) WriteTable(ctx context.Context, t Table, runs []record.Run, dir, name string) (sh *Sheet, files []string, err error) {
	if !isFileName(name) {
		return nil, nil, fmt.Errorf("plots: %q is no file name; give the table a name without a path", name)
	}
	t.Name = name
	if sh, err = s.makeTable(ctx, t, runs); err == nil {
		files, err = sh.write(dir, name)
	}
	if err != nil {
		return sh, files, fmt.Errorf("table %s: %w", name, err)
	}
	return sh, files, nil
}

// write leaves the table in all its forms.
func (s *Sheet) write(dir, name string) (files []string, err error) {
	for _, out := range []struct{ ext, text string }{{".tex", s.LaTeX()}, {".csv", s.CSV()}, {".txt", s.Text()}} {
		file := filepath.Join(dir, name+out.ext)
		if err := writeFile(file, []byte(out.text)); err != nil {
			return files, err
		}
		files = append(files, file)
	}
	return files, nil
}
