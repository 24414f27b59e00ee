package config

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"reflect"

	"staleness/internal/files"
	"staleness/internal/params"
	"staleness/optimizers"
)

// readGraph reads the file that the graph of a method of peers names. From then on it has an
// absolute path.
func (c *Config) readGraph() error {
	method := reflect.New(reflect.TypeOf(c.Strategy.Method)).Elem()
	method.Set(reflect.ValueOf(c.Strategy.Method))
	for i := range method.NumField() {
		f := method.Field(i)
		if f.Type() != reflect.TypeFor[optimizers.GraphKind]() {
			continue
		}
		g, ok := f.Interface().(optimizers.GraphInFile)
		if !ok {
			continue
		}
		read, err := c.graphIn(g)
		if err != nil {
			return params.Errorf("strategy.graph", "%v", err)
		}
		f.Set(reflect.ValueOf(read))
		c.Strategy.Method = method.Interface()
	}
	return nil
}

// graphIn is the graph that a file lists, whose content is remembered by its hash.
func (c *Config) graphIn(g optimizers.GraphInFile) (optimizers.GraphKind, error) {
	path := g.File()
	if !filepath.IsAbs(path) {
		abs, err := filepath.Abs(filepath.Join(c.Doc.Base("strategy.graph"), path))
		if err != nil {
			return nil, err
		}
		path = abs
	}
	text, err := files.Read(path)
	if err != nil {
		return nil, err
	}
	if c.lawHashes == nil {
		c.lawHashes = map[string]string{}
	}
	c.lawHashes[path] = fmt.Sprintf("sha256:%x", sha256.Sum256(text))
	return g.In(path, bytes.NewReader(text))
}
