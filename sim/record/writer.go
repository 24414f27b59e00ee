package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"staleness/internal/files"
)

const (
	partial  = ".part" // a table while it grows
	staged   = ".tmp"  // a file that is written whole, before its rename
	previous = ".old"  // the checkpoint before the last one
	bufSize  = 1 << 16
)

// A Plan says what a run will leave.
type Plan struct {
	Dir         string   // the run's folder: DIR/NAME/RUN-ID; made when the run begins
	Config      []byte   // run.toml
	OmitEval    []string // columns of eval.csv that do not apply
	Updates     bool     // whether there is an updates.csv
	OmitUpdates []string // columns of updates.csv that do not apply
	Center      int      // coordinates of the center in updates.csv; 0: none
	Keep        bool     // whether the last mark stays with the finished run, for [Plant]

	disk disk // nil: the machine's
}

// A Writer writes the files of one run. It is not safe for concurrent use. After its first error it does nothing more and
// returns that error again.
//
// While a run is under way its tables are called eval.csv.part and updates.csv.part. [Writer.Finish] gives them their names and
// writes summary.json last: a folder with a summary.json is a finished run, at whatever instant a crash or a loss of power
// came. A finished run of earlier that is computed anew stays whole until then.
type Writer struct {
	plan     Plan
	disk     disk
	evals    table
	updates  table
	evalCols []column[EvalRow]
	upCols   []column[UpdateRow]
	model    *FileSum // of what is staged; nil: nothing is
	marked   bool     // a state is staged
	err      error    // sticky
	closed   bool
}

// A table is a file that grows, and a hash of all that went into it.
type table struct {
	name string // final name; "" for a table that is not kept
	f    file
	buf  []byte
	size int64
	hash hash.Hash
}

func (t *table) flush() error {
	n, err := t.f.Write(t.buf)
	t.hash.Write(t.buf[:n])
	t.size += int64(n)
	t.buf = t.buf[:0]
	return err
}

// Create begins a run: it makes the folder, writes run.toml and starts empty tables. What an unfinished earlier attempt left is
// removed. On an error nothing stays that was not there before.
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
	return w, nil
}

func (w *Writer) tables() []*table {
	if w.updates.name == "" {
		return []*table{&w.evals}
	}
	return []*table{&w.evals, &w.updates}
}

func (w *Writer) path(name string) string { return filepath.Join(w.plan.Dir, name) }

