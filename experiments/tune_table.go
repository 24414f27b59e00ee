package experiments

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

// table shows what was chosen and how many trials there were.
func (t *tuning) table(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "setting\tbest\t%s\ttrials\tseeds\tdiverged\tremark\n", t.By)
	for _, s := range t.settings {
		best, score, remark, diverged := "none", "", "no trial can be used", 0
		for _, tr := range s.trials {
			if tr.diverged > 0 {
				diverged++
			}
		}
		if s.best >= 0 {
			best, score, remark = s.trials[s.best].point, strconv.FormatFloat(s.trials[s.best].score, 'g', 6, 64), ""
		}
		if len(s.edges) > 0 {
			remark = "warning: at the edge of its grid: " + strings.Join(s.edges, ", ")
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", s.title(), best, score, len(s.trials), len(t.Seeds), diverged, remark)
	}
	tw.Flush()
}

// write leaves the sensitivity curve: one row a trial, with every tuned key as a column.
func (t *tuning) write(file string) error {
	keys := map[string]bool{}
	for _, s := range t.settings {
		for _, c := range s.trials[0].changes {
			keys[document.PathString(c.path)] = true
		}
	}
	columns := prose.SortedKeys(keys)
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(slices.Concat([]string{"setting"}, columns, []string{t.By, "runs", "diverged", "best", "edge"}))
	for _, s := range t.settings {
		for i, tr := range s.trials {
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
			score := strconv.FormatFloat(tr.score, 'g', -1, 64)
			if math.IsInf(tr.score, 1) {
				score = "Inf"
			}
			w.Write(append(row, score, strconv.Itoa(len(tr.runs)), strconv.Itoa(tr.diverged), strconv.FormatBool(i == s.best), strconv.FormatBool(i == s.best && len(s.edges) > 0)))
		}
	}
	w.Flush()
	return files.Write(file, b.String())
}
