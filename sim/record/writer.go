package record

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// A Plan says what a run will leave.
type Plan struct {
	Dir         string   // the run's folder: DIR/NAME/RUN-ID; made when the run begins
	Config      []byte   // run.toml
	OmitEval    []string // columns of eval.csv that do not apply
	Updates     bool     // whether there is an updates.csv
	OmitUpdates []string // columns of updates.csv that do not apply
	Center      int      // coordinates of the center in updates.csv; 0: none
	Trace       bool     // whether there is a trace.csv
	Keep        bool     // whether the last mark stays with the finished run, for [Plant]

	disk disk // nil: the machine's
}

// A Writer writes the files of one run. It is not safe for concurrent use. After its first error it
// does nothing more and returns that error again.
//
// While a run is under way its tables are called eval.csv.part and updates.csv.part.
// [Writer.Finish] gives them their names and writes summary.json last: a folder with a summary.json
// is a finished run, at whatever instant a crash or a loss of power came. A finished run of earlier
// that is computed anew stays whole until then.
type Writer struct {
	plan     Plan
	disk     disk
	evals    table
	updates  table
	trace    table
	evalCols []column[Evaluation]
	upCols   []column[Row]
	model    *FileSum // of what is staged; nil: nothing is
	marked   bool     // a state is staged
	err      error    // sticky
	closed   bool
}

// Create begins a run: it makes the folder, writes run.toml and starts empty tables. What an
// unfinished earlier attempt left is removed. On an error nothing stays that was not there before.
func Create(p Plan) (*Writer, error) {
	w, err := newWriter(p)
	if err != nil {
		return nil, err
	}
	made, err := w.begin()
	if err != nil {
		w.closeTables()
		for _, name := range made {
			w.disk.remove(name) // a folder that is not empty stays
		}
		return nil, w.explain(err)
	}
	return w, nil
}

func newWriter(p Plan) (*Writer, error) {
	if err := Ours(p.Dir); err != nil {
		return nil, err
	}
	w := &Writer{plan: p, disk: p.disk}
	if w.disk == nil {
		w.disk = osDisk{}
	}
	var err error
	if w.evalCols, err = without(evalColumns, p.OmitEval); err != nil {
		return nil, err
	}
	w.evals = table{name: EvalFile, hash: sha256.New()}
	if p.Updates {
		if w.upCols, err = without(updateColumns, p.OmitUpdates); err != nil {
			return nil, err
		}
		w.updates = table{name: UpdatesFile, hash: sha256.New()}
	}
	if p.Trace {
		w.trace = table{name: TraceFile, hash: sha256.New()}
	}
	return w, nil
}

func (w *Writer) path(name string) string { return filepath.Join(w.plan.Dir, name) }

// explain says what an error of the file system means to a person.
func (w *Writer) explain(err error) error {
	hint := ""
	switch {
	case errors.Is(err, fs.ErrPermission), isReadOnly(err):
		hint = "; choose a folder that can be written with -out"
	case isFull(err):
		hint = "; make room and run again: what is finished stays"
	case errors.Is(err, fs.ErrNotExist):
		hint = "; somebody removed the folder: run again"
	}
	return fmt.Errorf("record: run folder %s: %w%s", w.plan.Dir, err, hint)
}

func (w *Writer) fail(err error) error {
	if err != nil && w.err == nil {
		w.err = w.explain(err)
	}
	return w.err
}

// Finish completes the run: tables get their names, env.txt and at last summary.json are written,
// checkpoints removed. The summary is told the sizes and checksums of the tables and the model. The
// writer is closed, with an error or without.
func (w *Writer) Finish(s *Summary, env []byte) error {
	defer w.Close()
	if w.err != nil {
		return w.err
	}
	if err := w.endTables(s); err != nil {
		return w.fail(err)
	}
	summary, err := s.encode()
	if err != nil {
		w.err = fmt.Errorf("record: %s: %w", SummaryFile, err)
		return w.err
	}
	return w.fail(w.finish(summary, env))
}

