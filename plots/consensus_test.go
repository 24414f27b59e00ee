package plots

import (
	"math"
	"testing"
)

func TestConsensus(t *testing.T) {
	var ms []made
	for _, window := range []int64{4, 16, 64} {
		for seed := uint64(1); seed <= 3; seed++ {
			rows := training(seed, .1, .2, .1, 40)
			for i := range rows {
				rows[i].Consensus = math.Round(1e6*float64(window)*(1-math.Exp(-float64(i)))*rows[i].TrainLoss/100) / 1e6
			}
			ms = append(ms, made{config: map[string]any{"strategy.window": window}, seed: seed, rows: rows})
		}
	}
	golden(t, "consensus", decode(t, map[string]any{"kind": "consensus"}), store(t, ms))
}
