package data

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A preset is a data set that papers share, in LIBSVM's format: its files by their names, and what
// is known of them, by which a wrong or a cut file is found out.
type preset struct {
	file, test     []string // as it is called: the first that is there
	features       int
	samples, tests int
}

// A9A is the adult data set of 1994's census in 123 binary features: does a person earn more than
// 50,000 dollars?
type A9A struct {
	Path string `doc:"the folder with the files a9a and, for tests, a9a.t" required:""`
}

// W7A is Platt's web pages in 300 binary features: does a page belong to a category?
type W7A struct {
	Path string `doc:"the folder with the files w7a and, for tests, w7a.t" required:""`
}

// Phishing is web sites in 68 features: are they what they claim to be? It has no test part.
type Phishing struct {
	Path string `doc:"the folder with the file phishing, or phishing.txt" required:""`
}

func init() {
	const origin = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary.html"
	Register("a9a", "32,561 people of a census, 123 features, 2 classes; LIBSVM's files", "Platt 1998; "+origin, A9A{})
	Register("w7a", "24,692 web pages, 300 features, 2 classes; LIBSVM's files", "Platt 1998; "+origin, W7A{})
	Register("phishing", "11,055 web sites, 68 features, 2 classes; LIBSVM's file", "Mohammad, Thabtah & McCluskey 2012; "+origin, Phishing{})
}

// Read implements Source.
func (s A9A) Read(b *Builder, test bool) error {
	return preset{[]string{"a9a"}, []string{"a9a.t"}, 123, 32561, 16281}.read(b, s.Path, test)
}

// Read implements Source.
func (s W7A) Read(b *Builder, test bool) error {
	return preset{[]string{"w7a"}, []string{"w7a.t"}, 300, 24692, 25057}.read(b, s.Path, test)
}

// Read implements Source.
func (s Phishing) Read(b *Builder, test bool) error {
	return preset{[]string{"phishing", "phishing.txt"}, nil, 68, 11055, 0}.read(b, s.Path, test)
}

func (p preset) read(b *Builder, dir string, test bool) error {
	names, want := p.file, p.samples
	if test {
		names, want = p.test, p.tests
	}
	path := ""
	for _, n := range names {
		if full := b.Path(filepath.Join(dir, n)); path == "" && (there(full) || there(full+".gz") || there(full+".bz2")) {
			path = full
		}
	}
	switch {
	case path == "" && test:
		return ErrNoTest
	case path == "":
		path = b.Path(filepath.Join(dir, names[0])) // and open says that it is not there
	}
	in, err := open(b, path)
	if err != nil {
		return err
	}
	defer in.close()
	fmt.Fprintln(b, "features", p.features)
	if err := readLIBSVM(b, in, p.features); err != nil {
		return err
	}
	if n := len(b.labels); n != want {
		return &Error{File: in.name, Problem: fmt.Sprintf("holds %d samples, %s has %d", n, names[0], want), Remedy: "fetch it again; another file is read by libsvm:FILE"}
	}
	return nil
}

// there says whether there is something of that name.
func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil || !errors.Is(err, os.ErrNotExist)
}
