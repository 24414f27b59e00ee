package record

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnknownColumnAndWrongCenter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "id")
	if _, err := Create(Plan{Dir: dir, OmitEval: []string{"loss"}}); err == nil || !strings.Contains(err.Error(), "train_loss") {
		t.Errorf("an unknown column: %v", err)
	}
	if there(dir) {
		t.Error("an unknown column leaves a folder")
	}
	w, err := Create(Plan{Dir: dir, Updates: true, Center: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Update(&Row{Center: []float64{1}}); err == nil {
		t.Error("a center of the wrong length passes")
	}
	if err := w.Finish(NewSummary(), nil); err == nil {
		t.Error("Finish after an error succeeds")
	}
	if there(filepath.Join(dir, SummaryFile)) {
		t.Error("a failed run has a summary.json")
	}
}

// A writer that is closed takes nothing any more, and says so.
func TestClosed(t *testing.T) {
	for _, finish := range []bool{false, true} {
		dir := filepath.Join(t.TempDir(), "id")
		w, err := Create(Plan{Dir: dir, Updates: true})
		if err != nil {
			t.Fatal(err)
		}
		if finish {
			err = w.Finish(&Summary{Status: Completed}, nil)
		} else {
			err = w.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
		for name, err := range map[string]error{
			"Eval": w.Eval(&Evaluation{}), "Update": w.Update(&Row{}), "Checkpoint": w.Checkpoint(nil), "Finish": w.Finish(NewSummary(), nil),
		} {
			if err == nil || !strings.Contains(err.Error(), "closed") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if there(filepath.Join(dir, SummaryFile)) != finish {
			t.Error("summary.json")
		}
	}
}

func TestDiscard(t *testing.T) {
	p, dir := interrupted(t)
	w, _, _, err := Resume(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Discard(); err != nil {
		t.Fatal(err)
	}
	if there(dir) {
		list(t, dir)
		t.Error("the folder is still there")
	}
	if err := w.Eval(&Evaluation{}); err == nil {
		t.Error("a row after Discard")
	}
	// A finished run stays.
	if err := attempt(dir, 1, quiet()); err != nil {
		t.Fatal(err)
	}
	if w, err = Create(p); err != nil {
		t.Fatal(err)
	}
	if err := w.Discard(); err != nil {
		t.Fatal(err)
	}
	if v := whole(t, dir); v != 1 {
		t.Errorf("version %d", v)
	}
}

// A run that is computed again without updates.csv does not keep the old one.
func TestNoStaleUpdates(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "id")
	if err := attempt(dir, 1, quiet()); err != nil {
		t.Fatal(err)
	}
	w, err := Create(Plan{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(&Summary{Status: Completed}, nil); err != nil {
		t.Fatal(err)
	}
	list(t, dir, EnvFile, EvalFile, ConfigFile, SummaryFile)
	r, err := LoadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Updates(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestWriteConfig(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "id")
	if err := attempt(dir, 1, quiet()); err != nil {
		t.Fatal(err)
	}
	if err := WriteConfig(dir, []byte("name = \"other\"\n")); err != nil {
		t.Fatal(err)
	}
	if r, err := LoadRun(dir); err != nil || r.Name != "other" {
		t.Errorf("%+v, %v", r, err)
	}
	list(t, dir, EnvFile, EvalFile, ConfigFile, KeptFile, SummaryFile, TraceFile, UpdatesFile)
	if err := WriteConfig(filepath.Join(dir, "nowhere"), nil); err == nil {
		t.Error("no error")
	}
}
