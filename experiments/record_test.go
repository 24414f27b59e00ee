package experiments

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"staleness/sim"
	"staleness/sim/record"
)

// Every number that a run reports stands in its column.
func TestRecorder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	w, err := record.Create(record.Plan{Dir: dir, Config: []byte("name = \"x\"\n"), Updates: true, Center: 2})
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder[float32]{w: w, seen: func(*record.Evaluation) {}}
	row := record.Row{Update: 1, TimeS: 2, Worker: 3, VersionRead: 4, Version: 5, Staleness: 6, Gap: 7, GradNorm: 8, UpdateNorm: 9,
		Loss: 10, Verdict: record.Mixed, QueueS: 11, ServiceS: 12, ComputeS: 13, PushS: 14, PullS: 15}
	if err := r.Push(&row, []float32{16, 17}); err != nil {
		t.Fatal(err)
	}
	eval := record.Evaluation{TimeS: 1, Updates: 2, Pushes: 3, Gradients: 4, Samples: 40, Epoch: 5, Bytes: 6, Point: "average", TrainLoss: 7, TestLoss: 8, TestAccuracy: 9,
		ValidationLoss: 10, ValidationAccuracy: 11, GradNorm: 12, Suboptimality: 13, Consensus: 14, Tokens: 15, Perplexity: 16, BitsPerByte: 17}
	if err := r.Eval(&eval); err != nil {
		t.Fatal(err)
	}
	result := sim.Result{Status: sim.Target, Timed: true, Reason: "because", Fingerprint: "f00d", Updates: 1, Pushes: 2, Gradients: 3, Used: 4, Samples: 5, Discarded: 6,
		VirtualTime: 7 * time.Second, Last: eval, Growth: 8, Staleness: []sim.StalenessStats{{Histogram: []int64{1, 2}}, {Histogram: []int64{0, 1, 1}}},
		BytesUp: 9, BytesDown: 10, Idle: .5, Utilization: .25, Down: .125, Faulty: true, Crashes: 12, LostMessages: 13, Retransmissions: 14, Invariants: []sim.Invariant{{Name: "a"}}}
	sum := result.Summary()
	sum.Seed, sum.Build = 11, "b11d"
	if err := w.Finish(sum, nil); err != nil {
		t.Fatal(err)
	}
	run, err := record.LoadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	updates, err := run.Updates()
	wantRow := record.Row{Update: 1, TimeS: 2, Worker: 3, VersionRead: 4, Version: 5, Staleness: 6, Gap: 7, GradNorm: 8, UpdateNorm: 9, Loss: 10,
		Verdict: "mixed", QueueS: 11, ServiceS: 12, ComputeS: 13, PushS: 14, PullS: 15, Center: []float64{16, 17}}
	if err != nil || len(updates) != 1 || !reflect.DeepEqual(updates[0], wantRow) {
		t.Errorf("updates.csv has %+v, %v", updates, err)
	}
	evals, err := run.Evals()
	wantEval := record.Evaluation{TimeS: 1, Updates: 2, Pushes: 3, Gradients: 4, Samples: 40, Epoch: 5, Bytes: 6, Point: "average", TrainLoss: 7, TestLoss: 8,
		TestAccuracy: 9, ValidationLoss: 10, ValidationAccuracy: 11, GradNorm: 12, Suboptimality: 13, Consensus: 14, Tokens: 15, Perplexity: 16, BitsPerByte: 17}
	if err != nil || len(evals) != 1 || !reflect.DeepEqual(evals[0], wantEval) {
		t.Errorf("eval.csv has %+v, %v", evals, err)
	}
	want := record.Summary{Status: record.Target, Reason: "because", Seed: 11, Build: "b11d", Fingerprint: "f00d", Updates: 1, Pushes: 2, Gradients: 3,
		UsedGradients: 4, Samples: 5, Discarded: 6, VirtualTimeS: 7, FinalTrainLoss: 7, FinalTestLoss: 8, FinalTestAccuracy: 9, FinalSuboptimality: 13, Growth: 8,
		Staleness:       record.StalenessOf([]int64{1, 3, 1}),
		StalenessShards: []record.Staleness{*record.StalenessOf([]int64{1, 2}), *record.StalenessOf([]int64{0, 1, 1})},
		BytesUp:         9, BytesDown: 10, IdleFraction: .5, Utilization: .25, DownFraction: .125, Crashes: 12, LostMessages: 13, Retransmissions: 14, Invariants: map[string]string{"a": record.Held}}
	// the names alone: what is in the files was read just now
	want.Files = map[string]record.FileSum{}
	for name := range run.Summary.Files {
		want.Files[name] = run.Summary.Files[name]
	}
	if len(want.Files) != 2 || run.Damage() != nil {
		t.Errorf("files: %v, %v", want.Files, run.Damage())
	}
	if !reflect.DeepEqual(run.Summary, want) {
		t.Errorf("summary.json has\n%+v\nwant\n%+v", run.Summary, want)
	}
}

// A violated invariant is a failed run, one that waits for ever a result; what does not apply is
// absent.
func TestSummaryOfAFailedRun(t *testing.T) {
	r := sim.Result{Status: sim.Completed, Growth: math.NaN(), Invariants: []sim.Invariant{{Name: "good"}, {Name: "bad", Err: errors.New("3 is not 4")}}}
	s := r.Summary()
	if s.Status != record.Failed || s.Reason != "self-check bad: 3 is not 4" || s.Invariants["good"] != record.Held || s.Invariants["bad"] != "3 is not 4" {
		t.Errorf("%+v", s)
	}
	if !math.IsNaN(s.VirtualTimeS) || s.BytesUp >= 0 || !math.IsNaN(s.IdleFraction) || s.Staleness != nil {
		t.Errorf("a run without time has %+v", s)
	}
	if s := (&sim.Result{Status: sim.Stalled, Reason: "worker 2 waits"}).Summary(); s.Status != record.Stalled || s.Reason != "worker 2 waits" {
		t.Errorf("a stalled run is %s: %s", s.Status, s.Reason)
	}
}

// Where staleness is injected there is no time and nothing is sent: the record has no columns that
// could say otherwise.
func TestInjectedRecord(t *testing.T) {
	injected := strings.Replace(small, "[cluster]\nworkers = 2\ncompute = \"10ms\"", "[staleness]\nlaw = \"constant\"\ntau = 2", 1) + "[record]\nupdates = true\n"
	for file, want := range map[string]string{
		record.EvalFile:    "updates,pushes,gradients,samples,epoch,point,train_loss,suboptimality\n",
		record.UpdatesFile: "update,worker,version_read,version,staleness,gap,grad_norm,update_norm,loss,verdict\n",
	} {
		b, err := os.ReadFile(filepath.Join(runs(t, injected)[0].Dir, file))
		if err != nil || !strings.HasPrefix(string(b), want) {
			t.Errorf("%s: %v\n%s", file, err, b)
		}
	}
}
