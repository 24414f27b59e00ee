package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/experiments/internal/fault"
	"staleness/experiments/internal/prose"
	disk "staleness/internal/files"
	"staleness/sim/record"
)

// DrawingsFile keeps the [[figure]] and [[table]] tables of an experiment beside its runs, for
// reports.
const DrawingsFile = "figures.toml"

// PageFile is the report as one page.
const PageFile = "report.html"

// A Target is a table that the user wants in a file. It is written over nothing but an earlier one
// of its kind.
type Target struct {
	Flag   string   // "-export"
	File   string   // as given
	Begins []string // how tables of this kind begin
	Inputs []string // what the command reads
	Homes  []string // folders of experiments
}

// Check refuses a file that may not be written, before anything is computed for it.
func (t *Target) Check() error {
	err := disk.Replaceable(t.File)
	if err == nil {
		err = t.isInput()
	}
	if err == nil {
		err = t.isRecord()
	}
	if err == nil {
		err = t.isOther()
	}
	return t.explain(err)
}

// explain says where a mistake about the file was made.
func (t *Target) explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	at := fault.Place{Arg: t.Flag + " " + prose.Quote(t.File)}
	if f := (*disk.Foreign)(nil); errors.As(err, &f) && f.Name == t.File {
		return &fault.Error{Place: at, Err: errors.New(f.Said())}
	}
	var path *os.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%w; give another file", path.Err)
	}
	return &fault.Error{Place: at, Err: err}
}

func (t *Target) isInput() error {
	here, err := os.Stat(t.File)
	if err != nil {
		return nil
	}
	for _, name := range t.Inputs {
		for _, suffix := range []string{"", ".gz", ".bz2"} {
			if in, err := os.Stat(name + suffix); err == nil && os.SameFile(here, in) {
				return fmt.Errorf("is %s, which is read here: give another file", name+suffix)
			}
		}
	}
	return nil
}

// isRecord refuses what the program itself keeps in the folder of an experiment, and in those of
// its runs, there by now or not.
func (t *Target) isRecord() error {
	file, err := filepath.Abs(t.File)
	if err != nil {
		return err
	}
	dir, base := filepath.Split(file)
	for _, home := range t.Homes {
		if home, err = filepath.Abs(home); err != nil {
			return err
		}
		ofRun := filepath.Dir(filepath.Clean(dir)) == home && record.OfRun(base)
		ofHome := filepath.Clean(dir) == home && (slices.Contains([]string{DrawingsFile, PageFile}, base) || strings.HasPrefix(base, "tuning"))
		if ofRun || ofHome || strings.HasPrefix(base, ".") && (filepath.Clean(dir) == home || filepath.Dir(filepath.Clean(dir)) == home) {
			return fmt.Errorf("is the place of a record in %s: give another file", home)
		}
	}
	return nil
}

func (t *Target) isOther() error {
	info, err := os.Stat(t.File)
	if err != nil || info.Size() == 0 {
		return nil
	}
	f, err := disk.Open(t.File)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if !slices.ContainsFunc(t.Begins, func(b string) bool { return strings.HasPrefix(string(head[:n]), b) }) {
		return fmt.Errorf("is a file that %s did not write: it would be lost; remove it, or give another file", t.Flag)
	}
	return nil
}

// Write writes the table, whole or not at all.
func (t *Target) Write(ctx context.Context, write func(io.Writer) error) error {
	if err := t.Check(); err != nil {
		return err
	}
	err := disk.Replace(t.File, func(f *os.File) error { return write(stopping{ctx, f}) })
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if f := (*disk.Foreign)(nil); errors.As(err, &f) {
		return t.explain(err)
	}
	return fmt.Errorf("%s %s: %w", t.Flag, t.File, err)
}

// stopping is a writer that gives up when its context ends.
type stopping struct {
	ctx context.Context
	w   io.Writer
}

func (s stopping) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}