func (w *Writer) finish(summary, env []byte) error {
	if err := w.settle(summary, env); err != nil {
		return err
	}
	// From here until its last line the folder holds no finished run, neither the old one nor the
	// new one.
	if err := w.clearEarlier(); err != nil {
		return err
	}
	if err := w.name(); err != nil {
		return err
	}
	if !there(w.path(CheckpointFile)) && !there(w.path(CheckpointFile+previous)) && !there(w.path(CheckpointFile+staged)) {
		return nil // should this last rename be lost with the power, the run is computed again
	}
	if err := w.disk.syncDir(w.plan.Dir); err != nil {
		return err
	}
	for _, name := range checkpoints {
		if err := w.removeIfThere(name); err != nil {
			return err
		}
	}
	return nil
}

// settle writes what takes room and makes it durable before anything of an earlier record is
// touched.
func (w *Writer) settle(summary, env []byte) error {
	durable := []string{w.path(ConfigFile), w.path(SummaryFile + staged)}
	for _, t := range w.tables() {
		durable = append(durable, w.path(t.name+partial))
	}
	if err := stage(w.disk, w.path(EnvFile), env); err != nil {
		return err
	}
	if err := stage(w.disk, w.path(SummaryFile), summary); err != nil {
		return err
	}
	if w.model != nil {
		durable = append(durable, w.path(ModelFile+staged))
	}
	if w.marked {
		durable = append(durable, w.path(KeptFile+staged))
	}
	return w.disk.syncFiles(durable...)
}

// clearEarlier removes what an earlier record has and this one would not replace, its summary
// first.
func (w *Writer) clearEarlier() error {
	if there(w.path(SummaryFile)) {
		if err := w.removeIfThere(SummaryFile); err != nil {
			return err
		}
		if err := w.disk.syncDir(w.plan.Dir); err != nil {
			return err
		}
	}
	stale := []string{KeptFile} // it belongs to the tables that go now
	if !w.marked {
		stale = append(stale, KeptFile+staged) // of an earlier session, perhaps cut off
	}
	if !w.plan.Updates {
		stale = append(stale, UpdatesFile)
	}
	if !w.plan.Trace {
		stale = append(stale, TraceFile)
	}
	for _, name := range stale {
		if !there(w.path(name)) {
			continue
		}
		if err := w.removeIfThere(name); err != nil {
			return err
		}
	}
	return nil
}

// name gives the files their final names, the summary last.
func (w *Writer) name() error {
	for _, t := range w.tables() {
		if err := w.disk.rename(w.path(t.name+partial), w.path(t.name)); err != nil {
			return err
		}
	}
	if w.model != nil {
		if err := w.disk.rename(w.path(ModelFile+staged), w.path(ModelFile)); err != nil {
			return err
		}
	}
	if err := w.disk.rename(w.path(EnvFile+staged), w.path(EnvFile)); err != nil {
		return err
	}
	if err := w.disk.syncDir(w.plan.Dir); err != nil {
		return err
	}
	if err := w.disk.rename(w.path(SummaryFile+staged), w.path(SummaryFile)); err != nil {
		return err
	}
	if w.marked {
		return w.disk.rename(w.path(KeptFile+staged), w.path(KeptFile))
	}
	return nil
}

// Close ends writing without finishing the run: its tables so far and its checkpoint stay for
// [Resume]. After Finish or Discard it does nothing.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	if w.err == nil {
		for _, t := range w.tables() {
			if t.f != nil {
				w.fail(t.flush())
			}
		}
	}
	w.closeTables()
	err := w.err
	w.closed, w.err = true, fmt.Errorf("record: run folder %s: its writer is closed", w.plan.Dir)
	return err
}

// Discard gives the run up and removes what this writer and its checkpoints left; a finished run of
// earlier stays, with its run.toml.
func (w *Writer) Discard() error {
	w.closeTables()
	names := append([]string{EvalFile + partial, UpdatesFile + partial, TraceFile + partial, ModelFile + staged, KeptFile + staged}, checkpoints...)
	if !there(w.path(SummaryFile)) {
		names = append(names, ConfigFile, ConfigFile+staged, EnvFile+staged, SummaryFile+staged)
	}
	var errs []error
	for _, name := range names {
		if err := w.removeIfThere(name); err != nil {
			errs = append(errs, w.explain(err))
		}
	}
	w.disk.remove(w.plan.Dir) // stays if it is not empty
	w.closed, w.err = true, fmt.Errorf("record: run folder %s: the run was given up", w.plan.Dir)
	return errors.Join(errs...)
}
