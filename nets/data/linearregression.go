package data

import (
	"errors"
	"fmt"
	"math"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

// LinearRegression is the least squares of Mishchenko, Bach, Even and Woodworth: features uniform
// on [0, 1) over the root of their number, a standard normal x, and targets a.x + noise z. All
// features are positive, so that the mean of a a' has one large eigenvalue, near 1/4, and the
// others near 1/(12 Features).
type LinearRegression struct {
	Samples  int     `doc:"number of samples" in:"[1,10000000]"`
	Features int     `doc:"number of features" in:"[1,100000]"`
	Noise    float64 `doc:"standard deviation of the noise on targets" in:"[0,1e30]"`
}

func init() {
	Register("linear-regression", "synthetic: positive features and targets from a planted model, for least-squares", "Mishchenko, Bach, Even & Woodworth 2022, arXiv 2206.07638, and its notebook",
		LinearRegression{Samples: 10000, Features: 400, Noise: 1e-5})
}

// Read implements Source.
func (s LinearRegression) Read(b *Builder, test bool) error {
	if test {
		return ErrNoTest
	}
	if b.Task != Regress {
		return errors.New("linear-regression is least squares; it has no classes")
	}
	fmt.Fprintf(b, "linear-regression %+v", s)
	if err := b.Expect(s.Samples, s.Features); err != nil {
		return err
	}
	b.Shaped(Flat(s.Features))
	key := stream.NewKey(b.Seed(), "data: linear-regression")
	planted, row := normals(key.At(0, 0), s.Features), make([]float64, s.Features)
	root := math.Sqrt(float64(s.Features))
	for i := range s.Samples {
		r := key.At(1, uint64(i))
		for j := range row {
			row[j] = r.Float64() / root
		}
		target := vec.Dot(row, planted) + float64(s.Noise*vec.NormQuantile(r.Float64()))
		if err := b.Add(row, target); err != nil {
			return fmt.Errorf("sample %d %w", i+1, err)
		}
	}
	return nil
}
