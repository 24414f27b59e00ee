package nets

import "fmt"

// A Parameter is a named piece of the vector: a matrix, row by row, or a vector.
type Parameter struct {
	// Layer is what it belongs to; "" in a problem without layers. The parameters of a layer stand
	// side by side.
	Layer  string
	Name   string // within its layer: "weight", "bias"
	Shape  []int  // rows and columns of a matrix that takes rows to columns, or a length
	Offset int    // of its first element in the vector
}

// Path is the name by which no other parameter of the problem goes.
func (p Parameter) Path() string {
	if p.Layer == "" {
		return p.Name
	}
	return p.Layer + "." + p.Name
}

// Size is its number of elements.
func (p Parameter) Size() int {
	n := 1
	for _, s := range p.Shape {
		n *= s
	}
	return n
}

// Shaped problems tell what their vectors are made of: parameters in the order in which they stand
// there, side by side, from 0 to Dim. So do layers that have others than weights, a matrix, and
// biases; their offsets count from their own first element and Layer is left empty.
type Shaped interface{ Parameters() []Parameter }

// LayerEnds is where in the vector each layer that has parameters ends, in their order; nil for a
// problem without layers.
func LayerEnds(ps []Parameter) (ends []int) {
	for i, p := range ps {
		if p.Layer != "" && (i+1 == len(ps) || ps[i+1].Layer != p.Layer) {
			ends = append(ends, p.Offset+p.Size())
		}
	}
	return ends
}

// pieces are parameters side by side, as they are listed.
type pieces []Parameter

// add lists one more and returns its offset.
func (ps *pieces) add(layer, name string, shape ...int) int {
	at := 0
	if n := len(*ps); n > 0 {
		at = (*ps)[n-1].Offset + (*ps)[n-1].Size()
	}
	*ps = append(*ps, Parameter{layer, name, shape, at})
	return at
}

// Parameters implements Shaped: layers that have some are numbered from 1.
func (p *network[F]) Parameters() []Parameter {
	var ps pieces
	number := 0
	for _, l := range p.layers {
		if l.Params() == 0 {
			continue
		}
		number++
		layer := fmt.Sprintf("layer%d", number)
		if s, ok := l.(Shaped); ok {
			for _, q := range s.Parameters() {
				ps.add(layer, q.Name, q.Shape...)
			}
			continue
		}
		if n := l.Weights(); n > 0 {
			ps.add(layer, "weight", n)
		}
		if n := l.Params() - l.Weights(); n > 0 {
			ps.add(layer, "bias", n)
		}
	}
	return ps
}

// Parameters implements Shaped, for a layer.
func (l *dense[F]) Parameters() []Parameter {
	var ps pieces
	ps.add("", "weight", l.in, l.out)
	ps.add("", "bias", l.out)
	return ps
}

// Parameters implements Shaped, for a layer: a window is stored (row, plane, column) by output.
func (l *convolution[F]) Parameters() []Parameter {
	var ps pieces
	ps.add("", "weight", l.size, l.from.Channels, l.size, l.to.Channels)
	ps.add("", "bias", l.to.Channels)
	return ps
}

// Parameters implements Shaped.
func (p *linear[F]) Parameters() []Parameter {
	var ps pieces
	ps.add("", "weight", p.train().Features())
	if p.intercept {
		ps.add("", "bias", 1)
	}
	return ps
}

// Parameters implements Shaped.
func (p *quadratic[F]) Parameters() []Parameter {
	var ps pieces
	ps.add("", "x", len(p.lambda))
	return ps
}
