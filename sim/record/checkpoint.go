package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"staleness/internal/files"
)

// checkpoints are the files of an unfinished run that hold its state.
var checkpoints = []string{CheckpointFile, CheckpointFile + previous, CheckpointFile + staged}

// Plant copies the kept state of a finished run, and its tables, to the folder of a run that is to
// go on from there. The checkpoint comes last.
func Plant(from, to string) error {
	if err := Ours(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o777); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	for _, f := range []struct{ from, to string }{{EvalFile, EvalFile + partial}, {UpdatesFile, UpdatesFile + partial}, {TraceFile, TraceFile + partial}, {KeptFile, CheckpointFile}} {
		text, err := files.Read(filepath.Join(from, f.from))
		if errors.Is(err, fs.ErrNotExist) && (f.from == UpdatesFile || f.from == TraceFile) {
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

// checkpointMagic begins every checkpoint; its last byte is the version of the format.
const checkpointMagic = "staleness\x00checkpoint\x01"

// Checkpoint saves the state of a run, so that [Resume] can go on from here. What was appended so
// far is made durable first. The last two checkpoints are kept, so that damage to one costs no more
// than the time since the other.
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

// Mark notes the state of a run that is to be kept ([Plan].Keep): the last mark stays with the
// finished run, as [KeptFile], so that a run that ends later can go on from there. It costs much
// less than a Checkpoint, for nothing is made durable before the run is finished, and is nothing
// that Resume could use.
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

// Resume goes on with an unfinished run at its last checkpoint that is whole: it returns the saved
// state, and a writer whose tables are cut back to where they were. A warning, if not empty, says
// what was damaged and what is used instead. The error is [ErrNoCheckpoint], perhaps with what was
// damaged, if only a fresh start is left; nothing is cut then.
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
