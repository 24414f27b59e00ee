package experiments

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"staleness/sim/record"
)

const recorded = `name = "exp"
[problem]
kind = "quadratic"
curvature = [1.0, 0.3]
start = [1.0, 1.0]
noise = 0.1
batch = 1
[strategy]
kind = "asgd"
rate = 0.05
[cluster]
workers = 3
compute = {law = "gamma", mean = "10ms", cv = 0.5}
up = {latency = {law = "exponential", mean = "1ms"}, bandwidth = "1MB/s"}
server = {service = "2ms", nic = "40kB/s"}
[stop]
updates = 30
[record]
trace = true
`

// A trace that is replayed under the method and seed that recorded it gives the same fingerprint;
// under another method it ends, or goes on, as it is told. The run says what it is, and is known by
// the content of the trace, wherever it lies.
func TestReplay(t *testing.T) {
	file, out := experimentFile(t, recorded)
	run := func(args ...string) (record.Run, string) {
		t.Helper()
		dir := filepath.Join(t.TempDir(), "results")
		status, said := session(append([]string{file, "-out", dir}, args...)...)
		rs, err := record.Load(dir)
		if status != Done || err != nil || len(rs) != 1 {
			t.Fatalf("%v: exit status %d, %d runs, %v: %s", args, status, len(rs), err, said)
		}
		return rs[0], said
	}
	first, _ := run()
	trace := filepath.Join(first.Dir, record.TraceFile)
	again, said := run("-set", "cluster.replay="+trace)
	if again.Summary.Fingerprint != first.Summary.Fingerprint || again.ID == first.ID {
		t.Errorf("replayed: run %s with fingerprint %s; it was %s with %s", again.ID, again.Summary.Fingerprint, first.ID, first.Summary.Fingerprint)
	}
	if !strings.Contains(said, "computations, transfers and services take the durations of "+trace) {
		t.Errorf("it does not say what it replays: %s", said)
	}
	elsewhere := filepath.Join(filepath.Dir(file), "elsewhere.csv")
	if err := os.Rename(trace, elsewhere); err != nil {
		t.Fatal(err)
	}
	if moved, _ := run("-set", "cluster.replay="+elsewhere); moved.ID != again.ID {
		t.Errorf("the trace lies elsewhere, and the run is called %s, not %s", moved.ID, again.ID)
	}
	for end, updates := range map[string]int64{"stop": 0, "cycle": 90, "fit": 90} {
		r, _ := run("-set", "cluster.replay="+elsewhere, "-set", "cluster.replay_end="+end, "-set", `strategy.kind="sync"`, "-set", "stop.updates=90")
		if r.Summary.Status != record.Completed || updates > 0 && r.Summary.Updates != updates || updates == 0 && (r.Summary.Updates > 12 || !strings.Contains(r.Summary.Reason, "are used up")) {
			t.Errorf("%s: %s after %d updates: %s", end, r.Summary.Status, r.Summary.Updates, r.Summary.Reason)
		}
	}
	durations := filepath.Join(filepath.Dir(file), "durations.csv")
	if err := os.WriteFile(durations, []byte("worker,seconds\n0,1\n1,2\n2,3\n0,4\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	// then worker 1 has no more
	if r, said := run("-set", "cluster.replay="+durations); !strings.Contains(said, "replay: computations take") || r.Summary.Updates != 2 {
		t.Errorf("%d updates: %s", r.Summary.Updates, said)
	}
	for text, want := range map[string]string{
		"worker,seconds\n0,1\n1,-2\n2,1\n": ":3: seconds is -2: times are not negative",
		"worker,seconds\n0,1\n1,2\n":       "holds durations of 2 workers, and cluster.workers is 3",
		"worker,took\n0,1\n":               ":1: which column holds the times?",
		"worker,job,kind,start_s,end_s,shard,bytes,version,update\n0,0,push,1,0,0,8,0,0\n":                          ":2: end_s = 0 is before start_s = 1",
		"worker,job,kind,start_s,end_s,shard,bytes,version,update\n2,0,compute,0,1,-1,0,0,0\n2,0,nic,1,2,0,8,0,0\n": ":3: a part of worker 2 is at the network card from 1 s on",
	} {
		if err := os.WriteFile(durations, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		status, said := session(file, "-out", out, "-set", "cluster.replay="+durations)
		if status != Usage || !strings.Contains(said, want) {
			t.Errorf("%q: exit status %d: %s, want %s", text, status, said, want)
		}
	}
}
