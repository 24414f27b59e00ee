package record

import (
	"errors"
	"math"
)

// A failingDisk does what the machine's disk does until step `at`; that step and all later ones
// fail, as in a crash. With torn, a write that fails has written half.
type failingDisk struct {
	osDisk
	step, at int
	err      error
	torn     bool
}

func (d *failingDisk) fails() bool { d.step++; return d.step >= d.at }

func (d *failingDisk) mkdirAll(dir string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.mkdirAll(dir)
}

func (d *failingDisk) open(name string, flag int) (file, error) {
	if d.fails() {
		return nil, d.err
	}
	f, err := d.osDisk.open(name, flag)
	if err != nil {
		return nil, err
	}
	return &failingFile{f, d}, nil
}

func (d *failingDisk) rename(from, to string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.rename(from, to)
}

func (d *failingDisk) remove(name string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.remove(name)
}

// Durability is not what these tests can see.
func (d *failingDisk) syncFiles(...string) error { return d.syncDir("") }

func (d *failingDisk) syncDir(string) error {
	if d.fails() {
		return d.err
	}
	return nil
}

type failingFile struct {
	file
	d *failingDisk
}

func (f *failingFile) Write(b []byte) (int, error) {
	if f.d.fails() {
		if f.d.torn {
			n, _ := f.file.Write(b[:len(b)/2])
			return n, f.d.err
		}
		return 0, f.d.err
	}
	return f.file.Write(b)
}

func (f *failingFile) Truncate(n int64) error {
	if f.d.fails() {
		return f.d.err
	}
	return f.file.Truncate(n)
}

// quiet is a disk that never fails and does not wait for durability.
func quiet() disk { return &failingDisk{at: math.MaxInt} }

var errCrash = errors.New("crash")

// A onceDisk fails at one step only.
type onceDisk struct{ failingDisk }

func (d *onceDisk) fails() bool { d.step++; return d.step == d.at }

func (d *onceDisk) mkdirAll(dir string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.mkdirAll(dir)
}

func (d *onceDisk) open(name string, flag int) (file, error) {
	if d.fails() {
		return nil, d.err
	}
	return d.osDisk.open(name, flag)
}

func (d *onceDisk) rename(from, to string) error {
	if d.fails() {
		return d.err
	}
	return d.osDisk.rename(from, to)
}

func (d *onceDisk) remove(name string) error { return d.osDisk.remove(name) }
