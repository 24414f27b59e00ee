package plots

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	Where   Where    `doc:"the runs to tabulate: {key = value, key = [value, value]}, keys as in group"`
	Group   Keys     `doc:"what tells rows apart: names of axes or keys of the configuration; left out: whatever the runs differ in beside the seed"`
	Order   []string `doc:"values of the first key in the order of the rows; the others follow"`
	Columns []string `doc:"the numbers, such as train_loss, test_accuracy, suboptimality, staleness_mean, time, idle_fraction; left out: loss, accuracy (or test loss, or suboptimality), staleness and time, as far as the runs have them"`
	Band    string   `doc:"what stands in brackets beside the median of the seeds" in:"min-max|quartiles|none"`
	Target  *float64 `doc:"adds the cost until a target is reached, in the unit of the record"`
	Metric  string   `doc:"what has the target: a column of eval.csv"`
	Cost    string   `doc:"what is counted until the target: time, updates, pushes, gradients, samples, epoch, bytes"`
}

// DefaultTable tabulates all runs: final loss, accuracy, staleness and model time of each setting.
func DefaultTable() Table { return Table{Band: "min-max", Metric: "train_loss", Cost: "time"} }

// DecodeTable makes a Table from a table of a file. Errors begin with path, such as "table[0]".
func DecodeTable(path string, table map[string]any) (Table, error) {
	t := DefaultTable()
	err := params.Decode(path, table, &t)
	return t, err
}

// Validate implements params.Validator.
func (t Table) Validate() error {
	if _, err := t.quantities(nil); err != nil {
		return err
	}
	g := Goal{Metric: t.Metric, Cost: t.Cost}
	if t.Target != nil {
		g.Target = *t.Target
	}
	return g.Validate()
}

// Check is [Check] for a table.
func (t Table) Check(p Plan) error {
	runs, err := p.runs(t.Where)
	if err != nil {
		return err
	}
	if err := (Grouping{Group: t.Group, Order: t.Order}).Check(runs); err != nil {
		return err
	}
	for i, name := range t.Columns {
		if err := recorded(fmt.Sprintf("columns[%d]", i), name, runs); err != nil {
			return err
		}
	}
	if t.Target == nil {
		return nil
	}
	return Goal{t.Metric, *t.Target, t.Cost}.check(runs)
}

// DescribeTable lists the keys of a [[table]].
func DescribeTable() []params.KeyDoc { return params.DescribeStruct(DefaultTable()) }

// A Sheet is a finished table.
type Sheet struct {
	Keys    []string // names of the keys that tell rows apart
	Columns []Column
	Rows    []Row
	Band    string
	Notes   []string // warnings and what the numbers are; sentences. They are part of the result
}

// A Column of numbers.
type Column struct {
	Name  string  // as in records: train_loss
	Label string  // with the unit
	Unit  float64 // the label's unit, in the record's: 100 for percent
	Inf   string  // what an infinite number is: "×" for divergence, "∞" for a target out of reach
}

// A Row is one setting: the median, and the ends of the band, over its seeds.
type Row struct {
	Keys                     []string // values of Sheet.Keys
	Seeds, Diverged, Reached int      // Reached is negative without a target
	// in the label's unit; NaN: does not apply; infinite: worse than any number
	Mid, Lo, Hi []float64
}

// Make tabulates. The runs are not modified.
func (t Table) Make(runs []record.Run) (*Sheet, error) {
	return Scheme{}.makeTable(context.Background(), t, runs)
}

func (s Scheme) makeTable(ctx context.Context, t Table, runs []record.Run) (*Sheet, error) {
	return t.make(s.wrap(ctx, runs))
}

func (t Table) make(all []*Run) (*Sheet, error) {
	rs, err := t.Where.pick(all)
	if err != nil {
		return nil, err
	}
	if len(rs) == 0 {
		return nil, errors.New("there are no runs to tabulate")
	}
	s, err := Grouping{Group: t.Group, Order: t.Order}.split(rs)
	if err != nil {
		return nil, err
	}
	qs, err := t.quantities(rs)
	if err != nil {
		return nil, err
	}
	needed := t.Target != nil || slices.ContainsFunc(qs, func(q quantity) bool { return q.final == nil })
	if err := readable(rs, needed); err != nil {
		return nil, err
	}
	cols, err := t.columns(qs)
	if err != nil {
		return nil, err
	}
	sh := &Sheet{Keys: s.keys, Band: t.Band}
	for _, c := range cols {
		sh.Columns = append(sh.Columns, c.Column)
	}
	var seeds tally
	var incomplete []string
	diverged := 0
	for _, c := range s.cells {
		row, notes := t.row(s.keys, c.runs, cols)
		seeds.add(row.Seeds)
		diverged += row.Diverged
		incomplete = append(incomplete, notes...)
		sh.Rows = append(sh.Rows, row)
	}
	note := strings.Replace(bandNote("Numbers", t.Band, seeds), "band", "in brackets", 1)
	if t.Band == "none" {
		note, _, _ = strings.Cut(note, "; in brackets")
	}
	sh.Notes = append(sh.Notes, note)
	if t.Target != nil {
		sh.Notes = append(sh.Notes, "∞: the target is not reached, by half of the seeds or more where it is the median")
	}
	sh.Notes = append(sh.Notes, incomplete...)
	if diverged > 0 {
		sh.Notes = append(sh.Notes, fmt.Sprintf("×: diverged, which counts as worse than any value (%s)", plural(diverged, "run", "runs")))
	}
	var p Picture
	warn(&p, rs)
	sh.Notes = append(sh.Notes, p.Notes...)
	return sh, nil
}

