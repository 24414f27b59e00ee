package nets

import (
	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// LeNet is LeCun et al.'s net as it is used today: 5 x 5 convolution to 6 planes, 2 x 2 pool, 5 x 5
// convolution to 16 planes, 2 x 2 pool, dense 120, 84, classes.
type LeNet struct {
	WithData
	Activation Activation `doc:"of all layers but the last" in:"relu|tanh"`
	L2         float64    `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

func init() {
	Register("lenet", "conv 5x5x6, pool, conv 5x5x16, pool, dense 120, 84; softmax cross-entropy", "LeCun, Bottou, Bengio and Haffner 1998 (there with subsampling and radial units)",
		LeNet{WithData: onData("float32"), Activation: ReLU}, newLeNet[float32], newLeNet[float64])
}

func newLeNet[F vec.Float](c LeNet, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	a := c.Activation
	layers, err := stack[F](d.train().Shape, []Layer{
		ConvLayer{5, 6, 0, a}, PoolLayer{2}, ConvLayer{5, 16, 0, a}, PoolLayer{2}, DenseLayer{120, a}, DenseLayer{84, a},
	}, len(d.train().Classes), e.Seed)
	if err != nil {
		s := d.train().Shape
		return nil, params.Errorf("data", "%s has samples of %d x %d pixels; lenet takes images of at least 16 x 16", d.train().Name, s.Rows, s.Cols)
	}
	return newNetwork(d, c.L2, layers...), nil
}
