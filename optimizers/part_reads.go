package optimizers

import "staleness/nets/vec"

// reads is embedded by servers that must know what each worker computes at: it was sent to it, and
// its next push rests on it. The zero value notes nothing.
type reads[F vec.Float] struct{ xRead [][]F }

func newReads[F vec.Float](e Env[F]) reads[F] {
	return reads[F]{vectors[F](e.Workers, len(e.X0))}
}

// Recall implements Recaller; by Reply it notes what is sent.
func (r *reads[F]) Recall(to int, v []F) {
	if r.xRead != nil {
		copy(r.xRead[to], v)
	}
}

// remembering is embedded by servers that send everybody the center, and know later what it was.
type remembering[F vec.Float] struct {
	center[F]
	reads[F]
}

func newRemembering[F vec.Float](e Env[F]) remembering[F] {
	return remembering[F]{newCenter(e), newReads(e)}
}

func (s *remembering[F]) Reply(dst []F, to int) {
	copy(dst, s.x)
	s.Recall(to, s.x)
}
