// Command list shows every strategy, law, net, data set and figure, with its keys and defaults, or
// what of all that says some words; and of the problems of an experiment what their vectors are
// made of.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"staleness/experiments"
	"staleness/experiments/internal/guard"
	"staleness/internal/params"
)

func main() { os.Exit(list(os.Args[1:], os.Stdout, os.Stderr)) }

// list is the command: it returns an exit status.
func list(args []string, stdout, stderr io.Writer) int {
	usage := "usage: " + guard.Invoked("go run ./experiments/list") + " [WORD ...] [-docs]\n       " + guard.Invoked("go run ./experiments/list") + " -parameters FILE ...\n\n" +
		"With words, only what says one of them: parts of that name or kind as a whole, then keys and texts of others: list asgd, list laws, list hermans, list 'slow workers'.\n"
	f := flag.NewFlagSet("list", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	docs := f.Bool("docs", false, "write the whole manual of the configuration, docs/configuration.md")
	shapes := f.Bool("parameters", false, "show names, offsets and shapes of the parameters of the problems in the files given")
	words, err := guard.Arguments(f, args)
	if err != nil {
		return guard.Misused(err)
	}
	for _, word := range words {
		if strings.TrimSpace(word) == "" {
			fmt.Fprintf(stderr, "list: %q: a word to search for has letters; without words, list shows everything\n", word)
			return experiments.Usage
		}
	}
	switch {
	case *shapes && (*docs || len(words) == 0):
		fmt.Fprintln(stderr, "list: -parameters goes with TOML files of experiments, and with nothing else")
		return experiments.Usage
	case *shapes:
		return parameters(words, stdout, stderr)
	case *docs && len(words) > 0:
		fmt.Fprintf(stderr, "list: -docs writes the whole manual: leave out %s\n", strings.Join(words, " "))
		return experiments.Usage
	case *docs:
		io.WriteString(stdout, Configuration())
	case len(words) == 0:
		for _, g := range everything() {
			g.write(stdout, g.parts)
		}
	default:
		return search(words, stdout, stderr)
	}
	return experiments.Done
}

// A group is a registry, or the tables that every experiment has.
type group struct {
	name  string // of its parts, plural
	where string // what names them; "" where they stand by themselves
	parts []params.Description
}

// everything is all that can be listed.
func everything() []group {
	var gs []group
	for _, s := range experiments.Registries() {
		gs = append(gs, group{s.Name, s.Key + " = ... in " + s.Where, s.Parts})
	}
	return append(gs, group{"tables of an experiment", "", tables()})
}

// write writes some parts of a group as a whole.
func (g group) write(w io.Writer, parts []params.Description) {
	if len(parts) == 0 {
		return
	}
	head := strings.ToUpper(g.name)
	if g.where != "" {
		head += ": " + g.where
	}
	fmt.Fprintf(w, "%s\n\n", head)
	for _, p := range parts {
		fmt.Fprintf(w, "  %s\n      %s\n", p.Name, p.Doc)
		if p.Source != "" {
			fmt.Fprintf(w, "      source: %s\n", p.Source)
		}
		listKeys(w, "      ", p.Keys)
		fmt.Fprintln(w)
	}
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
