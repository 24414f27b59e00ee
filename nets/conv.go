package nets

import (
	"fmt"

	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Conv is a net whose layers are given one by one, on images or on plain features; a dense layer to
// one score per class is added at the end. Its loss is the mean cross-entropy of softmax, plus l2/2
// |weights|^2.
type Conv struct {
	WithData
	Layers []Layer `doc:"from the images up, without the last: tables with kind conv (size, channels, pad, activation), pool (size), dense (width, activation), dropout (rate)" len:"[1,64]"`
	L2     float64 `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

// ConvLayer is a convolution with a square window, stride 1.
type ConvLayer struct {
	Size       int        `doc:"side of the window in pixels" in:"[1,31]"`
	Channels   int        `doc:"planes that it gives" in:"[1,4096]" required:""`
	Pad        int        `doc:"zeros around the image, in pixels" in:"[0,15]"`
	Activation Activation `doc:"what follows" in:"relu|tanh|none"`
}

func init() {
	RegisterLayer("conv", "convolution, stride 1", "", ConvLayer{Size: 5, Activation: ReLU}, convLayer[float32], convLayer[float64])
	Register("conv", "layers given one by one: conv, pool, dense, dropout; softmax cross-entropy", "",
		Conv{WithData: onData("float32"), Layers: []Layer{ConvLayer{5, 16, 0, ReLU}, PoolLayer{2}, DenseLayer{64, ReLU}}}, newConv[float32], newConv[float64])
}

func newConv[F vec.Float](c Conv, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	layers, err := stack[F](d.train().Shape, c.Layers, len(d.train().Classes), e.Seed)
	if err != nil {
		return nil, params.At("layers", err)
	}
	return newNetwork(d, c.L2, layers...), nil
}

// stack makes the layers, and the last one to the classes. Errors have the path of the layer.
func stack[F vec.Float](shape data.Shape, configs []Layer, classes int, seed uint64) (layers []Transform[F], err error) {
	for i := 0; i < len(configs); i++ {
		c := configs[i]
		to, err := c.Shape(shape)
		if err != nil {
			return nil, params.Errorf(fmt.Sprintf("[%d]", i), "%v", err)
		}
		if conv, pool, ok := convAndPool(configs[i:]); ok { // which are computed at once
			if to, err = pool.Shape(to); err != nil {
				return nil, params.Errorf(fmt.Sprintf("[%d]", i+1), "%v", err)
			}
			layers = append(layers, newConvolution[F](shape, conv.Size, conv.Channels, conv.Pad, conv.Activation, pool.Size))
			i++
		} else {
			l, err := newLayer[F](c, Place{From: shape, Index: i, Seed: seed}, to)
			if err != nil {
				return nil, params.Errorf(fmt.Sprintf("[%d]", i), "%v", err)
			}
			layers = append(layers, l)
		}
		shape = to
	}
	return append(layers, &dense[F]{in: shape.Size(), out: classes, act: None}), nil
}

// convAndPool says whether the layers begin with a convolution and a pool.
func convAndPool(configs []Layer) (conv ConvLayer, pool PoolLayer, ok bool) {
	if conv, ok = configs[0].(ConvLayer); ok && len(configs) > 1 {
		pool, ok = configs[1].(PoolLayer)
		return conv, pool, ok
	}
	return conv, pool, false
}

func convLayer[F vec.Float](c ConvLayer, p Place) Transform[F] {
	return newConvolution[F](p.From, c.Size, c.Channels, c.Pad, c.Activation, 1)
}

// Shape implements Layer.
func (l ConvLayer) Shape(from data.Shape) (data.Shape, error) {
	to := data.Shape{Channels: l.Channels, Rows: from.Rows + 2*l.Pad - l.Size + 1, Cols: from.Cols + 2*l.Pad - l.Size + 1}
	switch {
	case to.Rows < 1 || to.Cols < 1:
		return to, fmt.Errorf("a window of %d x %d does not fit %d x %d pixels with pad %d", l.Size, l.Size, from.Rows, from.Cols, l.Pad)
	case l.Pad >= l.Size:
		return to, fmt.Errorf("pad %d: windows of side %d would see nothing but zeros", l.Pad, l.Size)
	}
	return to, checkSize(to.Size(), from.Channels*l.Size*l.Size*l.Channels)
}

// checkSize bounds what a layer holds, so that a slip of the pen does not ask for all memory.
func checkSize(outputs, weights int) error {
	if weights > mostParams || outputs > mostParams/block {
		return fmt.Errorf("it would have %d weights and give %d numbers a sample; the most is %d and %d", weights, outputs, mostParams, mostParams/block)
	}
	return nil
}
