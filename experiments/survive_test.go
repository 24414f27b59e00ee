//go:build !windows

package experiments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"staleness/experiments/internal/files"
	"staleness/internal/testspeed"
	"staleness/sim/record"
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
func upTo(updates int) string { return fmt.Sprintf("stop.updates=%d", updates/testspeed.Slower) }

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

// A checkpoint that is damaged is found out, and the one before it, or the beginning, used instead,
// with a word; the bits are the same.
func TestDamagedCheckpoint(t *testing.T) {
	// On a slow disk a run may be over before it has saved itself twice: then a longer one is
	// taken.
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
	flip := func(name string, at func(size int) int) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b[at(len(b))] ^= 4
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	middle := func(size int) int { return size / 2 }
	// before any checkpoint, for what was written after the last one does not count
	early := func(int) int { return 50 }
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
		{"the last", func(dir string) { flip(filepath.Join(dir, record.CheckpointFile), middle) }, "going on from checkpoint.old"},
		{"both", func(dir string) {
			cut(filepath.Join(dir, record.CheckpointFile))
			flip(filepath.Join(dir, record.CheckpointFile+".old"), middle)
		}, "starting afresh"},
		{"a table", func(dir string) { flip(filepath.Join(dir, record.UpdatesFile+".part"), early) }, "is not what it was at this checkpoint"},
		{"a table is gone", func(dir string) { os.Remove(filepath.Join(dir, record.UpdatesFile+".part")) }, "starting afresh"},
	} {
		os.RemoveAll(out)
		var dir string
		if !killed(t, func() bool {
			if old := glob(t, filepath.Join(out, "exp", "*", record.CheckpointFile+".old")); len(old) > 0 {
				dir = filepath.Dir(old[0])
			}
			return dir != "" && hasCheckpoint(dir)
		}, file, "-out", out, "-checkpoint", "1ms", "-set", upTo(n)) {
			return false
		}
		if !hasCheckpoint(dir) {
			// killed between two renames
			os.Rename(filepath.Join(dir, record.CheckpointFile+".old"), filepath.Join(dir, record.CheckpointFile))
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

// A run with a later stop goes on from a finished one that kept its state, to the bits of a run
// from the beginning, for all kinds of methods and stops.
func TestContinue(t *testing.T) {
	const digits = "[problem]\nkind = \"mlp\"\ndata = \"digits\"\ntest = 0.2\nhidden = [8]\nbatch = 8\n"
	const cluster = "[cluster]\nworkers = 4\ncompute = {law = \"exponential\", mean = \"10ms\"}\nup = {latency = \"1ms\"}\n"
	const recorded = "[eval]\nupdates = 30\n[record]\nupdates = true\n"
	for _, c := range []struct {
		what, text string
		stop, next string
	}{
		{"updates of downpour", strings.Replace(long, "[stop]\nupdates = 60000\n", "", 1), "updates = 3000", "updates = 4000"},
		{"gradients of windows", digits + "[strategy]\nkind = \"agn\"\nwindow = 4\n" + cluster + recorded, "gradients = 700", "gradients = 1100"},
		{"time of elastic averaging", digits + "[strategy]\nkind = \"aeasgd\"\nwindow = 3\n" + cluster + "[eval]\nevery = \"0.1s\"\n", `time = "1s"`, `time = "1.55s"`},
		{"pushes in rounds", digits + "[strategy]\nkind = \"sync\"\n" + cluster + recorded, "pushes = 300", "pushes = 501"},
		{"epochs of an optimizer with memory", digits + "[strategy]\nkind = \"downpour\"\nwindow = 2\nlocal = {kind = \"adam\"}\n" + cluster + recorded, "epochs = 1.5", "epochs = 2"},
		{"a lower target", digits + "[strategy]\nkind = \"asgd\"\n" + cluster + recorded, "updates = 3000\ntrain_loss = 1.5", "updates = 3000\ntrain_loss = 1.0"},
		{"no more target", digits + "[strategy]\nkind = \"fedbuff\"\nbuffer = 3\nwindow = 3\n" + cluster + recorded, "updates = 200\ntest_accuracy = 0.4", "updates = 250"},
		{"portions", strings.Replace(digits, "batch = 8\n", "", 1) + "[strategy]\nkind = \"sandblaster\"\nsamples = 400\n" + cluster + recorded, "gradients = 600", "gradients = 900"},
		{"turns", digits + "[strategy]\nkind = \"admm\"\n" + cluster + recorded, "updates = 200", "updates = 300"},
		{"injected staleness", digits + "[strategy]\nkind = \"dc-asgd\"\nform = \"adaptive\"\n[cluster]\nworkers = 4\n[staleness]\nlaw = \"geometric\"\np = 0.3\n" + recorded, "updates = 200", "updates = 400"},
		{"float64", strings.Replace(digits, "kind", "precision = \"float64\"\nkind", 1) + "[strategy]\nkind = \"eamsgd\"\n" + cluster + recorded, "gradients = 900", "gradients = 1300"},
	} {
		t.Run(c.what, func(t *testing.T) {
			file, out := experimentFile(t, c.text+"[stop]\n"+c.stop+"\n")
			if status, said := session(file, "-out", out, "-keep"); status != Done {
				t.Fatal(said)
			}
			was := glob(t, filepath.Join(out, "exp", "*", record.KeptFile))
			if len(was) != 1 {
				t.Fatal("no state was kept")
			}
			write(t, file, c.text+"[stop]\n"+c.next+"\n")
			if status, said := session(file, "-out", out); status != Done || !strings.Contains(said, "1 of them gone on with") {
				t.Fatalf("exit status %d: %s", status, said)
			}
			if err := os.RemoveAll(filepath.Dir(was[0])); err != nil {
				t.Fatal(err)
			}
			calm := filepath.Join(filepath.Dir(out), "calm")
			if status, said := session(file, "-out", calm); status != Done || strings.Contains(said, "gone on with") {
				t.Fatalf("exit status %d: %s", status, said)
			}
			compare(t, "continued", records(t, out), records(t, calm))
		})
	}
}

// What is kept is of shortly before the end, however seldom the run saves itself, and serves no run
// but a later part of itself.
func TestContinueFromTheEnd(t *testing.T) {
	touched = func() {}
	patience = 0
	defer func() { touched, patience = nil, 20 }()
	file, out := experimentFile(t, strings.NewReplacer("asgd", "touchy", "updates = 6", "updates = 2000").Replace(small))
	if status, said := session(file, "-out", out, "-keep", "-checkpoint", "0"); status != Done {
		t.Fatal(said)
	}
	touched = func() { panic("the hundredth step was taken again") }
	if status, said := session(file, "-out", out, "-retries", "0", "-set", "stop.updates=2100"); status != Done || !strings.Contains(said, "1 of them gone on with") {
		t.Errorf("exit status %d: %s", status, said)
	}
	touched = func() {}
	for _, other := range [][]string{{"-set", "stop.updates=1000"}, {"-set", "stop.updates=3000", "-set", "seed=2"}, {"-set", `stop.time="1h"`}} {
		if status, said := session(append([]string{file, "-out", out}, other...)...); status != Done || strings.Contains(said, "gone on with") {
			t.Errorf("%v: exit status %d: %s", other, status, said)
		}
	}
}

// Two processes on one folder share the work: every run is computed by one of them, and what they
// leave is what one leaves. If one is killed in the middle the other finishes, and what was
// finished by then stays as it is.
func TestShare(t *testing.T) {
	const runs = 40
	file, out := experimentFile(t, fmt.Sprintf("repeat = %d\n", runs)+strings.Replace(long, "60000", strconv.Itoa(3000/testspeed.Slower), 1))
	calm := filepath.Join(filepath.Dir(out), "calm")
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	want := records(t, calm)
	start := func() (*exec.Cmd, *bytes.Buffer) {
		c := child(false, file, "-out", out, "-jobs", "2")
		said := new(bytes.Buffer)
		c.Stderr = said
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, said
	}
	first, one := start()
	second, two := start()
	if err := errors.Join(first.Wait(), second.Wait()); err != nil {
		t.Fatalf("%v\n%s%s", err, one, two)
	}
	a, b := counted(t, one.String(), "computed"), counted(t, two.String(), "computed")
	if a+b != runs {
		t.Errorf("%d runs, one process computed %d, the other %d:\n%s%s", runs, a, b, one, two)
	}
	if found := counted(t, one.String(), "found finished"); a+found != runs {
		t.Errorf("%d computed and %d found of %d", a, found, runs)
	}
	compare(t, "by two processes", records(t, out), want)

	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	finished := func() []string { return glob(t, filepath.Join(out, "exp", "*", record.SummaryFile)) }
	survivor, said := start()
	if !killed(t, func() bool { return len(finished()) >= runs/4 }, file, "-out", out, "-jobs", "2", "-checkpoint", "1ms") {
		t.Error("it had ended before it was to be killed")
	}
	before := map[string]fs.FileInfo{}
	for _, name := range finished() {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = info
	}
	if err := survivor.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for name, was := range before {
		if now, err := os.Stat(name); err != nil || !os.SameFile(was, now) {
			t.Errorf("%s was there when the other process was killed, and was written again (%v)", name, err)
		}
	}
	if c, f := counted(t, said.String(), "computed"), counted(t, said.String(), "found finished"); c+f != runs || c < runs-len(before) {
		t.Errorf("%d computed and %d found of %d, of which %d were there:\n%s", c, f, runs, len(before), said)
	}
	compare(t, "by two processes, one of them killed", records(t, out), want)
}

// counted is a number of the last line that a session says: "exp: 40 runs, 17 computed, 23 found
// finished in 1.2s".
func counted(t *testing.T, said, what string) int {
	t.Helper()
	m := regexp.MustCompile(`(?m)^exp: .*?, (\d+) ` + what).FindStringSubmatch(said)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
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
	if status != Done || !strings.Contains(said, "; somebody removed the folder: run again; it will be tried again") {
		t.Errorf("exit status %d: %s", status, said)
	}
	if rs, err := record.Load(out); err != nil || len(rs) != 4 {
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
	if status, _, stderr, _ := command(t, text, "-jobs", "1", "-fail-fast", "-retries", "0"); status != Bug || !strings.Contains(stderr, "5 runs, 1 failed, 4 not finished") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	if status, _, stderr, _ := command(t, text, "-jobs", "1", "-retries", "0"); status != Bug || !strings.Contains(stderr, "5 runs, 5 failed") {
		t.Errorf("exit status %d: %s", status, stderr)
	}
	touched = func() {}
}

// A folder of a finished run that a crash left untidy is tidied when the run is found again, and
// old locks are removed.
func TestTidied(t *testing.T) {
	file, out := experimentFile(t, "repeat = 2\n"+small)
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	want := records(t, out)
	var dir string
	filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if d.Name() == record.SummaryFile {
			dir = filepath.Dir(path)
		}
		return err
	})
	for _, name := range []string{record.CheckpointFile, record.CheckpointFile + ".old", record.CheckpointFile + ".tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("left by a crash"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if status, said := session(file, "-out", out); status != Done || !strings.Contains(said, "2 found finished") {
		t.Errorf("exit status %d: %s", status, said)
	}
	compare(t, "tidied", records(t, out), want)
}

// A file of a finished run that is gone, cut or changed is found, whatever it is, and the run is
// computed again.
func TestHalfARun(t *testing.T) {
	file, calm := experimentFile(t, everything)
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	want := records(t, calm)
	for _, name := range []string{record.EvalFile, record.UpdatesFile, record.TraceFile, record.ModelFile} {
		for what, damage := range map[string]func(file string, b []byte) error{
			"gone":    func(file string, _ []byte) error { return os.Remove(file) },
			"empty":   func(file string, _ []byte) error { return os.WriteFile(file, nil, 0o666) },
			"cut":     func(file string, b []byte) error { return os.WriteFile(file, b[:len(b)/2], 0o666) },
			"longer":  func(file string, b []byte) error { return os.WriteFile(file, append(b, '1'), 0o666) },
			"changed": func(file string, b []byte) error { b[len(b)/2] ^= 1; return os.WriteFile(file, b, 0o666) },
		} {
			out := filepath.Join(t.TempDir(), "results")
			if err := os.CopyFS(out, os.DirFS(calm)); err != nil {
				t.Fatal(err)
			}
			at := glob(t, filepath.Join(out, "exp", "*", name))[0]
			if err := damage(at, []byte(read(t, at))); err != nil {
				t.Fatal(err)
			}
			args := []string{file, "-out", out}
			if name == record.ModelFile { // too large to be looked at each time
				args = append(args, "-verify")
			}
			if status, said := session(args...); status != Done || !strings.Contains(said, "computing it again: "+at+" is ") || !strings.Contains(said, "1 run, 1 computed") {
				t.Errorf("%s %s: exit status %d: %s", name, what, status, said)
			}
			compare(t, name+" "+what, records(t, out), want)
		}
	}
}

// -fresh removes no record under a session that computes it.
func TestFreshTakesTheLock(t *testing.T) {
	file, out := experimentFile(t, small)
	if status, said := session(file, "-out", out); status != Done {
		t.Fatal(said)
	}
	dir := filepath.Dir(glob(t, filepath.Join(out, "exp", "*", record.SummaryFile))[0])
	lock, err := files.LockRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := forget(ctx, dir, func() {}); err != context.Canceled {
		t.Errorf("a record whose lock is held: %v", err)
	}
	if _, err := record.ReadSummary(dir); err != nil {
		t.Error(err)
	}
	lock.Unlock()
	if err := forget(ctx, dir, func() {}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, record.SummaryFile)); err == nil {
		t.Error("the record is still there")
	}
}
