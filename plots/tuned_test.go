package plots

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	mock "staleness/plots/internal/made"
	"staleness/sim/record"
)

// The appendix has every method with its grid, its trials and its choice, in the order of the
// experiment.
func TestTuned(t *testing.T) {
	var ms []mock.Run
	for _, m := range []string{"ASGD", "EASGD", "SGD"} {
		ms = append(ms, mock.Run{Seed: 1, Rows: training(1, .1, .2, .1, 3), Labels: map[string]string{"method": m}, Config: map[string]any{"strategy.kind": m}})
	}
	runs := mock.Store(t, ms)
	scheme := Scheme{Axes: Axes{{Key: "method", Entries: []Entry{{Value: "SGD"}, {Value: "EASGD"}, {Value: "ASGD"}}}}}
	dir := t.TempDir()
	sh, files, err := scheme.WriteTuned(t.Context(), runs, dir)
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	want := `                                                       at the
method  key   grid                     trials  chosen  edge
-------------------------------------------------------------
EASGD   beta  0.5, 0.9                      6     0.5  lower
EASGD   rate  0.01, 0.1, 1                  6       1  upper
ASGD    rate  0.01, 0.03, 0.1, 0.3, 1       5     0.1  no
What was tuned, by the final train loss, the mean over the runs of a trial (3 runs a trial).
3 trials had a run that diverged, which is worse than any value.
Warning: 2 values chosen are at the edge of the grid: a better one may lie beyond.
Not tuned: SGD.
`
	if got := sh.Text(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	wantCSV := `method,key,grid,trials,diverged,runs,chosen,edge,train_loss
EASGD,strategy.beta,0.5 0.9,6,1,3,0.5,lower,0.19
EASGD,strategy.rate,0.01 0.1 1,6,1,3,1,upper,0.19
ASGD,strategy.rate,0.01 0.03 0.1 0.3 1,5,2,3,0.1,no,0.21
`
	if got := sh.CSV(); got != wantCSV {
		t.Errorf("got\n%swant\n%s", got, wantCSV)
	}
	// many values, none chosen, labels with commas, and nothing tuned
	home := filepath.Dir(runs[0].Dir)
	text := "setting,strategy.rate,train_loss,runs,diverged,best,edge,low,high\n"
	for _, v := range []string{"1e-05", "0.0001", "0.001", "0.01", "0.1", "0.5", "1", "2.345678901"} {
		text += "\"method=a, b=c\"," + v + ",Inf,2,2,false,false,Inf,Inf\n"
	}
	if err := os.WriteFile(filepath.Join(home, "tuning.csv"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	sh, err = Scheme{}.Tuned(t.Context(), runs)
	if err != nil || !strings.Contains(sh.Text(), "10^−5 to 2.35 (8)       8    none") {
		t.Errorf("%v\n%s", err, sh.Text())
	}
	if err := os.Remove(filepath.Join(home, "tuning.csv")); err != nil {
		t.Fatal(err)
	}
	if sh, err := (Scheme{}).Tuned(t.Context(), runs); sh != nil || err != nil {
		t.Error(sh, err)
	}
	if err := os.WriteFile(filepath.Join(home, "tuning.csv"), []byte("setting\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, err := (Scheme{}).WriteTuned(t.Context(), []record.Run{runs[0]}, dir); err == nil || !strings.Contains(err.Error(), "tuning.csv: line 1") {
		t.Error(err)
	}
}
