package sim

import (
	"math"
	"testing"

	"staleness/nets"
	"staleness/optimizers"
)

// ramp is a bowl whose gradient is 1 everywhere and whose loss is by how much the ends of x differ
// where it is taken.
type ramp struct{ bowl }

func (ramp) Grad(_ *nets.Workspace[float64], g, x []float64, _ []int) float64 {
	for i := range g {
		g[i] = 1
	}
	return math.Abs(x[0] - x[len(x)-1])
}

// Hogwild without locks: gradients are taken at mixtures of versions, all pieces of x are written
// at instants of their own, and yet no update of any is lost.
func TestHogwild(t *testing.T) {
	const workers, pieces, rate = 4, 3, 1. / 64
	c := config(strategy(t, optimizers.Hogwild{Rate: rate}), workers, pieces)
	c.Problem = ramp{bowl{d: pieces}}
	c.Cluster.Compute = each(workers, exponential(5*ms))
	c.Cluster.Up = each(workers, Link{Bandwidth: 1e6})
	c.Cluster.Message = 3000 // 1 ms a piece on the link
	c.Cluster.Server = Server{Shards: pieces, Torn: true, Service: exponential(ms)}
	c.Record, c.Stop.Updates = Record{Updates: true, Center: true}, 200
	_, rec := must(t, c, options{})
	mixtures, apart := 0, 0
	for k, x := range rec.centers {
		if rec.push[k].Loss > 0 {
			mixtures++
		}
		for _, v := range x {
			written := (1 - v) / rate
			if written != math.Round(written) || written < float64(k+1) || written > float64(k+workers) {
				t.Fatalf("after %d updates a piece has been written %v times", k+1, written)
			}
			if written > float64(k+1) {
				apart++
			}
		}
	}
	if mixtures < 20 || apart == 0 {
		t.Errorf("%d of %d gradients were taken at mixtures, %d pieces were ahead", mixtures, len(rec.push), apart)
	}
	c.Cluster.Server.Torn, c.Cluster.Server.Shards = false, 1
	_, rec = must(t, c, options{})
	for _, row := range rec.push {
		if row.Loss != 0 {
			t.Fatalf("one piece, and a read whose ends differ by %v", row.Loss)
		}
	}
}
