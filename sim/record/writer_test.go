package record

import (
	"bytes"
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

// A failingDisk does what the machine's disk does until step `at`; that step and all later ones fail, as in a crash. With
// torn, a write that fails has written half.
type failingDisk struct {
	osDisk
	step, at int
	err      error
	torn     bool
}

func (d *failingDisk) fails() bool { d.step++; return d.step >= d.at }

func (d *failingDisk) mkdirAll(dir string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.mkdirAll(dir)
}

func (d *failingDisk) open(name string, flag int) (file, error) {
	if d.fails() {
		return nil, d.err
	}
	f, err := d.osDisk.open(name, flag)
	if err != nil {
		return nil, err
	}
	return &failingFile{f, d}, nil
}

func (d *failingDisk) rename(from, to string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.rename(from, to)
}

func (d *failingDisk) remove(name string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.remove(name)
}

// Durability is not what these tests can see.
func (d *failingDisk) syncFiles(...string) error { return d.syncDir("") }

func (d *failingDisk) syncDir(string) error {
	if d.fails() {
		return d.err
	}
	return nil
}

type failingFile struct {
	file
	d *failingDisk
}

func (f *failingFile) Write(b []byte) (int, error) {
	if f.d.fails() {
		if f.d.torn {
			n, _ := f.file.Write(b[:len(b)/2])
			return n, f.d.err
		}
		return 0, f.d.err
	}
	return f.file.Write(b)
}

func (f *failingFile) Truncate(n int64) error {
	if f.d.fails() {
		return f.d.err
	}
	return f.file.Truncate(n)
}

// quiet is a disk that never fails and does not wait for durability.
func quiet() disk { return &failingDisk{at: math.MaxInt} }

var errCrash = errors.New("crash")

// attempt is one small run whose loss is told by version, with a checkpoint after each of its first rows and a mark after every one. Resumed from
// a checkpoint, it goes on with the rows that are missing.
func attempt(dir string, version int, d disk) error {
	p := Plan{Dir: dir, Config: fmt.Appendf(nil, "name = \"n\"\nseed = %d\n[labels]\nmethod = \"M\"\n", version), Updates: true, Center: 2, Keep: true, disk: d,
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
		if err := w.Eval(&EvalRow{TimeS: float64(k), Updates: int64(k), Point: "center", TrainLoss: float64(version)}); err != nil {
			return errors.Join(err, w.Close())
		}
		if err := w.Update(&UpdateRow{Update: int64(k), Loss: float64(version), Verdict: "applied", Center: []float64{1, float64(k)}}); err != nil {
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

// whole says which version a finished run is of, checking that all its files are of the same; 0 if there is none.
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
	if len(evals) != 4 || len(updates) != 4 {
		t.Fatalf("%d evaluations, %d updates", len(evals), len(updates))
	}
	for k := range 4 {
		if evals[k].TrainLoss != float64(version) || updates[k].Loss != float64(version) ||
			evals[k].Updates != int64(k) || updates[k].Center[1] != float64(k) {
			t.Fatalf("version %d, row %d: %+v %+v", version, k, evals[k], updates[k])
		}
	}
	env, err := os.ReadFile(filepath.Join(r.Dir, EnvFile))
	if err != nil || string(env) != fmt.Sprintf("attempt %d\n", version) {
		t.Fatalf("env.txt of version %d: %q, %v", version, env, err)
	}
	return version
}

// A crash at any step leaves the old run, or none, or the new one, and never a mixture; and the next attempt always ends in
// the files of an undisturbed one.
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
				list(t, dir, EnvFile, EvalFile, ConfigFile, KeptFile, SummaryFile, UpdatesFile)
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

// A onceDisk fails at one step only.
type onceDisk struct{ failingDisk }

func (d *onceDisk) fails() bool { d.step++; return d.step == d.at }

func (d *onceDisk) mkdirAll(dir string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.mkdirAll(dir)
}

func (d *onceDisk) open(name string, flag int) (file, error) {
	if d.fails() {
		return nil, d.err
	}
	return d.osDisk.open(name, flag)
}

func (d *onceDisk) rename(from, to string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.rename(from, to)
}

func (d *onceDisk) remove(name string) error { return d.osDisk.remove(name) }

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
	if err := w.Update(&UpdateRow{Center: []float64{1}}); err == nil {
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
			"Eval": w.Eval(&EvalRow{}), "Update": w.Update(&UpdateRow{}), "Checkpoint": w.Checkpoint(nil), "Finish": w.Finish(NewSummary(), nil),
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
		err = w.Update(&UpdateRow{Verdict: "applied"})
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Fatalf("after %d rows: %v", n, err)
	}
	if err2 := w.Eval(&EvalRow{Point: "center"}); err2 != err {
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

// interrupted makes a run with two checkpoints and rows beyond them.
func interrupted(t *testing.T) (Plan, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "id")
	p := Plan{Dir: dir, Config: []byte("name = \"n\"\n"), Updates: true, disk: quiet()}
	w, err := Create(p)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		for range 5000 { // more than the buffer
			if err := w.Update(&UpdateRow{Update: int64(k), Verdict: "applied"}); err != nil {
				t.Fatal(err)
			}
		}
		if k < 2 {
			if err := w.Checkpoint(bytes.Repeat([]byte{byte(k)}, 1000)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	list(t, dir, CheckpointFile, CheckpointFile+previous, EvalFile+partial, ConfigFile, UpdatesFile+partial)
	return p, dir
}

func TestResumeAfterDamage(t *testing.T) {
	flip := func(name string, at int) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			file := filepath.Join(dir, name)
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b[(at+len(b))%len(b)] ^= 4
			if err := os.WriteFile(file, b, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	cut := func(name string, keep int) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, name), int64(keep)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		damage []func(*testing.T, string)
		state  int // of which checkpoint; -1: none
		warn   string
	}{
		{"nothing", nil, 1, ""},
		{"newer version", []func(*testing.T, string){flip(CheckpointFile, len(checkpointMagic)-1)}, 0, "not a checkpoint of this version"},
		{"table's place", []func(*testing.T, string){flip(CheckpointFile, len(checkpointMagic)+3)}, 0, "checksum"},
		{"first byte", []func(*testing.T, string){flip(CheckpointFile, 0)}, 0, "not a checkpoint"},
		{"middle", []func(*testing.T, string){flip(CheckpointFile, 500)}, 0, "checksum"},
		{"last byte", []func(*testing.T, string){flip(CheckpointFile, -1)}, 0, "checksum"},
		{"cut short", []func(*testing.T, string){cut(CheckpointFile, 700)}, 0, "checksum"},
		{"cut to a few bytes", []func(*testing.T, string){cut(CheckpointFile, 25)}, 0, "cut off"},
		{"empty", []func(*testing.T, string){cut(CheckpointFile, 0)}, 0, "not a checkpoint"},
		{"both", []func(*testing.T, string){cut(CheckpointFile, 100), flip(CheckpointFile+previous, 99)}, -1, "checksum"},
		{"table changed early", []func(*testing.T, string){flip(UpdatesFile+partial, 5)}, -1, "not what it was"},
		{"table cut between", []func(*testing.T, string){cut(UpdatesFile+partial, 300000)}, 0, "not what it was"},
		{"table gone", []func(*testing.T, string){func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, UpdatesFile+partial)) }}, -1, "gone"},
		{"newest gone", []func(*testing.T, string){func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, CheckpointFile)) }}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, dir := interrupted(t)
			for _, d := range c.damage {
				d(t, dir)
			}
			w, state, warning, err := Resume(p)
			if c.state < 0 {
				if !errors.Is(err, ErrNoCheckpoint) || !strings.Contains(err.Error(), c.warn) {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(state, bytes.Repeat([]byte{byte(c.state)}, 1000)) {
				t.Fatalf("a state of %d bytes, %v", len(state), state[:1])
			}
			if (warning == "") != (c.warn == "") || !strings.Contains(warning, c.warn) {
				t.Fatalf("warning %q", warning)
			}
			if err := w.Update(&UpdateRow{Update: 99, Verdict: "applied"}); err != nil {
				t.Fatal(err)
			}
			if err := w.Finish(&Summary{Status: Completed}, nil); err != nil {
				t.Fatal(err)
			}
			r, err := LoadRun(dir)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := r.Updates()
			if err != nil {
				t.Fatal(err)
			}
			if n := 5000*(c.state+1) + 1; len(rows) != n || rows[n-1].Update != 99 || rows[n-2].Update != int64(c.state) {
				t.Fatalf("%d rows", len(rows))
			}
			list(t, dir, EnvFile, EvalFile, ConfigFile, SummaryFile, UpdatesFile)
		})
	}
}

