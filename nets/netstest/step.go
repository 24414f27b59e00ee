package netstest

import (
	"fmt"
	"math"
	"testing"

	"staleness/internal/testspeed"
	"staleness/nets"
	"staleness/nets/vec"
)

// checkStep compares with what Step replaces, in each of its forms, on a small batch and on a large
// one: one answer, to the bit.
func (s *subject[F]) checkStep() error {
	p, ok := s.p.(nets.Stepper[F])
	if !ok {
		return nil
	}
	for _, batch := range [][]int{s.batch, s.all[:min(len(s.all), max(30, 300/testspeed.Slower))]} {
		for _, form := range []struct {
			what string
			of   func(x, y, z []F) (dst, base []F)
		}{
			{"x <- x - rate g", func(x, y, z []F) (dst, base []F) { return x, nil }},
			{"z <- x - rate g", func(x, y, z []F) (dst, base []F) { return z, nil }},
			{"x <- (x - rate g) - x", func(x, y, z []F) (dst, base []F) { return x, x }},
			{"x <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return x, y }},
			{"y <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return y, y }},
			{"z <- (x - rate g) - x", func(x, y, z []F) (dst, base []F) { return z, x }},
			{"z <- (x - rate g) - y", func(x, y, z []F) (dst, base []F) { return z, y }},
		} {
			if err := s.checkForm(p, batch, form.of); err != nil {
				return fmt.Errorf("%d samples, %s: %w", len(batch), form.what, err)
			}
		}
	}
	return nil
}

// checkForm compares one form of Step with Grad and what Step saves. of chooses among x, another
// vector and a fresh one.
func (s *subject[F]) checkForm(p nets.Stepper[F], batch []int, of func(x, y, z []F) (dst, base []F)) error {
	const rate = .1
	x, y, z := vec.Clone(s.x), vec.Clone(s.x), make([]F, len(s.x))
	s.perturb(y, 3)
	vec.Fill(z, F(math.NaN()))
	dst, base := of(x, y, z)
	g, wantLoss := s.grad(x, batch)
	want := vec.Clone(x)
	vec.Axpy(want, -rate, g)
	if base != nil {
		vec.Sub(want, want, base)
	}
	var kept [2][]F // x and y afterwards
	for i, v := range [][]F{x, y} {
		if kept[i] = vec.Clone(v); &v[0] == &dst[0] {
			kept[i] = want
		}
	}
	ws := new(nets.Workspace[F])
	dirty(ws)
	if loss := p.Step(ws, dst, x, base, rate, batch); math.Float64bits(loss) != math.Float64bits(wantLoss) {
		return fmt.Errorf("loss %v, want %v", loss, wantLoss)
	}
	if !same(dst, want) {
		return fmt.Errorf("other bits")
	}
	if !same(x, kept[0]) || !same(y, kept[1]) {
		return fmt.Errorf("it writes what is only to be read")
	}
	if testspeed.Race { // pools forget at random
		return nil
	}
	if n := testing.AllocsPerRun(3, func() { p.Step(ws, dst, x, base, rate, batch) }); n != 0 {
		return fmt.Errorf("it allocates %v times in a call", n)
	}
	return nil
}
