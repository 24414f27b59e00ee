package sim

import (
	"context"
	"strings"
	"testing"

	"staleness/internal/stream"
	"staleness/sim/delay"
)

func lawOf(t testing.TB, table map[string]any) delay.Law {
	t.Helper()
	s, err := delay.Laws().Decode("law", table)
	if err != nil {
		t.Fatal(err)
	}
	return s.(delay.Spec).ForWorker(0, stream.NewKey(1, "machine"))
}

// Who gets to an outage for good computes for ever; the others go on, and when nobody can, the run
// says who stands.
func TestOutageForGood(t *testing.T) {
	out := lawOf(t, map[string]any{"law": "speed", "of": "10ms", "pieces": []any{[]any{"0s", 1.}, []any{"55ms", 0.}}})
	c := config(asgd(t), 3, 0)
	c.Cluster.Compute[1] = out
	c.Stop.Updates = 100
	r, _ := must(t, c, options{})
	if r.Status != Completed || r.VirtualTime < 450*ms {
		t.Errorf("%s at %v: two workers can go on", r.Status, r.VirtualTime)
	}
	for i := range c.Cluster.Compute {
		c.Cluster.Compute[i] = out
	}
	c.Eval.Every = ms
	res, err := run(context.Background(), c, new(rows), nil, options{})
	if err != nil || res.Status != Stalled || res.Updates != 15 || !strings.Contains(res.Reason, "0, 1, 2") || !strings.Contains(res.Reason, "speed 0") {
		t.Errorf("%s after %d updates: %s (%v)", res.Status, res.Updates, res.Reason, err)
	}
}

// Laws of links remember by worker, shard and direction: correlated latencies of one link are as
// the law says, whatever others draw.
func TestLatencyRemembers(t *testing.T) {
	correlated := lawOf(t, map[string]any{"law": "exponential", "mean": "5ms", "correlation": .95})
	push := func(others delay.Law) (x []float64) {
		c := config(asgd(t), 3, 0)
		c.Cluster.Up = each(3, Link{Latency: others})
		c.Cluster.Up[1].Latency = correlated
		c.Record.Updates = true
		c.Stop.Updates = 1500
		_, rec := must(t, c, options{})
		for _, p := range rec.push {
			if p.Worker == 1 {
				x = append(x, p.PushS)
			}
		}
		return x
	}
	x, y := push(correlated), push(nil)
	n := min(len(x), len(y))
	near := 0
	for i := range n {
		if x[i] != y[i] {
			t.Fatalf("push %d takes %v, and %v beside others", i, y[i], x[i])
		}
		if i > 0 && x[i] < 1.5*x[i-1] && x[i-1] < 1.5*x[i] {
			near++
		}
	}
	if n < 200 || near < n*2/3 { // of independent ones a quarter
		t.Errorf("of %d latencies %d are near the one before", n, near)
	}
}
