package record

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func exported(t *testing.T, table Table, runs []Run) []map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := Export(&b, table, runs); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			if _, twice := row[name]; twice {
				t.Fatalf("column %s is twice there", name)
			}
			row[name] = rec[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestExport(t *testing.T) {
	top := t.TempDir()
	write(t, filepath.Join(top, "windows", "a"), fmt.Sprintf(config, 1, "A, the \"first\"", 4)+"list = [1, 2]\n", 1, true)
	write(t, filepath.Join(top, "windows", "b"), "name = \"windows\"\nseed = 2\n[strategy]\nkind = \"aeasgd\"\nrate = 0.05\n", 2, true)
	runs, err := Load(top)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(Varying(runs), " "); got != "strategy.list strategy.rate strategy.window" {
		t.Errorf("varying keys: %s", got)
	}
	rows := exported(t, Evaluations, runs)
	if len(rows) != 6 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, want := range []map[string]string{
		0: {"run": "a", "name": "windows", "seed": "1", "status": "completed", "label.method": `A, the "first"`, "label.window": "16",
			"strategy.window": "4", "strategy.list": "[1 2]", "strategy.rate": "", "time_s": "0", "train_loss": "2.5", "validation_loss": "", "point": "center"},
		5: {"run": "b", "seed": "2", "label.method": "", "strategy.rate": "0.05", "strategy.window": "", "time_s": "1", "updates": "20", "train_loss": "0.3125"},
	} {
		for k, v := range want {
			if rows[i][k] != v {
				t.Errorf("row %d: %s is %q, want %q", i, k, rows[i][k], v)
			}
		}
	}
	rows = exported(t, Pushes, runs)
	if len(rows) != 6 || rows[4]["x0"] != "0.625" || rows[4]["verdict"] != "applied" || rows[4]["staleness"] != "1" {
		t.Errorf("%d rows: %v", len(rows), rows[4])
	}
	rows = exported(t, Summaries, runs)
	if len(rows) != 2 || rows[1]["final_train_loss"] != "0.3125" || rows[1]["staleness.mean"] != "1" || rows[1]["growth"] != "" {
		t.Errorf("%v", rows)
	}
	if rows := exported(t, Evaluations, nil); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
	// A run whose center is longer than the others'.
	long := filepath.Join(top, "long", "a")
	w, err := Create(Plan{Dir: long, Config: []byte("seed = 1\n"), Updates: true, Center: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Update(&Row{Verdict: "applied", Center: []float64{7, 8}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(&Summary{Status: Completed}, nil); err != nil {
		t.Fatal(err)
	}
	r, err := LoadRun(long)
	if err != nil {
		t.Fatal(err)
	}
	rows = exported(t, Pushes, []Run{runs[0], r})
	if len(rows) != 4 || rows[0]["x0"] != "2.5" || rows[0]["x1"] != "" || rows[3]["x1"] != "8" {
		t.Errorf("%v", rows)
	}
	if err := Export(new(bytes.Buffer), "env.txt", runs); err == nil {
		t.Error("env.txt is exported")
	}
	if err := Export(failing{}, Evaluations, runs); err == nil {
		t.Error("a writer that fails goes unnoticed")
	}
	write(t, filepath.Join(top, "windows", "c"), "seed = 3\n", 3, false)
	if runs, err = Load(top); err != nil {
		t.Fatal(err)
	}
	if err := Export(new(bytes.Buffer), Pushes, runs); err == nil || !strings.Contains(err.Error(), filepath.Join("c", UpdatesFile)) {
		t.Errorf("%v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errCrash }
