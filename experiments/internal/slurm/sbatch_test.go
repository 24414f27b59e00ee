//go:build !windows

package slurm

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noise is what sites let sbatch say around the number of a job. No line of it names one.
var noise = []string{
	"------------------------------", "   Welcome to the machine", "--> Checking allocation...OK", "", "sbatch: lua: 3 nodes left",
	"2026-11-30", "12;", ";alpha", "17 jobs are waiting", "20261130054800", "0", "job 5;alpha", "5;alpha beta", "-3", "4.5", "٣",
	"Submitted batch job 4711", "12|RUNNING|n1|None", "\tclusters: alpha;beta",
}

// A saying is something that sbatch may say and do, and what is around it.
type saying struct {
	text   string // ID is the number of the job
	id     string // that text names; "": none
	on     string // cluster beside it
	fails  bool   // sbatch ends with status 1
	queued bool   // squeue knows the job by name
	deaf   bool   // nobody answers questions by name
}

// sayings draws one of every kind.
func sayings(r *rand.Rand) saying {
	flip := func() bool { return r.IntN(2) == 0 }
	s := saying{fails: r.IntN(4) == 0, queued: flip(), deaf: r.IntN(3) == 0}
	var lines []string
	more := func() {
		for range r.IntN(4) {
			lines = append(lines, noise[r.IntN(len(noise))])
		}
	}
	more()
	if flip() {
		lines = append(lines, "99") // an earlier line that names another job
	}
	more()
	if flip() {
		if s.id = "ID"; flip() {
			s.on = "alpha"
			s.id += ";alpha"
		}
		lines = append(lines, []string{"", " "}[r.IntN(2)]+s.id)
		s.id = "1"
		more()
	} else if k := strings.Join(lines, "\n"); strings.Contains("\n"+k+"\n", "\n99\n") {
		s.id = "99"
	}
	s.text = strings.Join(lines, []string{"\n", "\r\n"}[r.IntN(2)])
	if flip() {
		s.text += "\n"
	}
	return s
}

// Whatever sbatch says: its job is noted, or cancelled, or said to be unknown, and "nothing was
// submitted" is said only where that is so.
func TestSbatchSayings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	script := filepath.Join(t.TempDir(), "script.sh")
	writeFile(t, script, "")
	seen := map[string]int{}
	for range 150 {
		s := sayings(r)
		dir := fakeSlurm(t)
		writeFile(t, filepath.Join(dir, "says"), s.text)
		if s.fails {
			writeFile(t, filepath.Join(dir, "status"), "1")
		}
		if s.queued {
			writeFile(t, filepath.Join(dir, "named"), "Welcome\n1\n1\n")
		}
		if s.deaf {
			writeFile(t, filepath.Join(dir, "deaf"), "")
		}
		got, err := Submit(context.Background(), "exp-1", nil, nil, script)
		_, no := os.Stat(filepath.Join(dir, "scancel.calls"))
		cancelled := no == nil
		want := Job{}
		var wantErr error
		kind := "noted"
		switch {
		case s.id != "" && !s.fails:
			want = Job{s.id, s.on}
		case s.queued && !s.deaf:
			kind, want = "found", Job{ID: "1"}
		case s.fails && s.id == "" && !s.deaf:
			kind = "refused"
		case s.deaf:
			kind, wantErr = "unknown", ErrUnknown
		default:
			kind, wantErr = "cancelled", errCancelled
		}
		seen[kind]++
		if got != want || wantErr != nil && !errors.Is(err, wantErr) || (err == nil) != (want.ID != "") || cancelled != (wantErr != nil) || MayRun(err) != (wantErr != nil) {
			t.Errorf("%+v: %v, %v, cancelled %t; want %v, %s", s, got, err, cancelled, want, kind)
		}
		if err != nil && wantErr != nil && strings.Contains(Refused(err, "").Error(), "nothing was submitted") {
			t.Errorf("%+v: %v", s, Refused(err, ""))
		}
	}
	for _, kind := range []string{"noted", "found", "refused", "unknown", "cancelled"} {
		if seen[kind] == 0 {
			t.Errorf("nothing drawn that is %s", kind)
		}
	}
}

// Which clusters sbatch chooses from is what its arguments say last, or else its environment.
func TestClusters(t *testing.T) {
	for text, want := range map[string]string{"": "env", "-M a": "a", "-Ma,b": "a,b", "--clusters=a -p x": "a", "--clusters a --clusters=b": "b", "-p M": "env", "--cluster-constraint=x": "env"} {
		t.Setenv("SLURM_CLUSTERS", "no")
		t.Setenv("SBATCH_CLUSTERS", "env")
		args, err := Args(text)
		if got := Clusters(args); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

// fakeSlurm puts commands in front of PATH that do as Slurm's. It returns a folder that says how
// they behave.
func fakeSlurm(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs("../../testdata/slurm/fake")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_SLURM", dir)
	return dir
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
