package plots

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"staleness/sim/record"
)

// outcomeRuns are runs of so many settings and seeds; how(setting, seed) is how each ended.
func outcomeRuns(settings, seeds int, method func(i int) string, how func(i, seed int) string) (runs []record.Run) {
	for i := range settings {
		for seed := range seeds {
			s := record.NewSummary()
			s.Status, s.Seed, s.Build = how(i, seed), uint64(seed+1), "b1"
			if s.Done() {
				s.FinalTrainLoss, s.FinalTestAccuracy, s.VirtualTimeS = 0.1*float64(i+1)+float64(seed)/1000, 0.9, 12.5
				s.Staleness = record.StalenessOf([]int64{1, 2, 3})
			}
			runs = append(runs, record.Run{
				Dir: fmt.Sprintf("r/%d-%d", i, seed), ID: fmt.Sprintf("%d-%d", i, seed), Name: "r", Labels: map[string]string{"method": method(i)},
				Config:  map[string]any{"seed": int64(seed + 1), "strategy": map[string]any{"kind": "asgd", "window": int64(i)}},
				Summary: *s,
			})
		}
	}
	return runs
}

// The table at the end says of every setting what came out, how many seeds that is the median of,
// and how they ended.
func TestOutcome(t *testing.T) {
	runs := outcomeRuns(3, 3, func(i int) string { return fmt.Sprint("m", i) }, func(i, seed int) string {
		switch {
		case i == 1 && seed == 0, i == 2:
			return record.Diverged
		case i == 1 && seed == 1:
			return record.Failed
		}
		return record.Completed
	})
	o, err := Scheme{}.Outcome(runs)
	if err != nil {
		t.Fatal(err)
	}
	text := o.Text("elsewhere")
	for _, want := range []string{"m0 ", "    3  completed ", "0.101", "diverged 1/3, failed 1/3", "m2          3  diverged ", "medians over seeds", "×: diverged"} {
		if !strings.Contains(strings.ReplaceAll(text, "failed 1/3, diverged 1/3", "diverged 1/3, failed 1/3"), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if o, err := (Scheme{}).Outcome(outcomeRuns(1, 2, func(int) string { return "m" }, func(int, int) string { return "new" })); err != nil || o.Rows[0].Status() != "new" {
		t.Errorf("a status that nobody knows: %v", err)
	}
	if mid := o.Rows[1].Mid[0]; !math.IsInf(mid, 1) { // of a diverged and a completed one
		t.Errorf("the median of a number and a divergence is %v", mid)
	}
}

// Whatever the labels and however many the settings, the table fits a terminal, and says what it
// leaves out.
func TestOutcomeFits(t *testing.T) {
	long := []string{strings.Repeat("very long ", 30), "Ωμέγα " + strings.Repeat("λ", 90), strings.Repeat("漢字", 60), "a & b < c > \\ $x_1^2$ % _ # { } \"", "x\ty\x1b[31m"}
	for _, n := range []int{1, 5, 20, 21, 22, 200} {
		runs := outcomeRuns(n, 2, func(i int) string { return fmt.Sprint(long[i%len(long)], i) }, func(int, int) string { return record.Completed })
		o, err := Scheme{}.Outcome(runs)
		if err != nil {
			t.Fatal(err)
		}
		text := o.Text("see the page")
		for line := range strings.Lines(text) {
			if breadth(strings.TrimSuffix(line, "\n")) > terminalWidth || strings.ContainsAny(line, "\t\x1b") {
				t.Errorf("%d settings: too wide or unprintable: %q", n, line)
			}
		}
		if rest := fmt.Sprintf("... and %d more settings: see the page\n", n-terminalRows); strings.Contains(text, rest) != (n > 21) {
			t.Errorf("%d settings:\n%s", n, text)
		}
	}
	many := outcomeRuns(17, 1, func(int) string { return "m" }, func(int, int) string { return Missing })
	for i := range many {
		for k := range 16 { // more keys than a terminal has room for
			many[i].Labels[fmt.Sprintf("axis %d", k)] = fmt.Sprint("the value is ", i == k)
		}
	}
	o, err := Scheme{}.Outcome(many)
	if err != nil || !strings.Contains(o.Text(""), Missing) || !strings.Contains(o.Text(""), "There is no room for axis ") {
		t.Fatalf("%v, %s", err, o.Text(""))
	}
	for line := range strings.Lines(o.Text("")) {
		if breadth(line) > terminalWidth+1 {
			t.Errorf("too wide: %q", line)
		}
	}
}

// Real records, and none.
func TestOutcomeOfRecords(t *testing.T) {
	o, err := Scheme{}.Outcome(store(t, windows()))
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Rows) != 16 || o.Runs != 48 {
		t.Errorf("%d rows of %d runs", len(o.Rows), o.Runs)
	}
	if o, err := (Scheme{}).Outcome(nil); err != nil || o.Text("") != "" {
		t.Errorf("%v, %q", err, o.Text(""))
	}
}
