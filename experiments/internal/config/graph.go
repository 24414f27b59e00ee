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
		g, ok := f.Interface().(optimizers.GraphFile)
		if !ok {
			continue
		}
		text, err := c.openGraph(&g)
		if err == nil {
			g, err = g.Read(bytes.NewReader(text))
		}
		if err != nil {
			return params.Errorf("strategy.graph", "%v", err)
		}
		f.Set(reflect.ValueOf(g))
		c.Strategy.Method = method.Interface()
	}
	return nil
}

// openGraph is the content of a graph's file, which is remembered by its hash.
func (c *Config) openGraph(g *optimizers.GraphFile) ([]byte, error) {
	if !filepath.IsAbs(g.Path) {
		abs, err := filepath.Abs(filepath.Join(c.Doc.Base("strategy.graph"), g.Path))
		if err != nil {
			return nil, err
		}
		g.Path = abs
	}
	text, err := files.Read(g.Path)
	if c.lawHashes == nil {
		c.lawHashes = map[string]string{}
	}
	c.lawHashes[g.Path] = fmt.Sprintf("sha256:%x", sha256.Sum256(text))
	return text, err
}
