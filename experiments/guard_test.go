//go:build !windows

package experiments

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"staleness/experiments/internal/files"
	"staleness/experiments/internal/origin"
	"staleness/internal/crew"
	"staleness/sim/record"
)

// What does not listen is left, and says nothing more: Ctrl-C ends the command all the same, and says how to go on.
func TestInterruptOfWhatDoesNotStop(t *testing.T) {
	defer func(g time.Duration) { grace = g }(grace)
	grace = time.Millisecond
	never, left := make(chan struct{}), make(chan struct{})
	var said bytes.Buffer
	status := guarded("go run ./experiments/run", []string{"a b.toml"}, io.Discard, &said, func(_ context.Context, _, stderr io.Writer) int {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-never
		fmt.Fprintln(stderr, "too late")
		close(left)
		return Done
	})
	close(never)
	<-left
	if status != Stopped || !strings.HasSuffix(said.String(), "go on with\n  go run ./experiments/run 'a b.toml'\n") {
		t.Errorf("exit status %d: %s", status, &said)
	}
}

// A panic, in whatever goroutine, has an exit status of its own and says what to report.
func TestBugInTheProgram(t *testing.T) {
	for _, work := range []func(){
		func() { panic("boom") },
		func() { each(3, func(int) { panic("boom") }) },
		func() {
			var c crew.Crew
			c.Go(func() { panic("boom") })
			c.Wait()
		},
	} {
		var said bytes.Buffer
		status := guarded("go run ./experiments/run", []string{"x.toml"}, io.Discard, &said, func(context.Context, io.Writer, io.Writer) int {
			work()
			return Done
		})
		for _, want := range []string{"a bug in the program: boom\n", "command: go run ./experiments/run x.toml\n", "build " + origin.Build(), "guard_test.go"} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("want %q in %s", want, &said)
			}
		}
		if status != Bug {
			t.Errorf("exit status %d", status)
		}
	}
}

// A file of a finished run that is gone, cut or changed is found, whatever it is, and the run is computed again.
func TestHalfARun(t *testing.T) {
	file, calm := experimentFile(t, everything)
	if status, said := session(file, "-out", calm); status != Done {
		t.Fatal(said)
	}
	want := records(t, calm)
	for _, name := range []string{record.EvalFile, record.UpdatesFile, record.ModelFile} {
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

// Ages are said to be ages.
func TestTimeLeft(t *testing.T) {
	for seconds, want := range map[float64]string{0.5: "under 1s left", 61: "1m1s left", 1e9: "277777h46m40s left", 1e10: "over 100 years left", 1e300: "over 100 years left"} {
		if got := left(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
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