// begin returns what it made, last first.
func (w *Writer) begin() (made []string, err error) {
	note := func(name string) {
		if !there(name) {
			made = append([]string{name}, made...)
		}
	}
	var dirs []string
	for d := filepath.Clean(w.plan.Dir); ; d = filepath.Dir(d) {
		dirs = append([]string{d}, dirs...)
		if d == filepath.Dir(d) || d == "." {
			break
		}
	}
	for _, d := range dirs {
		note(d)
	}
	if err := w.disk.mkdirAll(w.plan.Dir); err != nil {
		return made, err
	}
	for _, stale := range append([]string{UpdatesFile + partial, KeptFile + staged}, checkpoints...) {
		if err := w.removeIfThere(stale); err != nil {
			return made, err
		}
	}
	note(w.path(ConfigFile))
	note(w.path(ConfigFile + staged))
	if err := replace(w.disk, w.path(ConfigFile), w.plan.Config); err != nil {
		return made, err
	}
	for _, t := range w.tables() {
		note(w.path(t.name + partial))
		t.f, err = w.disk.open(w.path(t.name+partial), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
		if err != nil {
			return made, err
		}
	}
	w.evals.buf = appendHeader(nil, w.evalCols, 0)
	if w.plan.Updates {
		w.updates.buf = appendHeader(nil, w.upCols, w.plan.Center)
	}
	return made, nil
}

func there(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

func (w *Writer) removeIfThere(name string) error {
	if err := w.disk.remove(w.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace writes a whole file beside its final name and renames it.
func replace(d disk, path string, content ...[]byte) error {
	if err := stage(d, path, content...); err != nil {
		return err
	}
	return d.rename(path+staged, path)
}

// stage writes a whole file beside its final name.
func stage(d disk, path string, content ...[]byte) error {
	f, err := d.open(path+staged, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	for _, b := range content {
		if err == nil {
			_, err = f.Write(b)
		}
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		d.remove(path + staged)
	}
	return err
}

// WriteConfig replaces the run.toml of a run, for instance because its labels changed, which are no part of the run-id.
func WriteConfig(dir string, config []byte) error { return rewrite(dir, ConfigFile, config) }

// WriteSummary replaces the summary.json of a finished run: when sources were edited that have no part in it, its build changes alone.
func WriteSummary(dir string, s *Summary) error {
	text, err := s.encode()
	if err != nil {
		return fmt.Errorf("record: %s: %w", SummaryFile, err)
	}
	return rewrite(dir, SummaryFile, text)
}

// rewrite replaces a file of a finished run.
func rewrite(dir, name string, text []byte) error {
	d, path := osDisk{}, filepath.Join(dir, name)
	err := files.Ours(path)
	if err == nil {
		err = stage(d, path, text)
	}
	if err == nil {
		err = d.syncFiles(path + staged)
	}
	if err == nil {
		err = d.rename(path+staged, path)
	}
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

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

// Eval appends a row to eval.csv.
func (w *Writer) Eval(r *EvalRow) error {
	if w.err != nil {
		return w.err
	}
	w.evals.buf = appendRow(w.evals.buf, w.evalCols, r, nil)
	if len(w.evals.buf) >= bufSize {
		return w.fail(w.evals.flush())
	}
	return nil
}

// Update appends a row to updates.csv; it does nothing if the plan has none. The row and its center are not kept.
func (w *Writer) Update(r *UpdateRow) error {
	if w.err != nil || !w.plan.Updates {
		return w.err
	}
	if len(r.Center) != w.plan.Center {
		w.err = fmt.Errorf("record: a row of updates.csv with %d coordinates of the center, planned were %d", len(r.Center), w.plan.Center)
		return w.err
	}
	w.updates.buf = appendRow(w.updates.buf, w.upCols, r, r.Center)
	if len(w.updates.buf) >= bufSize {
		return w.fail(w.updates.flush())
	}
	return nil
}

// Finish completes the run: tables get their names, env.txt and at last summary.json are written, checkpoints removed. The summary
// is told the sizes and checksums of the tables and the model. The writer is closed, with an error or without.
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

// endTables writes what is left of the tables and notes what the run's files are known by.
func (w *Writer) endTables(s *Summary) error {
	s.Files = map[string]FileSum{}
	for _, t := range w.tables() {
		if err := t.flush(); err != nil {
			return err
		}
		err := t.f.Close()
		t.f = nil
		if err != nil {
			return err
		}
		s.Files[t.name] = FileSum{t.size, hex.EncodeToString(t.hash.Sum(nil))}
	}
	if w.model != nil {
		s.Files[ModelFile] = *w.model
	}
	return nil
}

func (w *Writer) finish(summary, env []byte) error {
	// What takes room is written and durable before anything of an earlier record is touched.
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
	if err := w.disk.syncFiles(durable...); err != nil {
		return err
	}
	// From here until its last line the folder holds no finished run, neither the old one nor the new one.
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
	for _, name := range stale {
		if !there(w.path(name)) {
			continue
		}
		if err := w.removeIfThere(name); err != nil {
			return err
		}
	}
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
		if err := w.disk.rename(w.path(KeptFile+staged), w.path(KeptFile)); err != nil {
			return err
		}
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

// checkpoints are the files of an unfinished run that hold its state.
var checkpoints = []string{CheckpointFile, CheckpointFile + previous, CheckpointFile + staged}

// Untidy says whether the folder of a finished run holds what a crash in the last moments of its computation left.
func Untidy(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return leftover(e.Name()) })
}

// Tidy removes that. It is for whoever knows that nobody computes this run. What cannot be removed stays: it is harmless.
func Tidy(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if leftover(e.Name()) {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

func leftover(name string) bool {
	return slices.Contains(checkpoints, name) || strings.HasSuffix(name, partial) || strings.HasSuffix(name, staged)
}

// Forget makes the run in a folder one that was never finished nor begun. Its tables stay until it is computed again.
func Forget(dir string) error {
	for _, name := range append([]string{SummaryFile, KeptFile}, checkpoints...) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}

// Plant copies the kept state of a finished run, and its tables, to the folder of a run that is to go on from there. The
// checkpoint comes last.
func Plant(from, to string) error {
	if err := Ours(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	for _, f := range []struct{ from, to string }{{EvalFile, EvalFile + partial}, {UpdatesFile, UpdatesFile + partial}, {KeptFile, CheckpointFile}} {
		text, err := files.Read(filepath.Join(from, f.from))
		if errors.Is(err, fs.ErrNotExist) && f.from == UpdatesFile {
			continue
		}
		if err == nil {
			err = replace(osDisk{}, filepath.Join(to, f.to), text)
		}
		if err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}

// Close ends writing without finishing the run: its tables so far and its checkpoint stay for [Resume]. After Finish or
// Discard it does nothing.
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

func (w *Writer) closeTables() {
	for _, t := range w.tables() {
		if t.f != nil {
			w.fail(t.f.Close())
			t.f = nil
		}
	}
}

// Discard gives the run up and removes what this writer and its checkpoints left; a finished run of earlier stays, with its
// run.toml.
func (w *Writer) Discard() error {
	w.closeTables()
	names := append([]string{EvalFile + partial, UpdatesFile + partial, ModelFile + staged, KeptFile + staged}, checkpoints...)
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

// checkpointMagic begins every checkpoint; its last byte is the version of the format.
const checkpointMagic = "staleness\x00checkpoint\x01"

// Checkpoint saves the state of a run, so that [Resume] can go on from here. What was appended so far is made durable
// first. The last two checkpoints are kept, so that damage to one costs no more than the time since the other.
func (w *Writer) Checkpoint(state []byte) error {
	if w.err != nil {
		return w.err
	}
	return w.fail(w.checkpoint(state))
}

func (w *Writer) checkpoint(state []byte) error {
	if err := w.stageState(CheckpointFile, state); err != nil {
		return err
	}
	durable := []string{w.path(CheckpointFile + staged)}
	for _, t := range w.tables() {
		durable = append(durable, w.path(t.name+partial))
	}
	if err := w.disk.syncFiles(durable...); err != nil {
		return err
	}
	if err := w.disk.rename(w.path(CheckpointFile), w.path(CheckpointFile+previous)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := w.disk.rename(w.path(CheckpointFile+staged), w.path(CheckpointFile)); err != nil {
		return err
	}
	return w.disk.syncDir(w.plan.Dir)
}

// stageState writes a checkpoint beside its final name: what was appended so far, and a state.
func (w *Writer) stageState(name string, state []byte) error {
	head := []byte(checkpointMagic)
	for _, t := range w.tables() {
		if err := t.flush(); err != nil {
			return err
		}
		head = append(head, byte(len(t.name)))
		head = append(head, t.name...)
		head = binary.LittleEndian.AppendUint64(head, uint64(t.size))
		head = t.hash.Sum(head)
	}
	head = append(head, 0)
	head = binary.LittleEndian.AppendUint64(head, uint64(len(state)))
	sum := sha256.New()
	sum.Write(head)
	sum.Write(state)
	return stage(w.disk, w.path(name), head, state, sum.Sum(nil))
}

// Mark notes the state of a run that is to be kept ([Plan].Keep): the last mark stays with the finished run, as [KeptFile], so that a
// run that ends later can go on from there. It costs much less than a Checkpoint, for nothing is made durable before the run is
// finished, and is nothing that Resume could use.
func (w *Writer) Mark(state []byte) error {
	if w.err != nil || !w.plan.Keep {
		return w.err
	}
	err := w.fail(w.stageState(KeptFile, state))
	w.marked = err == nil
	return err
}

// ErrNoCheckpoint is what Resume returns where there is nothing to resume.
var ErrNoCheckpoint = errors.New("no checkpoint")

// Resume goes on with an unfinished run at its last checkpoint that is whole: it returns the saved state, and a writer whose
// tables are cut back to where they were. A warning, if not empty, says what was damaged and what is used instead.
// The error is [ErrNoCheckpoint], perhaps with what was damaged, if only a fresh start is left; nothing is cut then.
func Resume(p Plan) (w *Writer, state []byte, warning string, err error) {
	var damaged []string
	for _, name := range []string{CheckpointFile, CheckpointFile + previous} {
		if w, err = newWriter(p); err != nil {
			return nil, nil, "", err
		}
		state, err = w.resume(name)
		if err == nil {
			if len(damaged) > 0 {
				warning = strings.Join(damaged, "; ") + "; going on from " + name
			}
			return w, state, warning, nil
		}
		w.closeTables()
		if !errors.Is(err, fs.ErrNotExist) {
			damaged = append(damaged, w.path(name)+": "+err.Error())
		}
	}
	if len(damaged) > 0 {
		return nil, nil, "", fmt.Errorf("record: %w that can be used: %s", ErrNoCheckpoint, strings.Join(damaged, "; "))
	}
	return nil, nil, "", fmt.Errorf("record: run folder %s: %w", p.Dir, ErrNoCheckpoint)
}

var errCutOff = errors.New("cut off")

func (w *Writer) resume(name string) (state []byte, err error) {
	b, err := os.ReadFile(w.path(name))
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutPrefix(b, []byte(checkpointMagic))
	if !ok {
		return nil, errors.New("not a checkpoint of this version")
	}
	if len(body) < sha256.Size {
		return nil, errCutOff
	}
	if sum := sha256.Sum256(b[:len(b)-sha256.Size]); !bytes.Equal(sum[:], b[len(b)-sha256.Size:]) {
		return nil, errors.New("damaged: its checksum is wrong")
	}
	body = body[:len(body)-sha256.Size]
	for _, t := range w.tables() {
		n := 1 + len(t.name)
		if len(body) < n+8+sha256.Size || string(body[:n]) != string(rune(len(t.name)))+t.name {
			return nil, fmt.Errorf("has no place in %s", t.name)
		}
		body = body[n:]
		t.size = int64(binary.LittleEndian.Uint64(body))
		if err := w.reopen(t, body[8:8+sha256.Size]); err != nil {
			return nil, err
		}
		body = body[8+sha256.Size:]
	}
	if len(body) < 9 || body[0] != 0 || binary.LittleEndian.Uint64(body[1:]) != uint64(len(body)-9) {
		return nil, errors.New("is of a run with other tables")
	}
	// Only now, when all is known to be whole, is anything cut.
	for _, t := range w.tables() {
		if err := t.f.Truncate(t.size); err != nil {
			return nil, err
		}
	}
	return body[9:], nil
}

// reopen opens a partial table for going on at t.size, checking the hash of what is before it. A table that a crash within
// Finish had already given its final name gets its partial name back.
func (w *Writer) reopen(t *table, want []byte) error {
	part := w.path(t.name + partial)
	if !there(part) {
		if there(w.path(SummaryFile)) {
			return errors.New("is older than the finished run beside it")
		}
		if err := w.disk.rename(w.path(t.name), part); err != nil {
			return fmt.Errorf("%s is gone", t.name+partial)
		}
	}
	f, err := os.Open(part)
	if err != nil {
		return err
	}
	n, err := io.Copy(t.hash, io.LimitReader(f, t.size))
	f.Close()
	if err != nil {
		return err
	}
	if n < t.size || !bytes.Equal(t.hash.Sum(nil), want) {
		return fmt.Errorf("%s is not what it was at this checkpoint", t.name+partial)
	}
	t.f, err = w.disk.open(part, os.O_WRONLY|os.O_APPEND)
	return err
}
