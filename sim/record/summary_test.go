package record

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

func fullSummary() *Summary {
	return &Summary{
		Status: Target, Reason: "test accuracy reached", Seed: math.MaxUint64, Build: "b", Fingerprint: "f",
		Updates: 1, Pushes: 2, Gradients: 3, UsedGradients: 4, Samples: 5, Discarded: 6,
		VirtualTimeS: 0.1, FinalTrainLoss: 1e-300, FinalTestLoss: 1.0 / 3, FinalTestAccuracy: 1, FinalSuboptimality: 0, Growth: -2,
		Staleness: StalenessOf([]int64{1, 0, 2, 0}), StalenessShards: []Staleness{*StalenessOf([]int64{1}), *StalenessOf([]int64{0, 1})},
		BytesUp: 0, BytesDown: math.MaxInt64, IdleFraction: 0.5, Utilization: 0.25, Crashes: 7, LostMessages: 8, Retransmissions: 9, DownFraction: 0.125,
		Invariants: map[string]string{"staleness conservation": Held, "monotone time": "row 3 goes back <&>"},
	}
}

// The keys, and their order, are a promise.
func TestSummaryFile(t *testing.T) {
	b, err := fullSummary().encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "status": "target",
  "reason": "test accuracy reached",
  "seed": 18446744073709551615,
  "build": "b",
  "fingerprint": "f",
  "updates": 1,
  "pushes": 2,
  "gradients": 3,
  "used_gradients": 4,
  "samples": 5,
  "discarded": 6,
  "virtual_time_s": 0.1,
  "final_train_loss": 1e-300,
  "final_test_loss": 0.3333333333333333,
  "final_test_accuracy": 1,
  "final_suboptimality": 0,
  "growth": -2,
  "staleness": {"mean":1.3333333333333333,"variance":0.888888888888889,"max":2,"histogram":[1,0,2]},
  "staleness_shards": [{"mean":0,"variance":0,"max":0,"histogram":[1]},{"mean":1,"variance":0,"max":1,"histogram":[0,1]}],
  "bytes_up": 0,
  "bytes_down": 9223372036854775807,
  "idle_fraction": 0.5,
  "server_utilization": 0.25,
  "crashes": 7,
  "lost_messages": 8,
  "retransmissions": 9,
  "down_fraction": 0.125,
  "invariants": {"monotone time":"row 3 goes back \u003c\u0026\u003e","staleness conservation":"held"}
}
`
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
	var s Summary
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&s, fullSummary()) {
		t.Errorf("read back: %+v", s)
	}
}

// What does not apply, or is no finite number, has no key.
func TestSummaryAbsent(t *testing.T) {
	s := NewSummary()
	s.Status = Diverged
	s.FinalTrainLoss, s.Growth, s.IdleFraction = math.Inf(1), math.NaN(), math.Inf(-1)
	b, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "status": "diverged",
  "seed": 0,
  "updates": 0,
  "pushes": 0,
  "gradients": 0,
  "used_gradients": 0,
  "samples": 0,
  "discarded": 0,
  "invariants": {}
}
`
	if string(b) != want {
		t.Errorf("got\n%s", b)
	}
	var back Summary
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{back.VirtualTimeS, back.FinalTrainLoss, back.FinalTestLoss, back.FinalTestAccuracy,
		back.FinalSuboptimality, back.Growth, back.IdleFraction, back.Utilization} {
		if !math.IsNaN(x) {
			t.Errorf("an absent key reads as %v", x)
		}
	}
	if back.BytesUp >= 0 || back.BytesDown >= 0 || back.Staleness != nil {
		t.Errorf("%+v", back)
	}
	// Should a program set an infinite moment, the file is refused rather than written.
	s.Staleness = &Staleness{Mean: math.Inf(1)}
	if _, err := s.encode(); err == nil {
		t.Error("an infinite mean staleness is written")
	}
}

func TestSummaryStrict(t *testing.T) {
	good, err := fullSummary().encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"growth"`, `"grwoth"`, "grwoth"},
		{`"seed": 18446744073709551615,`, ``, `"seed" is missing`},
		{`"status": "target",`, ``, `"status" is missing`},
		{`"target"`, `"running"`, `unknown status "running"`},
		{`"updates": 1`, `"updates": "1"`, "updates"},
		{`"invariants": {`, `"invariants": [`, ""},
	} {
		bad := strings.Replace(string(good), c.old, c.new, 1)
		var s Summary
		if err := json.Unmarshal([]byte(bad), &s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v", c.new, c.old, err)
		}
	}
}

func TestStalenessOf(t *testing.T) {
	if s := StalenessOf([]int64{0, 0}); s != nil {
		t.Errorf("%+v", s)
	}
	s := StalenessOf([]int64{3, 0, 1, 0})
	if s.Mean != 0.5 || s.Variance != 0.75 || s.Max != 2 || len(s.Histogram) != 3 {
		t.Errorf("%+v", s)
	}
}

func TestSummaryValue(t *testing.T) {
	s := fullSummary()
	for key, want := range map[string]float64{"updates": 1, "growth": -2, "staleness.max": 2, "final_suboptimality": 0, "bytes_up": 0} {
		if x, ok := s.Value(key); !ok || x != want {
			t.Errorf("%s: %v, %v", key, x, ok)
		}
	}
	na := NewSummary()
	for _, key := range []string{"growth", "bytes_up", "staleness.mean", "fingerprint", "nonsense"} {
		if x, ok := na.Value(key); ok {
			t.Errorf("%s: %v", key, x)
		}
	}
}

func TestDone(t *testing.T) {
	for status, want := range map[string]bool{Completed: true, Target: true, Diverged: true, Interrupted: false, Failed: false} {
		if s := (Summary{Status: status}); s.Done() != want {
			t.Errorf("%s: %v", status, !want)
		}
	}
}

func FuzzSummary(f *testing.F) {
	for _, s := range []*Summary{fullSummary(), {Status: Failed, Reason: "x"}} {
		b, err := s.encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var s, back Summary
		if json.Unmarshal(b, &s) != nil {
			return
		}
		out, err := s.encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if again, err := back.encode(); err != nil || string(again) != string(out) {
			t.Errorf("%v\n%s\nbecame\n%s", err, out, again)
		}
	})
}
