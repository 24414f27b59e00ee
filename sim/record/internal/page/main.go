// Page writes the manual's page of records, docs/records.md, from the tables of columns.
package main

import (
	_ "embed"
	"fmt"
	"os"
	"strings"

	"staleness/internal/markdown"
	"staleness/sim/record"
)

//go:embed introduction.md
var introduction string

func main() { os.Stdout.WriteString(page()) }

func page() string {
	var b strings.Builder
	b.WriteString(introduction)
	for _, t := range []struct {
		file, about string
		columns     []record.Column
	}{
		{record.EvalFile, "One row per evaluation: at the start, at every tick of `[eval]`, and at the end.", record.EvaluationColumns()},
		{record.UpdatesFile, "One row per push, under `record.updates`, written when its fate is known. Under `record.center` the coordinates of the center after it stand behind: `x0`, `x1`, ...", record.RowColumns()},
		{record.TraceFile, "One row per interval, under `record.trace`, in the order of their ends: see [traces.md](traces.md). A number that does not apply to a row is -1.", record.TraceColumns()},
		{record.SummaryFile, "A JSON object, one key a line. Keys with a dot are numbers inside another, as exports and figures name them.", record.SummaryColumns()},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| name | unit | what it is | when it applies |\n|---|---|---|---|\n", t.file, t.about)
		for _, c := range t.columns {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c.Name, c.Unit, strings.ReplaceAll(c.Doc, "|", `\|`), c.When)
		}
	}
	b.WriteString("\n## Quantities of figures and tables\n\nWhat `y`, `value`, `metric`, `cost` and `columns` can name; `final_` in front is fine, and `time` is `time_s`. A share is shown in per cent.\n\n| name | on axes | better | over the run |\n|---|---|---|---|\n")
	for _, q := range record.Quantities() {
		better, curve := "", ""
		switch {
		case q.Up:
			better = "higher"
		case q.Outcome:
			better = "lower"
		}
		if q.Evaluated {
			curve = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", q.Name, strings.ReplaceAll(q.Label, "|", `\|`), better, curve)
	}
	return markdown.Fold(b.String())
}
