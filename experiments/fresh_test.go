package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

// touching is a run that calls touched once.
var touching = strings.NewReplacer("asgd", "touchy", "workers = 2", "workers = 1", "updates = 6", "updates = 120").Replace(small)

// A session with -fresh that does not come to its end is followed by one that takes nothing of what
// was there before: whether it ended while it computed, or while it removed the old records.
func TestFreshGoesOn(t *testing.T) {
	file, out := experimentFile(t, "repeat = 4\n"+touching)
	run := func(want int, says string, args ...string) {
		t.Helper()
		if status, said := session(append([]string{file, "-out", out, "-jobs", "1"}, args...)...); status != want || !strings.Contains(said, says) {
			t.Errorf("%v: exit status %d, want %q in %s", args, status, says, said)
		}
	}
	fails := -1 // so many runs from now
	touched = func() {
		if fails--; fails == 0 {
			panic("the end of the session")
		}
	}
	defer func() { touched = nil }()
	run(Done, "4 runs, 4 computed")
	fails = 3
	run(Bug, "4 runs, 2 computed, 1 failed", "-fresh", "-fail-fast", "-retries", "0")
	run(Done, "4 runs, 2 computed, 2 found finished")

	home := filepath.Join(out, "exp")
	fails = 1
	run(Bug, "4 runs, 1 failed, 3 not finished", "-fresh", "-fail-fast", "-retries", "0")
	if rs, err := record.Load(home); len(rs) != 0 || err != nil {
		t.Errorf("%d records of before are there, %v", len(rs), err)
	}

	// Ended between two removals.
	run(Done, "4 runs, 4 computed")
	rs, err := record.Load(home)
	if err != nil || len(rs) != 4 {
		t.Fatal(len(rs), err)
	}
	mark := rs[0].ID + "\n" + rs[1].ID + "\n" + rs[2].ID + "\n"
	if err := os.WriteFile(filepath.Join(home, freshFile), []byte(mark), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := record.Forget(rs[0].Dir); err != nil {
		t.Fatal(err)
	}
	run(Done, "4 runs, 3 computed, 1 found finished")
	run(Done, "4 runs, 4 found finished")
	if _, err := os.Stat(filepath.Join(home, freshFile)); err == nil {
		t.Error("the list of what is to be computed again is still there")
	}
}

// The runs that a tuning reports are known when its trials are done; -fresh means them too,
// whenever the session ends.
func TestFreshGoesOnTuning(t *testing.T) {
	file, out := experimentFile(t, touching+"[tune]\nseeds = [7]\n[tune.grid]\n\"stop.updates\" = [110, 120]\n")
	run := func(want int, says string, args ...string) {
		t.Helper()
		if status, said := session(append([]string{file, "-out", out, "-jobs", "1"}, args...)...); status != want || !strings.Contains(said, says) {
			t.Errorf("%v: exit status %d, want %q in %s", args, status, says, said)
		}
	}
	touched = func() {}
	defer func() { touched = nil }()
	run(Done, "exp: 1 run, 1 computed")
	touched = func() { panic("the end of the session") }
	run(Bug, "exp-tune: 2 runs, 1 failed, 1 not finished", "-fresh", "-fail-fast", "-retries", "0")
	touched = func() {}
	run(Done, "exp: 1 run, 1 computed")
	run(Done, "exp: 1 run, 1 found finished")
}
