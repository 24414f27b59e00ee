package sim

import (
	"bytes"
	"io"
	"math"
	"reflect"
	"testing"
	"time"

	"staleness/internal/stream"
	"staleness/optimizers"
)

// labelled draws batches of four of twelve samples, a third of which are of each class.
type labelled struct{ n int }

func (b labelled) Size() int { return 4 }

func (b labelled) Batch(dst []int, worker, k int) []int {
	r := stream.NewKey(8, "labelled").At(uint64(worker), uint64(k))
	for range 4 {
		dst = append(dst[:len(dst):cap(dst)], r.IntN(b.n))
	}
	return dst
}

func byClass(m int, s optimizers.Strategy[float64], c optimizers.Consistency) Config[float64] {
	config := config(s, m, 6)
	config.Consistency = c
	config.Batches = labelled{config.Problem.Len()}
	config.Cluster.Classes = &Classes{N: 3, Factors: make([][]float64, m)}
	for i := range config.Problem.Len() {
		config.Cluster.Classes.Of = append(config.Cluster.Classes.Of, i%3)
	}
	for i := range m {
		config.Cluster.Compute[i] = constant(time.Millisecond)
		config.Cluster.Classes.Factors[i] = []float64{1, 1, 4}
	}
	config.Record = Record{Updates: true}
	return config
}

// A gradient takes its law times the mean factor of its samples; all that is offered is trained on
// where nothing is thrown away.
func TestTimeByClass(t *testing.T) {
	c := byClass(1, asgd(t), optimizers.Async())
	c.Stop = Stop{Updates: 60}
	r, rec := must(t, c, options{})
	var want [3]int64
	at := 0.
	for k := range 60 {
		sum := 0.
		for _, j := range c.Batches.Batch(nil, 0, k) {
			want[j%3]++
			sum += []float64{1, 1, 4}[j%3]
		}
		at += sum / 4 * 1e-3
		if got := rec.push[k].TimeS; math.Abs(got-at) > 1e-9*float64(k+1) {
			t.Fatalf("gradient %d ends at %v, want %v", k, got, at)
		}
	}
	if !reflect.DeepEqual(r.Classes.Trained, want[:]) || !reflect.DeepEqual(r.Classes.Offered, want[:]) {
		t.Errorf("%+v, want %v", r.Classes, want)
	}
}

// Where slow gradients are discarded, the slow class is trained on less than it is offered; the
// counts are those of all gradients, and survive a checkpoint.
func TestSlowClassIsDiscarded(t *testing.T) {
	c := byClass(8, strategy(t, optimizers.Default[optimizers.Sync]()), optimizers.KSync(5, true))
	c.Stop = Stop{Updates: 150}
	r, _ := must(t, c, options{})
	k := r.Classes
	share := func(n []int64) float64 { return float64(n[2]) / float64(n[0]+n[1]+n[2]) }
	if o, tr := share(k.Offered), share(k.Trained); math.Abs(o-1./3) > .03 || tr > o-.05 {
		t.Errorf("of the slow class there is %v offered, %v trained: %+v", o, tr, k)
	}
	if n := k.Trained[0] + k.Trained[1] + k.Trained[2]; n != 4*r.Used {
		t.Errorf("%d samples are trained on in %d gradients of 4", n, r.Used)
	}
	asked := 0
	var kept bytes.Buffer
	again := c
	again.Checkpoint = &Checkpointing{Due: func() bool { asked++; return asked == 700 }, Keep: func(save func(io.Writer) error) error { return save(&kept) }}
	resumed(t, again, new(rows), nil, options{every: 1})
	again.Checkpoint = nil
	end, _ := resumed(t, again, new(rows), &kept, options{})
	if !reflect.DeepEqual(end.Classes, k) {
		t.Errorf("after a checkpoint %+v, want %+v", end.Classes, k)
	}
	wrong := c
	wrong.Cluster.Classes = &Classes{Of: c.Cluster.Classes.Of, N: 3, Factors: make([][]float64, 8)}
	wrong.Cluster.Classes.Factors[3] = []float64{1, 2}
	if err := wrong.Check(); err == nil {
		t.Error("factors of two classes of three are taken")
	}
}
