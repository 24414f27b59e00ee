package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// CIFAR10 is the folder of the binary version: data_batch_1.bin ... data_batch_5.bin and test_batch.bin, as they are or
// compressed one by one. Batches that are missing from the end of the row are left out.
type CIFAR10 struct {
	Path string `doc:"the folder (cifar-10-batches-bin)" required:""`
}

func init() {
	Register("cifar10", "CIFAR-10, binary version: 32 x 32 colour images, 10 classes", "Krizhevsky 2009, Learning multiple layers of features from tiny images", CIFAR10{})
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
		return readCIFAR10(b, in)
	}
	for i := 1; i <= 5; i++ {
		in, err := open(b, filepath.Join(dir, fmt.Sprintf("data_batch_%d.bin", i)))
		if i > 1 && errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return err
		}
		err = readCIFAR10(b, in)
		in.close()
		if err != nil {
			return err
		}
	}
	return nil
}

func isDir(path string) bool { info, err := os.Stat(path); return err == nil && info.IsDir() }

// readCIFAR10 reads records of a label and 3 planes of 32 x 32 bytes, and stores the channels of a pixel side by side.
func readCIFAR10(b *Builder, in *input) error {
	const side, plane = 32, 32 * 32
	b.Shaped(Shape{side, side, 3})
	b.Ranged(0, 255)
	b.Classed(10)
	var record [1 + 3*plane]byte
	var row [3 * plane]float64
	for i := 0; ; i++ {
		if i > 0 {
			if _, err := in.r.Peek(1); err == io.EOF {
				return nil
			}
		}
		at := in.offset
		if err := in.full(record[:], fmt.Sprintf("record %d (3073 bytes each)", i+1)); err != nil {
			return err
		}
		for p := range plane {
			for c := range 3 {
				row[3*p+c] = float64(record[1+c*plane+p])
			}
		}
		if err := b.Add(row[:], float64(record[0])); err != nil {
			return sampleError(b, err, in.name, at, in.name, at)
		}
	}
}
