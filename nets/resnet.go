package nets

import (
	"slices"

	"staleness/internal/params"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// ResNet is the family of residual nets of He et al. for small images, section 4.2: a 3 x 3
// convolution, three stages of (depth - 2)/6 blocks of two such convolutions with width, 2 width
// and 4 width planes, the last two at half the pixels of the one before, the mean of each plane,
// and a dense layer. Shortcuts have no parameters (option A).
//
// Where they have batch norm this has group norm: its statistics are those of one sample, so that
// there are none that workers would have to share (see Hsieh, Phanishayee, Mutlu & Gibbons 2020,
// arXiv 1910.00189). Convolutions have biases.
type ResNet struct {
	WithData
	Depth  int     `doc:"layers with weights, 6 n + 2: 8, 14, 20, ..." in:"[8,110]"`
	Width  int     `doc:"planes of the first stage" in:"[1,512]"`
	Groups int     `doc:"groups of planes of each group norm; it has to divide the width. 0: no norm" in:"[0,512]"`
	L2     float64 `doc:"l2/2 |weights|^2 is part of f, without gains and biases" in:"[0,1e30]"`
}

func init() {
	Register("resnet", "residual net for small images: 3 x 3 convolutions in three stages, group norm; softmax cross-entropy", "He, Zhang, Ren & Sun 2016, arXiv 1512.03385; with batch norm there",
		ResNet{WithData: onData("float32"), Depth: 8, Width: 16, Groups: 4}, newResNet[float32], newResNet[float64])
}

// Validate implements params.Validator.
func (c ResNet) Validate() error {
	switch {
	case (c.Depth-2)%6 != 0:
		return params.Errorf("depth", "= %d is not 6 n + 2: a block has two convolutions, and there are three stages of as many blocks", c.Depth)
	case c.Groups > 0 && c.Width%c.Groups != 0:
		return params.Errorf("groups", "= %d does not divide the width of %d planes", c.Groups, c.Width)
	}
	return nil
}

// convolution is one of 3 x 3, and what follows it.
func (c ResNet) convolution(channels, by int, last Activation) (layers []Layer) {
	if c.Groups == 0 && by == 1 {
		return []Layer{ConvLayer{3, channels, 1, last}}
	}
	if layers = []Layer{ConvLayer{3, channels, 1, None}}; by > 1 {
		layers = append(layers, StrideLayer{by})
	}
	if c.Groups == 0 { // relu before a stride is relu behind it
		layers[0] = ConvLayer{3, channels, 1, last}
		return layers
	}
	return append(layers, GroupNormLayer{c.Groups, last})
}

func newResNet[F vec.Float](c ResNet, e Env) (Problem[F], error) {
	d, err := loadDataset[F](c.Options, data.Classify, e)
	if err != nil {
		return nil, err
	}
	s := d.train().Shape
	if s.Rows < 4 || s.Cols < 4 {
		return nil, params.Errorf("data", "%s has samples of %d x %d pixels; resnet halves them twice, and takes images of at least 4 x 4", d.train().Name, s.Rows, s.Cols)
	}
	layers := c.convolution(c.Width, 1, ReLU)
	for stage := range 3 {
		for block := range (c.Depth - 2) / 6 {
			by := 1
			if stage > 0 && block == 0 {
				by = 2
			}
			channels := c.Width << stage
			layers = append(layers, ResidualLayer{slices.Concat(c.convolution(channels, by, ReLU), c.convolution(channels, 1, None))})
		}
	}
	built, err := stack[F](s, append(layers, AverageLayer{}), len(d.train().Classes), e.Seed)
	if err != nil {
		return nil, params.At("data", err)
	}
	return newNetwork(d, c.L2, built...), nil
}
