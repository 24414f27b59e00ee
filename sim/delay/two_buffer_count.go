package delay

func init() {
	RegisterCounts("pipedream-2bw", "pipeline with two buffered versions of the weights: every block lags 1",
		"Narayanan et al. 2021, Memory-Efficient Pipeline-Parallel DNN Training, arXiv 2006.09503", TwoBufferCount{})
}

// TwoBufferCount is staleness 1, always: all stages of PipeDream-2BW use the version before the
// last, so that it does not matter how many there are.
type TwoBufferCount struct{}

func (TwoBufferCount) Counts() Counts { return constantCount(1) }
func (TwoBufferCount) Monotone() bool { return true } // of constant age

var _ CountSpec = TwoBufferCount{}
