package main

import (
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
	b.WriteString("\n## Keys of an experiment\n\n")
	writeKeys(&b, "", params.DescribeStruct(sweep.Head{Seed: 1, Repeat: 1}))
	for _, s := range []struct {
		name, doc string
		defaults  any
	}{
		{"seeds", "Seeds given apart. What is absent is `seed`.", config.Seeds{}},
		{"cluster", "What takes time. Absent times are zero, but `compute` must be given, here or in groups that cover all workers.", config.DefaultCluster()},
		{"stop", "A run ends at whichever comes first; at least one of updates, pushes, gradients, epochs and time is given.", config.DefaultStop()},
		{"eval", "There is always one evaluation at the start and one at the end.", config.DefaultEval()},
		{"record", "What a run writes beside eval.csv and summary.json.", config.DefaultRecord()},
		{"tune", "Values to be found before the runs that are reported; see *Tuning* above. Beside these keys: `at`, the `[stop]` of the trials, and `grid`, keys and values to try everywhere.", sweep.DefaultTune()},
	} {
		fmt.Fprintf(&b, "\n## [%s]\n\n%s\n\n", s.name, s.doc)
		writeKeys(&b, "", params.DescribeStruct(s.defaults))
	}
	b.WriteString("\n## Ranges in a sweep\n\nA key of `[sweep]` takes a list of values, or one of `{from, to, step}`, `{log = [a, b], n}`, `{linear = [a, b], n}`, `{random, low, high, n}`:\n\n")
	writeKeys(&b, "", params.DescribeStruct(sweep.GridSpec{}))
	b.WriteString("\n## [[table]]\n\nWritten as LaTeX, CSV and text, and shown.\n\n")
	writeKeys(&b, "", plots.DescribeTable())
	for _, s := range experiments.Registries() {
		fmt.Fprintf(&b, "\n## %s\n\nNamed by `%s` in %s.\n", strings.ToUpper(s.Name[:1])+s.Name[1:], s.Key, code(s.Where))
		for _, p := range s.Parts {
			fmt.Fprintf(&b, "\n### %s\n\n%s.", p.Name, strings.TrimSuffix(p.Doc, "."))
			if p.Source != "" {
				fmt.Fprintf(&b, " Source: %s.", strings.TrimSuffix(p.Source, "."))
			}
			b.WriteString("\n")
			if len(p.Keys) > 0 {
				b.WriteString("\n")
				writeKeys(&b, "", p.Keys)
			}
		}
	}
	return markdown.Fold(b.String())
}

func code(where string) string {
	parts := strings.Split(where, ", ")
	for i := range parts {
		parts[i] = "`" + parts[i] + "`"
	}
	return strings.Join(parts, ", ")
}

// writeKeys writes a table of keys; those of a table below it follow as key.key.
func writeKeys(b *strings.Builder, under string, keys []params.KeyDoc) {
	if under == "" {
		b.WriteString("| key | default | what |\n|---|---|---|\n")
	}
	for _, k := range keys {
		def := ""
		switch {
		case k.Required:
			def = "required"
		case k.Default != "" && len(k.Default) <= 60:
			def = "`" + k.Default + "`"
		}
		fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", under, k.Key, cell(def), cell(strings.Join(remarks(k), "; ")))
		writeKeys(b, under+k.Key+".", k.Keys)
	}
	if under == "" && len(keys) == 0 {
		b.WriteString("| none | | |\n")
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
