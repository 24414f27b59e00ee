package record

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// attempt is one small run whose loss is told by version, with a checkpoint after each of its first
// rows and a mark after every one. Resumed from a checkpoint, it goes on with the rows that are
// missing.
func attempt(dir string, version int, d disk) error {
	p := Plan{Dir: dir, Config: fmt.Appendf(nil, "name = \"n\"\nseed = %d\n[labels]\nmethod = \"M\"\n", version), Updates: true, Center: 2, Trace: true, Keep: true, disk: d,
		OmitEval: []string{"test_loss", "test_accuracy"}}
	first := 0
	w, state, _, err := Resume(p)
	if err == nil {
		if state[1] == byte(version) {
			first = int(state[0])
		} else {
			w.Close()
			err = ErrNoCheckpoint
		}
	}
	if errors.Is(err, ErrNoCheckpoint) {
		w, err = Create(p)
	}
	if err != nil {
		return err
	}
	for k := first; k < 4; k++ {
		if err := w.Eval(&Evaluation{TimeS: float64(k), Updates: int64(k), Point: "center", TrainLoss: float64(version)}); err != nil {
			return errors.Join(err, w.Close())
		}
		if err := w.Update(&Row{Update: int64(k), Loss: float64(version), Verdict: "applied", Center: []float64{1, float64(k)}}); err != nil {
			return errors.Join(err, w.Close())
		}
		if err := w.Interval(&Interval{Kind: Compute, StartS: float64(version), EndS: float64(k), Update: -1}); err != nil {
			return errors.Join(err, w.Close())
		}
		if err := w.Mark([]byte{byte(k + 1), byte(version)}); err != nil {
			return errors.Join(err, w.Close())
		}
		if k < 3 {
			if err := w.Checkpoint([]byte{byte(k + 1), byte(version)}); err != nil {
				return errors.Join(err, w.Close())
			}
		}
	}
	s := NewSummary()
	s.Status, s.Seed = Completed, uint64(version)
	return w.Finish(s, fmt.Appendf(nil, "attempt %d\n", version))
}

// whole says which version a finished run is of, checking that all its files are of the same; 0 if
// there is none.
func whole(t *testing.T, dir string) int {
	t.Helper()
	runs, err := Load(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) == 0 {
		return 0
	}
	r := runs[0]
	version := int(r.Summary.Seed)
	evals, err := r.Evals()
	if err != nil {
		t.Fatal(err)
	}
	updates, err := r.Updates()
	if err != nil {
		t.Fatal(err)
	}
	trace, err := r.Trace()
	if err != nil {
		t.Fatal(err)
	}
	if len(evals) != 4 || len(updates) != 4 || len(trace) != 4 {
		t.Fatalf("%d evaluations, %d updates, %d intervals", len(evals), len(updates), len(trace))
	}
	for k := range 4 {
		if evals[k].TrainLoss != float64(version) || updates[k].Loss != float64(version) ||
			evals[k].Updates != int64(k) || updates[k].Center[1] != float64(k) ||
			trace[k] != (Interval{Kind: Compute, StartS: float64(version), EndS: float64(k), Update: -1}) {
			t.Fatalf("version %d, row %d: %+v %+v", version, k, evals[k], updates[k])
		}
	}
	env, err := os.ReadFile(filepath.Join(r.Dir, EnvFile))
	if err != nil || string(env) != fmt.Sprintf("attempt %d\n", version) {
		t.Fatalf("env.txt of version %d: %q, %v", version, env, err)
	}
	return version
}

// A crash at any step leaves the old run, or none, or the new one, and never a mixture; and the
// next attempt always ends in the files of an undisturbed one.
func TestCrashAtEveryStep(t *testing.T) {
	for _, old := range []bool{false, true} {
		for _, torn := range []bool{false, true} {
			seen := map[int]int{}
			steps := 0
			for at := 1; ; at++ {
				dir := filepath.Join(t.TempDir(), "n", "id")
				if old {
					if err := attempt(dir, 1, quiet()); err != nil {
						t.Fatal(err)
					}
				}
				d := &failingDisk{at: at, err: errCrash, torn: torn}
				err := attempt(dir, 2, d)
				if err == nil {
					steps = at
					break
				}
				if !errors.Is(err, errCrash) {
					t.Fatalf("step %d: %v", at, err)
				}
				seen[whole(t, dir)]++
				if err := attempt(dir, 2, quiet()); err != nil {
					t.Fatalf("after a crash at step %d: %v", at, err)
				}
				if v := whole(t, dir); v != 2 {
					t.Fatalf("after a crash at step %d and another attempt: version %d", at, v)
				}
				list(t, dir, EnvFile, EvalFile, ConfigFile, KeptFile, SummaryFile, TraceFile, UpdatesFile)
			}
			t.Logf("old %v, torn %v: %d steps; left over: %v", old, torn, steps, seen)
			if steps < 30 || seen[2] == 0 || old && seen[1] < 30 || !old && seen[0] < 30 {
				t.Errorf("old %v: %d steps, left over %v: the test does not reach what it is for", old, steps, seen)
			}
		}
	}
}

// list checks which files a folder holds.
func list(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%s holds %v, want %v", dir, got, want)
	}
}

// An error of Create leaves nothing, not even folders.
func TestCreateLeavesNothing(t *testing.T) {
	for at := 1; ; at++ {
		top := t.TempDir()
		d := &onceDisk{failingDisk{at: at, err: syscall.ENOSPC}}
		w, err := Create(Plan{Dir: filepath.Join(top, "results", "n", "id"), Config: []byte("x = 1\n"), Updates: true, disk: d})
		if err == nil {
			w.Close()
			if at < 5 {
				t.Fatalf("only %d steps", at)
			}
			return
		}
		list(t, top)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("as root no folder is read-only: the error is made by hand")
		_, err := Create(Plan{Dir: filepath.Join(t.TempDir(), "id"), disk: &failingDisk{at: 1, err: &fs.PathError{Op: "mkdir", Path: "p", Err: syscall.EACCES}}})
		if err == nil || !strings.Contains(err.Error(), "-out") {
			t.Errorf("%v", err)
		}
		return
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err := Create(Plan{Dir: filepath.Join(dir, "id")})
	if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "-out") {
		t.Errorf("%v", err)
	}
}

// A full disk is an error with a remedy that stays, and no summary.
func TestFullDisk(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "id")
	d := &failingDisk{at: math.MaxInt, err: &fs.PathError{Op: "write", Path: "eval.csv.part", Err: syscall.ENOSPC}}
	w, err := Create(Plan{Dir: dir, Updates: true, disk: d})
	if err != nil {
		t.Fatal(err)
	}
	d.at = 0
	n := 0
	for ; err == nil && n < 1e6; n++ {
		err = w.Update(&Row{Verdict: "applied"})
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Fatalf("after %d rows: %v", n, err)
	}
	if err2 := w.Eval(&Evaluation{Point: "center"}); err2 != err {
		t.Errorf("the next row: %v", err2)
	}
	if err2 := w.Finish(NewSummary(), nil); err2 != err {
		t.Errorf("Finish: %v", err2)
	}
	if there(filepath.Join(dir, SummaryFile)) {
		t.Error("there is a summary.json")
	}
}

// A file where a folder should be.
func TestFolderIsAFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "n"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(Plan{Dir: filepath.Join(dir, "n", "id")}); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("%v", err)
	}
}