// A filled is a column with what stands in it for a run; NaN: nothing.
type filled struct {
	Column
	of func(r *Run) float64
}

// columns are the numbers and, last, the cost of the target if there is one.
func (t Table) columns(qs []quantity) (cols []filled, err error) {
	for _, q := range qs {
		cols = append(cols, filled{Column{q.name, q.finally(), q.unit(), "×"}, func(r *Run) float64 { return r.last(q) }})
	}
	if t.Target == nil {
		return cols, nil
	}
	g := Goal{t.Metric, *t.Target, t.Cost}
	metric, cost, err := g.quantities()
	if err != nil {
		return nil, err
	}
	return append(cols, filled{Column{cost.name + "_to_target", cost.label + " to " + g.name(metric), cost.unit(), "∞"},
		func(r *Run) float64 { v, _ := g.reach(r, metric, cost); return v }}), nil
}

// row takes medians and bands over the runs of one setting; the notes say where some have no
// number.
func (t Table) row(keys Keys, runs []*Run, cols []filled) (row Row, notes []string) {
	row = Row{Seeds: len(runs), Reached: -1}
	for _, k := range keys {
		v, _ := runs[0].Text(k)
		row.Keys = append(row.Keys, v)
	}
	for _, r := range runs {
		if r.Diverged() {
			row.Diverged++
		}
	}
	for i, col := range cols {
		var vs []float64
		reached := 0
		for _, r := range runs {
			v := col.of(r)
			if !math.IsNaN(v) {
				vs = append(vs, v)
			}
			if draw.Finite(v) {
				reached++
			}
		}
		if t.Target != nil && i == len(cols)-1 {
			row.Reached = reached
		}
		if n := len(vs); n > 0 && n < len(runs) {
			notes = append(notes, fmt.Sprintf("%s: %s is known of %d of %d seeds only", strings.Join(row.Keys, ", "), col.Label, n, len(runs)))
		}
		m, lo, hi := spread(vs, t.Band)
		row.Mid, row.Lo, row.Hi = append(row.Mid, m), append(row.Lo, lo), append(row.Hi, hi)
	}
	return row, notes
}

func (t Table) quantities(runs []*Run) (qs []quantity, err error) {
	if len(t.Columns) > 0 {
		for i, name := range t.Columns {
			q, err := lookup(fmt.Sprintf("columns[%d]", i), name, summarised)
			if err != nil {
				return nil, err
			}
			qs = append(qs, q)
		}
		return qs, nil
	}
	// a terminal is narrow
	instead := map[string][]string{"test_loss": {"test_accuracy"}, "suboptimality": {"test_accuracy", "test_loss"}}
	var names []string
	for _, name := range []string{"train_loss", "test_accuracy", "test_loss", "suboptimality", "staleness_mean", "time_s"} {
		q, _ := lookup("", name, summarised)
		better := func(n string) bool { return slices.Contains(instead[name], n) }
		if slices.ContainsFunc(names, better) || !slices.ContainsFunc(runs, func(r *Run) bool { return draw.Finite(r.last(q)) }) {
			continue
		}
		names, qs = append(names, name), append(qs, q)
	}
	return qs, nil
}

// WriteTable is [WriteTable] in this scheme.
func (s Scheme) WriteTable(ctx context.Context, t Table, runs []record.Run, dir, name string) (sh *Sheet, files []string, err error) {
	if !isFileName(name) {
		return nil, nil, fmt.Errorf("plots: %q is no file name; give the table a name without a path", name)
	}
	if sh, err = s.makeTable(ctx, t, runs); err != nil {
		return nil, nil, fmt.Errorf("table %s: %w", name, err)
	}
	for _, out := range []struct{ ext, text string }{{".tex", sh.LaTeX()}, {".csv", sh.CSV()}, {".txt", sh.Text()}} {
		file := filepath.Join(dir, name+out.ext)
		if err := writeFile(file, []byte(out.text)); err != nil {
			return sh, files, fmt.Errorf("table %s: %w", name, err)
		}
		files = append(files, file)
	}
	return sh, files, nil
}
