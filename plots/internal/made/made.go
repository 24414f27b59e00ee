// Package made makes up records of runs for tests of figures and tables: plausible ones, and ones
// with everything wrong.
package made

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"staleness/internal/stream"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Run is a run made up for a test.
type Run struct {
	Labels  map[string]string
	Config  map[string]any // dotted keys
	Seed    uint64
	Status  string // default: completed
	Rows    []record.Evaluation
	Updates []record.Row // nil: not recorded
	Trace   []record.Interval
	Finish  func(s *record.Summary)
}

// Store writes made-up runs as records, into a folder that goes with the test, and returns them as
// reading that would.
func Store(t testing.TB, ms []Run) (runs []record.Run) {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "tuning.csv"), []byte(Tuning))
	for i, m := range ms {
		r := record.Run{Dir: filepath.Join(root, fmt.Sprintf("%04d", i)), Name: "made", ID: fmt.Sprintf("%04d", i), Labels: m.Labels}
		if r.Labels == nil {
			r.Labels = map[string]string{}
		}
		if err := os.Mkdir(r.Dir, 0o777); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := record.WriteEvals(&b, m.Rows); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(r.Dir, record.EvalFile), b.Bytes())
		if m.Updates != nil {
			b.Reset()
			if err := record.WriteUpdates(&b, m.Updates); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(r.Dir, record.UpdatesFile), b.Bytes())
		}
		if m.Trace != nil {
			b.Reset()
			if err := record.WriteTrace(&b, m.Trace); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(r.Dir, record.TraceFile), b.Bytes())
		}
		r.Summary = *m.summary()
		r.Config = map[string]any{"name": "made", "seed": int64(m.Seed)}
		for k, v := range m.Config {
			put(r.Config, k, v)
		}
		runs = append(runs, r)
	}
	return runs
}

func write(t testing.TB, file string, b []byte) {
	if err := os.WriteFile(file, b, 0o666); err != nil {
		t.Fatal(err)
	}
}

func (m Run) summary() *record.Summary {
	s := record.NewSummary()
	s.Status, s.Seed, s.Build = m.Status, m.Seed, "b1"
	if s.Status == "" {
		s.Status = record.Completed
	}
	if n := len(m.Rows); n > 0 {
		e := m.Rows[n-1]
		s.VirtualTimeS, s.FinalTrainLoss, s.FinalTestLoss, s.FinalTestAccuracy = e.TimeS, e.TrainLoss, e.TestLoss, e.TestAccuracy
		s.Updates, s.Gradients, s.FinalSuboptimality = e.Updates, e.Gradients, e.Suboptimality
	}
	if m.Finish != nil {
		m.Finish(s)
	}
	return s
}

// put sets a dotted key in nested tables.
func put(t map[string]any, key string, v any) {
	table, rest, nested := strings.Cut(key, ".")
	if !nested {
		t[key] = v
		return
	}
	if t[table] == nil {
		t[table] = map[string]any{}
	}
	put(t[table].(map[string]any), rest, v)
}

// Row is an evaluation at a time to which nothing applies yet.
func Row(t float64) record.Evaluation {
	na := math.NaN()
	return record.Evaluation{TimeS: t, Updates: int64(100 * t), Pushes: int64(100 * t), Gradients: int64(200 * t), Samples: int64(3200 * t), Epoch: t / 2,
		Bytes: int64(1e6 * t), Point: "center", TrainLoss: na, TestLoss: na, TestAccuracy: na, ValidationLoss: na, ValidationAccuracy: na, GradNorm: na,
		Suboptimality: na, Consensus: na,
		Tokens: -1, Perplexity: na, BitsPerByte: na}
}

// Training is a plausible run: loss falls from 2.3 to a floor with noise, its times jittered by
// seed.
func Training(seed uint64, rate, floor, noise float64, n int) (rows []record.Evaluation) {
	key := stream.NewKey(seed, "made up")
	for i := range n {
		r := key.At(uint64(i), 0)
		e := Row(draw.Round(float64(i)*(0.5+0.02*float64(seed)), 6))
		l := floor + (2.3-floor)*math.Exp(-rate*e.TimeS) + noise*(r.Float64()-.5)*math.Sqrt(float64(i)/float64(n))
		// Six digits, the same on any machine.
		e.TrainLoss, e.TestLoss, e.TestAccuracy = draw.Round(l, 6), draw.Round(l*1.1+0.05, 6), draw.Round(1-0.9*l/2.3, 6)
		e.Suboptimality = draw.Round(math.Abs(l-floor)+1e-9, 6)
		rows = append(rows, e)
	}
	return rows
}

// BlowUp makes a run diverge from its k-th evaluation on.
func BlowUp(rows []record.Evaluation, k int) []record.Evaluation {
	for i := k; i < len(rows); i++ {
		rows[i].TrainLoss *= math.Pow(4, float64(i-k+1))
		rows[i].TestAccuracy = 0.1
	}
	rows = rows[:min(len(rows), k+9)]
	rows[len(rows)-1].TrainLoss = math.NaN()
	return rows
}

