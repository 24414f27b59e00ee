package nets

import (
	"math"
	"slices"
	"testing"

	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// random fills a vector with numbers between -1 and 1.
func random(n int, seed uint64) []float64 {
	r := stream.NewKey(seed, "layers test").At(0, 0)
	x := make([]float64, n)
	for i := range x {
		x[i] = 2*r.Float64() - 1
	}
	return x
}

// The shifted products give what the definition of a convolution gives.
func TestConvolutionIsTheDefinition(t *testing.T) {
	for _, c := range []struct {
		from                data.Shape
		size, channels, pad int
	}{
		{data.Shape{Channels: 1, Rows: 7, Cols: 9}, 3, 2, 0},
		{data.Shape{Channels: 4, Rows: 6, Cols: 5}, 3, 3, 0},
		{data.Shape{Channels: 2, Rows: 5, Cols: 5}, 5, 4, 2},
		{data.Shape{Channels: 3, Rows: 4, Cols: 6}, 1, 2, 0},
		{data.Shape{Channels: 5, Rows: 5, Cols: 5}, 5, 1, 0},
		{data.Shape{Channels: 13, Rows: 5, Cols: 6}, 3, 9, 1},
	} {
		l := newConvolution[float64](c.from, c.size, c.channels, c.pad, None, 1)
		const n = 3
		w, in, out := random(l.Params(), 1), random(n*l.Inputs(), 2), make([]float64, n*l.Outputs())
		l.Forward(Call[float64]{WS: new(Workspace[float64]), N: n}, w, in, out, make([]float64, n*l.Keeps()))
		pixel := func(i, p, y, x int) float64 {
			if y < 0 || x < 0 || y >= c.from.Rows || x >= c.from.Cols {
				return 0
			}
			return in[i*l.Inputs()+(p*c.from.Rows+y)*c.from.Cols+x]
		}
		at := 0
		for i := range n {
			for k := range c.channels {
				for y := range l.to.Rows {
					for x := range l.to.Cols {
						want := w[l.Weights()+k]
						for p := range c.from.Channels {
							for a := range c.size {
								for b := range c.size {
									want += w[((a*c.from.Channels+p)*c.size+b)*c.channels+k] * pixel(i, p, y+a-c.pad, x+b-c.pad)
								}
							}
						}
						if math.Abs(out[at]-want) > 1e-12 {
							t.Fatalf("%+v: image %d, plane %d, pixel %d, %d: %v, want %v", c, i, k, y, x, out[at], want)
						}
						at++
					}
				}
			}
		}
	}
}

func TestPool(t *testing.T) {
	l := newPool[float32](data.Shape{Channels: 1, Rows: 5, Cols: 4}, 2)
	in := []float32{
		1, 2, 5, 5,
		3, 0, 5, 5,
		-1, -2, 0, 7,
		-3, -4, 8, 0,
		9, 9, 9, 9, // fills no square
	}
	out := make([]float32, 4)
	l.Forward(Call[float32]{N: 1}, nil, in, out, nil)
	if !slices.Equal(out, []float32{3, 5, -1, 8}) {
		t.Errorf("%v", out)
	}
	din := make([]float32, 20)
	vec.Fill(din, 7)
	l.Backward(Call[float32]{N: 1}, nil, nil, in, out, nil, []float32{10, 20, 30, 40}, din)
	if !slices.Equal(din, []float32{0, 0, 20, 0, 10, 0, 0, 0, 30, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0}) {
		t.Errorf("back: %v", din)
	}
}

// A mask is kept from forward to backward, differs between batches, places and layers, and drops
// the stated share.
func TestDropout(t *testing.T) {
	const n, size = 50, 101
	l := &dropout[float64]{size: size, rate: .3, key: stream.NewKey(1, "dropout 0")}
	ones := make([]float64, n*size)
	vec.Fill(ones, 1)
	run := func(l *dropout[float64], draw uint64) []float64 {
		out, back := make([]float64, n*size), make([]float64, n*size)
		c := Call[float64]{N: n, Training: true, Draw: draw}
		l.Forward(c, nil, ones, out, nil)
		l.Backward(c, nil, nil, ones, out, nil, ones, back)
		if !slices.Equal(out, back) {
			t.Fatal("the way back has another mask")
		}
		return out
	}
	out := run(l, 5)
	kept := 0
	for _, v := range out {
		if v != 0 {
			kept++
			if v != 1/.7 {
				t.Fatalf("kept as %v", v)
			}
		}
	}
	if share := float64(kept) / (n * size); math.Abs(share-.7) > 5*math.Sqrt(.21/(n*size)) {
		t.Errorf("%v are kept, want .7", share)
	}
	if slices.Equal(out[:size], out[size:2*size]) || slices.Equal(out, run(l, 6)) || slices.Equal(out, run(&dropout[float64]{size, .3, stream.NewKey(1, "dropout 1")}, 5)) {
		t.Error("one mask twice")
	}
	if !slices.Equal(out, run(l, 5)) {
		t.Error("the mask is no function of the batch")
	}
	still := make([]float64, n*size)
	l.Forward(Call[float64]{N: n}, nil, ones, still, nil)
	if !slices.Equal(still, ones) {
		t.Error("evaluation drops")
	}
	key := stream.NewKey(2, "key")
	if drawOf(key, []int{1, 2}) == drawOf(key, []int{2, 1}) || drawOf(key, []int{1}) == drawOf(key, []int{1, 1}) {
		t.Error("two batches, one draw")
	}
}
