package record

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

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

func (w *Writer) tables() []*table {
	ts := []*table{&w.evals}
	for _, t := range []*table{&w.updates, &w.trace} {
		if t.name != "" {
			ts = append(ts, t)
		}
	}
	return ts
}

// Eval appends a row to eval.csv.
func (w *Writer) Eval(r *Evaluation) error {
	if w.err != nil {
		return w.err
	}
	w.evals.buf = appendRow(w.evals.buf, w.evalCols, r, nil)
	if len(w.evals.buf) >= bufSize {
		return w.fail(w.evals.flush())
	}
	return nil
}

// Update appends a row to updates.csv; it does nothing if the plan has none. The row and its center
// are not kept.
func (w *Writer) Update(r *Row) error {
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

func (w *Writer) closeTables() {
	for _, t := range w.tables() {
		if t.f != nil {
			w.fail(t.f.Close())
			t.f = nil
		}
	}
}

// reopen opens a partial table for going on at t.size, checking the hash of what is before it. A
// table that a crash within Finish had already given its final name gets its partial name back.
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
