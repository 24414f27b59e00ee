package nets

import (
	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// MLP is a net of fully connected layers with mean cross-entropy as its loss, plus l2/2
// |weights|^2.
type MLP struct {
	WithData
	Hidden     []int      `doc:"widths of the hidden layers" in:"[1,65536]" len:"[1,16]"`
	Activation Activation `doc:"of the hidden layers" in:"relu|tanh"`
	L2         float64    `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

func init() {
	Register("mlp", "fully connected layers, softmax cross-entropy", "",
		MLP{WithData: onData("float32"), Hidden: []int{256, 128}, Activation: ReLU}, newMLP[float32], newMLP[float64])
}

func newMLP[F vec.Float](c MLP, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	var layers []Transform[F]
	width := d.train().Features()
	for i, h := range c.Hidden {
		if width > mostParams/h {
			return nil, params.Errorf("hidden", "layer %d would have %d x %d weights; the most is %d", i+1, width, h, mostParams)
		}
		layers = append(layers, &dense[F]{in: width, out: h, act: c.Activation})
		width = h
	}
	layers = append(layers, &dense[F]{in: width, out: len(d.train().Classes), act: None})
	return newNetwork(d, c.L2, layers...), nil
}

// mostParams bounds the parameters of a layer.
const mostParams = 1 << 28
