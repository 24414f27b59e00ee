package main

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"staleness/nets/vec"
)

// onGonum is a step of the MLP 784-256-128-10 as one writes it with gonum: its products and updates
// by BLAS, the rest in loops.
type onGonum struct {
	*training[float32]
	widths []int
	in, d  []blas32.General // of each layer; one more: the scores
	labels []int
}

func newOnGonum(n net) (*onGonum, error) {
	t, err := newTraining[float32](n)
	if err != nil {
		return nil, err
	}
	g := &onGonum{training: t, widths: []int{784, 256, 128, 10}, labels: make([]int, n.batch)}
	for _, w := range g.widths {
		g.in = append(g.in, general(make([]float32, n.batch*w), n.batch, w))
		g.d = append(g.d, general(make([]float32, n.batch*w), n.batch, w))
	}
	return g, nil
}

func general(x []float32, rows, cols int) blas32.General {
	return blas32.General{Data: x[:rows*cols], Rows: rows, Cols: cols, Stride: cols}
}

func (t *onGonum) step() {
	t.inputs()
	layers := len(t.widths) - 1
	at := 0
	var w, gw []blas32.General
	var bias, gb [][]float32
	for l := range layers {
		in, out := t.widths[l], t.widths[l+1]
		w, gw = append(w, general(t.x[at:], in, out)), append(gw, general(t.g[at:], in, out))
		at += in * out
		bias, gb = append(bias, t.x[at:at+out]), append(gb, t.g[at:at+out])
		at += out
		y := t.in[l+1]
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, t.in[l], w[l], 0, y)
		for i := range y.Rows {
			row := y.Data[i*out : (i+1)*out]
			for j, b := range bias[l] {
				if row[j] += b; l < layers-1 && row[j] < 0 {
					row[j] = 0
				}
			}
		}
	}
	vec.SoftmaxXent(mat(t.d[layers]), mat(t.in[layers]), t.labels, 1/float32(len(t.labels)))
	for l := layers - 1; l >= 0; l-- {
		d := t.d[l+1]
		clear(gb[l])
		for i := range d.Rows {
			for j, v := range d.Data[i*d.Cols : (i+1)*d.Cols] {
				gb[l][j] += v
			}
		}
		blas32.Gemm(blas.Trans, blas.NoTrans, 1, t.in[l], d, 0, gw[l])
		if l == 0 {
			break
		}
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, d, w[l], 0, t.d[l])
		for i, y := range t.in[l].Data {
			if y <= 0 {
				t.d[l].Data[i] = 0
			}
		}
	}
	n := len(t.x)
	blas32.Axpy(-learningRate, blas32.Vector{N: n, Data: t.g, Inc: 1}, blas32.Vector{N: n, Data: t.x, Inc: 1})
	t.next()
}

// inputs copies the batch.
func (t *onGonum) inputs() {
	t.data.Gather(t.in[0].Data, t.batch)
	for j, i := range t.batch {
		t.labels[j] = t.data.Labels[i]
	}
}

func mat(a blas32.General) vec.Mat[float32] { return vec.NewMat(a.Data, a.Rows, a.Cols) }
