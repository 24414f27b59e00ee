package main

import (
	"fmt"
	"io"
	"strings"

	"staleness/experiments"
	"staleness/internal/params"
)

// parameters writes what the vectors of the problems in some files are made of.
func parameters(names []string, stdout, stderr io.Writer) int {
	texts, err := experiments.ReadFiles(names)
	var models []experiments.Model
	if err == nil {
		var x *experiments.Experiment
		if x, err = experiments.Load(texts, experiments.Options{}); err == nil {
			models, err = x.Models()
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "list: %v\n", err)
		return experiments.Usage
	}
	if len(models) == 0 {
		fmt.Fprintf(stderr, "list: no run of %s has a problem\n", strings.Join(names, ", "))
		return experiments.Usage
	}
	for i, m := range models {
		if i > 0 {
			fmt.Fprintln(stdout)
		}
		writeModel(stdout, m)
	}
	return experiments.Done
}

func writeModel(w io.Writer, m experiments.Model) {
	fmt.Fprintf(w, "problem = %s\n\n", params.Literal(m.Problem))
	width := len("parameter")
	for _, p := range m.Parameters {
		width = max(width, len(p.Path()))
	}
	fmt.Fprintf(w, "  %-*s  %10s  %10s  %s\n", width, "parameter", "offset", "numbers", "shape")
	for _, p := range m.Parameters {
		shape := strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Shape), " ", " x "), "[]")
		fmt.Fprintf(w, "  %-*s  %10d  %10d  %s\n", width, p.Path(), p.Offset, p.Size(), shape)
	}
	fmt.Fprintf(w, "  %-*s  %10s  %10d\n", width, "all", "", m.Dim)
}
