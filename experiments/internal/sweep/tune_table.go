package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/files"
	"staleness/internal/params"
)

// Table shows what was chosen and how many trials there were.
func (t *Tuning) Table(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "setting\tbest\t%s\ttrials\tseeds\tdiverged\tremark\n", t.By)
	for _, s := range t.Settings {
		best, score, remark, diverged := "none", "", "no trial can be used", 0
		for _, tr := range s.Trials {
			if tr.Diverged > 0 {
				diverged++
			}
		}
		if s.Best >= 0 {
			best, score, remark = s.Trials[s.Best].Point, strconv.FormatFloat(s.Trials[s.Best].Score, 'g', 6, 64), ""
		}
		if len(s.Edges) > 0 {
			remark = "warning: at the edge of its grid: " + strings.Join(s.Edges, ", ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", s.Title(), best, score, len(s.Trials), len(t.Seeds), diverged, remark)
	}
	tw.Flush()
}

// Write leaves the sensitivity curve: one row a trial, with every tuned key as a column.
func (t *Tuning) Write(file string) error {
	keys := map[string]bool{}
	for _, s := range t.Settings {
		for _, c := range s.Trials[0].changes {
			keys[document.PathString(c.path)] = true
		}
	}
	columns := prose.SortedKeys(keys)
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(slices.Concat([]string{"setting"}, columns, []string{t.By, "runs", "diverged", "best", "edge", "low", "high"}))
	for _, s := range t.Settings {
		for i, tr := range s.Trials {
			row := []string{s.name}
			for _, key := range columns {
				cell := ""
				for _, c := range tr.changes {
					if document.PathString(c.path) == key {
						cell = strings.Trim(params.Literal(c.value), `"`)
					}
				}
				row = append(row, cell)
			}
			w.Write(append(row, decimal(tr.Score), strconv.Itoa(len(tr.Runs)), strconv.Itoa(tr.Diverged), strconv.FormatBool(i == s.Best), strconv.FormatBool(i == s.Best && len(s.Edges) > 0),
				decimal(tr.Low), decimal(tr.High)))
		}
	}
	w.Flush()
	return files.Write(file, b.String())
}

// decimal is x as the other tables have it.
func decimal(x float64) string {
	if math.IsInf(x, 1) {
		return "Inf"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
