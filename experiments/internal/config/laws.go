package config

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"

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

// laws visits every delay law of a cluster, with its path below it.
func (c *Cluster) laws(visit func(path string, s *delay.Spec) error) error {
	var err error
	see := func(path string, s *delay.Spec) {
		if err == nil && *s != nil {
			err = visit(path, s)
		}
	}
	see("compute", &c.Compute.Law)
	see("up.latency", &c.Up.Latency)
	see("down.latency", &c.Down.Latency)
	see("server.service", &c.Server.Service)
	if f := c.Faults; f != nil {
		see("faults.crash", &f.Crash)
		see("faults.repair", &f.Repair)
	}
	for i := range c.Group {
		g, at := &c.Group[i], document.Element("group", i)
		see(at+".compute", &g.Compute.Law)
		if g.Up != nil {
			see(at+".up.latency", &g.Up.Latency)
		}
		if g.Down != nil {
			see(at+".down.latency", &g.Down.Latency)
		}
	}
	if c.Regions != nil {
		for i, row := range c.Regions.Latency {
			for j := range row {
				see(fmt.Sprintf("regions.latency[%d][%d]", i, j), &row[j])
			}
		}
	}
	return err
}

// readLaws reads the files that laws name. From then on these have absolute paths.
func (c *Config) readLaws(ps *Problems) error {
	return c.Cluster.laws(func(path string, s *delay.Spec) error {
		at := document.Join("cluster", path)
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
