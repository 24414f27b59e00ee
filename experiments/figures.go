package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"staleness/experiments/internal/config"
	"staleness/experiments/internal/document"
	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/sweep"
	"staleness/internal/crew"
	"staleness/internal/params"
	"staleness/plots"
	"staleness/plots/page"
	"staleness/sim/record"
)

// A drawing is a [[figure]] or a [[table]], decoded.
type drawing struct {
	name   string // of its files
	fig    plots.Figure
	table  *plots.Table   // instead of fig
	source map[string]any // as it was written
	at     string         // where: a path in doc
	doc    *document.Document
}

// decodeDrawings reads [[figure]] and [[table]].
func decodeDrawings(doc *document.Document, figures, tables []any) (out []drawing, err error) {
	taken := map[string]bool{}
	for i, x := range append(append([]any{}, figures...), tables...) {
		kind, n := "figure", i
		if i >= len(figures) {
			kind, n = "table", i-len(figures)
		}
		at := document.Element(kind, n)
		t, ok := x.(map[string]any)
		if !ok {
			return nil, doc.Fault(at, params.Errorf(at, "want a table: [[%s]]", kind))
		}
		d := drawing{source: t, at: at, doc: doc}
		if kind == "figure" {
			if d.fig, err = plots.Decode(at, t); err == nil {
				d.name = plots.Name(d.fig)
			}
		} else {
			var table plots.Table
			if table, err = plots.DecodeTable(at, t); err == nil {
				d.table, d.name = &table, table.Name
			}
		}
		if err != nil {
			return nil, doc.Fault(at, err)
		}
		if d.name == "" {
			d.name = fmt.Sprintf("%s-%d", kind, n+1)
		}
		if err := sweep.CheckName(d.name); err != nil {
			return nil, doc.Fault(at+".name", fault.Bad(at+".name", d.name, "%v", err))
		}
		if taken[d.name] {
			return nil, doc.Fault(at+".name", fault.Bad(at+".name", d.name, "is the name of another figure or table too"))
		}
		if low := strings.ToLower(d.name); low == "tuning" || strings.HasPrefix(low, "tuning-") {
			return nil, doc.Fault(at+".name", fault.Bad(at+".name", d.name, "is the name of the table of a tuning, %s: take another", tuningFile))
		} else if low == "figures" {
			return nil, doc.Fault(at+".name", fault.Bad(at+".name", d.name, "is the name of the file that includes all figures, %s: take another", plots.FiguresFile))
		}
		if low := strings.ToLower(d.name); low == plots.TunedName {
			return nil, doc.Fault(at+".name", fault.Bad(at+".name", d.name, "is the name of the table of what was tuned, which [tune] makes: take another"))
		}
		taken[d.name] = true
		out = append(out, d)
	}
	return out, nil
}

// readDrawings reads the figures and tables of a plan, and the order and looks of its axes.
func (x *Experiment) readDrawings(doc *document.Document, e *sweep.Plan) (err error) {
	if x.drawings, err = decodeDrawings(doc, e.Figures, e.Tables); err != nil {
		return err
	}
	x.orders = e.Orders()
	x.scheme, err = schemeOf(doc, x.orders)
	return err
}

// schemeOf is what [style] and the axes of an experiment say of its figures and tables.
func schemeOf(doc *document.Document, orders []sweep.Order) (s plots.Scheme, err error) {
	if v, ok := doc.Table["style"]; ok {
		table, ok := v.(map[string]any)
		if !ok {
			return s, doc.Fault("style", params.Errorf("style", "want a table: [style]"))
		}
		if s.Paper, err = plots.DecodePaper(table); err != nil {
			return s, doc.Fault("style", err)
		}
	}
	for _, o := range orders {
		a := plots.AxisOrder{Key: o.Name}
		for _, x := range o.Entries {
			e := plots.Entry{Value: plots.ValueText(x.Value)}
			if err := params.Decode(x.At, x.Looks, &e.Looks); err != nil {
				return s, doc.Fault(x.At, err)
			}
			a.Entries = append(a.Entries, e)
		}
		if err := a.Validate(); err != nil {
			at := document.Join("axis", o.Name)
			return s, doc.Fault(at, params.At(at, err))
		}
		s.Axes = append(s.Axes, a)
	}
	return s, nil
}

