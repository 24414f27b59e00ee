// Command list shows every strategy, law, net, data set and figure, with its keys and defaults.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"staleness/experiments"
	"staleness/experiments/internal/guard"
	"staleness/internal/params"
)

func main() { os.Exit(list(os.Args[1:], os.Stdout, os.Stderr)) }

// list is the command: it returns an exit status.
func list(args []string, stdout, stderr io.Writer) int {
	usage := "usage: " + guard.Invoked("go run ./experiments/list") + " [WORD ...] [-docs]\n\nWith words, only parts whose name or kind contains one of them: list asgd, list laws.\n"
	f := flag.NewFlagSet("list", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	docs := f.Bool("docs", false, "write the whole manual of the configuration, docs/configuration.md")
	switch err := f.Parse(args); {
	case err == flag.ErrHelp:
		return experiments.Done
	case err != nil:
		return experiments.Usage
	case *docs:
		io.WriteString(stdout, Configuration())
		return experiments.Done
	}
	if !listParts(stdout, f.Args()) {
		fmt.Fprintf(stderr, "list: nothing is called %s; without words, list shows everything\n", strings.Join(f.Args(), " or "))
		return experiments.Usage
	}
	return experiments.Done
}

// listParts writes the parts that words select; false if there is none.
func listParts(w io.Writer, words []string) bool {
	found := false
	for _, s := range experiments.Registries() {
		whole := len(words) == 0 || slices.ContainsFunc(words, func(x string) bool { return strings.Contains(s.Name, x) })
		head := false
		for _, p := range s.Parts {
			if !whole && !slices.ContainsFunc(words, func(x string) bool { return strings.Contains(p.Name, x) }) {
				continue
			}
			if !head {
				fmt.Fprintf(w, "%s: %s = ... in %s\n\n", strings.ToUpper(s.Name), s.Key, s.Where)
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
