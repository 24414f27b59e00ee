package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"staleness/plots"
	"staleness/sim/record"
)

// A machine computes, and sends messages one after the other.
const (
	flops     = 20e9  // float operations per second
	bandwidth = 125e6 // bytes per second: 1 Gbit/s
	latency   = 50e-6 // seconds per message
	perWeight = 6     // operations per weight and sample: 2 forward, 4 backward
	wordBytes = 4
)

// A partitioned is a net whose units are divided among P machines, as in DistBelief's section 3. In
// every layer, forward and backward, each machine sends what others need of its part, and all wait
// for that:
//
//	T(P) = C/P + 2 layers (bytes(P)/bandwidth + peers(P) latency),   T(1) = C
type partitioned struct {
	name    string
	layers  int
	weights float64
	words   func(p float64) float64 // that a machine sends per layer and direction
	peers   func(p float64) float64 // to how many
}

// dense is a net of fully connected layers of n units: every machine sends its n/P to all others.
func dense(name string, layers int, n float64) partitioned {
	return partitioned{name, layers, float64(layers) * n * n,
		func(p float64) float64 { return n / p * (p - 1) },
		func(p float64) float64 { return p - 1 }}
}

// local is a net of layers of side x side pixels and some channels, without shared weights, whose
// units see field x field pixels. Machines have square tiles and send half a field beyond their
// edges, to 8 neighbors at most.
func local(name string, layers int, side, channels, field float64) partitioned {
	return partitioned{name, layers, float64(layers) * side * side * channels * field * field * channels,
		func(p float64) float64 { return 4 * (side / math.Sqrt(p)) * (field / 2) * channels },
		func(p float64) float64 { return min(p-1, 8) }}
}

// seconds are T(P), of one sample.
func (m partitioned) seconds(p float64) float64 {
	c := perWeight * m.weights / flops
	if p == 1 {
		return c
	}
	return c/p + 2*float64(m.layers)*(wordBytes*m.words(p)/bandwidth+m.peers(p)*latency)
}

var nets = []partitioned{
	local("local, 768 M weights", 3, 200, 8, 10),
	dense("dense, 42 M weights", 4, 3240),
	dense("dense, 5 M weights", 4, 1120),
}

// report draws the speed-up of the model that is partitioned over machines.
func report(ctx context.Context, w io.Writer, dir string, _ []record.Run) error {
	fig := plots.Curves{Common: plots.Defaults(), XScale: "log", YScale: "log", XLabel: "machines per model P", YLabel: "speed-up T(1) / T(P)",
		Note: "A model, not a measurement: 20 Gflop/s, 1 Gbit/s and 50 µs per message and machine, one sample"}
	ideal := plots.Curve{Name: "ideal", Gray: true}
	for p := 1.0; p <= 128; p *= 2 {
		ideal.X, ideal.Y = append(ideal.X, p), append(ideal.Y, p)
	}
	fig.Curve = append(fig.Curve, ideal)
	for _, m := range nets {
		c := plots.Curve{Name: m.name, X: ideal.X, Dots: true}
		for _, p := range c.X {
			c.Y = append(c.Y, m.seconds(1)/m.seconds(p))
		}
		fig.Curve = append(fig.Curve, c)
		best := 1.0
		for p := 2.0; p <= 128; p++ {
			if m.seconds(p) < m.seconds(best) {
				best = p
			}
		}
		fmt.Fprintf(w, "%s: %.3g ms a sample on one machine; 8 machines are %.1f times faster; the best of up to 128 are %v, %.1f times\n",
			m.name, 1e3*m.seconds(1), m.seconds(1)/m.seconds(8), best, m.seconds(1)/m.seconds(best))
	}
	pic, files, err := plots.Draw(ctx, fig, nil, dir, "model-parallel")
	if err == nil {
		fmt.Fprintf(w, "figure: %s (.svg, .pdf; numbers in .csv, caption in .txt)\n", files[0])
		_, err = plots.WriteFigures(dir, []plots.Captioned{{Name: "model-parallel", Figure: fig, Picture: pic}}, false)
	}
	return err
}
