package data

import (
	"errors"
	"fmt"
	"math"

	"staleness/internal/stream"
	"staleness/nets/vec"
)

// A Design is what the random synthetic sets have in common: features a of one law, scaled so that
// the curvature of least squares spreads over condition, and labels from a planted linear model.
// For a regression the target is a.w + noise z with w and z standard normal; for classification the
// class is the largest of a.w_c + noise z_c.
type Design struct {
	Samples   int     `doc:"number of samples" in:"[1,10000000]"`
	Features  int     `doc:"number of features" in:"[1,100000]"`
	Classes   int     `doc:"number of classes, where the problem classifies" in:"[2,1000]"`
	Noise     float64 `doc:"standard deviation of the noise on targets or scores" in:"[0,1e30]"`
	Condition float64 `doc:"largest over smallest variance of a feature; those between lie geometrically" in:"[1,1e12]"`
}

// IdleFor implements TaskIdler.
func (Design) IdleFor(task Task) map[string]string {
	if task == Classify {
		return nil
	}
	return map[string]string{"classes": "a regression has none"}
}

// Gaussian has independent normal features.
type Gaussian struct{ Design }

// Uniform has independent features uniform on [-1, 1] times their scale.
type Uniform struct{ Design }

// Tridiagonal is Nesterov's worst case for first-order methods, L/4 (x.Ax/2 - x_1) + const with A =
// tridiag(-1, 2, -1), as least squares of Features + 1 equations. Its minimum is x_i = 1 -
// i/(Features+1), its curvatures L sin^2(i pi / (2 (Features+1))).
type Tridiagonal struct {
	Features int     `doc:"number of features" in:"[1,10000]"`
	L        float64 `doc:"bound of the curvature" in:"(0,1e30]"`
}

func init() {
	d := Design{Samples: 1000, Features: 20, Classes: 2, Noise: .1, Condition: 1}
	Register("gaussian", "synthetic: normal features, a planted linear model", "", Gaussian{d})
	Register("uniform", "synthetic: uniform features, a planted linear model", "", Uniform{d})
	Register("tridiagonal", "synthetic: the worst case of first-order methods, for least-squares", "Nesterov 2004, Introductory lectures on convex optimization, 2.1.2", Tridiagonal{Features: 100, L: 1})
}

// Read implements Source.
func (s Gaussian) Read(b *Builder, test bool) error {
	return s.Design.read(b, test, "gaussian", func(u float64) float64 { return vec.NormQuantile(u) })
}

// Read implements Source.
func (s Uniform) Read(b *Builder, test bool) error {
	return s.Design.read(b, test, "uniform", func(u float64) float64 { return float64(2*u) - 1 })
}

func (d Design) read(b *Builder, test bool, name string, quantile func(float64) float64) error {
	if test {
		return ErrNoTest
	}
	fmt.Fprintf(b, "%s %+v %d 0", name, d, b.Task)
	if err := b.Expect(d.Samples, d.Features); err != nil {
		return err
	}
	models := 1
	if b.Task == Classify {
		models = d.Classes
		b.Classed(d.Classes)
	}
	key := stream.NewKey(b.Seed(), "data: "+name)
	planted := make([][]float64, models)
	for c := range planted {
		planted[c] = normals(key.At(0, uint64(c)), d.Features)
	}
	scale := make([]float64, d.Features)
	step := 0.
	if d.Features > 1 {
		step = -.5 * vec.Log(d.Condition) / float64(d.Features-1)
	}
	for j := range scale {
		scale[j] = vec.Exp(step * float64(j))
	}
	b.Shaped(Flat(d.Features))
	row := make([]float64, d.Features)
	for i := range d.Samples {
		r := key.At(1, uint64(i))
		for j := range row {
			row[j] = scale[j] * quantile(r.Float64())
		}
		label, best := 0., math.Inf(-1)
		for c, w := range planted {
			score := float64(vec.Dot(row, w)) + float64(d.Noise*vec.NormQuantile(r.Float64()))
			if b.Task == Regress {
				label = score
			} else if score > best {
				label, best = float64(c), score
			}
		}
		if err := b.Add(row, label); err != nil {
			return fmt.Errorf("sample %d %w", i+1, err)
		}
	}
	return nil
}

func normals(r stream.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = vec.NormQuantile(r.Float64())
	}
	return x
}

// Read implements Source.
func (s Tridiagonal) Read(b *Builder, test bool) error {
	if test {
		return ErrNoTest
	}
	if b.Task != Regress {
		return errors.New("tridiagonal is least squares; it has no classes")
	}
	fmt.Fprintf(b, "tridiagonal %+v", s)
	d := s.Features
	if err := b.Expect(d+1, d); err != nil {
		return err
	}
	b.Shaped(Flat(d))
	row := make([]float64, d)
	c := math.Sqrt(s.L / 4 * float64(d+1)) // least squares is a mean over d+1 equations
	for i := range d + 1 {
		// c x_1 = c, c (x_i+1 - x_i) = 0, c x_d = 0
		clear(row)
		target := 0.
		if i == 0 {
			target = c
		} else {
			row[i-1] = -c
		}
		if i < d {
			row[i] = c
		}
		if err := b.Add(row, target); err != nil {
			return err
		}
	}
	return nil
}
