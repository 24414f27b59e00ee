package experiments

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"staleness/experiments/internal/guard"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/nets/data"
	"staleness/optimizers"
	"staleness/plots"
	"staleness/sim/delay"
)

// A shelf is a registry of parts: what experiments/list shows and the manual describes.
type shelf struct {
	name  string // plural
	where string // the table that names its kinds
	key   string // kind or law
	parts []params.Description
}

// shelves are all registries, in the order of the manual.
func shelves() []shelf {
	of := func(name, where string, r *params.Registry) shelf { return shelf{name, where, r.Key(), r.Describe()} }
	strategies := of("strategies", "[strategy]", optimizers.Strategies())
	strategies.parts = slices.Insert(strategies.parts, 0, params.Description{
		Name: "every strategy", Doc: "beside the keys of its own, each takes these; rate = 0.1 is short for local = {kind = \"sgd\", rate = 0.1} where it takes local steps",
		Keys: params.DescribeStruct(optimizers.Parts{}),
	})
	return []shelf{
		strategies,
		of("local optimizers", "[strategy.local]", optimizers.Rules()),
		of("schedules", "[strategy.schedule]", optimizers.Schedules()),
		of("weights", "[strategy.weight]", optimizers.Weights()),
		of("consistencies", "[consistency]", optimizers.Consistencies()),
		of("laws", "compute, latency, service", delay.Laws()),
		of("staleness laws", "[staleness]", delay.CountLaws()),
		of("nets", "[problem]", nets.Kinds()),
		of("layers", "problem.layers, of conv", nets.LayerKinds()),
		of("data sets", "problem.data", data.Kinds()),
		of("partitions", "problem.partition", data.Partitions()),
		{"figures", "[[figure]]", "kind", plots.Kinds()},
	}
}

// ListMain is the command experiments/list: it returns an exit status.
func ListMain(args []string, stdout, stderr io.Writer) int {
	usage := "usage: " + guard.Invoked("go run ./experiments/list") + " [WORD ...] [-docs]\n\nWith words, only parts whose name or kind contains one of them: list asgd, list laws.\n"
	f := flag.NewFlagSet("list", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	docs := f.Bool("docs", false, "write the whole manual of the configuration, docs/configuration.md")
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return Done
	case err != nil:
		return Usage
	case *docs:
		io.WriteString(stdout, Configuration())
		return Done
	}
	if !listParts(stdout, f.Args()) {
		fmt.Fprintf(stderr, "list: nothing is called %s; without words, list shows everything\n", strings.Join(f.Args(), " or "))
		return Usage
	}
	return Done
}

// listParts writes the parts that words select; false if there is none.
func listParts(w io.Writer, words []string) bool {
	found := false
	for _, s := range shelves() {
		whole := len(words) == 0 || slices.ContainsFunc(words, func(x string) bool { return strings.Contains(s.name, x) })
		head := false
		for _, p := range s.parts {
			if !whole && !slices.ContainsFunc(words, func(x string) bool { return strings.Contains(p.Name, x) }) {
				continue
			}
			if !head {
				fmt.Fprintf(w, "%s: %s = ... in %s\n\n", strings.ToUpper(s.name), s.key, s.where)
				head, found = true, true
			}
			fmt.Fprintf(w, "  %s\n      %s\n", p.Name, p.Doc)
			if p.Source != "" {
				fmt.Fprintf(w, "      source: %s\n", p.Source)
			}
			listKeys(w, "      ", p.Keys)
			fmt.Fprintln(w)
		}
	}
	return found
}

func listKeys(w io.Writer, indent string, keys []params.KeyDoc) {
	width := 0
	for _, k := range keys {
		width = max(width, len(assigned(k)))
	}
	for _, k := range keys {
		fmt.Fprintf(w, "%s%-*s  %s\n", indent, min(width, 32), assigned(k), strings.Join(remarks(k), "; "))
		listKeys(w, indent+"  ", k.Keys)
	}
}

// assigned is a key with its default, as a file would have it.
func assigned(k params.KeyDoc) string {
	switch {
	case k.Required:
		return k.Key + " = (required)"
	case k.Default == "" || len(k.Default) > 60:
		return k.Key
	}
	return k.Key + " = " + k.Default
}

// remarks are what else there is to say of a key.
func remarks(k params.KeyDoc) []string {
	out := []string{k.Doc}
	if k.When != "" {
		out = append(out, "only "+k.When)
	}
	switch {
	case k.In != "" && strings.ContainsAny(k.In, "[("):
		out = append(out, "in "+k.In)
	case k.In != "":
		out = append(out, "one of "+strings.ReplaceAll(strings.Trim(k.In, "|"), "|", ", "))
	case k.Of != "":
		out = append(out, "a "+k.Of)
	default:
		out = append(out, k.Type)
	}
	return out
}
