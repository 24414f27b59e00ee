package experiments

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/files"
	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	"staleness/experiments/internal/sweep"
	disk "staleness/internal/files"
	"staleness/plots"
	"staleness/plots/page"
	"staleness/sim/record"
)

// ReportMain is the command experiments/report: figures, tables and one HTML page, from records
// alone. It returns an exit status.
func ReportMain(args []string, stdout, stderr io.Writer) int {
	return guard.Run(guard.Invoked("go run ./experiments/report"), args, stdout, stderr, func(ctx context.Context, stdout, stderr io.Writer) int {
		return report(ctx, args, stdout, stderr)
	})
}

func report(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	usage := "usage: " + guard.Invoked("go run ./experiments/report") + " FOLDER [-figures FILE.toml]\n       " + guard.Invoked("go run ./experiments/report") + " FOLDER FOLDER\n\nFOLDER is the folder of an experiment, such as results/easgd. Figures and tables are those of FILE.toml, else those that the\nexperiment was run with, else a few that always make sense. Two\nfolders are compared: in what their configurations differ, and what came out, paired by setting and seed.\n"
	f := flag.NewFlagSet("report", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() { fmt.Fprint(stderr, usage); f.PrintDefaults() }
	file := f.String("figures", "", "`file` with [[figure]] and [[table]]")
	matplotlib := f.Bool("matplotlib", false, matplotlibHelp)
	only := f.Bool("only", false, onlyHelp)
	dirs, err := guard.Arguments(f, args)
	if err != nil {
		return guard.Misused(err)
	}
	if len(dirs) == 2 && *file == "" && !*matplotlib && !*only {
		return reportTwo(ctx, dirs, stdout, stderr)
	}
	if len(dirs) == 2 {
		fmt.Fprint(stderr, "report: two folders are compared, and nothing is drawn: leave -figures, -matplotlib and -only out\n")
		return Usage
	}
	if len(dirs) != 1 {
		fmt.Fprint(stderr, "report: want one folder of results, or two to compare\n", usage)
		return Usage
	}
	dir := dirs[0]
	runs, out, err := reported(dir)
	if len(runs) == 0 {
		if err == nil {
			err = noRuns(dir)
		}
		fmt.Fprintf(stderr, "report: %v\n", err)
		return Usage
	}
	if err := oneExperiment(dir, runs); err != nil {
		fmt.Fprintf(stderr, "report: %v\n", err)
		return Usage
	}
	if err != nil {
		fmt.Fprintf(stderr, "report: %v\n", err)
	}
	drawings, scheme, err := drawingsOf(dir, *file, runs)
	if err != nil {
		fmt.Fprintf(stderr, "report: %v\n", err)
		return Usage
	}
	scheme.Matplotlib, scheme.Forget, scheme.LeftOut = *matplotlib, *only, len(out)
	drawn, failure := draw(ctx, stdout, scheme, drawings, runs, dir)
	if ctx.Err() != nil {
		fmt.Fprintf(stderr, "report: interrupted: not all of the report is drawn; the same command draws it\n")
		return Stopped
	}
	failure = errors.Join(failure, reportPage(ctx, stdout, scheme, dir, runs, out, drawn))
	if failure != nil {
		fmt.Fprintf(stderr, "report: %v\n", failure)
		return Failed
	}
	if len(out) > 0 {
		fmt.Fprintf(stderr, "report: %s\n", leftOut(out, len(runs)))
		return Failed
	}
	return Done
}

// An omission is a run that a report cannot show, and why.
type omission struct{ dir, why string }

// damagedWord is how why begins where the record of a run is there and cannot be used.
const damagedWord = "is damaged"

// reported are the runs of a folder and those that are left out: damaged, without an end, or asked
// for and never begun. The error is about the former.
func reported(dir string) (runs []record.Run, out []omission, err error) {
	runs, err = record.Load(dir)
	there := map[string]bool{}
	var whole []record.Run
	for _, r := range runs {
		there[r.Dir] = true
		if damage := record.Check(r.Dir, &r.Summary, record.Cheap); damage != nil {
			err = errors.Join(err, damage)
			out = append(out, omission{r.Dir, damagedWord + ": " + damaged(damage)})
			continue
		}
		whole = append(whole, r)
	}
	runs = whole
	walk := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // what cannot be walked is in the error above
		}
		at, why := filepath.Dir(path), damagedWord
		switch {
		case d.Type()&fs.ModeSymlink != 0 && holdsRun(path):
			at, why = path, "is a symbolic link"
		case d.Name() == record.ConfigFile:
			if !holdsRun(at) {
				why = "is not finished"
			}
		case d.Name() != record.SummaryFile:
			return nil
		}
		if !there[at] {
			there[at] = true
			out = append(out, omission{at, why})
		}
		return nil
	})
	asked, unread := page.ReadSession(dir)
	if asked != nil {
		for _, of := range asked.Runs {
			if at := filepath.Join(dir, of.ID); of.Home == "" && !there[at] {
				out = append(out, omission{at, lackingWord(of)})
			}
		}
	}
	return runs, out, errors.Join(err, walk, unread)
}

