package measured

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/experiments/internal/fit"
	"staleness/internal/stream"
	"staleness/sim/delay"
)

func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestFormats(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte("worker,seconds\n1,2\n"))
	z.Close()
	for _, c := range []struct {
		what, text string
		columns    Columns
		want       string
	}{
		{"durations", "worker,seconds\n10,1\n9,2\n10,3\n", Columns{}, "[{9 [2]} {10 [1 3]}]"},
		{"compressed", packed.String(), Columns{}, "[{1 [2]}]"},
		{"mini-batches", ",worker,gpu,time,batch_time_norm\n0,0,25,1,500\n1,1,25,1,1000\n", Columns{}, "[{0 [0.5]} {1 [1]}]"},
		{"FedScale", "client_id,computation,communication\n7,250,8000\n8,500,80\n", Columns{}, "[{7 [0.25]} {8 [0.5]}]"},
		{"any", "a,\"b\"\nx,2\ny,4\nx,6\n", Columns{Worker: "a", Value: "b", Unit: "m"}, "[{x [120 360]} {y [240]}]"},
		{"nobody's", "b\n2\n4\n", Columns{Value: "b", Skip: 1}, "[{ [4]}]"},
		{"a trace", "worker,job,kind,start_s,end_s,shard,bytes,version,update\n1,0,compute,1,3,-1,0,0,0\n0,0,wait,1,3,-1,0,0,0\n0,1,compute,3,3.5,-1,0,0,-1\n", Columns{}, "[{1 [2]}]"},
	} {
		s, err := Read(file(t, c.text), c.columns)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
		} else if got := fmt.Sprint(s.Sample.Workers); got != c.want || (s.Speeds != nil) != (c.what == "FedScale") {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	s, err := Read(file(t, "client,computation,communication\n7,250,8000\n"), Columns{})
	if err != nil || s.Speeds[0] != 1e6 || !s.PerItem {
		t.Errorf("%+v, %v", s, err)
	}
}

// What is wrong has its line, its value and what to do.
func TestBadFiles(t *testing.T) {
	const trace = "worker,job,kind,start_s,end_s,shard,bytes,version,update\n"
	for _, c := range []struct {
		text    string
		columns Columns
		want    string
	}{
		{"", Columns{}, ":1: the file is empty"},
		{"a,b\n1,2\n", Columns{}, ":1: which column holds the times? Give it by -value; there are a, b"},
		{"seconds,b\n1,2\n", Columns{Value: "second"}, `:1: -value second: there is no such column; there are seconds, b: did you mean "seconds"?`},
		{"worker,seconds\n1,2\n1,-2\n", Columns{}, ":3: seconds is -2: times are not negative"},
		{"worker,seconds\n1,x\n", Columns{}, `:2: seconds is "x": want a number`},
		{"worker,seconds\n1,NaN\n", Columns{}, ":2: seconds is NaN: want a finite number"},
		{"worker,seconds\n1\n", Columns{}, ":2: wrong number of fields"},
		{"worker,seconds\n", Columns{}, ": there are no durations in it"},
		{"worker,seconds\n1,2\n", Columns{Skip: 1}, "give a smaller -skip"},
		{"worker,seconds\n1,2\n", Columns{Unit: "year"}, "-unit year is none of ns, us, ms, s, m, h"},
		{trace + "0,0,compute,2,1,-1,0,0,0\n", Columns{}, ":2: end_s = 1 is before start_s = 2: durations are not negative"},
		{trace + "0,0,compute,1,2,-1,0,0,0\n0,0,compute,-2,1,-1,0,0,0\n", Columns{}, ":3: start_s is -2: times are not negative"},
		{trace + "0,0,sleep,1,2,-1,0,0,0\n", Columns{}, `:2: kind "sleep" is none of compute, `},
		{trace + "0,0,compute,1\n", Columns{}, ":2: 4 fields where the header names 9 columns"},
	} {
		_, err := Read(file(t, c.text), c.columns)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := Read(t.TempDir(), Columns{}); err == nil || !strings.Contains(err.Error(), "summary.json") {
		t.Errorf("an empty folder: %v", err)
	}
}

// simulated draws a job as cluster.compute does with the keys that were fitted: so many workers and
// durations.
func simulated(t *testing.T, m *fit.Model, seed uint64, workers, n int) (s fit.Sample) {
	t.Helper()
	spec, err := delay.Laws().Decode("compute", m.Table())
	if err != nil {
		t.Fatal(err)
	}
	machines, draws := stream.NewKey(seed, "machine"), stream.NewKey(seed, "compute")
	for w := range workers {
		l, ok := delay.At(spec.(delay.Spec), w, machines, machines).(delay.Aware)
		if !ok {
			t.Fatalf("%v: nothing hangs together", m.Table())
		}
		memory, xs := make([]uint64, l.Memory()), make([]float64, n)
		for k := range xs {
			turn := delay.Turn{Own: draws.At(uint64(w), uint64(k)), Key: draws, Worker: uint64(w), Index: uint64(k), Times: 1, Memory: memory}
			xs[k] = l.Next(&turn).Seconds()
		}
		s.Workers = append(s.Workers, fit.Series{Name: fmt.Sprint(w), Times: xs})
	}
	return s
}

// The jobs that are simulated from what was fitted to four measured ones are like these: successive
// times of a worker hang together as much, and workers differ as much in one iteration.
func TestMeasuredJobs(t *testing.T) {
	for job := 1; job <= 4; job++ {
		name := filepath.Join("..", "..", "..", "..", "shared", "data", "mini-batch-time", fmt.Sprintf("job_%d.csv.gz", job))
		if _, err := os.Stat(name); err != nil {
			t.Skipf("the measured jobs are not there: %v", err)
		}
		s, err := Read(name, Columns{})
		if err != nil {
			t.Fatal(err)
		}
		m, err := fit.Of(s.Sample)
		if err != nil {
			t.Fatal(err)
		}
		want := fit.Describe(s.Sample)
		var lags, spreads []float64
		for seed := range uint64(60) {
			got := fit.Describe(simulated(t, m, seed, len(s.Sample.Workers), 300))
			lags, spreads = append(lags, got.Lag), append(spreads, got.Iteration)
		}
		lag, spread := median(lags), median(spreads)
		t.Logf("job %d: %v; lag-1 correlation %.3f, simulated %.3f; cv in one iteration %.4f, simulated %.4f", job, m.Table(), want.Lag, lag, want.Iteration, spread)
		if math.Abs(lag-want.Lag) > .05 {
			t.Errorf("job %d: lag-1 correlation %.3f, simulated %.3f", job, want.Lag, lag)
		}
		if math.Abs(spread/want.Iteration-1) > .15 {
			t.Errorf("job %d: cv in one iteration %.4f, simulated %.4f", job, want.Iteration, spread)
		}
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
