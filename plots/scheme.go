package plots

import (
	"context"

	"staleness/sim/record"
)

// A Scheme is what all figures and tables of an experiment have in common. The zero value is that
// of runs of which nothing but their records is known.
type Scheme struct {
	Axes  Axes
	Paper Paper // the zero value is DefaultPaper

	Matplotlib bool // beside every figure a script that draws it, name.py
	Forget     bool // what was drawn before is no longer listed

	LeftOut int // runs of the experiment that are not shown, for they are damaged or have no end
}

// wrap are the runs with what the scheme says of them.
func (s Scheme) wrap(ctx context.Context, runs []record.Run) []*Run {
	out := wrap(ctx, runs)
	for _, r := range out {
		r.axes = s.Axes
	}
	return out
}

// Draw writes dir/name.png, .svg and .pdf, the numbers behind it as name.csv and the caption as
// name.txt, each beside its place first and then renamed. The folder is made if need be. The files
// written so far are returned even with an error; where ctx ends, that is its error.
func Draw(ctx context.Context, fig Figure, runs []record.Run, dir, name string) (pic *Picture, files []string, err error) {
	return Scheme{}.Draw(ctx, fig, runs, dir, name)
}

// Make is the picture of a figure, before it is drawn.
func Make(fig Figure, runs []record.Run) (*Picture, error) { return Scheme{}.Make(fig, runs) }

// Make is [Make] in this scheme.
func (s Scheme) Make(fig Figure, runs []record.Run) (*Picture, error) {
	return s.makeFigure(context.Background(), fig, runs)
}

// WriteTable makes a table and writes dir/name.tex, .csv and .txt, each beside its place first and
// then renamed. Where ctx ends, the error is its own.
func WriteTable(ctx context.Context, t Table, runs []record.Run, dir, name string) (sh *Sheet, files []string, err error) {
	return Scheme{}.WriteTable(ctx, t, runs, dir, name)
}
