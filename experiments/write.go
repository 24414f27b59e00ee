package experiments

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"staleness/experiments/internal/prose"
	"staleness/internal/params"
	"staleness/nets"
	"staleness/optimizers"
	"staleness/sim/delay"
)

// tree is everything that can change the record of a run, data by content: what the run-id hashes.
func (c *config) tree() map[string]any {
	t := c.tables()
	if r := t["record"].(map[string]any); !c.Record.Model {
		delete(r, "model") // runs without one keep the ids that they had before the key was known
	}
	if p := t["problem"].(map[string]any); c.dataHash != "" {
		p["data"] = c.dataHash
		if _, isSource := p["test"].(map[string]any); isSource {
			delete(p, "test")
		}
	}
	return t
}

// tables is the run as sections, nothing left to defaults: what the run-id hashes, where a key that means nothing has its default.
func (c *config) tables() map[string]any {
	return c.encode(params.Encode, (*params.Registry).Encode, optimizers.Spec.Encode)
}

// applying is the run as sections, without the keys that mean nothing to it: what can be read again.
func (c *config) applying() map[string]any {
	t := c.encode(params.EncodeApplying, (*params.Registry).EncodeApplying, optimizers.Spec.EncodeApplying)
	c.dropIdle(t)
	return t
}

func (c *config) encode(plain func(any) map[string]any, kind func(*params.Registry, any) map[string]any, method func(optimizers.Spec) map[string]any) map[string]any {
	t := map[string]any{
		"seed": c.Seed, "stop": plain(c.Stop), "eval": plain(c.Eval), "record": plain(c.Record),
		"strategy": method(c.Strategy), "problem": map[string]any{"kind": noProblem},
	}
	if s := plain(c.Seeds); len(s) > 0 {
		t["seeds"] = s
	}
	if c.Problem != nil {
		t["problem"] = kind(nets.Kinds(), c.Problem)
	}
	if c.Consistency != nil {
		t["consistency"] = kind(optimizers.Consistencies(), c.Consistency)
	}
	if c.Staleness != nil {
		t["staleness"] = kind(delay.CountLaws(), c.Staleness)
		t["cluster"] = map[string]any{"workers": int64(c.Cluster.Workers)}
	} else {
		t["cluster"] = plain(c.Cluster)
	}
	return t
}

// toml is run.toml: the run, itself runnable, with the name of its experiment and its labels.
func (c *config) toml(name string, labels map[string]string) string {
	var b strings.Builder
	t := c.applying()
	absolute(t["problem"], c.dir)
	fmt.Fprintf(&b, "name = %s\nseed = %d\n", literal(name), c.Seed)
	for _, s := range sections {
		if table, ok := t[s].(map[string]any); ok {
			writeSection(&b, s, table)
		}
	}
	if w := c.provenance(); w != nil {
		writeSection(&b, "written", w)
	}
	if len(labels) > 0 {
		l := map[string]any{}
		for k, v := range labels {
			l[k] = v
		}
		writeSection(&b, "labels", l)
	}
	return b.String()
}

// provenance is [written] of run.toml: what numbers came from. It is no part of the run-id.
func (c *config) provenance() map[string]any {
	if len(c.written) == 0 {
		return nil
	}
	w := map[string]any{}
	for path, text := range c.written {
		w[path] = text
	}
	return w
}

// absolute makes the paths of data sets independent of where the file lies.
func absolute(problem any, dir string) {
	p, _ := problem.(map[string]any)
	for _, k := range []string{"data", "test"} {
		if source, ok := p[k].(map[string]any); ok {
			if path, ok := source["path"].(string); ok && !filepath.IsAbs(path) {
				if abs, err := filepath.Abs(filepath.Join(dir, path)); err == nil {
					source["path"] = abs
				}
			}
		}
	}
}

// writeSection writes a table: its kind first, then its keys in the order of the alphabet.
func writeSection(b *strings.Builder, name string, table map[string]any) {
	b.WriteString("\n[" + name + "]\n")
	for _, k := range kindFirst(table) {
		b.WriteString(keyLiteral(k))
		b.WriteString(" = ")
		writeLiteral(b, table[k])
		b.WriteByte('\n')
	}
}

// kindFirst are the keys of a table, its kind before those in the order of the alphabet.
func kindFirst(table map[string]any) []string {
	keys := prose.SortedKeys(table)
	slices.SortStableFunc(keys, func(k, l string) int { return cmp.Compare(rank(k), rank(l)) })
	return keys
}

func rank(key string) int {
	if key == "kind" || key == "law" {
		return 0
	}
	return 1
}

// literal is a value in TOML, tables inline.
func literal(v any) string {
	var b strings.Builder
	writeLiteral(&b, v)
	return b.String()
}

func writeLiteral(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		writeString(b, v)
	case []any:
		b.WriteByte('[')
		for i := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, v[i])
		}
		b.WriteByte(']')
	case map[string]any:
		b.WriteByte('{')
		for i, k := range kindFirst(v) {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(keyLiteral(k))
			b.WriteString(" = ")
			writeLiteral(b, v[k])
		}
		b.WriteByte('}')
	case float64:
		switch {
		case math.IsNaN(v): // Go's words for these are none of TOML
			b.WriteString("nan")
		case math.IsInf(v, 0):
			b.WriteString(strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(v, 'g', -1, 64)), "+"))
		default:
			b.WriteString(params.Literal(v))
		}
	default:
		b.WriteString(params.Literal(v))
	}
}

func keyLiteral(k string) string {
	for i := range len(k) {
		if c := k[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return stringLiteral(k)
		}
	}
	if k == "" {
		return `""`
	}
	return k
}

// stringLiteral is a TOML basic string.
func stringLiteral(s string) string {
	var b strings.Builder
	writeString(&b, s)
	return b.String()
}

func writeString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
