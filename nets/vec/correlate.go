package vec

import "fmt"

// Taps say which runs of a vector a correlation sums: where each begins, and how the sum is cut
// into chains. They are made once and never written.
type Taps struct {
	at     []int // of each term, how many elements from the front
	chains []int // their lengths
	last   int   // the greatest of at
}

// NewTaps cuts each sum, a list of where its runs begin, as MulNN cuts the terms of an element.
func NewTaps(sums ...[]int) (t Taps) {
	for _, at := range sums {
		for _, a := range at {
			if a < 0 {
				panic(fmt.Sprintf("vec.NewTaps: a run begins at %d", a))
			}
			t.last = max(t.last, a)
		}
		t.at = append(t.at, at...)
		for n := len(at); n > 0; {
			step := min(n, chainLength(len(at)))
			t.chains = append(t.chains, step)
			n -= step
		}
	}
	return t
}

// Correlate writes weighted sums of runs of src, all as long as y's rows: y_kq = Σ_t w_tk
// src[at_t+q]. The weights lie term by term in w. y shares no memory with the others.
//
// Each chain of FMAs runs over its terms in order, from 0; the first chain is y_kq and each later
// one is added, rounded: what MulTN with alpha 1 gives for each of the taps' sums, each added to
// the last. Without terms y is 0.
func Correlate[F Float](y Mat[F], w, src []F, taps Taps) {
	y.check("Correlate")
	if len(w) < len(taps.at)*y.Rows || y.Rows > 0 && y.Cols > 0 && len(taps.at) > 0 && taps.last+y.Cols > len(src) {
		panic(fmt.Sprintf("vec.Correlate: %d weights for %d terms in %d rows; runs of %d from %d on in %d elements",
			len(w), len(taps.at), y.Rows, y.Cols, taps.last, len(src)))
	}
	if len(taps.at) == 0 {
		for i := range y.Rows {
			clear(y.Row(i))
		}
		return
	}
	if y.Rows > 0 && y.Cols > 0 && !correlateFast(y, w, src, taps) {
		correlateGo(y, w, src, taps)
	}
}

// correlateGo copies the runs, few elements at a time, to where blockGo finds them as rows of a
// matrix.
func correlateGo[F Float](y Mat[F], w, src []F, taps Taps) {
	const wide = 8
	var room [MaxChain * wide]F
	for q := 0; q < y.Cols; q += wide {
		to := Mat[F]{y.Data[q:], y.Rows, min(wide, y.Cols-q), y.Stride}
		at, weights := taps.at, w
		for i, n := range taps.chains {
			for p, from := range at[:n] {
				copy(room[p*wide:], src[from+q:][:to.Cols])
			}
			blockGo(to, itself(to, i > 0), 1, left[F]{data: weights, row: 1, col: y.Rows}, Mat[F]{room[:], n, to.Cols, wide})
			at, weights = at[n:], weights[n*y.Rows:]
		}
	}
}
