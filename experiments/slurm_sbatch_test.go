//go:build !windows

package experiments

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
	write(t, script, "")
	seen := map[string]int{}
	for range 150 {
		s := sayings(r)
		dir := fake(t)
		write(t, filepath.Join(dir, "says"), s.text)
		if s.fails {
			write(t, filepath.Join(dir, "status"), "1")
		}
		if s.queued {
			write(t, filepath.Join(dir, "named"), "Welcome\n1\n1\n")
		}
		if s.deaf {
			write(t, filepath.Join(dir, "deaf"), "")
		}
		got, err := sbatch(context.Background(), "exp-1", nil, nil, script)
		_, no := os.Stat(filepath.Join(dir, "scancel.calls"))
		cancelled := no == nil
		want := job{}
		var wantErr error
		kind := "noted"
		switch {
		case s.id != "" && !s.fails:
			want = job{s.id, s.on}
		case s.queued && !s.deaf:
			kind, want = "found", job{id: "1"}
		case s.fails && s.id == "" && !s.deaf:
			kind = "refused"
		case s.deaf:
			kind, wantErr = "unknown", errUnknown
		default:
			kind, wantErr = "cancelled", errCancelled
		}
		seen[kind]++
		if got != want || wantErr != nil && !errors.Is(err, wantErr) || (err == nil) != (want.id != "") || cancelled != (wantErr != nil) || mayRun(err) != (wantErr != nil) {
			t.Errorf("%+v: %v, %v, cancelled %t; want %v, %s", s, got, err, cancelled, want, kind)
		}
		if err != nil && wantErr != nil && strings.Contains(refusedBy(err, "").Error(), "nothing was submitted") {
			t.Errorf("%+v: %v", s, refusedBy(err, ""))
		}
	}
	for _, kind := range []string{"noted", "found", "refused", "unknown", "cancelled"} {
		if seen[kind] == 0 {
			t.Errorf("nothing drawn that is %s", kind)
		}
	}
}

// A greeting around the number of a job changes nothing.
func TestSlurmBanner(t *testing.T) {
	for _, says := range []string{"Welcome\n--> allocation OK\nID\n", "ID\nBye\n", "Welcome\nID;alpha\n"} {
		dir := fake(t)
		write(t, filepath.Join(dir, "says"), says)
		status, _, stderr, out := command(t, small, "-engine", "slurm")
		if status != Done || !strings.Contains(stderr, "submitted 1 run as job 1") {
			t.Errorf("%q: exit status %d: %s", says, status, stderr)
		}
		var jobs roundJobs
		if err := readJSON(filepath.Join(atHome(filepath.Join(out, "exp")), "round-1", jobsFile), &jobs); err != nil || jobs.Array != "1" || jobs.Collect != "2" {
			t.Errorf("%q: %+v, %v", says, jobs, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "3.args")); err == nil {
			t.Errorf("%q: submitted again", says)
		}
	}
}

// Where nobody can say whether a job was submitted, the session says just that, and the next one
// looks for it before it submits anything.
func TestSlurmUnknown(t *testing.T) {
	dir := fake(t)
	file, out := experimentFile(t, small)
	write(t, filepath.Join(dir, "lose"), "0\n")
	write(t, filepath.Join(dir, "says"), "Welcome\n")
	write(t, filepath.Join(dir, "deaf"), "")
	status, said := session(file, "-out", out, "-engine", "slurm")
	if status != Failed || !strings.Contains(said, errUnknown.Error()) || strings.Contains(said, "nothing was submitted") {
		t.Errorf("exit status %d: %s", status, said)
	}
	if err := os.Remove(filepath.Join(dir, "deaf")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "named"), "1\n")
	write(t, filepath.Join(dir, "queue"), "1_0|RUNNING|n1|None\n")
	status, said = session(file, "-out", out, "-engine", "slurm", "-fresh")
	if status != Usage || !strings.Contains(said, "1 run of this experiment under way, as job 1:") {
		t.Errorf("exit status %d: %s", status, said)
	}
}

// The cluster that sbatch chose goes to every command that speaks of its job.
func TestSlurmClusters(t *testing.T) {
	for _, c := range []struct{ says, args string }{{"ID;alpha\n", ""}, {"ID\n", "--clusters=alpha"}, {"ID;alpha\n", "-M alpha,beta"}, {"ID;alpha\n", "-Mbeta,alpha"}} {
		dir := fake(t)
		write(t, filepath.Join(dir, "says"), c.says)
		write(t, filepath.Join(dir, "lose"), "0\n")
		write(t, filepath.Join(dir, "queue"), "CLUSTER: alpha\n1_0|CANCELLED|n1|None\n")
		file, out := experimentFile(t, small)
		line := []string{file, "-out", out, "-engine", "slurm", "-slurm-args", c.args}
		if status, said := session(line...); status != Failed || !strings.Contains(said, "as job 1 on cluster alpha,") || !strings.Contains(said, "element 1_0 is cancelled") {
			t.Errorf("%+v: exit status %d: %s", c, status, said)
		}
		collect := read(t, filepath.Join(dir, "2.args"))
		if i := strings.LastIndex(collect, "--clusters="); i < 0 || !strings.HasPrefix(collect[i:], "--clusters=alpha\n") {
			t.Errorf("%+v: the job that collects: %s", c, collect)
		}
		write(t, filepath.Join(dir, "queue"), "1_0|RUNNING|n1|None\n")
		if status, said := session(append(line, "-fresh")...); status != Usage || !strings.Contains(said, "scancel -M alpha 1 2,") {
			t.Errorf("%+v: exit status %d: %s", c, status, said)
		}
		for call := range strings.Lines(read(t, filepath.Join(dir, "squeue.calls"))) {
			if !strings.HasPrefix(call, "-M alpha ") {
				t.Errorf("%+v: squeue %s", c, call)
			}
		}
	}
}

// Which clusters sbatch chooses from is what its arguments say last, or else its environment.
func TestClusters(t *testing.T) {
	for text, want := range map[string]string{"": "env", "-M a": "a", "-Ma,b": "a,b", "--clusters=a -p x": "a", "--clusters a --clusters=b": "b", "-p M": "env", "--cluster-constraint=x": "env"} {
		t.Setenv("SLURM_CLUSTERS", "no")
		t.Setenv("SBATCH_CLUSTERS", "env")
		args, err := sbatchArgs(text)
		if got := clusters(args); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
