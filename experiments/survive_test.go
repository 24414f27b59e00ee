//go:build !windows

package experiments

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"staleness/results"
)

// long is a run that saves itself many times before it ends.
const long = `
[problem]
kind = "quadratic"
noise = 0.1
[strategy]
kind = "downpour"
window = 3
[cluster]
workers = 4
compute = {law = "exponential", mean = "10ms"}
[eval]
updates = 1000
[stop]
updates = 60000
[record]
updates = true
`

// upTo is the setting that stops a run at so many updates, fewer where everything is slow.
func upTo(updates int) string { return fmt.Sprintf("stop.updates=%d", updates/slow) }

// experimentFile puts an experiment and the folder of its results into a folder of the test.
func experimentFile(t *testing.T, text string) (file, out string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "exp.toml")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file, filepath.Join(dir, "results")
}

// session runs experiments/run in this process.
func session(args ...string) (status int, said string) {
	var o bytes.Buffer
	status = Main(args, &o, &o)
	return status, o.String()
}

// killed starts a session and kills it once ready says so; false: it ended before.
func killed(t *testing.T, ready func() bool, args ...string) bool {
	t.Helper()
	c := child(false, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- c.Wait() }()
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for !ready() {
		select {
		case err := <-exited:
			if err != nil {
				t.Fatalf("it failed before it was to be killed: %v", err)
			}
			return false
		case <-poll.C:
		}
	}
	c.Process.Kill()
	<-exited
	return true
}

// A checkpoint that is damaged is found out, and the one before it, or the beginning, used instead, with a word; the bits are the same.
func TestDamagedCheckpoint(t *testing.T) {
	// On a slow disk a run may be over before it has saved itself twice: then a longer one is taken.
	for n := 120000; !damagedCheckpoints(t, n); n *= 4 {
		if n > 1e8 {
			t.Fatalf("a run of %d gradients saves itself less than twice", n)
		}
	}
}

// damagedCheckpoints tries all damages on runs of n gradients; false: such a run is too short.
func damagedCheckpoints(t *testing.T, n int) bool {
	t.Helper()
	file, out := experimentFile(t, long+"gap = false\n")
	calm := filepath.Join(filepath.Dir(out), "calm")
	if status, said := session(file, "-out", calm, "-set", upTo(n)); status != Done {
		t.Fatal(said)
	}
	want := records(t, calm)
	flip := func(name string) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)/2] ^= 4
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cut := func(name string) {
		if err := os.Truncate(name, 100); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what   string
		damage func(dir string)
		say    string
	}{
		{"nothing", func(string) {}, "1 run, 1 computed, 1 of them gone on with"},
		{"the last", func(dir string) { flip(filepath.Join(dir, results.CheckpointFile)) }, "going on from checkpoint.old"},
		{"both", func(dir string) {
			cut(filepath.Join(dir, results.CheckpointFile))
			flip(filepath.Join(dir, results.CheckpointFile+".old"))
		}, "starting afresh"},
		{"a table", func(dir string) { flip(filepath.Join(dir, results.UpdatesFile+".part")) }, "is not what it was at this checkpoint"},
		{"a table is gone", func(dir string) { os.Remove(filepath.Join(dir, results.UpdatesFile+".part")) }, "starting afresh"},
	} {
		os.RemoveAll(out)
		var dir string
		if !killed(t, func() bool {
			if old := glob(t, filepath.Join(out, "exp", "*", results.CheckpointFile+".old")); len(old) > 0 {
				dir = filepath.Dir(old[0])
			}
			return dir != "" && hasCheckpoint(dir)
		}, file, "-out", out, "-checkpoint", "1ms", "-set", upTo(n)) {
			return false
		}
		if !hasCheckpoint(dir) {
			os.Rename(filepath.Join(dir, results.CheckpointFile+".old"), filepath.Join(dir, results.CheckpointFile)) // killed between two renames
			if c.what != "nothing" {
				continue
			}
		}
		c.damage(dir)
		status, said := session(file, "-out", out, "-set", upTo(n))
		if status != Done || !strings.Contains(said, c.say) {
			t.Errorf("%s damaged: exit status %d, want %q in %s", c.what, status, c.say, said)
		}
		compare(t, c.what, records(t, out), want)
	}
	return true
}

