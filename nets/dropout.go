package nets

import (
	"math/rand/v2"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

// dropout sets each number to 0 with probability rate while training and divides the others by 1 - rate; evaluation leaves all as they
// are (Srivastava et al. 2014, scaled at training time).
//
// Since Grad is a function of x and batch, so is the mask: it is drawn by (seed, layer, the batch's samples in their order, place
// in the batch). Minibatches practically never repeat, so every gradient has a new mask; a full batch has one mask for ever.
type dropout[F vec.Float] struct {
	size int
	rate float64
	key  stream.Key
}

var _ layer[float32] = (*dropout[float32])(nil)

func (l *dropout[F]) inputs() int          { return l.size }
func (l *dropout[F]) outputs() int         { return l.size }
func (l *dropout[F]) params() int          { return 0 }
func (l *dropout[F]) weights() int         { return 0 }
func (l *dropout[F]) init([]F, *rand.Rand) {}

func (l *dropout[F]) keeps() int { return 0 }

func (l *dropout[F]) forward(c call[F], _, in, out, _ []F) {
	if !c.training {
		copy(out, in)
		return
	}
	l.mask(c, out, in)
}

func (l *dropout[F]) backward(c call[F], _, _, _, _, _, dout, din []F) {
	if din != nil {
		l.mask(c, din, dout)
	}
}

// mask writes what is kept of src, scaled, to dst.
func (l *dropout[F]) mask(c call[F], dst, src []F) {
	keep := F(1 / (1 - l.rate))
	limit := uint32(l.rate * (1 << 32))
	for i := range c.n {
		r := l.key.At(c.draw, uint64(i))
		d, s := dst[i*l.size:(i+1)*l.size], src[i*l.size:(i+1)*l.size]
		var word uint64
		for j := range d {
			if word >>= 32; j%2 == 0 {
				word = r.Uint64()
			}
			if d[j] = 0; uint32(word) >= limit {
				d[j] = keep * s[j]
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
