package plots

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	madeup "staleness/plots/internal/made"
)

func TestSensitivity(t *testing.T) {
	golden(t, "sensitivity", decode(t, map[string]any{"kind": "sensitivity"}), store(t, windows()[:1]))
}

// Each trial is in the picture: a mean that is a number on its line, any other as a cross.
func TestSensitivityDropsNoTrial(t *testing.T) {
	runs := store(t, []made{{seed: 1, labels: map[string]string{"method": "ASGD"}, rows: training(1, .1, .2, .1, 3)}})
	pic, err := Make(decode(t, map[string]any{"kind": "sensitivity", "x": "strategy.rate", "where": map[string]any{"method": "ASGD"}}), runs)
	if err != nil {
		t.Fatal(err)
	}
	points, lost, chosen := 0, 0, 0.
	for _, m := range pic.Panels[0].Marks {
		switch m := m.(type) {
		case Line:
			for _, y := range m.Y {
				if y == y {
					points++
				}
			}
		case Rings:
			chosen = m.X[0]
		case Gone:
			lost += m.N
		}
	}
	if points != 3 || lost != 2 || chosen != 0.1 {
		t.Errorf("%d points and %d crosses of five trials, %v chosen", points, lost, chosen)
	}
	if len(pic.Key) != 2 || strings.Contains(pic.Caption(), "EASGD") {
		t.Errorf("where chooses no setting: %v\n%s", pic.Key, pic.Caption())
	}
}

// A table that is none, or not whole, says where.
func TestSensitivityOfBadTables(t *testing.T) {
	head, rows, _ := strings.Cut(madeup.Tuning, "\n")
	first, _, _ := strings.Cut(rows, "\n")
	for _, c := range []struct{ text, want string }{
		{"", "tuning.csv: is empty"},
		{"a,b\n", "tuning.csv: line 1: \"a,b\" is not the head"},
		{head + "\n" + first[:20] + "\n", "tuning.csv: record on line 2: wrong number of fields"},
		{head + "\n" + strings.Replace(first, "0.61", "x", 1) + "\n", `tuning.csv: line 2: train_loss = "x" is not a number`},
		{head + "\n", "there is no tuning.csv beside the runs"},
		{"-", "there is no tuning.csv beside the runs"},
	} {
		runs := store(t, windows()[:1])
		file := filepath.Join(filepath.Dir(runs[0].Dir), "tuning.csv")
		var err error
		if c.text == "-" {
			err = os.Remove(file)
		} else {
			err = os.WriteFile(file, []byte(c.text), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
		fig := decode(t, map[string]any{"kind": "sensitivity"})
		if _, err := Make(fig, runs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
		if err := Check(fig, Plan{Runs: runs}); err == nil || !strings.Contains(err.Error(), "nothing is tuned") {
			t.Errorf("%q, before the runs: %v", c.text, err)
		}
		if err := Check(fig, Plan{Runs: runs, Tentative: true}); err != nil {
			t.Errorf("%q, before a tuning: %v", c.text, err)
		}
	}
	// One that was written before there was a spread.
	runs := store(t, windows()[:1])
	old := strings.ReplaceAll(strings.Replace(head, ",low,high", "", 1)+"\n"+strings.TrimSuffix(first, ",0.58,0.63")+"\n", "\r", "")
	if err := os.WriteFile(filepath.Join(filepath.Dir(runs[0].Dir), "tuning.csv"), []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	pic, err := Make(decode(t, map[string]any{"kind": "sensitivity"}), runs)
	if err != nil || !strings.Contains(pic.Caption(), "holds no spread") {
		t.Errorf("%v: %v", err, pic)
	}
	if _, err := Make(decode(t, map[string]any{"kind": "sensitivity", "x": "strategy.window"}), runs); err == nil || !strings.Contains(err.Error(), `x = "strategy.window": was not tuned; tuned were strategy.beta, strategy.rate`) {
		t.Errorf("an unknown key: %v", err)
	}
}
