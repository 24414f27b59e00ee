//go:build !windows

package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/experiments/internal/slurm"
)

// A greeting around the number of a job changes nothing.
func TestSlurmBanner(t *testing.T) {
	for _, says := range []string{"Welcome\n--> allocation OK\nID\n", "ID\nBye\n", "Welcome\nID;alpha\n"} {
		dir := fake(t)
		write(t, filepath.Join(dir, "says"), says)
		status, _, stderr, out := command(t, small, "-engine", "slurm")
		if status != Done || !strings.Contains(stderr, "submitted 1 run as job 1") {
			t.Errorf("%q: exit status %d: %s", says, status, stderr)
		}
		var jobs slurm.RoundJobs
		if err := slurm.ReadJSON(filepath.Join(slurm.Home(filepath.Join(out, "exp")), "round-1", slurm.JobsFile), &jobs); err != nil || jobs.Array != "1" || jobs.Collect != "2" {
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
	if status != Failed || !strings.Contains(said, slurm.ErrUnknown.Error()) || strings.Contains(said, "nothing was submitted") {
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