func TestResumeOfAnotherPlan(t *testing.T) {
	p, _ := interrupted(t)
	p.Updates = false
	if _, _, _, err := Resume(p); !errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("%v", err)
	}
	p.Dir = t.TempDir()
	if _, _, _, err := Resume(p); !errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("%v", err)
	}
}

// A crash between the summary and the removal of the checkpoint must not take the finished run apart again.
func TestResumeLeavesFinishedRun(t *testing.T) {
	p, dir := interrupted(t)
	for _, name := range []string{EvalFile, UpdatesFile} {
		if err := os.Rename(filepath.Join(dir, name+partial), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := (&Summary{Status: Completed}).encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, SummaryFile), s, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Resume(p); !errors.Is(err, ErrNoCheckpoint) {
		t.Errorf("%v", err)
	}
	r, err := LoadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := r.Updates(); err != nil || len(rows) != 15000 {
		t.Errorf("%d rows, %v", len(rows), err)
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
	if err := w.Eval(&EvalRow{}); err == nil {
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
	list(t, dir, EnvFile, EvalFile, ConfigFile, KeptFile, SummaryFile, UpdatesFile)
	if err := WriteConfig(filepath.Join(dir, "nowhere"), nil); err == nil {
		t.Error("no error")
	}
}

// A run that kept its state is continued elsewhere from its last mark, with its tables as they were then; a state that was marked in a
// session that did not end the run is no longer there.
func TestMark(t *testing.T) {
	dir, to := filepath.Join(t.TempDir(), "id"), filepath.Join(t.TempDir(), "longer")
	if err := attempt(dir, 1, quiet()); err != nil {
		t.Fatal(err)
	}
	p := Plan{Dir: to, Config: []byte("name = \"longer\"\n"), Updates: true, Center: 2, OmitEval: []string{"test_loss", "test_accuracy"}, Keep: true}
	if err := Plant(dir, to); err != nil {
		t.Fatal(err)
	}
	if err := WriteConfig(to, p.Config); err != nil {
		t.Fatal(err)
	}
	w, state, warning, err := Resume(p)
	if err != nil || warning != "" || !bytes.Equal(state, []byte{4, 1}) {
		t.Fatalf("state %v, %q, %v", state, warning, err)
	}
	if err := w.Mark([]byte("unfinished")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, _, _, err = Resume(p); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(&Summary{Status: Completed}, nil); err != nil {
		t.Fatal(err)
	}
	list(t, to, EnvFile, EvalFile, ConfigFile, SummaryFile, UpdatesFile)
	for _, name := range []string{EvalFile, UpdatesFile} {
		was, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if is, err := os.ReadFile(filepath.Join(to, name)); err != nil || !bytes.Equal(is, was) {
			t.Errorf("%s: %q, want %q", name, is, was)
		}
	}
	// The state of another attempt does not fit the tables.
	if err := os.WriteFile(filepath.Join(dir, EvalFile), []byte("time_s\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(to), Plant(dir, to)); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Resume(p); !errors.Is(err, ErrNoCheckpoint) || !strings.Contains(err.Error(), "eval.csv.part is not what it was") {
		t.Errorf("%v", err)
	}
}

// The whole overhead of a trivial run, fsync and all.
func BenchmarkRun(b *testing.B) {
	dir := b.TempDir()
	n := 0
	for b.Loop() {
		w, err := Create(Plan{Dir: filepath.Join(dir, fmt.Sprint(n)), Config: []byte("name = \"x\"\n"), Updates: true})
		if err != nil {
			b.Fatal(err)
		}
		n++
		if err := w.Eval(&EvalRow{Point: "center"}); err != nil {
			b.Fatal(err)
		}
		if err := w.Finish(&Summary{Status: Completed}, []byte("hello\n")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdateRow(b *testing.B) {
	w, err := Create(Plan{Dir: filepath.Join(b.TempDir(), "id"), Updates: true})
	if err != nil {
		b.Fatal(err)
	}
	r := UpdateRow{Update: 123456, TimeS: 12.345678901, Worker: 3, VersionRead: 123450, Version: 123456, Staleness: 6,
		Gap: 0.123456789, GradNorm: 1.0 / 3, UpdateNorm: 1e-3 / 7, Loss: 2.302585, Verdict: "applied", ComputeS: 0.01}
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Update(&r); err != nil {
			b.Fatal(err)
		}
	}
	w.Close()
}
