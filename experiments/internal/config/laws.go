package config

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"staleness/experiments/internal/document"
	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/internal/stream"
	"staleness/sim/delay"
)

// lawOf is the law of one worker at a place such as "compute"; nil for no spec. What a law draws
// once for each worker is drawn from machines; further purposes have streams of the place.
func lawOf(s delay.Spec, worker int, machines stream.Key, place stream.Key) delay.Law {
	if s == nil {
		return nil
	}
	return delay.At(s, worker, machines, place)
}

// laws visits every delay law of a cluster, wherever a key holds one, with its path below it.
func (c *Cluster) laws(visit func(path string, s *delay.Spec) error) error {
	return lawsIn("", reflect.ValueOf(c).Elem(), visit)
}

func lawsIn(path string, v reflect.Value, visit func(path string, s *delay.Spec) error) error {
	if s, ok := v.Addr().Interface().(*delay.Spec); ok {
		if *s == nil {
			return nil
		}
		return visit(path, s)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return lawsIn(path, v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := lawsIn(document.Element(path, i), v.Index(i), visit); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			at := document.Join(path, cmp.Or(f.Tag.Get("key"), params.Key(f.Name)))
			if f.Anonymous || v.Type() == reflect.TypeFor[computeTime]() {
				at = path
			}
			if err := lawsIn(at, v.Field(i), visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// inCourse says whether draws of a law at a path come one after the other, of one worker, so that
// it may remember them and go by the time.
func inCourse(path string) bool {
	path, _, _ = strings.Cut(path[strings.LastIndexByte(path, '.')+1:], "[") // of a matrix
	for _, end := range []string{"compute", "latency", "service"} {
		if path == end {
			return true
		}
	}
	return false
}

// readLaws reads the files that laws name. From then on these have absolute paths.
func (c *Config) readLaws(ps *Problems) error {
	return c.Cluster.laws(func(path string, s *delay.Spec) error {
		at := "cluster." + path
		if delay.IsAware(*s) && !inCourse(path) {
			return params.Errorf(at, "is drawn by itself each time, so nothing of it can be correlated with what was drawn before, or go by model time; such laws stand in compute, latency and service")
		}
		l := ps.law(*s, c.Doc.Base(at))
		if l.err != nil {
			return params.At(at, l.err)
		}
		*s = l.spec
		if len(l.hashes) > 0 && c.lawHashes == nil {
			c.lawHashes = map[string]string{}
		}
		maps.Copy(c.lawHashes, l.hashes)
		return nil
	})
}

// A law is one with the files that it names read.
type law struct {
	spec   delay.Spec
	hashes map[string]string // of their content, by their absolute paths
	err    error
}

// law reads the files of a law, paths relative to a folder, once for all runs.
func (ps *Problems) law(s delay.Spec, dir string) *law {
	table := delay.Laws().Encode(s)
	if len(filesIn(table)) == 0 {
		return readLaw(s, dir, ps.memory)
	}
	e := ps.entry(ps.laws, dir+" "+params.Literal(table))
	e.once.Do(func() { e.p = readLaw(s, dir, ps.memory) })
	return e.p.(*law)
}

func readLaw(s delay.Spec, dir string, memory int64) *law {
	l := &law{hashes: map[string]string{}}
	sums := map[string]hash.Hash{}
	l.spec, l.err = delay.Load(s, delay.Files{Memory: memory,
		Path: func(name string) (string, error) {
			if filepath.IsAbs(name) {
				return name, nil
			}
			return filepath.Abs(filepath.Join(dir, name))
		},
		Open: func(path string) (io.ReadCloser, error) {
			sum := sha256.New()
			sums[path] = sum
			return openPlain(path, sum)
		},
	})
	for path, sum := range sums {
		l.hashes[path] = fmt.Sprintf("sha256:%x", sum.Sum(nil))
	}
	return l
}

// plainFile is a file as text, which may be compressed by gzip.
type plainFile struct {
	io.Reader
	f *os.File
}

func (p plainFile) Close() error { return p.f.Close() }

// openPlain opens a file and hashes its text as it is read.
func openPlain(path string, sum hash.Hash) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var r io.Reader = bufio.NewReader(f)
	if magic, _ := r.(*bufio.Reader).Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if r, err = gzip.NewReader(r); err != nil {
			f.Close()
			return nil, fmt.Errorf("%s: a broken gzip header: %w", path, err)
		}
	}
	return plainFile{io.TeeReader(r, sum), f}, nil
}

// filesIn are the tables of laws, anywhere in a value, that name a file.
func filesIn(value any) (tables []map[string]any) {
	switch v := value.(type) {
	case []any:
		for _, x := range v {
			tables = append(tables, filesIn(x)...)
		}
	case map[string]any:
		if _, ok := v["file"].(string); ok && v["law"] != nil {
			tables = append(tables, v)
		}
		for _, k := range prose.SortedKeys(v) {
			tables = append(tables, filesIn(v[k])...)
		}
	}
	return tables
}

// LawFiles are the files that laws name.
func (c *Config) LawFiles() []string { return prose.SortedKeys(c.lawHashes) }
