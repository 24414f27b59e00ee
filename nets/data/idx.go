package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// IDX is a folder with the four files of MNIST and its kin (Fashion-MNIST, KMNIST, EMNIST's
// by-class parts renamed), each as it is or compressed: train-images-idx3-ubyte,
// train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. Debian's package
// dataset-fashion-mnist installs such a folder. A folder without the two t10k files has no test
// part.
type IDX struct {
	Path string `doc:"the folder" required:""`
}

func init() {
	Register("idx", "images and labels in IDX files, as MNIST's; read where they lie if not compressed", "http://yann.lecun.com/exdb/mnist", IDX{})
}

// Read implements Source.
func (s IDX) Read(b *Builder, test bool) error {
	dir := b.Path(s.Path)
	if info, err := os.Stat(dir); err != nil {
		return b.fileError(dir, err)
	} else if !info.IsDir() {
		return &Error{File: dir, Problem: "is a file", Remedy: "name the folder that holds the four IDX files"}
	}
	name := "train"
	if test {
		name = "t10k"
	}
	images, err := open(b, filepath.Join(dir, name+"-images-idx3-ubyte"))
	if test && errors.Is(err, fs.ErrNotExist) {
		if l, err := open(b, filepath.Join(dir, name+"-labels-idx1-ubyte")); err == nil {
			l.close()
		} else if errors.Is(err, fs.ErrNotExist) {
			return ErrNoTest
		}
	}
	if err != nil {
		return err
	}
	defer images.close()
	labels, err := open(b, filepath.Join(dir, name+"-labels-idx1-ubyte"))
	if b.LabelsOptional() && errors.Is(err, fs.ErrNotExist) {
		return readIDX(b, images, nil)
	}
	if err != nil {
		return err
	}
	defer labels.close()
	return readIDX(b, images, labels)
}

// readIDX pairs images with labels; nil: there are none.
func readIDX(b *Builder, images, labels *input) error {
	dims, err := idxHeader(images, 3)
	if err != nil {
		return err
	}
	n := dims[:1]
	if labels != nil {
		if n, err = idxHeader(labels, 1); err != nil {
			return err
		}
	}
	if dims[0] != n[0] {
		return &Error{File: labels.name, At: true, Offset: 4, Problem: fmt.Sprintf("%d labels for the %d images of %s", n[0], dims[0], images.name),
			Remedy: "the two files do not belong together"}
	}
	if dims[0] == 0 {
		return &Error{File: images.name, At: true, Offset: 4, Problem: "holds no images", Remedy: "fetch it again"}
	}
	shape := Shape{1, dims[1], dims[2]}
	if dims[1] == 0 || dims[2] == 0 || dims[1] > MaxElements/dims[2] {
		return &Error{File: images.name, At: true, Offset: 8, Problem: fmt.Sprintf("images of %d x %d pixels", dims[1], dims[2]), Remedy: "the header is damaged: fetch the file again"}
	}
	b.Shaped(shape)
	if err := b.hold(9 * int64(shape.Size())); err != nil { // bytes and numbers of one image
		return &Error{File: images.name, At: true, Offset: 8, Problem: fmt.Sprintf("an image of %d x %d pixels %v", dims[1], dims[2], err)}
	}
	b.Ranged(0, 255)
	b.Announced(dims[0])
	if file := images.mapped(); file != nil {
		b.mapped = newMapped(shape.Size())
		b.mapped.begin(file, images.offset, int64(shape.Size()))
	}
	pixels := pieces{size: shape.Size()}
	label := make([]byte, 1)
	for i := range dims[0] {
		at := images.offset
		if err := pixels.read(images, "image", i); err != nil {
			return err
		}
		if labels == nil {
			if err := b.addBytes(pixels.raw, b.unlabelled()); err != nil {
				return sampleError(b, err, images.name, at, images.name, at)
			}
			continue
		}
		if err := labels.full(label, fmt.Sprintf("label %d of %d", i+1, n[0])); err != nil {
			return err
		}
		if err := b.addBytes(pixels.raw, float64(label[0])); err != nil {
			return sampleError(b, err, images.name, at, labels.name, labels.offset-1)
		}
	}
	if err := images.end(); err != nil || labels == nil {
		return err
	}
	return labels.end()
}

// sampleError places the Builder's complaint in the file of images or of labels.
func sampleError(b *Builder, err error, images string, at int64, labels string, labelAt int64) error {
	e := &Error{File: images, At: true, Offset: at, Problem: ofSample(err)}
	var l *labelError
	if errors.As(err, &l) {
		e = &Error{File: labels, At: true, Offset: labelAt, Problem: l.Error(), Remedy: "the label file is damaged or of another data set"}
	}
	return e
}

// idxHeader reads the header of a file of bytes with so many dimensions.
func idxHeader(in *input, dims int) ([]int, error) {
	head := make([]byte, 4+4*dims)
	if err := in.full(head[:4], "its first four bytes"); err != nil {
		return nil, err
	}
	at := func(off int64, problem, remedy string) error {
		return &Error{File: in.name, At: true, Offset: off, Problem: problem, Remedy: remedy}
	}
	switch {
	case head[0] != 0 || head[1] != 0:
		return nil, at(0, fmt.Sprintf("begins with % x: no IDX file", head[:4]), "IDX files begin with two zero bytes")
	case head[2] != 0x08:
		return nil, at(2, fmt.Sprintf("elements of type 0x%02x", head[2]), "unsigned bytes (0x08) are read")
	case int(head[3]) != dims:
		return nil, at(3, fmt.Sprintf("%d dimensions where %d are expected", head[3], dims), "images have 3, labels 1: are the two files exchanged?")
	}
	if err := in.full(head[4:], "its header"); err != nil {
		return nil, err
	}
	out := make([]int, dims)
	for i := range out {
		out[i] = int(binary.BigEndian.Uint32(head[4+4*i:]))
	}
	return out, nil
}

// pieces reads rows of bytes whose length a header claims, and asks for memory only as bytes really
// come.
type pieces struct {
	size int
	raw  []byte
}

// read reads row i.
func (p *pieces) read(in *input, what string, i int) error {
	const step = 1 << 16
	for done := 0; done < p.size; {
		n := min(step, p.size-done)
		if len(p.raw) < done+n {
			p.raw = append(p.raw, make([]byte, done+n-len(p.raw))...)
		}
		if err := in.full(p.raw[done:done+n], fmt.Sprintf("%s %d", what, i+1)); err != nil {
			return err
		}
		done += n
	}
	return nil
}
