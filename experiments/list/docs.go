package main

import (
	"cmp"
	_ "embed"
	"fmt"
	"strings"

	"staleness/experiments"
	"staleness/experiments/internal/config"
	"staleness/experiments/internal/sweep"
	"staleness/internal/markdown"
	"staleness/internal/params"
	"staleness/plots"
)

//go:generate sh -c "go run . -docs > ../../docs/configuration.md"

//go:embed configuration.md
var introduction string

// Configuration is docs/configuration.md: a page by hand, and below it what the structs say of
// themselves.
func Configuration() string {
	var b strings.Builder
	b.WriteString(introduction)
	for _, p := range tables() {
		fmt.Fprintf(&b, "\n## %s\n\n", cmp.Or(titles[p.Name], p.Name))
		if p.Doc != "" {
			b.WriteString(p.Doc + "\n\n")
		}
		writeRows(&b, rowsOf(p.Keys))
	}
	for _, s := range experiments.Registries() {
		fmt.Fprintf(&b, "\n## %s\n\nNamed by `%s` in %s.\n", strings.ToUpper(s.Name[:1])+s.Name[1:], s.Key, code(s.Where))
		rows := sharedRows(s.Parts)
		title := "Common keys of " + s.Name
		writeShared(&b, title, rows, len(s.Parts))
		for _, p := range s.Parts {
			fmt.Fprintf(&b, "\n### %s\n\n%s.", p.Name, strings.TrimSuffix(p.Doc, "."))
			if p.Source != "" {
				fmt.Fprintf(&b, " Source: %s.", strings.TrimSuffix(p.Source, "."))
			}
			b.WriteString("\n")
			writePart(&b, p, rows, title)
		}
	}
	return markdown.Fold(b.String())
}

// titles are headings of the page that are more than the name of a table.
var titles = map[string]string{"top of the file": "Keys of an experiment", "{...}": "Ranges in a sweep"}

// tables are those that every experiment has, in the order of the page.
func tables() []params.Description {
	return []params.Description{
		{Name: "top of the file", Keys: params.DescribeStruct(sweep.Head{Seed: 1, Repeat: 1})},
		{Name: "[seeds]", Doc: "Seeds given apart. What is absent is `seed`.", Keys: params.DescribeStruct(config.Seeds{})},
		{Name: "[cluster]", Doc: "What takes time. Absent times are zero, but `compute` must be given, here or in groups that cover all workers.", Keys: params.DescribeStruct(config.DefaultCluster())},
		{Name: "[stop]", Doc: "A run ends at whichever comes first; at least one of updates, pushes, gradients, epochs and time is given.", Keys: params.DescribeStruct(config.DefaultStop())},
		{Name: "[eval]", Doc: "There is always one evaluation at the start and one at the end.", Keys: params.DescribeStruct(config.DefaultEval())},
		{Name: "[record]", Doc: "What a run writes beside eval.csv and summary.json.", Keys: params.DescribeStruct(config.DefaultRecord())},
		{Name: "[tune]", Doc: "Values to be found before the runs that are reported; see *Tuning* above. Beside these keys: `at`, the `[stop]` of the trials, and `grid`, keys and values to try everywhere.", Keys: params.DescribeStruct(sweep.DefaultTune())},
		{Name: "{...}", Doc: "A key of `[sweep]` takes a list of values, or one of `{from, to, step}`, `{log = [a, b], n}`, `{linear = [a, b], n}`, `{random, low, high, n}`:", Keys: params.DescribeStruct(sweep.GridSpec{})},
		{Name: "[[axis.NAME]]", Doc: "What an entry says of its looks, beside `label`, `set` and `tune`; it changes no run, and no run-id.", Keys: params.DescribeStruct(plots.Looks{})},
		{Name: "[style]", Doc: "What a journal asks of all figures; it changes no run, and no run-id.", Keys: plots.DescribePaper()},
		{Name: "[[table]]", Doc: "Written as LaTeX, CSV and text, and shown.", Keys: plots.DescribeTable()},
	}
}

func code(where string) string {
	parts := strings.Split(where, ", ")
	for i := range parts {
		parts[i] = "`" + parts[i] + "`"
	}
	return strings.Join(parts, ", ")
}

// writeRows writes a table of keys.
func writeRows(b *strings.Builder, rows []row) {
	b.WriteString("| key | default | what |\n|---|---|---|\n")
	for _, r := range rows {
		b.WriteString(r.String())
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
