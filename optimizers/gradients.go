package optimizers

import "staleness/nets/vec"

// Gradients makes the worker that sends every gradient and goes on where the server says; for methods of one's own that
// differ in the server alone.
func Gradients[F vec.Float](e Env[F]) Worker[F] { return newGradients[F](Exchange)(e) }