// lackingWord is why there is nothing of a run that was asked for.
func lackingWord(of page.Planned) string {
	if of.Failed {
		return "failed: " + of.Why
	}
	return "is not computed"
}

// holdsRun says whether a folder, or what a link leads to, is that of a run with an end.
func holdsRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, record.SummaryFile))
	return err == nil
}

// leftOut says which runs a report of n others does not show.
func leftOut(out []omission, n int) string {
	var names []string
	for i, o := range out {
		if i == 10 && len(out) > 11 {
			names = append(names, fmt.Sprintf("%d more", len(out)-i))
			break
		}
		names = append(names, o.dir+" "+o.why)
	}
	return fmt.Sprintf("%d of %s left out: %s; the experiment's own command computes what is missing", len(out), prose.Count(n+len(out), "run"), strings.Join(names, ", "))
}

// drawingsOf reads what to draw, and in which order and colors: from a file, from what the
// experiment left, or what always makes sense.
func drawingsOf(dir, file string, runs []record.Run) (drawings []drawing, scheme plots.Scheme, err error) {
	left := filepath.Join(dir, files.DrawingsFile)
	if _, err := os.Stat(left); err == nil {
		if drawings, scheme, err = readDrawings(left); err != nil {
			return nil, scheme, err
		}
	}
	if file != "" {
		var s plots.Scheme
		if drawings, s, err = readDrawings(file); err != nil {
			return nil, s, err
		}
		scheme.Axes = s.Axes.Join(scheme.Axes)
		scheme.Paper = cmp.Or(s.Paper, scheme.Paper)
	} else if len(drawings) == 0 {
		drawings, err = usualDrawings(runs)
	}
	return drawings, scheme, err
}

// readDrawings reads the figures, tables and axes of a file.
func readDrawings(file string) (drawings []drawing, scheme plots.Scheme, err error) {
	sources, err := ReadFiles([]string{file})
	if err != nil {
		return nil, scheme, err
	}
	d := document.New()
	if err := d.Add(file, sources[0].Text); err != nil {
		return nil, scheme, err
	}
	orders, err := sweep.ReadOrders(d)
	if err == nil {
		scheme, err = schemeOf(d, orders)
	}
	if err != nil {
		return nil, scheme, err
	}
	figures, tables, err := sweep.ReadDrawings(d)
	if err != nil {
		return nil, scheme, err
	}
	drawings, err = decodeDrawings(d, figures, tables)
	return drawings, scheme, err
}

// usualDrawings are the train loss over time, or over updates where there is no time, the
// staleness, and a table.
func usualDrawings(runs []record.Run) ([]drawing, error) {
	x := "time"
	for _, r := range runs {
		if _, injected := r.Config["staleness"]; injected {
			x = "updates"
		}
	}
	var out []drawing
	for _, f := range []struct {
		name  string
		table map[string]any
	}{
		{"train-loss", map[string]any{"kind": "convergence", "x": x}},
		{"staleness", map[string]any{"kind": "staleness"}},
	} {
		fig, err := plots.Decode("figure", f.table)
		if err != nil {
			return nil, err
		}
		out = append(out, drawing{name: f.name, fig: fig, source: f.table})
	}
	t := plots.DefaultTable()
	return append(out, drawing{name: "summary", table: &t, source: map[string]any{}}), nil
}

// keepDrawings writes the figures and tables of an experiment, its [style] and the order of its
// axes, beside its runs.
func keepDrawings(dir string, drawings []drawing, orders []sweep.Order, paper plots.Paper) error {
	if len(drawings)+len(orders) == 0 && paper == (plots.Paper{}) {
		return nil
	}
	var b strings.Builder
	b.WriteString("# What the experiment was asked to draw; experiments/report draws it again.\n")
	for _, d := range drawings {
		kind := "[figure]"
		if d.table != nil {
			kind = "[table]"
		}
		source := document.CopyTree(d.source).(map[string]any)
		source["name"] = d.name
		document.WriteSection(&b, kind, source)
	}
	sweep.WriteOrders(&b, orders)
	if paper != (plots.Paper{}) {
		document.WriteSection(&b, "style", paper.Table())
	}
	return disk.Write(filepath.Join(dir, files.DrawingsFile), b.String())
}

// reportPage writes the page of a report.
func reportPage(ctx context.Context, w io.Writer, scheme plots.Scheme, dir string, runs []record.Run, out []omission, drawn []page.Drawn) error {
	p := newPage(filepath.Clean(dir))
	p.Scheme = scheme
	if len(out) > 0 {
		p.Warnings = append(p.Warnings, leftOut(out, len(runs))+".")
	}
	if err := fill(p, runs, out); err != nil {
		return err
	}
	return writePage(ctx, w, p, drawn, scheme.Forget)
}
