package extending

import (
	"fmt"
	"math/rand/v2"

	"staleness/nets/data"
)

// Rings are points of the plane around the origin, their class the ring they lie in.
type Rings struct {
	Samples int `doc:"number of samples" in:"[1,10000000]"`
	Classes int `doc:"number of rings" in:"[2,100]"`
}

// Read implements data.Source. What it writes to b identifies the content, but for the seed.
func (s Rings) Read(b *data.Builder, test bool) error {
	if test {
		return data.ErrNoTest
	}
	fmt.Fprintf(b, "rings %+v", s)
	b.Shaped(data.Flat(2))
	b.Classed(s.Classes)
	r := rand.New(rand.NewPCG(b.Seed(), 0))
	for i := range s.Samples {
		class := i % s.Classes
		for { // a point of the disc, until it lies in the ring
			x, y := 2*r.Float64()-1, 2*r.Float64()-1
			d := (float64(x*x) + float64(y*y)) * float64(s.Classes)
			if d < float64(class) || d >= float64(class+1) {
				continue
			}
			if err := b.Add([]float64{x, y}, float64(class)); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

func init() {
	data.Register("rings", "synthetic: concentric rings, not linearly separable", "", Rings{Samples: 300, Classes: 2})
}
