package sim

import (
	"errors"

	"staleness/nets"
	"staleness/nets/vec"
)

// A ModelRecorder is a Recorder that is given, under Record.Model, what the last evaluation of a
// finished run looked at: one vector, or the members of an ensemble, which vote or have their
// predictions averaged. The vectors are lent for the call.
type ModelRecorder[F vec.Float] interface {
	Model(point string, vote bool, xs [][]F) error
}

// Measure adds up the losses and hits of a model on a part of a problem, to the bits of an
// evaluation: xs is one vector, or the members of an ensemble. The problem must be a nets.Evaluator
// and, for an ensemble, a nets.Predictor.
func Measure[F vec.Float](p nets.Problem[F], xs [][]F, vote bool, part nets.Part) (nets.Sums, error) {
	var sums nets.Sums
	e, ok := problemAs[nets.Evaluator[F]](p)
	if !ok {
		return sums, errors.New("sim: this problem has no samples to measure")
	}
	pr, ok := problemAs[nets.Predictor[F]](p)
	if !ok && len(xs) > 1 {
		return sums, errors.New("sim: an ensemble needs a problem that gives class probabilities")
	}
	var ws nets.Workspace[F]
	for lo, n := 0, e.PartLen(part); lo < n; lo += pieceSamples {
		at := piece{ofPart, part, lo, min(n, lo+pieceSamples)}
		var s nets.Sums
		if len(xs) > 1 {
			s = ensembleSums(&ws, pr, xs, vote, at)
		} else {
			s = e.Evaluate(&ws, xs[0], part, at.lo, at.hi)
		}
		sums.Samples += s.Samples
		sums.Loss += s.Loss
		sums.Correct += s.Correct
	}
	return sums, nil
}

// Predict gives see, for each sample of a part in order, the class that a model chooses, its
// probabilities and the true class. The probabilities of an ensemble are the mean of its members';
// they are lent for the call. An error of see ends it.
func Predict[F vec.Float](p nets.Predictor[F], xs [][]F, vote bool, part nets.Part, n int, see func(i, label, class int, probabilities []F) error) error {
	var ws nets.Workspace[F]
	for lo := 0; lo < n; lo += pieceSamples {
		var failed error
		predict(&ws, p, xs, vote, piece{ofPart, part, lo, min(n, lo+pieceSamples)}, func(i, class int, total []F) {
			if failed == nil {
				vec.Scale(total, 1/F(len(xs)))
				failed = see(i, p.Label(part, i), class, total)
			}
		})
		if failed != nil {
			return failed
		}
	}
	return nil
}

// ensembleSums measures the mean of the members' predictions; where they vote, the class is that
// with most votes.
func ensembleSums[F vec.Float](ws *nets.Workspace[F], pr nets.Predictor[F], xs [][]F, vote bool, p piece) nets.Sums {
	sums := nets.Sums{Samples: p.hi - p.lo}
	predict(ws, pr, xs, vote, p, func(i, class int, total []F) {
		label := pr.Label(p.part, i)
		sums.Loss -= vec.Log(float64(total[label]) / float64(len(xs)))
		if class == label {
			sums.Correct++
		}
	})
	return sums
}

// predict gives see, for each sample of a piece, the class that the members choose and the sum of
// their probabilities.
func predict[F vec.Float](ws *nets.Workspace[F], pr nets.Predictor[F], xs [][]F, vote bool, p piece, see func(i, class int, total []F)) {
	classes, n := pr.Classes(), p.hi-p.lo
	one, all := make([]F, n*classes), make([]F, n*classes)
	var votes []int
	if vote {
		votes = make([]int, n*classes)
	}
	for _, x := range xs {
		pr.Predict(ws, one, x, p.part, p.lo, p.hi)
		vec.Add(all, all, one)
		for i := 0; i < len(votes); i += classes {
			votes[i+vec.ArgMax(one[i:i+classes])]++
		}
	}
	for i := range n {
		row := all[i*classes:][:classes]
		class := vec.ArgMax(row)
		if votes != nil {
			class = elect(votes[i*classes:][:classes], row)
		}
		see(p.lo+i, class, row)
	}
}

// elect is the class with most votes; of those, the one the members find likeliest.
func elect[F vec.Float](votes []int, likely []F) (best int) {
	for c := range votes {
		if votes[c] > votes[best] || votes[c] == votes[best] && likely[c] > likely[best] {
			best = c
		}
	}
	return best
}
