//go:build !windows

package experiments

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"staleness/experiments/internal/slurm"
	"staleness/internal/testspeed"
)

// lab brings up a real Slurm of four nodes on this host.
func lab(t *testing.T) string {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, c := range []string{"sbatch", "slurmctld", "slurmd", "munged", "setsid"} {
		if _, err := exec.LookPath(c); err != nil {
			t.Skipf("no Slurm on this machine: %v; apt-get install -y --no-install-recommends slurm-wlm munge", err)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("a Slurm of one's own needs root")
	}
	root, err := os.MkdirTemp("", "slurm")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	// munged wants its socket where all could reach it
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "lab")
	t.Setenv("SLURM_BASEPORT", strconv.Itoa(freePorts(t, 5)))
	t.Cleanup(func() {
		if out, err := exec.Command("testdata/slurm/down.sh", dir).CombinedOutput(); err != nil {
			t.Errorf("down.sh: %v: %s", err, out)
		}
	})
	out, err := exec.Command("testdata/slurm/up.sh", dir, "4").CombinedOutput()
	if err != nil {
		t.Fatalf("up.sh: %v: %s", err, out)
	}
	t.Setenv("SLURM_CONF", strings.TrimSpace(string(out)))
	t.Setenv(childEnv, "1")
	return dir
}

// freePorts finds n ports in a row.
func freePorts(t *testing.T, n int) int {
	t.Helper()
search:
	for base := 21000 + os.Getpid()%10000; base < 60000; base += n {
		for p := base; p < base+n; p++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
			if err != nil {
				continue search
			}
			l.Close()
		}
		return base
	}
	t.Fatal("no ports")
	return 0
}

// A sweep of every kind of method by a real Slurm of four nodes leaves what the local engine
// leaves, byte for byte.
func TestSlurm(t *testing.T) {
	lab(t)
	text := everyMethod(t, 400/testspeed.Slower)
	_, _, _, local := command(t, text)
	status, _, stderr, out := command(t, text, "-engine", "slurm", "-slurm-shard", "10ms")
	if status != Done {
		t.Fatalf("exit status %d: %s", status, stderr)
	}
	t.Log(stderr)
	compare(t, "by Slurm", recordsOnly(t, out), recordsOnly(t, local))
	await(t, "the report of the job that collects", func() bool {
		b, err := os.ReadFile(filepath.Join(slurm.Home(filepath.Join(out, "all")), reportText))
		return err == nil && strings.HasPrefix(string(b), "all: all of ")
	})
	status, _, stderr, _ = command(t, small, "-engine", "slurm", "-slurm-args", "--partition=nope")
	if want := "slurm: -slurm-args --partition=nope: sbatch: invalid partition specified: nope"; status != Usage || !strings.Contains(stderr, want) {
		t.Errorf("exit status %d: %s", status, stderr)
	}
}

// The session is killed, then a node, and when that is missed and its element is back in the queue,
// the controller, which comes back: the result is the same.
func TestSlurmTorture(t *testing.T) {
	if os.Getenv(tortureEnv) == "" {
		t.Skip("takes a minute or two: make torture")
	}
	dir := lab(t)
	text := everyMethod(t, 30000)
	_, _, _, local := command(t, text)
	file := filepath.Join(t.TempDir(), "exp.toml")
	write(t, file, text)
	out := filepath.Join(filepath.Dir(file), "results")
	home := filepath.Join(out, "all")

	session := child(false, file, "-out", out, "-engine", "slurm", "-slurm-shard", "3s")
	var said bytes.Buffer
	session.Stdout, session.Stderr = &said, &said
	if err := session.Start(); err != nil {
		t.Fatal(err)
	}
	hit := "0"
	// an element may end in the moment before its node dies
	for _, node := range []string{"n2", "n3", "n4"} {
		await(t, "elements that run on node "+node, func() bool { return on(node) })
		if node == "n2" {
			if err := session.Process.Kill(); err != nil { // the terminal is closed
				t.Fatal(err)
			}
			session.Wait()
		}
		if hit = must(t, "testdata/slurm/kill-node.sh", dir, node); hit != "0" {
			break
		}
	}
	if hit == "0" {
		t.Fatal("no node died while it computed")
	}
	session = child(false, "-resume", home)
	session.Stdout, session.Stderr = &said, &said
	if err := session.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "an element to be put back into the queue", func() bool {
		return strings.ContainsAny(must(t, "squeue", "-h", "-r", "-t", "all", "-O", "RestartCnt"), "123456789")
	})
	must(t, "testdata/slurm/controller.sh", dir)
	err := session.Wait()
	t.Log(said.String())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "by Slurm with a node killed", recordsOnly(t, out), recordsOnly(t, local))
}

// on says whether something runs on a node.
func on(node string) bool {
	out, err := exec.Command("squeue", "-h", "-t", "R", "-w", node, "-o", "%i").Output()
	return err == nil && len(bytes.TrimSpace(out)) > 0
}

func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("gave up waiting for %s", what)
}
