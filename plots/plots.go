// Package plots makes figures and tables for papers from the records of runs, and from nothing
// else.
//
// A kind of figure is a struct registered by name: its fields are the keys of a [[figure]] table,
// its method Picture turns runs into panels of marks. It knows nothing of files or of the paper
// style, which are here once, for all kinds:
//
//	fig, err := plots.Decode("figure[0]", table)           // table["kind"] names the kind
//	pic, files, err := plots.Draw(ctx, fig, runs, "results/easgd", "windows")   // windows.png, .svg, .pdf and the caption, .txt
//
// What every figure keeps to: several seeds are a median with a band, and the caption says which
// band and of how many; values of different settings are never pooled as if they were seeds (of
// settings that are too many to tell apart a figure shows quantiles and says so); a diverged run
// counts as worse than any number and is marked where it leaves the picture; what is not finite or
// cannot stand on a logarithmic axis reaches no drawing routine, and the caption counts it. The
// same records give the same bytes.
//
// A mark in a panel is one of those here, or any plot.Plotter of gonum/plot, on whose canvases
// package plots/internal/draw lays out and draws. Text may hold ^{...}, _{...} and, between
// dollars, the mathematics of TeX ($\tau_{\max}$); it stays text in SVG and PDF. Package plotstest
// tests a kind by its name.
package plots

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"staleness/internal/params"
	"staleness/plots/internal/draw"
	"staleness/sim/record"
)

// A Figure is a decoded [[figure]] table. Its struct embeds Common.
type Figure interface {
	// Picture says what the figure shows. The runs are those that Common's where selects, at least
	// one, and are not modified. An error names the key and what is known; where only some of the
	// data is missing, the panel says so instead.
	Picture(runs []*Run) (*Picture, error)

	common() Common
}

// An Exampler is a figure that has nothing to draw with its required keys alone, for which
// plotstest chooses something: it names further ones.
type Exampler interface{ Example() map[string]any }

// Common are the keys of every kind.
type Common struct {
	Name   string  `doc:"name of the files; the experiment numbers figures without one"`
	Title  string  `doc:"a line above the figure; papers have captions instead"`
	Width  string  `doc:"column is 3.3 inches, page 6.8" in:"column|page"`
	Ratio  float64 `doc:"height of a panel over its width; 0: as suits the kind and the number of panels" in:"0|[0.2,3]"`
	ShareX bool    `doc:"whether all panels reach as far along the horizontal axis; false: each as far as what it shows"`
	ShareY bool    `doc:"whether all panels reach as far along the vertical axis"`
	Where  Where   `doc:"the runs to show: {key = value, key = [value, value]}, keys as in group"`
	Notes  bool    `doc:"whether the fine print (band, number of seeds, diverged runs) stands in the figure too, not in the caption file alone"`
}

// Defaults are the values of Common that a kind starts from.
func Defaults() Common { return Common{Width: "column", ShareX: true, ShareY: true, Notes: true} }

func (c Common) common() Common { return c }

// apart is the error if a kind whose panels have axes of their own is told so.
func (c Common) apart(key string, shared bool) error {
	if shared {
		return nil
	}
	return params.Errorf(key, "changes nothing: the panels of this kind have axes of their own; leave it out")
}

var kinds = params.New("figure", "kind")

// Register makes a kind known, with its defaults: a struct that embeds Common. It is called from
// init functions and panics on what only a programmer can get wrong.
func Register(name, doc string, defaults Figure) {
	kinds.Add(params.Entry{Name: name, Doc: doc, Defaults: defaults})
}

// Kinds describes every kind with its keys, sorted by name.
func Kinds() []params.Description { return kinds.Describe() }

// Example are the keys that a kind gives as an [Exampler]; nil if it is none.
func Example(kind string) map[string]any {
	if e, ok := kinds.Lookup(kind); ok {
		if x, ok := e.Defaults.(Exampler); ok {
			return x.Example()
		}
	}
	return nil
}

