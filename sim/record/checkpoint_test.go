package record

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
			if err := w.Update(&Row{Update: int64(k), Verdict: "applied"}); err != nil {
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
			goesOn(t, w, dir, c.state)
		})
	}
}

// goesOn finishes a run that was taken up at one of its checkpoints, and looks at what it left.
func goesOn(t *testing.T, w *Writer, dir string, state int) {
	t.Helper()
	if err := w.Update(&Row{Update: 99, Verdict: "applied"}); err != nil {
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
	if n := 5000*(state+1) + 1; len(rows) != n || rows[n-1].Update != 99 || rows[n-2].Update != int64(state) {
		t.Fatalf("%d rows", len(rows))
	}
	list(t, dir, EnvFile, EvalFile, ConfigFile, SummaryFile, UpdatesFile)
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

// A crash between the summary and the removal of the checkpoint must not take the finished run
// apart again.
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

// A run that kept its state is continued elsewhere from its last mark, with its tables as they were
// then; a state that was marked in a session that did not end the run is no longer there.
func TestMark(t *testing.T) {
	dir, to := filepath.Join(t.TempDir(), "id"), filepath.Join(t.TempDir(), "longer")
	if err := attempt(dir, 1, quiet()); err != nil {
		t.Fatal(err)
	}
	p := Plan{Dir: to, Config: []byte("name = \"longer\"\n"), Updates: true, Center: 2, Trace: true, OmitEval: []string{"test_loss", "test_accuracy"}, Keep: true}
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
	list(t, to, EnvFile, EvalFile, ConfigFile, SummaryFile, TraceFile, UpdatesFile)
	for _, name := range []string{EvalFile, UpdatesFile, TraceFile} {
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
