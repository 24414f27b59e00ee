package record

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Table is one of the two tables of runs, for [Export].
type Table string

const (
	Evaluations Table = EvalFile
	Pushes      Table = UpdatesFile
	Summaries   Table = SummaryFile // one row per run: no table, but the numbers of the summaries
)

// Export writes one long table of many runs as CSV: in front of the columns of the run's own table
// stand run, name, seed, status, the labels as label.AXIS, and every key of run.toml whose value
// differs between the runs, by its dotted path. A cell that does not apply to its run is empty, so
// that pandas and R read it as missing. Fields with a comma or a quote are quoted.
//
// The rows of a run are read and written one run at a time. Runs without the table (updates.csv is
// optional) are an error.
func Export(w io.Writer, table Table, runs []Run) error {
	switch table {
	case Evaluations, Pushes, Summaries:
	default:
		return fmt.Errorf("record: no table %q to export: want %s, %s or %s", table, Evaluations, Pushes, Summaries)
	}
	axes := map[string]bool{}
	for i := range runs {
		for axis := range runs[i].Labels {
			axes[axis] = true
		}
	}
	labels := slices.Sorted(maps.Keys(axes))
	keys := Varying(runs)
	head := []string{"run", "name", "seed", "status"}
	for _, axis := range labels {
		head = append(head, "label."+axis)
	}
	head = append(head, keys...)

	// The columns of the table are always all that there are, in the order of the files, so that
	// exports fit together.
	own, err := exportColumns(table, runs)
	if err != nil {
		return err
	}
	bw := bufio.NewWriterSize(w, 1<<16)
	cw := csv.NewWriter(bw)
	cw.Write(append(slices.Clone(head), own...))
	record := make([]string, len(head)+len(own))
	for i := range runs {
		r := &runs[i]
		record = append(record[:0], r.ID, r.Name, strconv.FormatUint(r.Summary.Seed, 10), r.Summary.Status)
		for _, axis := range labels {
			record = append(record, r.Labels[axis])
		}
		flat := flatten(r.Config)
		for _, key := range keys {
			record = append(record, flat[key])
		}
		n := len(record)
		err := exportRows(r, table, func(cell func(name string) string) {
			record = record[:n]
			for _, name := range own {
				record = append(record, cell(name))
			}
			cw.Write(record)
		})
		if err != nil {
			return err
		}
	}
	cw.Flush()
	if err := errors.Join(cw.Error(), bw.Flush()); err != nil {
		return fmt.Errorf("record: export: %w", err)
	}
	return nil
}

func exportColumns(table Table, runs []Run) ([]string, error) {
	switch table {
	case Evaluations:
		return names(evalColumns), nil
	case Pushes:
		dim := 0
		for i := range runs {
			d, err := runs[i].centerLen()
			if err != nil {
				return nil, err
			}
			dim = max(dim, d)
		}
		own := names(updateColumns)
		for k := range dim {
			own = append(own, "x"+strconv.Itoa(k))
		}
		return own, nil
	}
	var own []string
	for i := range summaryColumns {
		if summaryColumns[i].whole == nil {
			own = append(own, summaryColumns[i].Name)
		}
	}
	return own, nil
}

// exportRows calls row for each row of a run's table with a function that writes the cell of a
// column.
func exportRows(r *Run, table Table, row func(cell func(string) string)) error {
	switch table {
	case Evaluations:
		rows, err := r.Evals()
		for i := range rows {
			row(func(name string) string { return cellOf(evalColumns, name, &rows[i]) })
		}
		return err
	case Pushes:
		rows, err := r.Updates()
		for i := range rows {
			row(func(name string) string {
				if k, ok := strings.CutPrefix(name, "x"); ok {
					if k, err := strconv.Atoi(k); err != nil || k >= len(rows[i].Center) {
						return ""
					} else {
						return string(appendFloat(nil, rows[i].Center[k]))
					}
				}
				return cellOf(updateColumns, name, &rows[i])
			})
		}
		return err
	}
	row(func(name string) string { return cellOf(summaryColumns, name, &r.Summary) })
	return nil
}

func cellOf[R any](cols []column[R], name string, r *R) string {
	i := slices.IndexFunc(cols, func(c column[R]) bool { return c.Name == name })
	if cols[i].text == nil {
		if _, ok := cols[i].value(r); !ok {
			return ""
		}
	}
	return string(cols[i].append(nil, r))
}

// Varying lists the dotted keys of the configurations whose values are not the same in all runs,
// sorted; name, seed and labels are left out, for they are not settings.
func Varying(runs []Run) []string {
	if len(runs) == 0 {
		return nil
	}
	first := flatten(runs[0].Config)
	differ := map[string]bool{}
	for i := range runs[1:] {
		flat := flatten(runs[i+1].Config)
		for k, v := range flat {
			if w, ok := first[k]; !ok || v != w {
				differ[k] = true
			}
		}
		for k := range first {
			if _, ok := flat[k]; !ok {
				differ[k] = true
			}
		}
	}
	maps.DeleteFunc(differ, func(k string, _ bool) bool {
		return k == "name" || k == "seed" || strings.HasPrefix(k, "labels.")
	})
	return slices.Sorted(maps.Keys(differ))
}

// flatten writes a tree as dotted keys and their values in words; lists are one value.
func flatten(tree map[string]any) map[string]string {
	flat := map[string]string{}
	var walk func(prefix string, v any)
	walk = func(prefix string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, below := range v {
				if prefix == "" {
					walk(k, below)
				} else {
					walk(prefix+"."+k, below)
				}
			}
		case float64:
			flat[prefix] = string(appendFloat(nil, v))
		default:
			flat[prefix] = fmt.Sprint(v)
		}
	}
	walk("", tree)
	return flat
}
