package main

import (
	"fmt"
	"math"
	"math/cmplx"

	"gonum.org/v1/gonum/mat"
)

// growth is that of x' = x - step * x(tau updates ago) per update in theory, when only the largest
// mode is left: the logarithm of the spectral radius of the matrix that takes the last tau + 1
// values of x to the next ones.
func growth(step float64, tau int) (float64, error) {
	n := tau + 1
	a := mat.NewDense(n, n, nil)
	for i := 1; i < n; i++ {
		a.Set(i, i-1, 1)
	}
	a.Set(0, 0, 1)
	a.Set(0, tau, a.At(0, tau)-step)
	var e mat.Eigen
	if !e.Factorize(a, mat.EigenNone) {
		return 0, fmt.Errorf("the eigenvalues for a delay of %d and a step of %v are not found", tau, step)
	}
	radius := 0.
	for _, v := range e.Values(nil) {
		radius = math.Max(radius, cmplx.Abs(v))
	}
	return math.Log(radius), nil
}
