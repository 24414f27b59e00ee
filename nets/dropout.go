package nets

import (
	"math/rand/v2"

	"staleness/internal/stream"
	"staleness/nets/data"
	"staleness/nets/vec"
)

// DropoutLayer sets numbers to 0 at random while training, and scales the others up.
type DropoutLayer struct {
	Rate float64 `doc:"probability of being set to 0" in:"[0,1)"`
}

func init() {
	RegisterLayer("dropout", "zeros at random while training", "Srivastava et al. 2014, JMLR 15", DropoutLayer{Rate: .5}, dropoutLayer[float32], dropoutLayer[float64])
}

// Shape implements Layer.
func (l DropoutLayer) Shape(from data.Shape) (data.Shape, error) { return from, nil }

func dropoutLayer[F vec.Float](c DropoutLayer, p Place) Transform[F] {
	return &dropout[F]{size: p.From.Size(), rate: c.Rate, key: p.Key("dropout")}
}

// dropout sets each number to 0 with probability rate while training and divides the others by 1 -
// rate; evaluation leaves all as they are (Srivastava et al. 2014, scaled at training time).
//
// Since Grad is a function of x and batch, so is the mask: it is drawn by (seed, layer, the batch's
// samples in their order, place in the batch). Minibatches practically never repeat, so every
// gradient has a new mask; a full batch has one mask for ever.
type dropout[F vec.Float] struct {
	size int
	rate float64
	key  stream.Key
}

var (
	_ Transform[float32] = (*dropout[float32])(nil)
	_ Drawing            = (*dropout[float32])(nil)
)

func (l *dropout[F]) Inputs() int          { return l.size }
func (l *dropout[F]) Outputs() int         { return l.size }
func (l *dropout[F]) Params() int          { return 0 }
func (l *dropout[F]) Weights() int         { return 0 }
func (l *dropout[F]) Init([]F, *rand.Rand) {}

func (l *dropout[F]) Keeps() int { return 0 }

// Draws implements Drawing.
func (l *dropout[F]) Draws() Key { return l.key }

func (l *dropout[F]) Forward(c Call[F], _, in, out, _ []F) {
	if !c.Training {
		copy(out, in)
		return
	}
	l.mask(c, out, in)
}

func (l *dropout[F]) Backward(c Call[F], _, _, _, _, _, dout, din []F) {
	if din != nil {
		l.mask(c, din, dout)
	}
}

// mask writes what is kept of src, scaled, to dst.
func (l *dropout[F]) mask(c Call[F], dst, src []F) {
	keep := F(1 / (1 - l.rate))
	limit := uint32(l.rate * (1 << 32))
	for i := range c.N {
		r := l.key.At(c.Draw, uint64(i))
		d, s := dst[i*l.size:(i+1)*l.size], src[i*l.size:(i+1)*l.size]
		var word uint64
		for j := range d {
			if word >>= 32; j%2 == 0 {
				word = r.Uint64()
			}
			v := s[j] // dst may be src
			if d[j] = 0; uint32(word) >= limit {
				d[j] = keep * v
			}
		}
	}
}

// drawOf hashes the samples of a batch.
func drawOf(key stream.Key, batch []int) (draw uint64) {
	for _, i := range batch {
		r := key.At(uint64(i), draw)
		draw = r.Uint64()
	}
	return draw
}
