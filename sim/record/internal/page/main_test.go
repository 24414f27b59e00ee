package main

import (
	"os"
	"strings"
	"testing"

	"staleness/sim/record"
)

// The committed page is what the tables say today.
func TestPageIsCurrent(t *testing.T) {
	b, err := os.ReadFile("../../../../docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != page() {
		t.Error("docs/records.md is out of date: make generate")
	}
}

// Every column says what it is, in words that fit into a table.
func TestColumnsAreDescribed(t *testing.T) {
	for _, cols := range [][]record.Column{record.EvaluationColumns(), record.RowColumns(), record.TraceColumns(), record.SummaryColumns()} {
		for _, c := range cols {
			if c.Doc == "" || strings.ContainsAny(c.Doc, "\n") {
				t.Errorf("%s is described as %q", c.Name, c.Doc)
			}
			if strings.HasSuffix(c.Name, "_s") != (c.Unit == "s") {
				t.Errorf("%s is in %q", c.Name, c.Unit)
			}
		}
	}
}
