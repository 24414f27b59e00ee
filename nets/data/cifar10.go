package data

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// CIFAR10 is the folder of the binary version: data_batch_1.bin ... data_batch_5.bin and
// test_batch.bin, as they are or compressed one by one. Batches that are missing from the end of
// the row are left out.
type CIFAR10 struct {
	Path string `doc:"the folder (cifar-10-batches-bin)" required:""`
}

func init() {
	Register("cifar10", "CIFAR-10, binary version: 32 x 32 colour images, 10 classes; read where they lie if not compressed", "Krizhevsky 2009, Learning multiple layers of features from tiny images", CIFAR10{})
}

// Read implements Source.
func (s CIFAR10) Read(b *Builder, test bool) error {
	dir := b.Path(s.Path)
	if sub := filepath.Join(dir, "cifar-10-batches-bin"); isDir(sub) {
		dir = sub
	}
	if test {
		in, err := open(b, filepath.Join(dir, "test_batch.bin"))
		if errors.Is(err, fs.ErrNotExist) {
			return ErrNoTest
		} else if err != nil {
			return err
		}
		defer in.close()
		return readRecords(b, []*input{in}, 32)
	}
	batches, err := s.batches(b, dir)
	for _, in := range batches {
		defer in.close()
	}
	if err != nil {
		return err
	}
	return readRecords(b, batches, 32)
}

// batches opens those of the training part, and returns those also that it had opened before an
// error.
func (s CIFAR10) batches(b *Builder, dir string) (batches []*input, err error) {
	var missing error // of the first batch that is not there
	for i := 1; i <= 5; i++ {
		in, err := open(b, filepath.Join(dir, fmt.Sprintf("data_batch_%d.bin", i)))
		if i > 1 && errors.Is(err, fs.ErrNotExist) {
			missing = cmp.Or(missing, err)
			continue
		} else if err != nil {
			return batches, err
		}
		batches = append(batches, in)
		if missing != nil {
			var e *Error
			errors.As(missing, &e)
			return batches, &Error{File: e.File, Problem: e.Problem + fmt.Sprintf(", but data_batch_%d.bin is there", i), Remedy: "fetch it again, or remove those behind it to train on less", Err: missing}
		}
	}
	return batches, nil
}

func isDir(path string) bool { info, err := os.Stat(path); return err == nil && info.IsDir() }

// readRecords reads records of a label and 3 planes of side x side bytes: red, green, blue.
// They stay in their files if that can be said of all of them.
func readRecords(b *Builder, files []*input, side int) error {
	b.Shaped(Shape{3, side, side})
	b.Ranged(0, 255)
	b.Classed(10)
	record := make([]byte, 1+3*side*side)
	var mappings []*mapping
	for _, in := range files {
		if m := in.mapped(); m != nil {
			mappings = append(mappings, m)
		}
	}
	if len(mappings) == len(files) {
		b.mapped = newMapped(len(record) - 1)
	}
	for i, in := range files {
		if b.mapped != nil {
			b.mapped.begin(mappings[i], 1, int64(len(record)))
		}
		if err := readBatch(b, in, record); err != nil {
			return err
		}
	}
	return nil
}

// readBatch reads the records of one file.
func readBatch(b *Builder, in *input, record []byte) error {
	for i := 0; ; i++ {
		if i > 0 {
			if _, err := in.r.Peek(1); err == io.EOF {
				return nil
			}
		}
		at := in.offset
		if err := in.full(record, fmt.Sprintf("record %d (%d bytes each)", i+1, len(record))); err != nil {
			return err
		}
		if err := b.addBytes(record[1:], float64(record[0])); err != nil {
			return sampleError(b, err, in.name, at, in.name, at)
		}
	}
}
