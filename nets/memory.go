package nets

import (
	"unsafe"

	"staleness/nets/vec"
)

// A Sized problem knows what it takes in memory, apart from vectors of its dimension.
type Sized interface {
	// bytes that it holds, its data above all, and those that its minimum and curvature are
	// computed with
	Held() int64
	// bytes that a gradient of so many samples takes of a workspace, at most
	Scratch(batch int) int64
}

func sizeof[T any]() int64 {
	var t T
	return int64(unsafe.Sizeof(t))
}

// Held implements Sized.
func (d *dataset[F]) Held() int64 { return d.whole.Bytes() }

// Scratch implements Sized: what a layer may take, of every layer, and what goes between them.
func (p *network[F]) Scratch(batch int) int64 {
	last := len(p.layers)
	row := p.train().Features() + p.rows[last] + 2*p.widest
	all := float64(batch) * float64(row)
	for _, l := range p.layers {
		all += l.Scratch(batch) + float64(l.Params()) // of a step that is not fused
	}
	return int64(min(all*float64(sizeof[F]()), 1<<62)) + 8*int64(batch)
}

func (l *dense[F]) Scratch(n int) float64 {
	d, w := vec.Mat[F]{Rows: n, Cols: l.out, Stride: l.out}, vec.Mat[F]{Rows: l.in, Cols: l.out, Stride: l.out}
	all := float64(vec.ScratchNT(d, w)) + float64(l.out)
	if l.narrow() {
		all += float64(l.Weights()) + float64(stepRows*l.out)
	}
	return all
}

func (l *convolution[F]) Scratch(int) float64 {
	channels, wide := l.to.Channels, l.wide.Rows*l.wide.Cols
	tall, long := (channels+7)&^7, min((l.positions+7)&^7, wide)
	spread := tall * (l.margin + wide)
	across := (l.size-1+max(long, l.positions+l.size-1))*channels + tall - channels
	sum := l.size * l.from.Channels * l.size * channels
	padding := 0
	if l.pad > 0 {
		padding = 3 * l.wide.Size()
	}
	return float64(spread) + float64(across) + float64(sum) + float64(2*l.Weights()) + float64(l.Outputs()) + float64(padding) + float64(8/int(sizeof[F]())*channels)
}

func (l *pool[F]) Scratch(int) float64    { return 0 }
func (l *dropout[F]) Scratch(int) float64 { return 0 }

// Held implements Sized.
func (p *linear[F]) Held() int64 {
	held := p.dataset.Held()
	for _, t := range p.targets {
		held += 8 * int64(len(t))
	}
	return held
}

// Held implements Sized: Newton's method, or the reduction to a tridiagonal matrix, has three
// squares at once.
func (p *convexLinear[F]) Held() int64 {
	held := p.linear.Held()
	if n := int64(p.Dim()); n <= mostSolved {
		held += 8 * (3*n*n + 2*gramBlock*n + 3*(2*n+int64(p.Len())))
	}
	return held
}

// Scratch implements Sized: a sample, if it has to be copied.
func (p *linear[F]) Scratch(int) int64 {
	for _, s := range p.parts {
		if s != nil && !s.InMemory() && !s.Sparse() {
			return int64(s.Features()) * sizeof[F]()
		}
	}
	return 0
}

// Held implements Sized: the curvature takes a square of the features.
func (p *softmax[F]) Held() int64 {
	held := p.dataset.Held()
	if n := int64(p.train().Features() + 1); n <= mostSolved {
		held += 8 * (2*n*n + 2*gramBlock*n + int64(p.Len()))
	}
	return held
}

// Held implements Sized: the spectrum and the start.
func (p *quadratic[F]) Held() int64 { return int64(len(p.lambda)) * (3*sizeof[F]() + 8) }

// Scratch implements Sized: there is none.
func (p *quadratic[F]) Scratch(int) int64 { return 0 }