// Decode makes a figure from a table whose kind names it. Errors begin with path, such as
// "figure[0]".
func Decode(path string, table map[string]any) (Figure, error) {
	c, err := kinds.Decode(path, table)
	if err != nil {
		return nil, err
	}
	return c.(Figure), nil
}

// Encode is the inverse of Decode.
func Encode(fig Figure) map[string]any { return kinds.Encode(fig) }

// Name is the figure's own name, or "" if it has none.
func Name(fig Figure) string { return fig.common().Name }

// kindOf is the name under which fig's type is registered.
func kindOf(fig Figure) string {
	if e, ok := kinds.Of(fig); ok {
		return e.Name
	}
	return fmt.Sprintf("%T", fig)
}

// Draw is [Draw] in this scheme.
func (s Scheme) Draw(ctx context.Context, fig Figure, runs []record.Run, dir, name string) (pic *Picture, files []string, err error) {
	if !isFileName(name) {
		return nil, nil, fmt.Errorf("plots: %q is no file name; give the figure a name without a path", name)
	}
	fail := func(err error) error { return fmt.Errorf("figure %s (%s): %w", name, kindOf(fig), err) }
	if pic, err = s.makeFigure(ctx, fig, runs); err != nil {
		return nil, nil, fail(err)
	}
	drawing, err := draw.Lay(pic, s.Paper.page(fig.common()))
	if err != nil {
		return nil, nil, fail(err)
	}
	for _, out := range []struct {
		ext    string
		encode func(context.Context) ([]byte, error)
	}{{".png", drawing.PNG}, {".svg", drawing.SVG}, {".pdf", drawing.PDF}} {
		b, err := out.encode(ctx)
		if err != nil {
			return pic, files, fail(err)
		}
		file := filepath.Join(dir, name+out.ext)
		if err := writeFile(file, b); err != nil {
			return pic, files, fail(err)
		}
		files = append(files, file)
	}
	type text struct {
		ext  string
		text []byte
	}
	points := drawing.Points()
	texts := []text{{".csv", pointsCSV(points)}, {".txt", []byte(pic.Caption())}}
	if s.Matplotlib {
		texts = append(texts, text{".py", matplotlib(name, pic, drawing, points)})
	}
	for _, out := range texts {
		file := filepath.Join(dir, name+out.ext)
		if err := writeFile(file, out.text); err != nil {
			return pic, files, fail(err)
		}
		files = append(files, file)
	}
	return pic, files, nil
}

func (s Scheme) makeFigure(ctx context.Context, fig Figure, runs []record.Run) (*Picture, error) {
	c := fig.common()
	rs, err := c.Where.pick(s.wrap(ctx, runs))
	if err != nil {
		return nil, err
	}
	if len(rs) == 0 && !needsNone(fig) {
		if len(c.Where) > 0 {
			return nil, fmt.Errorf("where = %s selects none of %d runs", params.Literal(c.Where.ToParam()), len(runs))
		}
		return nil, errors.New("there are no runs; a run under way has no summary.json yet and does not count")
	}
	pic, err := fig.Picture(rs)
	if ctx.Err() != nil { // what could not be read is then no reason
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	if len(pic.Panels) == 0 {
		return nil, errors.New("it has no panels")
	}
	if err := tooManyPanels(len(pic.Panels)); err != nil {
		return nil, err
	}
	pic.OwnX, pic.OwnY = !c.ShareX, !c.ShareY
	if c.Title != "" {
		pic.Title = c.Title
	}
	coinciding(pic)
	warn(pic, rs)
	if pic.About = about(fig, pic, rs); s.LeftOut > 0 {
		pic.About = append(pic.About, plural(s.LeftOut, "run of the experiment is", "runs of the experiment are")+" left out: damaged, or not finished")
	}
	pic.Clean()
	return pic, nil
}
