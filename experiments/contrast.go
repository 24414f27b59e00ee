package experiments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"staleness/experiments/internal/guard"
	"staleness/experiments/internal/prose"
	disk "staleness/internal/files"
	"staleness/plots"
	"staleness/plots/page"
	"staleness/sim/record"
)

// reportTwo is a report that compares two experiments.
func reportTwo(ctx context.Context, dirs []string, stdout, stderr io.Writer) int {
	var runs [2][]record.Run
	var names [2]string
	var warnings []string
	for i, dir := range dirs {
		dirs[i] = filepath.Clean(dir)
		names[i] = nameOf(dirs[i])
		var out []omission
		var err error
		if runs[i], out, err = reported(dirs[i]); len(runs[i]) == 0 {
			if err == nil {
				err = noRuns(dirs[i])
			}
			fmt.Fprintf(stderr, "report: %v\n", err)
			return Usage
		}
		if err := oneExperiment(dirs[i], runs[i]); err != nil {
			fmt.Fprintf(stderr, "report: %v\n", err)
			return Usage
		}
		if err != nil {
			fmt.Fprintf(stderr, "report: %v\n", err)
		}
		if len(out) > 0 {
			warnings = append(warnings, leftOut(out, len(runs[i]))+".")
		}
	}
	if dirs[0] == dirs[1] {
		fmt.Fprintf(stderr, "report: %s is given twice: give two experiments to compare, or one\n", dirs[0])
		return Usage
	}
	if names[0] == names[1] {
		names = [2]string{dirs[0], dirs[1]}
	}
	c, err := plots.Compare(names, runs)
	if err != nil {
		fmt.Fprintf(stderr, "report: %v\n", err)
		return Usage
	}
	fmt.Fprint(stdout, c.Text())
	if ctx.Err() != nil {
		return Stopped
	}
	again := "go run staleness/experiments/report " + prose.Quote(filepath.Join("results", nameOf(dirs[0]))) + " " + prose.Quote(filepath.Join("results", nameOf(dirs[1])))
	b, err := page.RenderContrast(c, warnings, again)
	file := filepath.Join(dirs[0], "against-"+nameOf(dirs[1])+".html")
	if err == nil {
		err = disk.Write(file, string(b))
	}
	if err != nil {
		fmt.Fprintf(stderr, "report: %v\n", err)
		return Failed
	}
	fmt.Fprintf(stdout, "page: %s\n", file)
	for _, w := range warnings {
		fmt.Fprintf(stderr, "report: %s\n", w)
	}
	if len(warnings) > 0 {
		return Failed
	}
	return Done
}

// nameOf is the name of an experiment with this folder.
func nameOf(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Base(dir)
}

// noRuns is the error of a folder without any.
func noRuns(dir string) error {
	return fmt.Errorf("%s holds no finished run; %s FILE.toml makes some", dir, guard.Beside("run"))
}

// oneExperiment is the error of a folder that holds those of several experiments: their runs have
// nothing in common that a figure could show.
func oneExperiment(dir string, runs []record.Run) error {
	dir = filepath.Clean(dir)
	count := map[string]int{}
	for _, r := range runs {
		home := filepath.Dir(filepath.Clean(r.Dir))
		if home == dir || filepath.Clean(r.Dir) == dir {
			return nil
		}
		count[home]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s is no experiment, but a folder of %s; give one of them, or two to compare:", dir, prose.Count(len(count), "experiment"))
	for _, home := range prose.SortedKeys(count) {
		fmt.Fprintf(&b, "\n  %s (%s)", home, prose.Count(count[home], "run"))
	}
	return errors.New(b.String())
}
