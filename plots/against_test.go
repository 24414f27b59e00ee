package plots

import (
	"math"
	"slices"
	"strings"
	"testing"

	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// a race of methods whose final losses and times to a loss of 0.5 are given by seed; a time of
// infinity is a run that ends at 100 without it, NaN one that diverges.
type entrant struct {
	name   string
	losses []float64
	times  []float64
}

func race(t *testing.T, entrants ...entrant) []record.Run {
	var ms []mock.Run
	for _, e := range entrants {
		for i, loss := range e.losses {
			reached := row(1)
			reached.TimeS, reached.TrainLoss, reached.TestAccuracy = 100, loss, 1-loss
			m := mock.Run{Seed: uint64(i + 1), Labels: map[string]string{"method": e.name}, Config: map[string]any{"strategy.kind": e.name}}
			if e.times != nil {
				switch at := e.times[i]; {
				case math.IsNaN(at):
					m.Status = record.Diverged
				case !math.IsInf(at, 0):
					hit := row(1)
					hit.TimeS, hit.TrainLoss = at, 0.5
					m.Rows = append(m.Rows, hit)
				}
			}
			m.Rows = append(m.Rows, reached)
			ms = append(ms, m)
		}
	}
	return mock.Store(t, ms)
}

func tabulate(t *testing.T, runs []record.Run, table map[string]any) *Sheet {
	t.Helper()
	spec, err := DecodeTable("table[0]", table)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := spec.Make(runs)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

// Ratios are of pairs of the same seed, and their mean and interval those of Student's t on the
// logarithm: of ratios e^(1 ... 6), R's t.test(1:6).
func TestAgainst(t *testing.T) {
	base := []float64{1, 2, 3, 4, 5, 6}
	worse := make([]float64, 6)
	for i := range worse {
		worse[i] = base[i] * math.Exp(float64(i+1))
	}
	sh := tabulate(t, race(t, entrant{"base", base, nil}, entrant{"other", worse, nil}), map[string]any{"rows": "method", "columns": []any{"train_loss", "test_accuracy"}, "against": "base"})
	ratio, difference := sh.Rows[1][1], sh.Rows[1][2]
	if !near(ratio.Value, math.Exp(3.5), 1e-9) || !near(ratio.Low, math.Exp(1.536686), 1e-5) || !near(ratio.High, math.Exp(5.463314), 1e-5) {
		t.Errorf("%+v", ratio)
	}
	if ratio.Mark != "*" { // p = 0.0059, of three tests
		t.Errorf("not marked: %+v\n%s", ratio, sh.Text())
	}
	mean := 0.
	for i := range base {
		mean += 100 * (base[i] - worse[i]) / 6
	}
	if !near(difference.Value, mean, 1e-9) || sh.Rows[0][1].Text != "1" || sh.Rows[0][2].Text != "0" {
		t.Errorf("%+v\n%s", difference, sh.Text())
	}
	if h := Plain(sh.Heads[2].Text); !strings.Contains(h, "(% points)") {
		t.Errorf("a difference of percentages is in points: %q", h)
	}
	if !strings.Contains(sh.Caption, "test accuracy (% points), relative") {
		t.Errorf("so in the caption: %q", sh.Caption)
	}
	if h := Plain(sh.Heads[1].Text); h != "train loss" {
		t.Errorf("a ratio has no unit: %q", h)
	}
}

// A run that ends before the target is censored: it is slower than any, whatever its cap was, and
// the table says how many there are.
func TestCensored(t *testing.T) {
	runs := race(t,
		entrant{"base", []float64{.4, .4, .4, .4, .4, .4, .4}, []float64{10, 10, 10, 10, 10, 10, 10}},
		entrant{"slow", []float64{.4, .4, .4, .4, .4, .9, .9}, []float64{20, 21, 22, 23, 24, inf, inf}},
		entrant{"never", []float64{.9, .9, .9, .9, .9, .9, .9}, []float64{inf, inf, inf, inf, inf, inf, nan}},
	)
	sh := tabulate(t, runs, map[string]any{"rows": "method", "columns": []any{"reached"}, "target": 0.5, "against": "base"})
	text := sh.Text()
	slow, never := sh.Rows[2][2], sh.Rows[1][2]
	if sh.Rows[1][0].Text != "never" {
		t.Fatal(text)
	}
	// the median of 2.0 ... 2.4, ∞, ∞, which no cap of 100 has a part in
	if !near(slow.Value, 2.3, 1e-12) || !strings.Contains(slow.Mark, "†") || slow.Low != 2 || !math.IsInf(slow.High, 1) || slow.Note != "2 of 7 seeds without the target" {
		t.Errorf("%+v", slow)
	}
	if never.Text != "∞" || never.Note != "6 of 7 seeds without the target, 1 of 7 seeds diverged" {
		t.Errorf("%+v", never)
	}
	for _, want := range []string{"Censored, having ended before the target: never: 6 of 7; slow: 2 of 7", "∞: the target is not reached", "7/7", "5/7", "0/7", "×: diverged", "†: the median instead"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	csv := sh.CSV()
	if !strings.Contains(csv, "\nslow,5,2.3,2,inf,false,2,7,0.0") {
		t.Error(csv)
	}
	if !sh.Rows[0][2].Bold { // by the signs of 7 pairs against slow, and never needs no test
		t.Errorf("the best is not bold\n%s", text)
	}
}

// The best of a column is bold if it is told from all others, which less than six seeds, one rival
// that is as good, or seeds without effect prevent.
func TestBest(t *testing.T) {
	spread := func(at float64, n int) (out []float64) {
		for i := range n {
			out = append(out, at*(1+0.01*float64(i*i%7)))
		}
		return out
	}
	other := func(at float64, n int) (out []float64) {
		for i := range n {
			out = append(out, at*(1+0.01*float64((i*i+3*i)%5)))
		}
		return out
	}
	for _, c := range []struct {
		what     string
		entrants []entrant
		want     []bool // by name
		says     string
	}{
		{"clear", []entrant{{"a", spread(.2, 6), nil}, {"b", other(.4, 6), nil}, {"c", other(.5, 6), nil}}, []bool{true, false, false}, "+: better than all others of its column by a paired t test"},
		{"five seeds", []entrant{{"a", spread(.2, 5), nil}, {"b", other(.4, 5), nil}}, []bool{false, false}, ""},
		{"a rival", []entrant{{"a", spread(.2, 6), nil}, {"b", other(.2, 6), nil}, {"c", other(.5, 6), nil}}, []bool{false, false, false}, "None is bold: no column has one"},
		{"no randomness", []entrant{{"a", []float64{.2, .2, .2, .2, .2, .2}, nil}, {"b", []float64{.4, .4, .4, .4, .4, .4}, nil}}, []bool{false, false}, "there is nothing to test"},
	} {
		runs := race(t, c.entrants...)
		sh := tabulate(t, runs, map[string]any{"rows": "method", "columns": []any{"train_loss"}})
		var got []bool
		for _, r := range sh.Rows {
			got = append(got, r[1].Bold)
		}
		if !slices.Equal(got, c.want) || !strings.Contains(sh.Text(), c.says) || strings.Contains(sh.LaTeX(), "bfseries") != slices.Contains(c.want, true) {
			t.Errorf("%s: %v, want %v\n%s", c.what, got, c.want, sh.Text())
		}
		if sh := tabulate(t, runs, map[string]any{"rows": "method", "columns": []any{"train_loss"}, "bold": "none"}); strings.Contains(sh.Text(), "bold") || strings.Contains(sh.LaTeX(), "bfseries") {
			t.Errorf("%s: bold all the same\n%s", c.what, sh.Text())
		}
	}
	// an accuracy is best where it is largest
	sh := tabulate(t, race(t, entrant{"a", spread(.2, 6), nil}, entrant{"b", other(.4, 6), nil}), map[string]any{"rows": "method", "columns": []any{"test_accuracy"}})
	if !sh.Rows[0][1].Bold || sh.Rows[1][1].Bold {
		t.Error(sh.Text())
	}
}

// Seeds are paired by their number, not by their place; those of one side alone make no pair.
func TestPairsBySeed(t *testing.T) {
	runs := race(t, entrant{"a", []float64{1, 2, 3, 4}, nil}, entrant{"b", []float64{8, 6, 4, 2}, nil})
	for i := range runs {
		if runs[i].Labels["method"] == "b" {
			runs[i].Summary.Seed = 5 - runs[i].Summary.Seed // 4, 3, 2, 1
		}
	}
	runs[7].Summary.Seed = 9
	sh := tabulate(t, runs, map[string]any{"rows": "method", "columns": []any{"train_loss"}, "against": "a", "band": "min-max"})
	if b := sh.Rows[1][1]; !near(b.Value, 2, 1e-12) || b.Low != 2 || b.High != 2 || b.Note != "3 pairs of 4 seeds" {
		t.Errorf("%+v\n%s", b, sh.Text())
	}
}
