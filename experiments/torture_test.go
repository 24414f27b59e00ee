//go:build !windows

package experiments

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"staleness/experiments/internal/files"
	"staleness/internal/testspeed"
	"staleness/plots/page"
	"staleness/sim/record"
)

// childEnv makes the test binary the command experiments/run, so that it can be killed; an absolute
// path makes it a named experiment of the files there.
const childEnv = "STALENESS_TEST_CHILD"

// tortureEnv is how many kills make a torture; see the Makefile.
const tortureEnv = "STALENESS_TORTURE"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		patience = 0
	}
	switch dir := os.Getenv(childEnv); {
	case dir == "":
	case filepath.IsAbs(dir): // an experiment of several files
		os.Exit(Program{Name: "torture", Files: os.DirFS(dir)}.Main(os.Args[1:], os.Stdout, os.Stderr))
	default:
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// child is the command experiments/run in a process group of its own; tree puts a shell above it.
func child(tree bool, args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	if tree {
		c = exec.Command("sh", append([]string{"-c", `"$0" "$@"; exit $?`, os.Args[0]}, args...)...)
	}
	c.Env = append(os.Environ(), childEnv+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

// records are the files below a folder, without what may differ.
func records(t *testing.T, dir string) map[string]string {
	t.Helper()
	fs := filesOf(t, dir)
	for name := range fs {
		if slices.Contains([]string{record.EnvFile, page.SessionFile, files.PageFile}, filepath.Base(name)) {
			delete(fs, name)
		}
	}
	return fs
}

func compare(t *testing.T, when string, got, want map[string]string) {
	t.Helper()
	for name, text := range want {
		if g, ok := got[name]; !ok {
			t.Errorf("%s: %s is missing", when, name)
		} else if g != text {
			t.Errorf("%s: %s differs\n%s\nwant\n%s", when, name, head10(g), head10(text))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s should not be there", when, name)
		}
	}
}

// A sweep of every kind of method that is killed again and again, the process alone or with all
// above it, sometimes with a second session on the same folder, leaves what an undisturbed one
// leaves, byte for byte.
func TestTorture(t *testing.T) {
	kills, gradients := 10, 1500
	if s := os.Getenv(tortureEnv); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		kills, gradients = n, 8000
	} else if testing.Short() || testspeed.Slower > 1 {
		kills, gradients = 2, 1500/testspeed.Slower
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "all.toml"), everyMethod(t, gradients))
	write(t, filepath.Join(dir, "tuned.toml"), tunedSweep(gradients))
	command := func(tree bool, args ...string) *exec.Cmd {
		c := child(tree, args...)
		c.Env = append(c.Env, childEnv+"="+dir)
		return c
	}
	run := func(out string) {
		t.Helper()
		if text, err := command(false, "-out", out, "-checkpoint", "0").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	calm := filepath.Join(dir, "calm")
	began := time.Now()
	run(calm)
	whole := time.Since(began)
	want := records(t, calm)
	if len(want) < 3*90 {
		t.Fatalf("only %d files", len(want))
	}

	out := filepath.Join(dir, "killed")
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	resumed, sweeps := 0, 0
	for n := 0; n < kills; {
		whole, killed := killedSessions(t, r, float64(whole)/2, func() *exec.Cmd {
			return command(r.IntN(2) == 0, "-out", out, "-checkpoint", "2ms", "-jobs", strconv.Itoa(1+r.IntN(3)))
		})
		if killed {
			n++
		}
		resumed += len(glob(t, filepath.Join(out, "all", "*", record.CheckpointFile)))
		if whole {
			sweeps++
			compare(t, fmt.Sprintf("after %d kills", n), records(t, out), want)
			if err := os.RemoveAll(out); err != nil {
				t.Fatal(err)
			}
		}
		if t.Failed() {
			return
		}
	}
	run(out)
	compare(t, "at the end", records(t, out), want)
	t.Logf("%d kills, %d sweeps, %d times a run had a checkpoint to go on from; an undisturbed sweep took %v", kills, sweeps+1, resumed, whole)
	if resumed == 0 && kills > 10 {
		t.Error("no run was ever interrupted: the torture tests nothing")
	}
}

// killedSessions starts one session or two at once, and kills them at some instant before the
// longest. It says whether one came to the end of the sweep before, or whether they were killed.
func killedSessions(t *testing.T, r *rand.Rand, longest float64, session func() *exec.Cmd) (whole, killed bool) {
	t.Helper()
	var said bytes.Buffer
	var sessions []*exec.Cmd
	for i := range 1 + r.IntN(4)/3 {
		c := session()
		if i == 0 {
			c.Stderr = &said
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, c)
	}
	signal := syscall.SIGKILL
	if r.IntN(6) == 0 {
		signal = syscall.SIGTERM
	}
	instant := time.NewTimer(time.Duration(r.Float64() * longest))
	exited := make(chan error, len(sessions))
	for _, c := range sessions {
		go func() { exited <- c.Wait() }()
	}
	select {
	case err := <-exited: // it came to its end before
		instant.Stop()
		if err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		whole = len(sessions) == 1
		for range len(sessions) - 1 {
			if err := <-exited; err != nil {
				t.Fatal(err)
			}
			whole = true
		}
	case <-instant.C:
		killed = true
		for _, c := range sessions {
			syscall.Kill(-c.Process.Pid, signal)
		}
		for range sessions {
			<-exited
		}
	}
	return whole, killed
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}
