package nets

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The order of parameters that docs/predict.md states, by walking through a model as a reader of
// its file would: layer by layer, weights before biases; a dense layer's weights by input, then by
// output; a convolution's by row, plane taken, column and plane given.
func TestOrderOfParameters(t *testing.T) {
	const size, channels, side, width = 3, 2, 2, 4
	for _, convolves := range []bool{false, true} {
		table := map[string]any{"kind": "mlp", "data": "digits", "precision": "float64", "hidden": []any{int64(width)}, "activation": "tanh"}
		if convolves {
			layer := func(kind string, keys ...any) map[string]any {
				l := map[string]any{"kind": kind}
				for i := 0; i < len(keys); i += 2 {
					l[keys[i].(string)] = keys[i+1]
				}
				return l
			}
			table = map[string]any{"kind": "conv", "data": "digits", "precision": "float64", "layers": []any{
				layer("conv", "size", int64(size), "channels", int64(channels), "activation", "tanh"), layer("pool", "size", int64(side)),
				layer("conv", "size", int64(2), "channels", int64(3), "activation", "tanh"),
				layer("dense", "width", int64(width), "activation", "tanh")}}
		}
		c, err := Decode("problem", table)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Build[float64](c, Env{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		net := p.(*network[float64])
		r := rand.New(rand.NewPCG(1, 2))
		x := make([]float64, p.Dim())
		for i := range x {
			x[i] = r.NormFloat64() / 4
		}
		set := net.parts[Train]
		got := make([]float64, net.Classes())
		net.Predict(new(Workspace[float64]), got, x, Train, 5, 6)

		w := walker{x}
		in := set.Row(5)
		if convolves {
			in = w.pool(w.conv(in, set.Shape.Channels, set.Shape.Rows, set.Shape.Cols, size, channels), channels, set.Shape.Rows-size+1, side)
			rows := (set.Shape.Rows - size + 1) / side
			in = w.conv(in, channels, rows, rows, 2, 3)
		}
		scores := w.dense(w.tanh(w.dense(in, width)), net.Classes())
		sum := 0.
		for _, s := range scores {
			sum += math.Exp(s)
		}
		for k, s := range scores {
			if want := math.Exp(s) / sum; math.Abs(got[k]-want) > 1e-12 {
				t.Errorf("convolves %t: class %d has probability %g, by the stated order %g", convolves, k, got[k], want)
			}
		}
		if len(w.x) != 0 {
			t.Errorf("convolves %t: %d parameters are left over", convolves, len(w.x))
		}
	}
}

// A walker takes parameters from the front.
type walker struct{ x []float64 }

func (w *walker) take(n int) []float64 {
	v := w.x[:n]
	w.x = w.x[n:]
	return v
}

func (w *walker) tanh(v []float64) []float64 {
	for i := range v {
		v[i] = math.Tanh(v[i])
	}
	return v
}

func (w *walker) dense(in []float64, outs int) []float64 {
	weights, out := w.take(len(in)*outs), make([]float64, outs)
	for i, v := range in {
		for k := range outs {
			out[k] += v * weights[i*outs+k]
		}
	}
	for k, b := range w.take(outs) {
		out[k] += b
	}
	return out
}

// conv takes planes of rows x cols, one after the other, each row by row, and gives such planes.
func (w *walker) conv(in []float64, planes, rows, cols, size, outs int) []float64 {
	weights, bias := w.take(size*planes*size*outs), w.take(outs)
	var out []float64
	for k := range outs {
		for r := range rows - size + 1 {
			for c := range cols - size + 1 {
				sum := bias[k]
				for y := range size {
					for p := range planes {
						for x := range size {
							sum += in[(p*rows+r+y)*cols+c+x] * weights[((y*planes+p)*size+x)*outs+k]
						}
					}
				}
				out = append(out, math.Tanh(sum))
			}
		}
	}
	return out
}

// pool takes the largest of every square of square planes.
func (w *walker) pool(in []float64, planes, rows, side int) []float64 {
	n := rows / side
	var out []float64
	for p := range planes {
		for r := range n {
			for c := range n {
				most := math.Inf(-1)
				for y := range side {
					for x := range side {
						most = max(most, in[(p*rows+r*side+y)*rows+c*side+x])
					}
				}
				out = append(out, most)
			}
		}
	}
	return out
}
