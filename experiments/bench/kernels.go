package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"staleness/nets/vec"
	"staleness/nets/vec/peak"
)

// A row is something measured by turns with the others.
type row struct {
	name  string
	meter meter
	work  float64        // floating-point operations in a call; 0: not related to the peak
	limit func() float64 // operations, or calls, per second that the core allows now
	rates sample         // calls per second
	most  sample         // what limit said, in the same turn
}

// netRow is whole training steps beside the rate of multiply-adds.
func netRow[F vec.Float](n net) (*row, error) {
	t, err := newTraining[F](n)
	if err != nil {
		return nil, err
	}
	return &row{name: fmt.Sprintf("%v, float%d", n, 8*sizeOf[F]()), meter: meter{f: func() { t.step() }}, work: n.products(), limit: multiplyAdds[F]}, nil
}

func multiplyAdds[F vec.Float]() float64 { return peak.FMA(peak.Path(vec.Path()), sizeOf[F]()) }

// pair is about how long a row runs beside its limit, which takes as long: a processor's clock
// depends on what it has just done.
const pair = time.Millisecond

// warm lets the row have the caches and the processor's clock to itself.
func (r *row) warm() {
	for range 3 {
		r.limit()
		r.meter.rate(pair)
	}
}

// takeTurns fills the rows.
func takeTurns(rows []*row, rounds int) {
	for range rounds {
		for _, r := range rows {
			r.warm()
			r.most = append(r.most, onProcessor(r.limit))
			r.rates = append(r.rates, r.meter.rate(pair))
		}
	}
}

// kernels prints the rows of the nets and of the long vectors.
func kernels(out io.Writer, rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // gonum would use them all
	var rows []*row
	for _, make := range []func() (*row, error){
		func() (*row, error) { return netRow[float32](mlp32) },
		func() (*row, error) { return netRow[float32](mlp128) },
		func() (*row, error) { return netRow[float64](mlp32) },
		func() (*row, error) { return netRow[float32](linear) },
		func() (*row, error) { return netRow[float32](lenet32) },
	} {
		r, err := make()
		if err != nil {
			return err
		}
		rows = append(rows, r)
	}
	g, err := newOnGonum(mlp32)
	if err != nil {
		return err
	}
	slow := &row{name: "the same on gonum, float32", meter: meter{f: g.step}, work: mlp32.products(), limit: multiplyAdds[float32]}
	separate, err := newTraining[float32](mlp32)
	if err != nil {
		return err
	}
	rows = append(rows, slow, &row{name: "mlp, batch 32, gradient and update apart", meter: meter{f: func() { separate.separately(); separate.next() }}, work: mlp32.products(), limit: multiplyAdds[float32]})
	long := longRows()
	takeTurns(slices.Concat(rows, long), rounds)

	fmt.Fprintf(out, "Training steps on one core, %s\n\n", vec.Path())
	fmt.Fprintf(out, "%-42s %10s %9s   %s\n", "", "steps/s", "GFLOP/s", "% of the peak of multiply-adds")
	for _, r := range rows {
		flops := r.rates.times(r.work)
		fmt.Fprintf(out, "%-42s %10.0f %9.1f   %s\n", r.name, r.rates.median(), 1e-9*flops.median(), flops.by(r.most).times(100).spread("%.0f"))
	}
	fmt.Fprintf(out, "\nmlp, batch 32, over the same on gonum: %s\n\n", rows[0].rates.by(slow.rates).spread("%.1f"))
	fmt.Fprintf(out, "%-42s %10s   %s\n", "Vectors of 235,136 elements", "Gelem/s", "% of the speed of the same loads and stores alone")
	for _, r := range long {
		fmt.Fprintf(out, "%-42s %10.2f   %s\n", r.name, 1e-9*elements*r.rates.median(), r.rates.by(r.most).times(100).spread("%.0f"))
	}
	fmt.Fprintln(out)
	return nil
}

// elements are the parameters of the MLP, nearly: a multiple of all vectors.
const elements = 235_136

func longRows() []*row {
	x, v, g := make([]float32, elements), make([]float32, elements), make([]float32, elements)
	vec.Fill(g, 1)
	traffic := func(reads, writes int) func() float64 {
		return func() float64 {
			calls, total := 0, time.Duration(0)
			for total < time.Millisecond {
				d := peak.Traffic(peak.Path(vec.Path()), reads, writes, 4*elements, raw(g), raw(x), raw(v))
				if d <= 0 {
					return 0
				}
				calls++
				total += d
			}
			return float64(calls) / total.Seconds()
		}
	}
	return []*row{
		{name: "axpy, float32", meter: meter{f: func() { vec.Axpy(x, 1e-9, g) }}, limit: traffic(2, 1)},
		{name: "momentum, float32", meter: meter{f: func() { vec.Momentum(x, v, g, .9, 1e-9) }}, limit: traffic(3, 2)},
	}
}

func raw(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

// narrower runs the rows of narrow in a process that is forced to AVX2, where this one uses
// AVX-512.
func narrower(out io.Writer, rounds int) error {
	if vec.Path() != "avx512" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, "-only", "narrow", "-rounds", strconv.Itoa(rounds))
	c.Env = append(os.Environ(), vec.PathVariable+"=avx2")
	c.Stdout, c.Stderr = out, os.Stderr
	return c.Run()
}

// narrow prints the MLP on the path in use.
func narrow(out io.Writer, rounds int) error {
	r, err := netRow[float32](mlp32)
	if err != nil {
		return err
	}
	takeTurns([]*row{r}, rounds)
	flops := r.rates.times(r.work)
	fmt.Fprintf(out, "%-42s %10.0f %9.1f   %s\n\n", r.name+", "+vec.Path()+" forced", r.rates.median(), 1e-9*flops.median(), flops.by(r.most).times(100).spread("%.0f"))
	return nil
}