// Windows is the experiment of the EASGD paper, made up: methods and windows, three seeds.
func Windows() (ms []Run) {
	for _, m := range []struct {
		name  string
		rate  float64
		noise float64
	}{{"SGD", 0.05, 0.1}, {"Downpour", 0.12, 0.2}, {"AEASGD", 0.1, 0.15}, {"EAMSGD", 0.2, 0.25}} {
		for _, w := range []int64{1, 4, 16, 64} {
			for seed := uint64(1); seed <= 3; seed++ {
				rate := m.rate / (1 + 0.02*float64(w))
				r := Run{
					Labels: map[string]string{"method": m.name},
					Config: map[string]any{"strategy.kind": m.name, "strategy.window": w, "cluster.workers": int64(4)},
					Seed:   seed, Rows: Training(seed, rate, 0.25+0.002*float64(w), m.noise, 60),
				}
				if m.name == "Downpour" && (w == 64 || w == 16 && seed == 2) {
					r.Rows, r.Status = BlowUp(r.Rows, 4+int(seed)+300/int(w)), record.Diverged
				}
				ms = append(ms, r)
			}
		}
	}
	return ms
}

// Queue makes up staleness: n messages of a geometric law with mean M-1, drawn.
func Queue(seed uint64, workers, n int) *record.Staleness {
	r := stream.NewKey(seed, "staleness").At(uint64(workers), 0)
	h := make([]int64, 400)
	for range n {
		tau := int(math.Log(r.Float64()) / math.Log(1-1/float64(workers)))
		h[min(tau, 399)]++
	}
	return record.StalenessOf(h)
}

// Pushes makes up the updates.csv of a run in which worker 2 is slow and whose center has a
// momentum of 0.6.
func Pushes(seed uint64) (rows []record.Row) {
	r, moved := stream.NewKey(seed, "pushes").At(0, 0), stream.NewKey(seed, "centers").At(0, 0)
	x, step := 1.0, 0.0
	for i := range int64(400) {
		w := i % 2
		if i%20 == 19 {
			w = 2
		}
		step = draw.Round(0.6*step-0.1*x+0.05*(moved.Float64()-.5), 6)
		x = draw.Round(x+step, 6)
		rows = append(rows, record.Row{Center: []float64{x, 3}, Update: i + 1, TimeS: float64(i) / 100, Worker: w, Loss: 2/(1+float64(i)/40) + .2*r.Float64() + .3*float64(w), Verdict: "applied"})
	}
	return rows
}

// Intervals makes up the trace.csv of a run of four workers of which the last is slow, pushes too
// late and is dropped, the third is interrupted once and the second is down for a while.
func Intervals(seed uint64) (rows []record.Interval) {
	r := stream.NewKey(seed, "trace").At(0, 0)
	for w := range int64(4) {
		at, version := 0.0, int64(0)
		for job := range int64(12) {
			add := func(kind string, took float64, update int64) {
				row := record.Interval{Worker: w, Job: job, Kind: kind, StartS: at, EndS: draw.Round(at+took, 6), Shard: -1, Version: version, Update: update}
				if kind != record.Compute && kind != record.Wait && kind != record.Down {
					row.Shard, row.Bytes = 0, 1000
				}
				rows, at = append(rows, row), row.EndS
			}
			took := 0.02 + 0.02*r.Float64()
			if w == 3 {
				took *= 3
			}
			if w == 2 && job%4 == 1 {
				add(record.Compute, took/2, -1)
			}
			if w == 1 && job == 4 {
				add(record.Down, 0.06, version)
			}
			add(record.Compute, took, version)
			from, update := at, version+4
			if w == 3 && job%2 == 1 {
				update = -1
			}
			add(record.Push, 0.006, version)
			add(record.Queued, 0.004*r.Float64(), version)
			add(record.Serve, 0.003, update)
			add(record.Hold, 0.01*r.Float64(), version)
			version += 4
			add(record.Pull, 0.006, version)
			rows = append(rows, record.Interval{Worker: w, Job: job + 1, Kind: record.Wait, StartS: from, EndS: at, Shard: -1, Version: version, Update: version})
		}
	}
	slices.SortStableFunc(rows, func(a, b record.Interval) int { return cmp.Compare(a.EndS, b.EndS) })
	return rows
}

// Tuning is the table of a tuning: a method with a rate, one with a rate and a number of workers.
const Tuning = `setting,strategy.beta,strategy.rate,train_loss,runs,diverged,best,edge,low,high
method=ASGD,,0.01,0.61,3,0,false,false,0.58,0.63
method=ASGD,,0.03,0.34,3,0,false,false,0.31,0.38
method=ASGD,,0.1,0.21,3,0,true,false,0.17,0.26
method=ASGD,,0.3,Inf,3,1,false,false,0.24,Inf
method=ASGD,,1,Inf,3,3,false,false,Inf,Inf
method=EASGD,0.5,0.01,0.72,3,0,false,false,0.70,0.73
method=EASGD,0.5,0.1,0.33,3,0,false,false,0.31,0.36
method=EASGD,0.5,1,0.19,3,0,true,true,0.16,0.24
method=EASGD,0.9,0.01,0.69,3,0,false,false,0.64,0.71
method=EASGD,0.9,0.1,0.29,3,0,false,false,0.28,0.31
method=EASGD,0.9,1,Inf,3,2,false,false,0.3,Inf
`
