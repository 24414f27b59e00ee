package optimizers

// workTimes are the mean times that workers take for a gradient, as a server learns them.
type workTimes struct {
	sum   []float64
	count []float64
}

func newWorkTimes(workers int) workTimes {
	return workTimes{make([]float64, workers), make([]float64, workers)}
}

// note counts a gradient of worker i.
func (w *workTimes) note(i int, seconds float64) {
	w.sum[i] += seconds
	w.count[i]++
}

// mean is that of worker i; false while nothing is known of it.
func (w *workTimes) mean(i int) (seconds float64, ok bool) {
	if w.count[i] == 0 {
		return 0, false
	}
	return w.sum[i] / w.count[i], true
}
