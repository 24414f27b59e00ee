package record

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"staleness/internal/files"
)

// Remedy is what to do about a record that is not whole.
const Remedy = "remove its folder and run again"

// A Damage says what is wrong with a file of a finished run.
type Damage struct {
	File string
	What string // "is gone"
}

func (d *Damage) Error() string { return d.File + " " + d.What + "; " + Remedy }

var errChecksum = errors.New("is damaged: its checksum is not that in " + SummaryFile)

// Cheap is how large a file may be for its content to be looked at whenever its run is found:
// larger ones are known by their size, and by their content when they are read.
const Cheap = 1 << 16

// Check compares the files of a finished run with what its summary says of them: that they are
// there, their sizes, and the checksums of those that have no more bytes than upTo; less than 0: of
// all. The error joins a *[Damage] for each file that is not what it was. Of a run whose summary
// names no files, as they were written once, eval.csv must be there and hold something.
func Check(dir string, s *Summary, upTo int64) error {
	if len(s.Files) == 0 {
		info, err := os.Stat(filepath.Join(dir, EvalFile))
		switch {
		case err != nil:
			return damage(dir, EvalFile, err)
		case info.Size() == 0:
			return damage(dir, EvalFile, errors.New("is empty"))
		}
		return nil
	}
	var errs []error
	names := make([]string, 0, len(s.Files))
	for name := range s.Files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.Files[name].check(dir, name, upTo); err != nil {
			errs = append(errs, damage(dir, name, err))
		}
	}
	return errors.Join(errs...)
}

// Damage is what is wrong with the files of the run, found by reading all of them; nil if they are
// what they were when it was finished. See [Check].
func (r *Run) Damage() error { return Check(r.Dir, &r.Summary, -1) }

func damage(dir, name string, err error) error {
	what := err.Error()
	switch foreign, path := (*files.Foreign)(nil), (*fs.PathError)(nil); {
	case errors.Is(err, fs.ErrNotExist):
		what = "is gone"
	case errors.As(err, &foreign):
		what = foreign.What
	case errors.As(err, &path):
		what = "cannot be read: " + path.Err.Error()
	}
	return &Damage{filepath.Join(dir, name), what}
}

func (f FileSum) check(dir, name string, upTo int64) error {
	if filepath.Base(name) != name {
		return errors.New("is no file of a run")
	}
	file := filepath.Join(dir, name)
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case info.Mode().IsRegular() && info.Size() == 0 && f.Size > 0:
		return errors.New("is empty")
	case info.Mode().IsRegular() && info.Size() != f.Size:
		return fmt.Errorf("is damaged: it has %d bytes, %d were written", info.Size(), f.Size)
	case info.Mode().IsRegular() && upTo >= 0 && f.Size > upTo:
		return nil
	}
	in, err := files.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	h := sha256.New()
	if _, err := io.Copy(h, in); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return errChecksum
	}
	return nil
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
