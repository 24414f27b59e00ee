package nets

// A Named problem knows what its data set calls its classes: the numbers that stand there as
// labels.
type Named interface{ ClassNames() []float64 }

// ClassNames implements Named; nil for targets.
func (d *dataset[F]) ClassNames() []float64 { return d.train().Classes }
