package nets

import (
	"fmt"

	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// Conv is a net whose layers are given one by one, on images or on plain features; a dense layer to one score per class is added at
// the end. Its loss is the mean cross-entropy of softmax, plus l2/2 |weights|^2.
type Conv struct {
	WithData
	Layers []Layer `doc:"from the images up, without the last: tables with kind conv (size, channels, pad, activation), pool (size), dense (width, activation), dropout (rate)" len:"[1,64]"`
	L2     float64 `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

// LeNet is LeCun et al.'s net as it is used today: 5 x 5 convolution to 6 planes, 2 x 2 pool, 5 x 5 convolution to 16 planes, 2 x 2
// pool, dense 120, 84, classes.
type LeNet struct {
	WithData
	Activation Activation `doc:"of all layers but the last" in:"relu|tanh"`
	L2         float64    `doc:"l2/2 |weights|^2 is part of f, without the biases" in:"[0,1e30]"`
}

// A Layer is one of ConvLayer, PoolLayer, DenseLayer and DropoutLayer.
type Layer interface {
	// shape is the shape of what the layer gives for what it takes, or why it cannot.
	shape(from data.Shape) (data.Shape, error)
}

// ConvLayer is a convolution with a square window, stride 1.
type ConvLayer struct {
	Size       int        `doc:"side of the window in pixels" in:"[1,31]"`
	Channels   int        `doc:"planes that it gives" in:"[1,4096]" required:""`
	Pad        int        `doc:"zeros around the image, in pixels" in:"[0,15]"`
	Activation Activation `doc:"what follows" in:"relu|tanh|none"`
}

// PoolLayer takes the largest of every square of each plane, squares side by side.
type PoolLayer struct {
	Size int `doc:"side of the square in pixels" in:"[1,31]"`
}

// DenseLayer is fully connected.
type DenseLayer struct {
	Width      int        `doc:"numbers that it gives" in:"[1,65536]" required:""`
	Activation Activation `doc:"what follows" in:"relu|tanh|none"`
}

// DropoutLayer sets numbers to 0 at random while training, and scales the others up.
type DropoutLayer struct {
	Rate float64 `doc:"probability of being set to 0" in:"[0,1)"`
}

var layerKinds = params.Serve[Layer](params.New("layer", "kind"))

// LayerKinds is the registry of layers, for lists and the manual.
func LayerKinds() *params.Registry { return layerKinds }

func init() {
	for _, e := range []params.Entry{
		{Name: "conv", Doc: "convolution, stride 1", Defaults: ConvLayer{Size: 5, Activation: ReLU}},
		{Name: "pool", Doc: "largest of each square", Defaults: PoolLayer{Size: 2}},
		{Name: "dense", Doc: "fully connected", Defaults: DenseLayer{Activation: ReLU}},
		{Name: "dropout", Doc: "zeros at random while training", Source: "Srivastava et al. 2014, JMLR 15", Defaults: DropoutLayer{Rate: .5}},
	} {
		layerKinds.Add(e)
	}
	Register("conv", "layers given one by one: conv, pool, dense, dropout; softmax cross-entropy", "",
		Conv{WithData: onData("float32"), Layers: []Layer{ConvLayer{5, 16, 0, ReLU}, PoolLayer{2}, DenseLayer{64, ReLU}}}, newConv[float32], newConv[float64])
	Register("lenet", "conv 5x5x6, pool, conv 5x5x16, pool, dense 120, 84; softmax cross-entropy", "LeCun, Bottou, Bengio and Haffner 1998 (there with subsampling and radial units)",
		LeNet{WithData: onData("float32"), Activation: ReLU}, newLeNet[float32], newLeNet[float64])
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

// stack makes the layers, and the last one to the classes. Errors have the path of the layer.
func stack[F vec.Float](shape data.Shape, configs []Layer, classes int, seed uint64) (layers []layer[F], err error) {
	for i := 0; i < len(configs); i++ {
		c := configs[i]
		to, err := c.shape(shape)
		if err != nil {
			return nil, params.Errorf(fmt.Sprintf("[%d]", i), "%v", err)
		}
		switch c := c.(type) {
		case ConvLayer:
			size := 1
			if i+1 < len(configs) { // a pool behind a convolution is part of it
				if p, ok := configs[i+1].(PoolLayer); ok {
					if to, err = p.shape(to); err != nil {
						return nil, params.Errorf(fmt.Sprintf("[%d]", i+1), "%v", err)
					}
					size = p.Size
					i++
				}
			}
			layers = append(layers, newConvolution[F](shape, c.Size, c.Channels, c.Pad, c.Activation, size))
		case PoolLayer:
			layers = append(layers, newPool[F](shape, c.Size))
		case DenseLayer:
			layers = append(layers, &dense[F]{in: shape.Size(), out: c.Width, act: c.Activation})
		case DropoutLayer:
			layers = append(layers, &dropout[F]{size: shape.Size(), rate: c.Rate, key: stream.NewKey(seed, fmt.Sprintf("problem: dropout %d", i))})
		}
		shape = to
	}
	return append(layers, &dense[F]{in: shape.Size(), out: classes, act: None}), nil
}

func (l ConvLayer) shape(from data.Shape) (data.Shape, error) {
	to := data.Shape{Channels: l.Channels, Rows: from.Rows + 2*l.Pad - l.Size + 1, Cols: from.Cols + 2*l.Pad - l.Size + 1}
	switch {
	case to.Rows < 1 || to.Cols < 1:
		return to, fmt.Errorf("a window of %d x %d does not fit %d x %d pixels with pad %d", l.Size, l.Size, from.Rows, from.Cols, l.Pad)
	case l.Pad >= l.Size:
		return to, fmt.Errorf("pad %d: windows of side %d would see nothing but zeros", l.Pad, l.Size)
	}
	return to, checkSize(to.Size(), from.Channels*l.Size*l.Size*l.Channels)
}

func (l PoolLayer) shape(from data.Shape) (data.Shape, error) {
	to := pooled(from, l.Size)
	if to.Rows < 1 || to.Cols < 1 {
		return to, fmt.Errorf("a square of %d x %d does not fit %d x %d pixels", l.Size, l.Size, from.Rows, from.Cols)
	}
	return to, nil
}

func (l DenseLayer) shape(from data.Shape) (data.Shape, error) {
	return data.Flat(l.Width), checkSize(l.Width, from.Size()*l.Width)
}

func (l DropoutLayer) shape(from data.Shape) (data.Shape, error) { return from, nil }

// checkSize bounds what a layer holds, so that a slip of the pen does not ask for all memory.
func checkSize(outputs, weights int) error {
	if weights > mostParams || outputs > mostParams/block {
		return fmt.Errorf("it would have %d weights and give %d numbers a sample; the most is %d and %d", weights, outputs, mostParams, mostParams/block)
	}
	return nil
}