// A run with a later stop goes on from a finished one that kept its state, to the bits of a run from the beginning.
func TestContinue(t *testing.T) {
	file, out := experimentFile(t, long)
	if status, said := session(file, "-out", out, "-checkpoint", "1ms", "-keep", "-set", upTo(60000)); status != Done {
		t.Fatal(said)
	}
	if len(glob(t, filepath.Join(out, "exp", "*", results.KeptFile))) != 1 {
		t.Fatal("no state was kept")
	}
	status, said := session(file, "-out", out, "-set", upTo(90000))
	if status != Done || !strings.Contains(said, "1 of them gone on with") {
		t.Errorf("exit status %d: %s", status, said)
	}
	if status, said := session(file, "-out", out, "-set", upTo(30000)); status != Done || strings.Contains(said, "gone on with") {
		t.Errorf("an earlier stop: exit status %d: %s", status, said)
	}
	if status, said := session(file, "-out", out, "-set", upTo(70000), "-set", "seed=2"); status != Done || strings.Contains(said, "gone on with") {
		t.Errorf("another seed: exit status %d: %s", status, said)
	}
	calm := filepath.Join(filepath.Dir(out), "calm")
	for _, set := range [][]string{{upTo(60000)}, {upTo(90000)}, {upTo(30000)}, {upTo(70000), "-set", "seed=2"}} {
		if status, said := session(append([]string{file, "-out", calm, "-set"}, set...)...); status != Done {
			t.Fatal(said)
		}
	}
	got := records(t, out)
	for name := range got {
		if filepath.Base(name) == results.KeptFile {
			delete(got, name)
		}
	}
	compare(t, "continued", got, records(t, calm))
}

// Two sessions on one folder share the work: every run is computed by one of them.
func TestShare(t *testing.T) {
	file, out := experimentFile(t, "repeat = 40\n"+strings.Replace(long, "60000", strconv.Itoa(3000/slow), 1))
	calm := filepath.Join(filepath.Dir(out), "calm")
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	var both sync.WaitGroup
	var said [2]string
	for i := range said {
		both.Go(func() {
			status := 0
			if status, said[i] = session(file, "-out", out, "-jobs", "2"); status != Done {
				t.Errorf("exit status %d: %s", status, said[i])
			}
		})
	}
	both.Wait()
	computed := 0
	for _, s := range said {
		if _, rest, ok := strings.Cut(s, "exp: 40 runs, "); ok {
			for _, part := range strings.Split(rest, ", ") {
				if n, ok := strings.CutSuffix(part, " computed"); ok {
					k, _ := strconv.Atoi(n)
					computed += k
				}
			}
		}
	}
	if computed != 40 {
		t.Errorf("40 runs, %d computed:\n%s%s", computed, said[0], said[1])
	}
	compare(t, "shared", records(t, out), records(t, calm))
}

// A folder that is deleted under a sweep fails the runs in it, and they are tried again.
func TestDeletedFolder(t *testing.T) {
	var once sync.Once
	file, out := experimentFile(t, "repeat = 4\n"+strings.Replace(strings.Replace(small, "asgd", "touchy", 1), "updates = 6", "updates = 300", 1))
	touched = func() {
		once.Do(func() {
			if err := os.RemoveAll(out); err != nil && !os.IsNotExist(err) {
				t.Log(err)
			}
		})
	}
	status, said := session(file, "-out", out, "-retries", "2", "-jobs", "1")
	touched = func() {}
	if status != Done {
		t.Errorf("exit status %d: %s", status, said)
	}
	if rs, err := results.Load(out); err != nil || len(rs) != 4 {
		t.Errorf("%d runs, %v", len(rs), err)
	}
}

// Failed runs are tried again after all others; -fail-fast stops at the first.
func TestRetriesAndFailFast(t *testing.T) {
	text := "repeat = 5\n" + strings.Replace(strings.Replace(small, "asgd", "touchy", 1), "updates = 6", "updates = 300", 1)
	var once sync.Once
	touched = func() { once.Do(func() { panic("a passing failure") }) }
	if status, _, stderr, _ := command(t, text, "-jobs", "1"); status != Done || !strings.Contains(stderr, "it will be tried again") || !strings.Contains(stderr, "5 runs, 5 computed") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	touched = func() { panic("a lasting failure") }
	if status, _, stderr, _ := command(t, text, "-jobs", "1", "-fail-fast", "-retries", "0"); status != Failed || !strings.Contains(stderr, "5 runs, 1 failed, 4 not finished") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr, _ := command(t, text, "-jobs", "1", "-retries", "0"); status != Failed || !strings.Contains(stderr, "5 runs, 5 failed") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	touched = func() {}
}

// A folder of a finished run that a crash left untidy is tidied when the run is found again, and old locks are removed.
func TestTidied(t *testing.T) {
	file, out := experimentFile(t, "repeat = 2\n"+small)
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	want := records(t, out)
	var dir string
	filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if d.Name() == results.SummaryFile {
			dir = filepath.Dir(path)
		}
		return err
	})
	for _, name := range []string{results.CheckpointFile, results.CheckpointFile + ".old", results.CheckpointFile + ".tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("left by a crash"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if status, said := session(file, "-out", out); status != Done || !strings.Contains(said, "2 found finished") {
		t.Errorf("exit status %d: %s", status, said)
	}
	compare(t, "tidied", records(t, out), want)
}
