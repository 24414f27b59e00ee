package data

import (
	"fmt"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

// Patches are synthetic images: each class has a random pattern of 5 x 5 pixels, shown somewhere on
// a noisy ground. Where the pattern stands says nothing, so that a convolution has something to
// find.
type Patches struct {
	Samples  int     `doc:"number of images" in:"[1,1000000]"`
	Rows     int     `doc:"height in pixels" in:"[5,1024]"`
	Cols     int     `doc:"width in pixels" in:"[5,1024]"`
	Channels int     `doc:"numbers of a pixel" in:"[1,64]"`
	Classes  int     `doc:"number of classes" in:"[2,1000]"`
	Noise    float64 `doc:"standard deviation of the ground; the patterns' is 1" in:"[0,1e30]"`
}

func init() {
	Register("patches", "synthetic: images of a class's small pattern anywhere on a noisy ground", "",
		Patches{Samples: 1000, Rows: 16, Cols: 16, Channels: 1, Classes: 4, Noise: .3})
}

// Read implements Source.
func (s Patches) Read(b *Builder, test bool) error {
	const side = 5
	switch {
	case test:
		return ErrNoTest
	case b.Task == Regress:
		return fmt.Errorf("patches has classes, not targets")
	}
	if err := b.Expect(s.Samples, s.Rows*s.Cols*s.Channels); err != nil {
		return err
	}
	fmt.Fprintf(b, "patches %+v 0", s)
	key := stream.NewKey(b.Seed(), "data: patches")
	b.Classed(s.Classes)
	b.Shaped(Shape{s.Channels, s.Rows, s.Cols})
	patterns := make([][]float64, s.Classes)
	for c := range patterns {
		patterns[c] = normals(key.At(0, uint64(c)), side*side*s.Channels)
	}
	row := make([]float64, s.Rows*s.Cols*s.Channels)
	for i := range s.Samples {
		r := key.At(1, uint64(i))
		class, top, left := r.IntN(s.Classes), r.IntN(s.Rows-side+1), r.IntN(s.Cols-side+1)
		for j := range row {
			row[j] = s.Noise * vec.NormQuantile(r.Float64())
		}
		for y := range side * s.Channels { // the pattern's rows, channel after channel
			at := (y/side*s.Rows+top+y%side)*s.Cols + left
			vec.Add(row[at:at+side], row[at:at+side], patterns[class][y*side:(y+1)*side])
		}
		if err := b.Add(row, float64(class)); err != nil {
			return fmt.Errorf("sample %d %w", i+1, err)
		}
	}
	return nil
}
