package record

import "io"

// An Evaluation is one row of eval.csv. A float that is NaN and a count that is negative do not
// apply or were not recorded.
type Evaluation struct {
	TimeS              float64
	Updates            int64 // so far, as are the next ones
	Pushes             int64
	Gradients          int64
	Samples            int64
	Epoch              float64
	Bytes              int64
	Point              string
	TrainLoss          float64
	TestLoss           float64
	TestAccuracy       float64
	ValidationLoss     float64
	ValidationAccuracy float64
	GradNorm           float64
	Suboptimality      float64
	Consensus          float64
	Tokens             int64
	Perplexity         float64
	BitsPerByte        float64
}

var evalColumns = []column[Evaluation]{
	{Column: Column{Name: "time_s", Unit: "s", Label: "model time", When: ModelTime, Doc: "model time"},
		float: func(r *Evaluation) *float64 { return &r.TimeS },
		end:   func(s *Summary) float64 { return s.VirtualTimeS }},
	{Column: Column{Name: "updates", Label: "updates", Doc: "changes of the center so far"},
		count: func(r *Evaluation) *int64 { return &r.Updates },
		end:   func(s *Summary) float64 { return float64(s.Updates) }},
	{Column: Column{Name: "pushes", Label: "pushes", Doc: "messages of workers that have reached the server so far"},
		count: func(r *Evaluation) *int64 { return &r.Pushes },
		end:   func(s *Summary) float64 { return float64(s.Pushes) }},
	{Column: Column{Name: "gradients", Label: "gradients", Doc: "minibatch gradients whose computation has ended so far, used or not"},
		count: func(r *Evaluation) *int64 { return &r.Gradients },
		end:   func(s *Summary) float64 { return float64(s.Gradients) }},
	{Column: Column{Name: "samples", Label: "samples", Doc: "samples in these gradients"},
		count: func(r *Evaluation) *int64 { return &r.Samples },
		end:   func(s *Summary) float64 { return float64(s.Samples) }},
	{Column: Column{Name: "epoch", Label: "epochs", Doc: "samples over the size of the training part"},
		float: func(r *Evaluation) *float64 { return &r.Epoch }},
	{Column: Column{Name: "bytes", Unit: "bytes", Label: "sent, up and down", When: ModelTime, Doc: "sent so far, up and down"},
		count: func(r *Evaluation) *int64 { return &r.Bytes },
		end:   func(s *Summary) float64 { return s.bytes() }},
	{Column: Column{Name: "point", Doc: "what is evaluated: `center`, `average`, `workers-mean`, `ensemble`"},
		text: func(r *Evaluation) *string { return &r.Point }},
	{Column: Column{Name: "train_loss", Label: "train loss", When: Problem | Loss, Outcome: true, Doc: "f at that point, on the training part or as much of it as `eval.train_samples` says"},
		float: func(r *Evaluation) *float64 { return &r.TrainLoss },
		end:   func(s *Summary) float64 { return s.FinalTrainLoss }},
	{Column: Column{Name: "test_loss", Label: "test loss", When: Problem | Loss | TestPart, Outcome: true, Doc: "on the test part"},
		float: func(r *Evaluation) *float64 { return &r.TestLoss },
		end:   func(s *Summary) float64 { return s.FinalTestLoss }},
	{Column: Column{Name: "test_accuracy", Unit: "share", Label: "test accuracy", When: Problem | Loss | TestPart | Classes, Outcome: true, Up: true, Doc: "of the test part, classified rightly"},
		float: func(r *Evaluation) *float64 { return &r.TestAccuracy },
		end:   func(s *Summary) float64 { return s.FinalTestAccuracy }},
	{Column: Column{Name: "validation_loss", Label: "validation loss", When: Problem | Loss | HeldOut, Outcome: true, Doc: "on the validation part"},
		float: func(r *Evaluation) *float64 { return &r.ValidationLoss }},
	{Column: Column{Name: "validation_accuracy", Unit: "share", Label: "validation accuracy", When: Problem | Loss | HeldOut | Classes, Outcome: true, Up: true, Doc: "of the validation part, classified rightly"},
		float: func(r *Evaluation) *float64 { return &r.ValidationAccuracy }},
	{Column: Column{Name: "grad_norm", Label: "norm of the full gradient", When: FullGradient, Outcome: true, Log: true, Doc: "norm of the full gradient at that point"},
		float: func(r *Evaluation) *float64 { return &r.GradNorm }},
	{Column: Column{Name: "suboptimality", Label: "f(x) − f*", When: Problem | Minimum, Outcome: true, Log: true, Doc: "f(x) - f*"},
		float: func(r *Evaluation) *float64 { return &r.Suboptimality },
		end:   func(s *Summary) float64 { return s.FinalSuboptimality }},
	{Column: Column{Name: "consensus", Label: "spread of the workers' points", When: Replicas, Outcome: true, Log: true, Doc: "root-mean-square distance, per coordinate, of the workers' points from their mean"},
		float: func(r *Evaluation) *float64 { return &r.Consensus }},
	{Column: Column{Name: "tokens", Label: "tokens", When: Problem | Tokens, Doc: "samples times the tokens of a window"},
		count: func(r *Evaluation) *int64 { return &r.Tokens }, open: true},
	{Column: Column{Name: "perplexity", Label: "test perplexity", When: Problem | Loss | TestPart | Tokens, Outcome: true, Log: true, Doc: "e to the power of `test_loss`, which is in nats a token"},
		float: func(r *Evaluation) *float64 { return &r.Perplexity }},
	{Column: Column{Name: "bits_per_byte", Unit: "bits", Label: "test loss a byte", When: Problem | Loss | TestPart | Tokens | TextBytes, Outcome: true, Doc: "`test_loss` in bits, where tokens are bytes"},
		float: func(r *Evaluation) *float64 { return &r.BitsPerByte }},
}

// Value is the number in a column of eval.csv; not ok if the column is unknown, is text or does not
// apply to the row.
func (r *Evaluation) Value(name string) (x float64, ok bool) { return valueOf(evalColumns, name, r) }

// ReadEvals reads an eval.csv. Errors begin with the line.
func ReadEvals(r io.Reader) ([]Evaluation, error) {
	var rows []Evaluation
	err := readTable(r, evalColumns, false, func(e Evaluation, _ []float64) { rows = append(rows, e) })
	return rows, err
}

// WriteEvals writes an eval.csv without the columns named in omit: those that do not apply.
func WriteEvals(w io.Writer, rows []Evaluation, omit ...string) error {
	cols, err := without(evalColumns, omit)
	if err != nil {
		return err
	}
	b := appendHeader(nil, cols, 0)
	for i := range rows {
		b = appendRow(b, cols, &rows[i], nil)
	}
	_, err = w.Write(b)
	return err
}