// checkDrawings refuses figures and tables that could not be made of the runs, however these end: a
// misspelt key is found now, not when all is computed.
func (x *Experiment) checkDrawings() error {
	if len(x.drawings) == 0 {
		return nil
	}
	runs := slices.Clone(x.Runs)
	for _, t := range x.tunings {
		runs = append(runs, t.tentative...)
	}
	plan := plots.Plan{Runs: make([]record.Run, len(runs)), Tentative: len(x.tunings) > 0}
	crew.Each(len(runs), func(i int) { plan.Runs[i] = runs[i].planned() })
	plan.Has = func(i int) record.Need { return runs[i].config.WillHave(x.problems) }
	for _, d := range x.drawings {
		err := error(nil)
		if d.table != nil {
			err = d.table.Check(plan)
		} else {
			err = plots.Check(d.fig, plan)
		}
		if err != nil {
			return d.doc.Fault(d.at, params.At(d.at, err))
		}
	}
	return nil
}

// planned is what its record will say of a run before it is computed.
func (r *PlannedRun) planned() record.Run {
	t := r.config.Applying()
	config.Absolute(t["problem"], r.config.Dir)
	t["name"] = r.Experiment
	if w := r.config.Provenance(); w != nil {
		t["written"] = w
	}
	return record.Run{Dir: r.Dir, Name: r.Experiment, ID: r.ID, Config: t, Labels: r.Labels, Summary: record.Summary{Seed: uint64(r.config.Seed)}}
}

// draw makes figures and tables of runs in a folder, says where they are and shows the tables. What
// fails does not keep the others from being drawn; when ctx ends, so does the drawing.
func draw(ctx context.Context, w io.Writer, scheme plots.Scheme, drawings []drawing, runs []record.Run, dir string) (drawn []page.Drawn, err error) {
	var errs []error
	of := page.Digest(runs)
	var captioned []plots.Captioned
	for _, d := range drawings {
		if ctx.Err() != nil {
			return drawn, ctx.Err()
		}
		if d.table == nil {
			pic, files, err := scheme.Draw(ctx, d.fig, runs, dir, d.name)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			kind, _ := d.source["kind"].(string)
			drawn = append(drawn, page.Drawn{Name: d.name, Kind: kind, Runs: len(runs), Of: of})
			captioned = append(captioned, plots.Captioned{Name: d.name, Figure: d.fig, Picture: pic})
			fmt.Fprintf(w, "figure: %s (.svg, .pdf; numbers in .csv, caption in .txt)\n", files[0])
			for _, warning := range pic.Warnings() {
				fmt.Fprintf(w, "  %s\n", warning)
			}
			continue
		}
		sheet, files, err := scheme.WriteTable(ctx, *d.table, runs, dir, d.name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		drawn = append(drawn, page.Drawn{Name: d.name, Kind: "table", Runs: len(runs), Of: of, Table: page.TableOf(sheet)})
		fmt.Fprintf(w, "table: %s (.csv, .txt)\n\n%s\n", files[0], sheet.Text())
	}
	if sheet, files, err := scheme.WriteTuned(ctx, runs, dir); err != nil {
		errs = append(errs, err)
	} else if sheet != nil {
		drawn = append(drawn, page.Drawn{Name: plots.TunedName, Kind: "table", Runs: len(runs), Of: of, Table: page.TableOf(sheet)})
		fmt.Fprintf(w, "table: %s (.csv, .txt): what was tuned\n", files[0])
	}
	if ctx.Err() != nil { // what failed for this reason is no fault of the figure
		return drawn, ctx.Err()
	}
	if file, err := plots.WriteFigures(dir, captioned, scheme.Forget); err != nil {
		errs = append(errs, err)
	} else if file != "" {
		fmt.Fprintf(w, "figures with captions for LaTeX: %s\n", file)
	}
	return drawn, errors.Join(errs...)
}
